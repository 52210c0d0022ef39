"""What the command line may change of a scenario, and the scenario changed by it: checked again as the file was."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from console.core.errors import Refused
from console.harness.load.schedule import total_duration
from console.harness.scenario.checks import findings, warnings
from console.harness.scenario.kinds import written_path
from console.harness.scenario.model import Load, Model, Scenario, Stage, StageKind, Target
from console.harness.scenario.problems import Problem, ScenarioError


@dataclass(frozen=True, slots=True)
class Overrides:
    """None leaves the scenario's own. `target` HOST:PORT replaces every target, and a receiver that was the target;
    TLS and name of a single target stay. `starts` `now` takes the clock. `scale` multiplies every rate and burst;
    `duration` (seconds) and `messages` end the run earlier, or lengthen the last constant stage."""

    target: str | None = None
    seed: int | None = None
    starts: datetime | Literal["now"] | None = None
    scale: float | None = None
    messages: int | None = None
    duration: float | None = None

    def words(self) -> dict[str, Any]:
        """What is set, in plain JSON, for the record of the run."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name in ("target", "seed", "starts", "scale", "messages", "duration")
            if (value := getattr(self, name)) is not None
        }


NONE: Final = Overrides()


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
    if wrong := [Problem(file, 0, 0, written_path(found.path), found.text) for found in findings(changed)]:
        raise ScenarioError(wrong)
    return replace(changed, warnings=tuple(warnings(changed)))


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


def _out_of_bounds(overrides: Overrides) -> Iterator[str]:
    for name, value in (("scale", overrides.scale), ("messages", overrides.messages), ("duration", overrides.duration)):
        if value is not None and not 0 < value < math.inf:
            yield f"{name} must be more than 0"
    if overrides.seed is not None and not 0 <= overrides.seed < 2**63:
        yield "seed must be a whole number from 0 to 2^63 - 1"
    if isinstance(overrides.starts, datetime) and overrides.starts.tzinfo is None:
        yield "starts needs a zone, as in 2026-11-23T08:00:00Z"
