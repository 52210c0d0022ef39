"""What privacy mode hides inside messages: the segments and resources that say who somebody is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.desktop.formats import MASK

PERSONAL_SEGMENTS = frozenset({"PID", "PD1", "NK1", "MRG", "GT1", "IN1", "IN2", "IN3", "ACC", "ARV"})
PERSONAL_RESOURCES = frozenset({"Patient", "RelatedPerson", "Person", "Coverage"})
_KEPT = frozenset({"resourceType", "id", "meta", "active"})
_LINE = re.compile(r"[^\r\n]+")


def is_personal(path: str) -> bool:
    """Whether a place in an HL7 message lies in a segment about a person."""
    return path[:3] in PERSONAL_SEGMENTS


def masked_message(text: str) -> str:
    """The message with every field of those segments hidden; separators stay, so that fields keep their numbers."""
    separator = text[3:4] if text[:3] == "MSH" else "|"

    def hide(found: re.Match[str]) -> str:
        line = found[0]
        if line[:3] not in PERSONAL_SEGMENTS:
            return line
        name, *fields = line.split(separator)
        return separator.join([name, *(MASK if field else "" for field in fields)])

    return _LINE.sub(hide, text)


def masked_document(value: Any) -> Any:
    """A FHIR document with persons reduced to their ids, and no name beside a reference to one."""
    if isinstance(value, Mapping):
        if value.get("resourceType") in PERSONAL_RESOURCES:
            return {name: inner if name in _KEPT else MASK for name, inner in value.items()}
        personal = str(value.get("reference", "")).partition("/")[0] in PERSONAL_RESOURCES
        return {
            name: MASK if personal and name in ("display", "identifier") else masked_document(inner)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked_document(inner) for inner in value]
    return value
