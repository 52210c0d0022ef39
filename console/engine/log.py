"""The engine's log: one JSON object per line, made of constant sentences and fields that cannot hold patient data.

A record of ours keeps its template (never what would be filled in) and those extra fields that are on the list. Of an
exception only the type and the place are written: its text may quote a message. Of foreign records (asyncio shows the
arguments of a callback that failed) only who spoke, and from where.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import IO

import orjson

FIELDS = frozenset(
    {
        "attempt", "code", "count", "destination", "event_id", "folder", "http", "jobs", "kind", "lane", "listener",
        "mllp", "peer", "pid", "reason_code", "request_id", "route", "seconds", "seq", "size", "state", "status",
        "took_ms", "trace_id", "version", "unclean",
    }
)  # fmt: skip
"""Every field a log line may carry. Add one only when its values are ours: ids, codes, counts, addresses."""


_OURS = "console"


class JsonLines(logging.Formatter):
    """{"at", "level", "logger", "text", ...fields}."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": _text(record),
        }
        line.update((name, value) for name, value in vars(record).items() if name in FIELDS and _is_plain(value))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])[-4:]]
        return orjson.dumps(line).decode()


def _text(record: logging.LogRecord) -> str:
    if record.name.split(".")[0] != _OURS:
        return f"said in {record.module}.{record.funcName}, line {record.lineno}"
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= 200


def log_to(stream: IO[str] = sys.stderr, *, level: int = logging.INFO) -> None:
    """Sends everything the process logs to `stream` in this form, and nowhere else."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "uvicorn.access", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
