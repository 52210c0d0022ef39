/* The least a sender can do, as the yardstick: one thread, epoll, MSH-10 patched, MSA-1 and MSA-2 checked.
 *
 *   sender closed PORT MESSAGEFILE CONNECTIONS OUTSTANDING SECONDS
 *   sender fresh  PORT MESSAGEFILE CONNECTIONS 1 SECONDS           a new connection for every message
 *   sender open   PORT MESSAGEFILE CONNECTIONS RATE SECONDS        constant rate, waits with epoll_pwait2
 *   sender spin   PORT MESSAGEFILE CONNECTIONS RATE SECONDS        the same, waits in a loop
 *
 * MESSAGEFILE holds one frame with a 12-digit MSH-10 `000000000000`. Prints one line of JSON: messages, rate, cpu_us
 * (per message), and the percentiles in us of the answer time (closed, fresh) or of sent - intended (open, spin), where
 * sent is when the last byte was handed to the kernel.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DIGITS = 12, EVENTS = 512, ROOM = 1 << 16, BUCKETS = 1 << 22, MOST = 64 };

struct line {
    int fd, waiting, first;
    size_t held;
    long long ids[MOST], sent[MOST];
    char buffer[ROOM];
};

static char *message[MOST];
static size_t size, id_at;
static long long next_id, answered, wrong;
static unsigned int *buckets; /* one a microsecond */
static long long measured;

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void note(long long ns)
{
    long long us = ns / 1000;
    if (us < 0) us = 0;
    buckets[us < BUCKETS ? us : BUCKETS - 1]++;
    measured++;
}

static long long percentile(double share)
{
    long long wanted = (long long)(share * (double)measured), seen = 0;
    for (long long i = 0; i < BUCKETS; i++)
        if ((seen += buckets[i]) > wanted) return i;
    return 0;
}

static void digits(long long id, char *at)
{
    for (int i = DIGITS - 1; i >= 0; i--) { at[i] = (char)('0' + id % 10); id /= 10; }
}

static int dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    if (connect(fd, (struct sockaddr *)&where, sizeof where)) { perror("connect"); exit(3); }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void hang_up(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/* Sends `count` messages on one line in one system call. */
static void send_on(struct line *l, int count)
{
    struct iovec parts[MOST];
    long long at = now_ns();
    for (int i = 0; i < count; i++) {
        int slot = (l->first + l->waiting) % MOST;
        l->ids[slot] = ++next_id;
        l->sent[slot] = at;
        l->waiting++;
        digits(next_id, message[i] + id_at);
        parts[i].iov_base = message[i];
        parts[i].iov_len = size;
    }
    size_t total = size * (size_t)count;
    ssize_t n = count == 1 ? write(l->fd, message[0], size) : writev(l->fd, parts, count);
    size_t done = n > 0 ? (size_t)n : 0;
    while (done < total) { /* the receiver's window is full: rare, and then we wait */
        n = write(l->fd, message[done / size] + done % size, size - done % size);
        if (n > 0) done += (size_t)n;
        else if (errno != EAGAIN) { perror("write"); exit(3); }
    }
}

/* Takes the answers that came; returns how many, or -1 when the receiver closed. */
static int take(struct line *l, int keep_latency)
{
    ssize_t got = read(l->fd, l->buffer + l->held, ROOM - l->held);
    if (got <= 0) return got < 0 && errno == EAGAIN ? 0 : -1;
    char *from = l->buffer, *last = l->buffer + l->held + got, *stop, expected[DIGITS];
    long long at = now_ns();
    int count = 0;
    while ((stop = memchr(from, 0x1c, (size_t)(last - from))) && stop + 1 < last) {
        char *msa = memmem(from, (size_t)(stop - from), "\rMSA|AA|", 8);
        digits(l->ids[l->first], expected);
        if (!msa || memcmp(msa + 8, expected, DIGITS)) wrong++;
        if (keep_latency) note(at - l->sent[l->first]);
        l->first = (l->first + 1) % MOST;
        l->waiting--;
        answered++;
        count++;
        from = stop + 2;
    }
    l->held = (size_t)(last - from);
    if (l->held && from != l->buffer) memmove(l->buffer, from, l->held);
    return count;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 7) { fprintf(stderr, "see the head of sender.c\n"); return 2; }
    const char *mode = arguments[1];
    int port = atoi(arguments[2]), connections = atoi(arguments[4]), number = atoi(arguments[5]);
    double seconds = atof(arguments[6]);
    int fresh = !strcmp(mode, "fresh"), spin = !strcmp(mode, "spin"), open_model = spin || !strcmp(mode, "open");
    FILE *file = fopen(arguments[3], "rb");
    if (!file) { perror(arguments[3]); return 3; }
    char *body = malloc(1 << 20);
    size = fread(body, 1, 1 << 20, file);
    fclose(file);
    char *place = memmem(body, size, "000000000000", DIGITS);
    if (!place) { fprintf(stderr, "no MSH-10 to patch\n"); return 2; }
    id_at = (size_t)(place - body);
    for (int i = 0; i < MOST; i++) { message[i] = malloc(size); memcpy(message[i], body, size); }
    buckets = calloc(BUCKETS, sizeof *buckets);

    int epoll = epoll_create1(0);
    struct line **lines = calloc((size_t)connections, sizeof *lines);
    for (int i = 0; i < connections; i++) {
        lines[i] = calloc(1, sizeof **lines);
        lines[i]->fd = dial(port);
        struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = lines[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, lines[i]->fd, &wanted);
    }
    struct epoll_event events[EVENTS];
    long long start = now_ns(), stop_at = start + (long long)(seconds * 1e9), sent = 0;
    int turn = 0;
    if (!open_model)
        for (int i = 0; i < connections; i++) send_on(lines[i], number);
    while (now_ns() < stop_at) {
        struct timespec wait = {0, 50000000};
        if (open_model) {
            long long due;
            while ((due = start + (long long)((double)sent * 1e9 / number)) <= now_ns() && due < stop_at) {
                int tried = 0;
                while (lines[turn]->waiting && tried++ < connections) turn = (turn + 1) % connections;
                if (lines[turn]->waiting) break;
                send_on(lines[turn], 1);
                note(now_ns() - due);
                turn = (turn + 1) % connections;
                sent++;
            }
            long long left = spin ? 0 : due - now_ns();
            wait.tv_nsec = left > 0 ? (left < 50000000 ? left : 50000000) : 0;
        }
        int ready = epoll_pwait2(epoll, events, EVENTS, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            struct line *l = events[i].data.ptr;
            int count = take(l, !open_model);
            if (count < 0) { fprintf(stderr, "the receiver closed\n"); return 1; }
            if (fresh && count) {
                hang_up(l->fd);
                l->fd = dial(port);
                l->held = 0;
                struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = l};
                epoll_ctl(epoll, EPOLL_CTL_ADD, l->fd, &wanted);
            }
            if (!open_model && count) send_on(l, count);
        }
    }
    double lasted = (double)(now_ns() - start) / 1e9;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    printf("{\"messages\": %lld, \"rate\": %.1f, \"cpu_us\": %.3f, \"p50\": %lld, \"p99\": %lld, \"p999\": %lld, \"wrong\": %lld}\n",
           answered, (double)(open_model ? sent : answered) / lasted, answered ? cpu * 1e6 / (double)answered : 0.0,
           percentile(0.50), percentile(0.99), percentile(0.999), wrong);
    return wrong ? 1 : 0;
}
