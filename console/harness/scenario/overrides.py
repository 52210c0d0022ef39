"""What the command line may change of a scenario, and the scenario changed by it: checked again as the file was."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from console.core.errors import Refused
from console.harness.load.schedule import planned_total, total_duration
from console.harness.scenario.checks import findings, warnings
from console.harness.scenario.kinds import written_path
from console.harness.scenario.model import (
    Fault,
    FaultKind,
    Load,
    Model,
    Receiver,
    Scenario,
    Stage,
    StageKind,
    Target,
    Verification,
)
from console.harness.scenario.problems import Problem, ScenarioError
from console.harness.verdict.thresholds import METRICS, Origin


@dataclass(frozen=True, slots=True)
class Overrides:
    """None leaves the scenario's own.

    `target` HOST:PORT replaces every target, and a receiver that was the target; TLS and name of a single target stay.
    `script` starts a receiver with this script as the target instead. `starts` `now` takes the clock. `scale`
    multiplies every rate and burst; `duration` (seconds) and `messages` end the run earlier (faults behind that end
    are left out), or lengthen a last stage of a steady rate. `duplicates`, `out_of_order` and `malformed` are shares
    from 0 to 1 of the messages (see `fault_shares`). `verify` names another source to ask, or `none`: thresholds that
    nobody could observe then go.
    """

    target: str | None = None
    script: Path | None = None
    seed: int | None = None
    starts: datetime | Literal["now"] | None = None
    scale: float | None = None
    messages: int | None = None
    duration: float | None = None
    connections: int | None = None
    duplicates: float | None = None
    out_of_order: float | None = None
    malformed: float | None = None
    verify: str | None = None

    def words(self) -> dict[str, Any]:
        """What is set, in plain JSON, for the record of the run."""
        return {
            name: value if isinstance(value, str | int | float) else _plain(value)
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        }


def _plain(value: datetime | Path) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


NONE: Final = Overrides()

SOURCES = ("none", "signalbox", "fhir", "mirth", "listener")


def overridden(scenario: Scenario, overrides: Overrides) -> Scenario:
    """The scenario with these changes. Raises ScenarioError when the result is none that can run."""
    if overrides == NONE:
        return scenario
    file = f"{scenario.name} with {', '.join(f'{name} {value}' for name, value in overrides.words().items())}"
    if wrong := [Problem(file, 0, 0, "", text) for text in _out_of_bounds(overrides)]:
        raise ScenarioError(wrong)
    changed = scenario
    if overrides.target is not None:
        changed = _with_target(changed, overrides.target)
    if overrides.script is not None:
        changed = _with_receiver(changed, overrides.script)
    if overrides.connections is not None:
        changed = replace(changed, connections=replace(changed.connections, count=overrides.connections))
    if overrides.verify is not None:
        changed = _verified_by(changed, overrides.verify)
    for share, kinds in (
        (overrides.duplicates, DUPLICATES),
        (overrides.out_of_order, OUT_OF_ORDER),
        (overrides.malformed, MALFORMED),
    ):
        if share is not None:
            changed = replace(changed, faults=_with_share(changed.faults, share, kinds))
    if overrides.seed is not None:
        changed = replace(changed, seed=overrides.seed)
    if overrides.starts is not None:
        changed = replace(changed, starts=None if overrides.starts == "now" else overrides.starts)
    load = changed.load
    if overrides.scale is not None:
        load = _scaled(load, overrides.scale)
    if overrides.messages is not None:
        load = replace(load, messages=overrides.messages)
    if overrides.duration is not None:
        load = _lasting(load, overrides.duration)
    changed = replace(changed, load=load)
    left_out: tuple[str, ...] = ()
    if overrides.duration is not None or overrides.messages is not None:
        changed, left_out = _shortened(changed)
    if wrong := [Problem(file, 0, 0, written_path(found.path), found.text) for found in findings(changed)]:
        raise ScenarioError(wrong)
    return replace(changed, warnings=(*warnings(changed), *left_out))


def parse_target(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT` or `[v6]:PORT`. Raises Refused (code `bad-address`)."""
    found = re.fullmatch(r"(?:\[(?P<six>[^\[\]\s]+)\]|(?P<host>[^\[\]:\s/@]+)):(?P<port>\d{1,5})", text.strip(), re.A)
    if found is None or not 1 <= int(found["port"]) <= 65535:
        raise Refused(
            f"A target is HOST:PORT with a port from 1 to 65535, as 127.0.0.1:2575, not {text!r}.", code="bad-address"
        )
    return found["six"] or found["host"], int(found["port"])


def _with_target(scenario: Scenario, text: str) -> Scenario:
    host, port = parse_target(text)
    receiver = scenario.receiver
    own = receiver is not None and receiver.role == "target"
    single = scenario.targets[0] if len(scenario.targets) == 1 and not own else Target()
    target = replace(single, host=host, port=port, kinds=())
    return replace(scenario, targets=(target,), receiver=None if own else receiver)


def _with_receiver(scenario: Scenario, script: Path) -> Scenario:
    receiver = replace(scenario.receiver or Receiver(), script=script, role="target")
    return replace(scenario, receiver=receiver, targets=(Target(),))


def _verified_by(scenario: Scenario, source: str) -> Scenario:
    same = source == scenario.verification.source
    verification = scenario.verification if same else Verification(source, settle=scenario.verification.settle)
    kept = tuple(
        threshold
        for threshold in scenario.thresholds
        if source != "none" or METRICS[threshold.metric].origin is not Origin.VERIFICATION
    )
    return replace(scenario, verification=verification, thresholds=kept)


def fault_shares(scenario: Scenario) -> dict[str, float]:
    """`duplicates`, `out_of_order` and `malformed`: the share of the messages that the scenario plans to meet each,
    windows and message types not counted in."""
    named = {"duplicates": DUPLICATES, "out_of_order": OUT_OF_ORDER, "malformed": MALFORMED}
    return {name: min(1.0, _share(scenario.faults, kinds)) for name, kinds in named.items()}


def _share(faults: tuple[Fault, ...], kinds: tuple[FaultKind, ...]) -> float:
    return math.fsum(fault.probability for fault in faults if fault.kind in kinds)


def _with_share(faults: tuple[Fault, ...], share: float, kinds: tuple[FaultKind, ...]) -> tuple[Fault, ...]:
    """The probabilities of faults of these kinds in proportion, so that they add up to `share`; 0 takes them out. Where
    there are none, the first kind, or all the malformed ones alike."""
    planned = _share(faults, kinds)
    if not share:
        return tuple(fault for fault in faults if fault.kind not in kinds or not fault.probability)
    if planned:
        return tuple(
            replace(fault, probability=fault.probability * share / planned) if fault.kind in kinds else fault
            for fault in faults
        )
    new = MALFORMED_WHEN_NONE if kinds is MALFORMED else kinds[:1]
    return (*faults, *(Fault(kind, probability=share / len(new)) for kind in new))


DUPLICATES = (FaultKind.DUPLICATE, FaultKind.DUPLICATE_CHANGED)
OUT_OF_ORDER = (FaultKind.REORDER,)
MALFORMED = (
    FaultKind.BAD_HEADER,
    FaultKind.BAD_DELIMITERS,
    FaultKind.TRUNCATE,
    FaultKind.GLUED_SEGMENTS,
    FaultKind.SPLIT_SEGMENT,
    FaultKind.GARBAGE,
    FaultKind.EMPTY_FRAME,
    FaultKind.STRAY_BYTES,
    FaultKind.NO_VT,
    FaultKind.NO_FS,
    FaultKind.NO_CR,
    FaultKind.WRONG_CHARSET,
    FaultKind.LYING_CHARSET,
)
MALFORMED_WHEN_NONE = MALFORMED[:4]


def _scaled(load: Load, scale: float) -> Load:
    """Every rate times `scale`; a recorded pace goes so much faster."""
    return replace(load, stages=tuple(_scaled_stage(stage, scale) for stage in load.stages), speed=load.speed * scale)


def _scaled_stage(stage: Stage, scale: float) -> Stage:
    return replace(
        stage,
        rate=stage.rate * scale,
        to=stage.to * scale,
        size=max(1, round(stage.size * scale)) if stage.size else 0,
        points=tuple((second, rate * scale) for second, rate in stage.points),
    )


def _lasting(load: Load, duration: float) -> Load:
    """A run of so many seconds: cut short, or the last stage made longer where that means something."""
    planned = total_duration(replace(load, duration=0.0))
    if load.model is not Model.OPEN or not load.stages or duration <= planned:
        return replace(load, duration=duration)
    last = load.stages[-1]
    if last.kind not in (StageKind.CONSTANT, StageKind.BURST):
        raise Refused(
            f"The stages of this scenario take {planned:g} s and do not end at a steady rate; --duration can only "
            "make the run shorter.",
            code="invalid-scenario",
        )
    longer = replace(last, duration=last.duration + duration - planned)
    return replace(load, stages=(*load.stages[:-1], longer), duration=0.0)


def _shortened(scenario: Scenario) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario without what lies behind the end of its shortened load, and a sentence about it; a warm-up that
    would take the whole run becomes a tenth of it."""
    load, whole = scenario.load, total_duration(scenario.load)
    total = planned_total(load) or load.messages
    faults = tuple(
        replace(fault, nth=tuple(n for n in fault.nth if not total or n <= total))
        for fault in scenario.faults
        if not (whole and max(fault.at, fault.start) >= whole) and not (fault.nth and total and min(fault.nth) > total)
    )
    bands = tuple(band for band in scenario.bands if not whole or band.start < whole)
    if whole and load.warm_up >= whole:
        load = replace(load, warm_up=whole / 10)
    gone = len(scenario.faults) - len(faults)
    said = f"{gone} planned fault{'s' if gone > 1 else ''} would come after the end of the shortened run: left out."
    return replace(scenario, load=load, faults=faults, bands=bands), ((said,) if gone else ())


def _out_of_bounds(overrides: Overrides) -> Iterator[str]:
    for name, value in (("scale", overrides.scale), ("messages", overrides.messages), ("duration", overrides.duration)):
        if value is not None and not 0 < value < math.inf:
            yield f"{name} must be more than 0"
    for name, share in (
        ("duplicates", overrides.duplicates),
        ("out_of_order", overrides.out_of_order),
        ("malformed", overrides.malformed),
    ):
        if share is not None and not 0 <= share <= 1:
            yield f"{name} must be from 0 to 1"
    if overrides.connections is not None and not 1 <= overrides.connections <= 20_000:
        yield "connections must be from 1 to 20000"
    if overrides.verify is not None and overrides.verify not in SOURCES:
        yield f"verify must be one of {', '.join(SOURCES)}"
    if overrides.script is not None and not overrides.script.is_file():
        yield f"there is no file {overrides.script}"
    if overrides.script is not None and overrides.target is not None:
        yield "script and target exclude each other: the script answers in place of the target"
    if overrides.seed is not None and not 0 <= overrides.seed < 2**63:
        yield "seed must be a whole number from 0 to 2^63 - 1"
    if isinstance(overrides.starts, datetime) and overrides.starts.tzinfo is None:
        yield "starts needs a zone, as in 2026-11-23T08:00:00Z"
