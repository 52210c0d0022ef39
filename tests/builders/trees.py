"""A small parsed tree of a message, in the shape of the API's, for tests that need one without the parser."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "MSH": "Message header", "PID": "Patient identification", "PV1": "Patient visit", "ORC": "Common order",
    "OBR": "Observation request", "OBX": "Observation result", "NTE": "Notes and comments",
    "PID-3": "Patient identifier list", "PID-5": "Patient name", "PID-7": "Date of birth", "PV1-19": "Visit number",
    "OBX-2": "Value type", "OBX-3": "Observation identifier", "OBX-5": "Observation value", "OBX-6": "Units",
    "OBX-7": "Reference range", "OBX-8": "Interpretation codes", "OBX-11": "Observation result status",
    "OBR-4": "Universal service identifier", "MSH-9": "Message type", "MSH-10": "Message control ID",
}  # fmt: skip


def tree_of(text: str) -> list[dict[str, Any]]:
    """Segments, fields, repetitions and components with their paths; values as sent."""
    seen: dict[str, int] = {}
    items = []
    for line in text.split("\r"):
        if not line:
            continue
        name = line[:3]
        seen[name] = seen.get(name, 0) + 1
        where = f"{name}[{seen[name]}]"
        fields = line.split("|")[1:]
        if name == "MSH":
            fields = ["|", *fields]
        children = [
            _field(f"{where}-{i}", _NAMES.get(f"{name}-{i}", ""), value, plain=name == "MSH" and i <= 2)
            for i, value in enumerate(fields, start=1)
            if value
        ]
        items.append({"path": where, "name": _NAMES.get(name, ""), "value": "", "children": children, "span": [0, 0]})
    return items


def _field(path: str, name: str, value: str, *, plain: bool) -> dict[str, Any]:
    children: list[dict[str, Any]] = []
    if not plain and "~" in value:
        children = [_field(f"{path}({i})", name, v, plain=False) for i, v in enumerate(value.split("~"), start=1)]
    elif not plain and "^" in value:
        children = [
            {"path": f"{path}.{i}", "name": "", "value": part, "children": [], "span": [0, 0]}
            for i, part in enumerate(value.split("^"), start=1)
            if part
        ]
    return {"path": path, "name": name, "value": value, "children": children, "span": [0, 0]}
