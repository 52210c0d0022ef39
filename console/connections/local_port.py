"""A place to listen on: the usual port when nobody has it, else any free one."""

from __future__ import annotations

import os
import socket


def free_or_any(address: str) -> str:
    """`HOST:PORT` as given when it can be listened on now, else `HOST:0`. Another may still be faster."""
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        if os.name == "posix":  # as the engine does: a port its last run has left counts as free
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, int(port)))
            trial.listen()
        except OSError:
            return f"{host}:0"
    return address
