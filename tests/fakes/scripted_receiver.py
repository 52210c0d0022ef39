"""A receiver that does as a test says: one thread a connection, blocking sockets, nothing clever.

The script is called for every frame with what was heard and gives what is to be done: bytes go out as they are, a
number is a pause in seconds, CLOSE, RESET and DEAF (stop reading) are what they say.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    CLOSE = "close"
    RESET = "reset"
    DEAF = "deaf"


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame: its payload and MSH-10, the number of its connection, its number there and among all (from 0)."""

    payload: bytes
    control_id: bytes
    connection: int
    on_connection: int
    number: int


Doing = bytes | float | Act
Script = Callable[[Heard], Iterable[Doing]]


def ack(control_id: bytes, code: bytes = b"AA", text: bytes = b"") -> bytes:
    tail = b"|" + text if text else b""
    return b"\x0bMSH|^~\\&|R|R|S|S|20261123080000||ACK|A1|T|2.5.1\rMSA|" + code + b"|" + control_id + tail + b"\r\x1c\r"


def accepting(heard: Heard) -> Iterable[Doing]:
    yield ack(heard.control_id)


class ScriptedReceiver:
    """Listens on a free port of 127.0.0.1 while in `with`. `raw` gathers every byte per connection."""

    def __init__(self, script: Script = accepting, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[Heard] = []
        self.raw: list[bytearray] = []
        self.reads: list[list[int]] = []
        self.ends: list[str] = []
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()

    def __enter__(self) -> ScriptedReceiver:
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in self._sockets:
            sock.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                number = len(self.raw)
                self.raw.append(bytearray())
                self.reads.append([])
                self.ends.append("")
                self._sockets.append(sock)
                thread = threading.Thread(target=self._talk, args=(sock, number), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _talk(self, sock: socket.socket, number: int) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                dressed = self._tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._sockets.append(dressed)
                sock = dressed
            self._listen_to(sock, number)
        except OSError as error:
            self.ends[number] = type(error).__name__
        finally:
            sock.close()

    def _listen_to(self, sock: socket.socket, number: int) -> None:
        buffer, count = b"", 0
        while data := sock.recv(65536):
            self.raw[number] += data
            self.reads[number].append(len(data))
            buffer += data
            while (end := buffer.find(b"\x1c\r")) >= 0:
                payload, buffer = buffer[: end + 1].lstrip(b"\x0b")[:-1], buffer[end + 2 :]
                fields = payload.split(b"\r", 1)[0].split(b"|")
                with self._lock:
                    heard = Heard(payload, fields[9] if len(fields) > 9 else b"", number, count, len(self.heard))
                    self.heard.append(heard)
                count += 1
                for doing in self._script(heard):
                    if not self._do(sock, doing):
                        return
        self.ends[number] = "closed"

    def _do(self, sock: socket.socket, doing: Doing) -> bool:
        if isinstance(doing, bytes):
            sock.sendall(doing)
        elif doing is Act.CLOSE:
            return False
        elif doing is Act.RESET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        elif doing is Act.DEAF:
            self._over.wait(30)
        elif isinstance(doing, (int, float)):
            time.sleep(doing)
        return True
