"""The one door to a run: from a scenario and a person's word to its verdict. Command, desktop and game days use it.

In order: may we send there, is somebody there, can the content be made; then the folder, the run's own receiver, the
plan, the load, and the verdict. What is refused is refused before the first byte.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.core.errors import EnvironmentFault, Refused
from console.harness.allow_list import FILE_NAME, read_allow_list
from console.harness.content.making import make_source
from console.harness.load.asking import Asks
from console.harness.load.commands import Commands
from console.harness.load.conductor import Conductor, Sink
from console.harness.load.ending import Finished, Wishes, finish
from console.harness.load.live import Percentiles, RunState, Snapshot
from console.harness.load.plan import Plan, make_run_folder, settle, write_plan
from console.harness.load.receiver import Listening, OwnReceiver, bands_of
from console.harness.load.sinks import SnapshotFile
from console.harness.run_audit import append_run
from console.harness.safety import check_run
from console.harness.scenario.model import Scenario, Target, Tls

CONNECT_PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be run. `scenario` has its overrides applied, `overrides` are their words for the record; `confirmed`
    are the targets on other machines that a person typed, HOST:PORT. `wishes`: what to do in the end."""

    scenario: Scenario
    data: Path
    overrides: Mapping[str, Any] = field(default_factory=dict)
    confirmed: Sequence[str] = ()
    wishes: Wishes = field(default_factory=Wishes)


def run(
    request: Request,
    *,
    commands: Commands,
    sinks: Sequence[Sink] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Finished:
    """Runs it to its end. Blocks; snapshots go to `sinks` on this thread, and into the run's folder.

    Raises Refused and EnvironmentFault for what ends it before the first byte: not allowed, nobody there, content that
    cannot be made, no room on the disk.
    """
    now = clock()
    scenario = _cleared_and_told(request, now)
    seed = scenario.seed if scenario.seed is not None else secrets.randbelow(1 << 63)
    plan = settle(scenario, seed=seed, starts=scenario.starts or now, created=now, overrides=request.overrides)
    make_source(plan.scenario, seed=plan.seed, starts=plan.starts)
    asks = Asks(request.data, request.wishes.engine)
    asks.try_before(plan)
    folder = make_run_folder(request.data, plan.run)
    _tell(request, now, "send", run=folder.path.name, seed=plan.seed)
    receiver = OwnReceiver(scenario.receiver, folder) if scenario.receiver is not None else None
    try:
        if receiver is not None:
            plan = _with_receiver(plan, receiver.start())
        write_plan(folder, plan)
        with closing(SnapshotFile(folder.snapshots)) as kept:
            conductor = Conductor(folder, plan, commands=commands, sinks=[kept, *sinks], receiver=receiver)
            with closing(conductor):
                if scenario.receiver is not None:
                    conductor.picture.further_bands = bands_of(scenario.receiver)
                ended = conductor.load()
                if receiver is not None and scenario.receiver is not None and scenario.receiver.role == "target":
                    receiver.end()  # so that its capture is whole
                return finish(conductor, ended, request.wishes, asks)
    finally:
        if receiver is not None:
            receiver.end()


def _cleared_and_told(request: Request, now: datetime) -> Scenario:
    """As `cleared`; what safety refuses is written down too: somebody wanted to send there."""
    try:
        return cleared(request)
    except Refused as refused:
        _tell(request, now, "refused", run="", seed=request.scenario.seed or 0, reason=refused.code)
        raise


def _tell(request: Request, at: datetime, what: str, *, run: str, seed: int, **more: Any) -> None:
    """A line of the audit: the targets as they were asked for."""
    scenario, confirmed = request.scenario, list(request.confirmed)
    own = scenario.receiver is not None and scenario.receiver.role == "target"
    targets = ["receiver of the run"] if own else [target.address for target in scenario.targets]
    append_run(
        request.data, at=at, what=what, run=run, targets=targets, digest=scenario.digest, seed=seed,
        scenario=scenario.name, confirmed=confirmed, overrides=dict(request.overrides), **more,
    )  # fmt: skip


def cleared(request: Request) -> Scenario:
    """The scenario with targets that may be sent to and answer. Raises Refused and EnvironmentFault."""
    scenario = request.scenario
    own = scenario.receiver is not None and scenario.receiver.role == "target"
    if own:
        assert scenario.receiver is not None
        scenario = replace(scenario, targets=(Target(scenario.receiver.host, scenario.receiver.port or 1),))
    allow_list = read_allow_list(request.data / FILE_NAME)
    scenario, _ = check_run(scenario, allow_list=allow_list, confirmed=request.confirmed)
    if not own:
        for target in scenario.targets:
            check_listens(target)
    return scenario


def check_listens(target: Target, within_s: float = CONNECT_PATIENCE_S) -> None:
    """Raises EnvironmentFault (code `unreachable`) when nobody accepts connections at the target."""
    try:
        socket.create_connection((target.host, target.port), timeout=within_s).close()
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        raise EnvironmentFault(
            f"Nobody answers at {target.address}: {reason}. Is the receiver running, and is this its MLLP port?",
            code="unreachable",
        ) from error


def _with_receiver(plan: Plan, listening: Listening) -> Plan:
    """The plan with the true address of the run's own receiver, and the authority to trust when it speaks TLS."""
    scenario = plan.scenario
    assert scenario.receiver is not None
    if scenario.receiver.role == "target":
        host, _, port = listening.address.rpartition(":")
        tls = Tls(ca=listening.authority) if listening.authority is not None else None
        target = replace(scenario.targets[0], host=host.strip("[]"), port=int(port), name="", tls=tls)
        scenario = replace(scenario, targets=(target,))
    return replace(plan, scenario=scenario, receiver=listening.address)


def refusal(scenario: Scenario, text: str) -> Snapshot:
    """What a live view is told of a run that was refused before it began."""
    nothing = Percentiles()
    return Snapshot(
        run="", name=scenario.title or scenario.name, state=RunState.REFUSED, elapsed_s=0.0, planned_total=0,
        duration_s=0.0, planned=0, sent=0, answered=0, waiting=0, queued=0, connected=0, reconnects=0, answers={},
        sent_per_s=0.0, answered_per_s=0.0, answer_ms=nothing, answer_whole_ms=nothing, service_whole_ms=nothing,
        lag_ms=nothing, peak_waiting=0, text=text, targets=[target.address for target in scenario.targets],
    )  # fmt: skip
