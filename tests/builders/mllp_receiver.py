"""A tiny MLLP receiver for tests: keeps every byte of every connection, answers as it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from console.hl7v2.framing import Frame, FrameDecoder, FramingFault

Answer = Callable[[bytes], bytes | None]
"""From a payload to the answer's payload; None says nothing."""


def acknowledge(payload: bytes, code: bytes = b"AA") -> bytes:
    fields = payload.partition(b"\r")[0].split(b"|")
    control_id = fields[9] if len(fields) > 9 else b""
    return b"MSH|^~\\&|R|R|S|S|20260101||ACK|A1|T|2.5.1\rMSA|" + code + b"|" + control_id + b"\r"


class TinyReceiver:
    """Listens on a free port of this machine until it is closed. `streams` are the bytes of each connection that sent
    any, `payloads` the frames of all in the order of arrival."""

    def __init__(self, answer: Answer = acknowledge) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._connections: list[tuple[socket.socket, bytearray]] = []
        self.payloads: list[bytes] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def streams(self) -> list[bytes]:
        with self._lock:
            return [bytes(kept) for _, kept in self._connections if kept]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            kept = bytearray()
            thread = threading.Thread(target=self._serve, args=(connection, kept), daemon=True)
            with self._lock:
                self._connections.append((connection, kept))
                self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, kept: bytearray) -> None:
        decoder = FrameDecoder()
        try:
            while data := connection.recv(1 << 16):
                kept += data
                for piece in decoder.feed(data):
                    self._take(connection, piece)
        except OSError:
            pass
        finally:
            connection.close()

    def _take(self, connection: socket.socket, piece: Frame | FramingFault) -> None:
        if isinstance(piece, FramingFault):
            answer: bytes | None = acknowledge(piece.payload, b"AR")
        else:
            with self._lock:
                self.payloads.append(piece.payload)
            answer = self._answer(piece.payload)
        if answer is not None:
            connection.sendall(b"\x0b" + answer + b"\x1c\r")

    def close(self) -> None:
        """The port is closed and every connection with it, as when the process dies."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections, threads = list(self._connections), list(self._threads)
        for connection, _ in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5.0)

    def __enter__(self) -> TinyReceiver:
        return self

    def __exit__(self, *gone: object) -> None:
        self.close()
