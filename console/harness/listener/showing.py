"""A capture looked at afterwards: what it holds, every message looked into, and its messages as files."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault, InvalidMessage
from console.harness.listener.capture import about, planted, read_capture
from console.harness.listener.looking import Looking
from console.hl7v2.peek import peek

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def capture_summary(folder: Path) -> dict[str, Any]:
    """Counts by type, answer and rule, what looking into every message finds, and the planted defects by kind."""
    types: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    connections: set[int] = set()
    looking = Looking()
    messages = size = refused = filed = 0
    for message in read_capture(folder):
        messages += 1
        size += len(message.payload)
        refused += message.refused
        filed += message.filed
        types[_kind(message.payload)] += 1
        answers[message.code or "none"] += 1
        rules[message.rule] += 1
        connections.add(message.connection)
        looking.look(message.payload)
    said = about(folder)
    return {
        "type": "capture",
        "capture": str(folder),
        "began": said.get("began", ""),
        "script": said.get("script", ""),
        "messages": messages,
        "bytes": size,
        "connections": len(connections),
        "refused": refused,
        "filed": filed,
        "types": dict(types.most_common()),
        "answers": dict(answers.most_common()),
        "rules": dict(rules.most_common()),
        "findings": asdict(looking.findings),
        "planted": dict(Counter(str(one.get("kind")) for one in planted(folder))),
    }


def export(folder: Path, target: Path) -> int:
    """Writes every message as `000001-CONTROLID.hl7`, its bytes as they came, for the owner alone; how many. Raises
    EnvironmentFault when the folder cannot be written, or a file is there already."""
    count = 0
    try:
        private_folder(target)
        for message in read_capture(folder):
            name = _UNSAFE.sub("_", _control_id(message.payload))[:60] or "without-id"
            path = target / f"{message.number:06d}-{name}.hl7"
            with open(path, "xb") as file:
                path.chmod(0o600)
                file.write(message.payload)
            count += 1
    except OSError as error:
        raise EnvironmentFault(
            f"{target} cannot be written: {error.strerror or error}. Choose an empty folder with room.",
            code="export-not-writable",
            retryable=False,
        ) from error
    return count


def _kind(payload: bytes) -> str:
    try:
        return peek(payload).message_type or "unreadable"
    except InvalidMessage:
        return "unreadable"


def _control_id(payload: bytes) -> str:
    try:
        return peek(payload).control_id
    except InvalidMessage:
        return ""
