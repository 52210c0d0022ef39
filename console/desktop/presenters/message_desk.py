"""The mind of the One message view: the draft, what was opened, whom to send to, what came back, what was sent before.

Sending happens on the io thread, one connection an action. Files and the history are read there too.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.connections.private_file import write_private
from console.core.errors import EnvironmentFault, InvalidMessage, Refused, SignalboxError
from console.desktop.jobs import Job, JobState
from console.desktop.models.draft_message import Draft
from console.desktop.operations import Latest, Operation
from console.desktop.session import Session
from console.harness.scenario.model import Tls
from console.harness.single import composing, history, message_files, targets
from console.harness.single.exchange import Conversation, Exchange
from console.harness.single.judgement import Judgement, judge
from console.harness.single.message_files import Found

DRAFT_FILE = Path("harness") / "draft.base64"
TLS_FILE = Path("harness") / "message-tls.json"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK_LENGTH = 10
MOST_AT_ONCE = 10_000
PATIENCE_S = 30
PATIENCES_S = (2, 5, 10, 30, 60, 120, 300)
"""Seconds to wait for an answer, to choose from."""


@dataclass(frozen=True, slots=True)
class Told:
    """One sent message with what was made of its answer. `number`: place among those sent together."""

    exchange: Exchange
    attempts: int
    judgement: Judgement
    number: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent: the payloads in order, to whom, how patiently, and the pause in seconds between two."""

    payloads: tuple[bytes, ...]
    address: str
    tls: Tls | None
    patience: float
    resend: int = 0
    pause: float = 0.0
    confirmed: tuple[str, ...] = ()


class MessageDesk(QObject):
    """`draft_changed`: the message is another or was edited; `opened_changed`: the list of opened messages; `told`: a
    message was sent and judged; `busy_changed`; `history_changed`; `choices_changed`: the receivers to choose from."""

    draft_changed = Signal()
    opened_changed = Signal()
    told = Signal(object)
    busy_changed = Signal(bool)
    history_changed = Signal()
    choices_changed = Signal()
    confirmation_wanted = Signal(str, str)
    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._now = now
        self.draft = Draft()
        self.opened: tuple[Found, ...] = ()
        """Messages of the files that were opened, as they stand in them."""
        self.chosen = -1
        self.results: dict[int, Judgement] = {}
        """By place in `opened`, of the last time all of them were sent."""
        self.last: Told | None = None
        self.history: tuple[history.Entry, ...] = ()
        self.choices: tuple[targets.Choice, ...] = ()
        self.tls: dict[str, Tls] = {}
        """What each address wants of TLS."""
        self._operation: Operation | None = None
        self._waiting: Sending | None = None
        self._job: Job | None = None
        self._reading = Latest(session.io, self)
        self._opening = Latest(session.io, self)
        self._saving = Latest(session.io, self)

    @property
    def data(self) -> Path:
        return self.session.settings.path.parent

    @property
    def busy(self) -> bool:
        return self._operation is not None

    # ---- the message ------------------------------------------------------------------------------------------
    def load(self) -> None:
        """Receivers, history, TLS settings and the draft of last time; all on the io thread."""
        data = self.data

        async def read() -> tuple[tuple[targets.Choice, ...], tuple[history.Entry, ...], dict[str, Tls], bytes]:
            return (
                await asyncio.to_thread(targets.choices, data),
                await asyncio.to_thread(history.read, data),
                await asyncio.to_thread(_read_tls, data / TLS_FILE),
                await asyncio.to_thread(_read_draft, data / DRAFT_FILE),
            )

        def done(
            got: tuple[tuple[targets.Choice, ...], tuple[history.Entry, ...], dict[str, Tls], bytes],
        ) -> None:
            self.choices, self.history, self.tls, kept = got
            if not self.draft.payload:
                self.draft = Draft(kept or self._composed("ORU^R01"))
                self.draft_changed.emit()
            self.choices_changed.emit()
            self.history_changed.emit()

        def not_read(error: SignalboxError) -> None:
            if not self.draft.payload:
                self.compose("ORU^R01")
            self.failed.emit(error)

        self._reading.run(read, done=done, failed=not_read)

    def compose(self, kind: str) -> None:
        """A new message of a type; the one before is a step back."""
        self._put(self._composed(kind))

    def freshen(self) -> None:
        """A new MSH-10 and MSH-7; everything else stays. Tells `failed` when there is no header."""
        try:
            self._put(composing.fresh(self.draft.payload, control_id=self._mark(), now=self._now()))
        except (Refused, InvalidMessage) as error:
            self.failed.emit(error)

    def edit(self, change: Callable[[Draft], None]) -> None:
        """Any change of the draft; what a rule refuses is told and changes nothing."""
        before = self.draft.payload
        try:
            change(self.draft)
        except (Refused, InvalidMessage) as error:
            self.failed.emit(error)
        if self.draft.payload != before:
            self.draft_changed.emit()
            self._keep()

    def take_pasted(self, text: str) -> None:
        """What was pasted or dropped as text: framing bytes go, several messages become a list."""
        found = message_files.in_bytes(text.encode("utf-8", "surrogateescape"), self.tr("pasted"))
        if len(found) > 1:
            self._opened(found)
        elif found:
            self._put(found[0].payload)
        else:
            self._put(text.replace("\n", "\r").encode("utf-8", "surrogateescape"))

    def open(self, paths: Sequence[Path]) -> None:
        """Reads files and folders; the first message becomes the draft, all of them the list."""
        places = [str(path) for path in paths]

        async def read() -> list[Found]:
            return await asyncio.to_thread(lambda: list(message_files.messages_of(places)))

        self._opening.run(read, done=self._opened, failed=self.failed.emit)

    def choose(self, number: int) -> None:
        """Another of the opened messages becomes the draft; the one before is a step back."""
        if 0 <= number < len(self.opened) and number != self.chosen:
            self.chosen = number
            self._put(self.opened[number].payload)

    def close_list(self) -> None:
        self.opened, self.chosen, self.results = (), -1, {}
        self.opened_changed.emit()

    # ---- sending ----------------------------------------------------------------------------------------------
    def send(self, sending: Sending) -> None:
        """Sends; `told` for each. Nothing while a sending goes on."""
        if self.busy or not sending.payloads:
            return
        self._waiting = sending
        data, post = self.data, self.session.io.bridge.post

        async def work() -> int:
            return await _send(sending, data, lambda told: post(lambda: self._one(told)))

        self.results = {}
        if len(sending.payloads) > 1:
            self._job = self.session.jobs.add(
                Job(self.tr("%n message(s)", "", len(sending.payloads)), icon="file-text", stop=self.stop)
            )
        self._operation = Operation(self.session.io, work, self)
        self._operation.succeeded.connect(self._all_told)
        self._operation.failed.connect(self._not_sent)
        self._operation.finished.connect(self._over)
        self.busy_changed.emit(True)
        self._operation.start()

    def confirm(self, typed: str) -> None:
        """The person typed the address of a receiver that is not this machine."""
        if self._waiting is not None:
            self.send(replace(self._waiting, confirmed=(typed.strip(),)))

    def stop(self) -> None:
        """Sends no more; what went out is told."""
        if self._operation is not None:
            self._operation.cancel()

    def remember_tls(self, address: str, tls: Tls | None) -> None:
        """What this address wants of TLS, kept for next time."""
        if tls is None:
            self.tls.pop(address, None)
        else:
            self.tls[address] = tls
        kept = json.dumps({name: _tls_json(one) for name, one in self.tls.items()}, indent=1)
        path = self.data / TLS_FILE

        async def write() -> None:
            await asyncio.to_thread(write_private, path, kept)

        self._saving.run(write, done=lambda _: None, failed=self.failed.emit)

    def clear_history(self) -> None:
        data = self.data

        async def clear() -> None:
            await asyncio.to_thread(history.clear, data)

        def done(_: object) -> None:
            self.history = ()
            self.history_changed.emit()

        self._reading.run(clear, done=done, failed=self.failed.emit)

    # ---- inside -----------------------------------------------------------------------------------------------
    def _mark(self) -> str:
        return "".join(secrets.choice(CROCKFORD) for _ in range(MARK_LENGTH))

    def _composed(self, kind: str) -> bytes:
        return composing.compose(kind, mark=self._mark(), now=self._now())

    def _put(self, payload: bytes) -> None:
        self.edit(lambda draft: draft.replace(payload))

    def _opened(self, found: list[Found]) -> None:
        if not found:
            self.failed.emit(Refused(self.tr("There is no HL7 message in what was opened."), code="nothing-found"))
            return
        self.opened, self.chosen, self.results = (tuple(found), 0, {}) if len(found) > 1 else ((), -1, {})
        self._put(found[0].payload)
        self.opened_changed.emit()

    def _one(self, told: Told) -> None:
        self.last = told
        self.results[told.number] = told.judgement
        if self._job is not None and self._waiting is not None:
            sent = self.tr("%1 of %2 sent").replace("%1", str(told.number + 1))
            self._job.report(JobState.RUNNING, sent.replace("%2", str(len(self._waiting.payloads))))
        entry = history.entry_of(told.exchange, told.judgement)
        self.history = (*self.history, replace(entry, attempts=told.attempts))[-history.MOST :]
        self.told.emit(told)
        self.history_changed.emit()

    def _all_told(self, _count: int) -> None:
        self._waiting = None
        if self._job is not None:
            self._job.report(JobState.DONE, self.tr("sent"))
            self._job = None

    def _not_sent(self, error: SignalboxError) -> None:
        if isinstance(error, Refused) and error.code == "target-not-confirmed" and self._waiting is not None:
            self.confirmation_wanted.emit(self._waiting.address, error.text)
        else:
            self._waiting = None
            self.failed.emit(error)

    def _over(self) -> None:
        self._operation = None
        if self._job is not None:
            self._job.report(JobState.STOPPED, self.tr("stopped"))
            self._job = None
        self.busy_changed.emit(False)

    def _keep(self) -> None:
        """The draft survives a restart, unless it says that it is of production."""
        payload = self.draft.payload
        keep = payload if self.draft.header.processing_id != "P" and len(payload) < 1_000_000 else b""
        path = self.data / DRAFT_FILE

        async def write() -> None:
            await asyncio.to_thread(write_private, path, base64.b64encode(keep).decode("ascii"))

        self._saving.run(write, done=lambda _: None, failed=lambda _: None)


async def _send(sending: Sending, data: Path, tell: Callable[[Told], None]) -> int:
    """Sends all over one connection that is opened anew when it breaks. Gives how many were sent."""

    def clock() -> datetime:
        return datetime.now(UTC)

    target = targets.parse_target(sending.address, tls=sending.tls)
    target, _ = await asyncio.to_thread(lambda: targets.clear(target, data, confirmed=sending.confirmed))
    async with Conversation(target, clock=clock, patience=sending.patience) as conversation:
        for number, payload in enumerate(sending.payloads):
            if number and sending.pause:
                await asyncio.sleep(sending.pause)
            attempts = await conversation.send(payload, resend=sending.resend)
            judgement = judge(attempts[-1])
            entry = replace(history.entry_of(attempts[-1], judgement), attempts=len(attempts))
            await asyncio.to_thread(history.append, data, entry)
            tell(Told(attempts[-1], len(attempts), judgement, number))
    return len(sending.payloads)


def _read_draft(path: Path) -> bytes:
    try:
        return base64.b64decode(path.read_bytes(), validate=True)
    except (FileNotFoundError, ValueError):
        return b""
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read: {error.strerror}.", code="draft-unreadable") from error


def _read_tls(path: Path) -> dict[str, Tls]:
    """What was kept; a file that is none is as good as none."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): _tls(one) for name, one in body.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _tls(one: dict[str, object]) -> Tls:
    def file(name: str) -> Path | None:
        return Path(str(one[name])) if one.get(name) else None

    return Tls(
        file("ca"), file("certificate"), file("key"), str(one.get("server_name", "")), bool(one.get("verify", True))
    )


def _tls_json(tls: Tls) -> dict[str, object]:
    return {
        "ca": str(tls.ca or ""),
        "certificate": str(tls.certificate or ""),
        "key": str(tls.key or ""),
        "server_name": tls.server_name,
        "verify": tls.verify,
    }
