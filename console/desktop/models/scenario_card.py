"""What `harness scenarios list --json` and `check --json` tell of a scenario: enough to choose it and to draw its plan.

No Qt. What is missing has its default and what is new is passed over, so an older file list does not break the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.desktop.models.run_request import RunRequest

SHARES = ("duplicates", "out_of_order", "malformed")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing that is wrong with a file; `line` 0 when it has no place."""

    line: int
    column: int
    path: str
    text: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioCard:
    """`curve` are (second, messages a second); `messages` 0 and `duration_s` 0: not known beforehand. `shares`: of the
    messages, those duplicated, out_of_order and malformed on purpose, 0 to 1. `own_listener`: it starts the receiver it
    sends to. `problems`: why it cannot be run."""

    path: Path
    name: str
    title: str
    description: str = ""
    shipped: bool = False
    duration_s: float = 0.0
    messages: int = 0
    curve: tuple[tuple[float, float], ...] = ()
    targets: tuple[str, ...] = ()
    connections: int = 0
    model: str = "open"
    seed: int | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    own_listener: bool = False
    script: str = ""
    verification: str = "none"
    thresholds: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[FileProblem, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.problems

    def request(self) -> RunRequest:
        return RunRequest(self.path, self.title)


def read_cards(output: bytes) -> tuple[ScenarioCard, ...]:
    """The scenarios of a program's JSON output: a list, or an object with `scenarios`. Raises ValueError when it is
    neither."""
    body = json.loads(output)
    rows = body.get("scenarios") if isinstance(body, Mapping) else body
    if isinstance(body, Mapping) and rows is None and "path" in body:
        rows = [body]
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise ValueError("no list of scenarios")
    return tuple(read_card(row) for row in rows)


def read_card(body: Mapping[str, Any]) -> ScenarioCard:
    """One scenario. Raises ValueError when it names no file."""
    path = body.get("path") or body.get("file")
    if not path:
        raise ValueError("a scenario without a file")
    name = str(body.get("name") or Path(str(path)).stem)
    receiver, verification = body.get("receiver") or {}, body.get("verification") or {}
    return ScenarioCard(
        path=Path(str(path)),
        name=name,
        title=str(body.get("title") or name),
        description=" ".join(str(body.get("description") or "").split()),
        shipped=bool(body.get("shipped")),
        duration_s=float(body.get("duration_s") or 0),
        messages=int(body.get("planned_messages") or 0),
        curve=tuple((float(at), float(rate)) for at, rate in body.get("curve") or ()),
        targets=tuple(str(target.get("address") or "") for target in body.get("targets") or ()),
        connections=int(body.get("connections") or 0),
        model=str(body.get("model") or "open"),
        seed=int(body["seed"]) if body.get("seed") is not None else None,
        shares={name: float(body.get(name) or 0.0) for name in SHARES},
        own_listener=receiver.get("role") == "target",
        script=str(receiver.get("script") or ""),
        verification=str(verification.get("source") or "none"),
        thresholds=tuple(str(text) for text in body.get("thresholds") or ()),
        warnings=tuple(str(text) for text in body.get("warnings") or ()),
        problems=tuple(
            FileProblem(
                int(row.get("line") or 0),
                int(row.get("column") or 0),
                str(row.get("path") or ""),
                str(row.get("text") or ""),
                str(row.get("suggestion") or ""),
            )
            for row in body.get("problems") or ()
        ),
    )
