/* The least a receiver can do: reads MLLP frames and answers each with AA and its MSH-10. One thread, epoll.
 *
 *   sink PORTFILE            listens on a free port of 127.0.0.1 and writes its number into PORTFILE; ends on SIGTERM
 *
 * All answers to what one read brought go out in one write. On SIGTERM one line of JSON: messages, seconds of CPU.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20, EVENTS = 512 };

struct line {
    int fd;
    size_t held;
    char *buffer;
};

static volatile sig_atomic_t ended;
static void end(int signal_number) { (void)signal_number; ended = 1; }

static const char head[] = "\x0bMSH|^~\\&|SINK|SINK|SENDER|HARNESS|20261123080000||ACK^R01^ACK|A|T|2.5.1\rMSA|AA|";

/* One answer to `frame` at `out`; returns its length. */
static size_t answer(const char *frame, size_t size, char *out)
{
    const char *at = frame, *last = frame + size;
    int field = 0;
    while (field < 9 && (at = memchr(at, '|', (size_t)(last - at)))) { field++; at++; }
    size_t length = 0;
    if (at) {
        const char *stop = memchr(at, '|', (size_t)(last - at));
        length = stop ? (size_t)(stop - at) : 0;
    }
    memcpy(out, head, sizeof head - 1);
    memcpy(out + sizeof head - 1, at, length);
    memcpy(out + sizeof head - 1 + length, "\r\x1c\r", 3);
    return sizeof head - 1 + length + 3;
}

static void drop(struct line *l)
{
    close(l->fd);
    free(l->buffer);
    free(l);
}

int main(int count, char **arguments)
{
    if (count < 2) { fprintf(stderr, "sink PORTFILE\n"); return 2; }
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t width = sizeof where;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&where, width) || listen(listener, 4096)) { perror("listen"); return 3; }
    getsockname(listener, (struct sockaddr *)&where, &width);
    FILE *told = fopen(arguments[1], "w");
    if (!told) { perror(arguments[1]); return 3; }
    fprintf(told, "%d\n", ntohs(where.sin_port));
    fclose(told);

    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    char *out = malloc(ROOM);
    long long messages = 0;
    while (!ended) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct line *l = events[i].data.ptr;
            if (!l) {
                int fd;
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    struct line *fresh = calloc(1, sizeof *fresh);
                    fresh->fd = fd;
                    fresh->buffer = malloc(ROOM);
                    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = fresh};
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
                }
                continue;
            }
            ssize_t got = read(l->fd, l->buffer + l->held, ROOM - l->held);
            if (got <= 0) {
                if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
                drop(l);
                continue;
            }
            char *from = l->buffer, *last = l->buffer + l->held + got, *stop;
            size_t size = 0;
            while ((stop = memchr(from, 0x1c, (size_t)(last - from))) && stop + 1 < last) {
                size += answer(from, (size_t)(stop - from), out + size);
                messages++;
                from = stop + 2;
            }
            l->held = (size_t)(last - from);
            if (l->held && from != l->buffer) memmove(l->buffer, from, l->held);
            size_t sent = 0;
            while (sent < size) {
                ssize_t n = write(l->fd, out + sent, size - sent);
                if (n < 0) { if (errno == EAGAIN) continue; break; }
                sent += (size_t)n;
            }
        }
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"messages\": %lld, \"cpu_s\": %.6f}\n", messages,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec));
    return 0;
}
