"""The scripted receiver itself: sockets, what every connection shares, and the switches a person has while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from time import monotonic, time_ns

from console.core.errors import EnvironmentFault, InvalidMessage
from console.harness.listener.acks import stamp
from console.harness.listener.answering import Answerer, when
from console.harness.listener.capture_writing import CaptureWriter
from console.harness.listener.captured import CODES, CaptureFlag
from console.harness.listener.durations import drawer
from console.harness.listener.fields import Fields
from console.harness.listener.judging import Judged, judge
from console.harness.listener.kinds import MOST_KINDS, Kind, make_kind
from console.harness.listener.line import HANGS, Line
from console.harness.listener.owed import Owed
from console.harness.listener.rules import ReadyRule, RuleBook, Standing
from console.harness.listener.script import Answer, Do, ErrorWords, Names, OutageKind, Rule, Script
from console.harness.listener.seen import Seen
from console.hl7v2.acceptance import require_usable, wants_enhanced
from console.hl7v2.acknowledgment import AckError, wanted
from console.hl7v2.batch_answer import batch_answer
from console.hl7v2.framing import Frame, FramingFault, frame
from console.hl7v2.peek import Header, peek

_SWEEP_S = 0.1
_TRY_EVERY_S = 1.0
_SHOWN = 64 * 1024
"""The most bytes of one message that are kept to be looked at; a capture has all of it."""
_CODE = {code: number for number, code in enumerate(CODES)}
_AWAY = Answer(
    code="AE", error=ErrorWords("207", "", "the receiver is out of order now; send it again later"), filed=False
)
_UNKEPT = Answer(
    code="AE", error=ErrorWords("207", "", "the receiver cannot store the message; send it again later"), filed=False
)

Hook = Callable[[bytes, Kind, int], None]


class ScriptedListener:
    """One listening socket, its connections, its script. Everything runs on the event loop's thread."""

    def __init__(
        self,
        script: Script,
        *,
        capture: CaptureWriter | None = None,
        tls: ssl.SSLContext | None = None,
        filed: Hook | None = None,
    ) -> None:
        self.script = script
        self.loop = asyncio.get_running_loop()
        self.max_frame = int(script.capacity.max_frame)
        self.frame_timeout = script.capacity.frame_timeout
        self.has_tls = tls is not None
        self.kinds: dict[tuple[bytes, ...], Kind] = {}
        self.number = 0
        self.bytes_in = self.bytes_out = 0
        self.second, self.stamp = 0, b""
        self.prefix = f"L{_base36(time_ns() // 1_000_000)}-".encode()
        self.unfinished: set[Line] = set()
        self.lines: dict[int, Line] = {}
        self.opened = self.turned_away = 0
        self.refused = 0
        self.codes: Counter[str] = Counter()
        self._standing_applied: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.seen: list[Seen] = []
        self.room = 0
        self.started_ns = 0
        self.ready_ns = time_ns()
        self.trouble = ""
        self._try_at = 0.0
        self.outage: OutageKind | None = None
        self._tls = tls
        self._capture = capture
        self._filed = filed
        self._looks_always = (
            capture is not None
            or filed is not None
            or any(rule.answer.control_id is Names.ANOTHER for rule in (*script.rules, Rule(answer=script.answer)))
        )
        self.looks = self._looks_always  # plain answers, too, are told to `took`
        self._outbox: list[tuple[Line, bytes]] = []
        self._book = RuleBook(script)
        self.switch: Answer | None = None
        self._slow_kinds: dict[tuple[str, ...], Kind] = {}
        self._last_id = self._id_before = ""
        self._answers = 0
        self._rate, self._burst = script.capacity.rate, script.capacity.burst
        self._free_at = 0.0
        self.at_once = not self._rate  # plain answers may leave as soon as they are made
        self._server: asyncio.Server | None = None
        self._address: tuple[str, int] = ("127.0.0.1", 0)
        self._sweeping: asyncio.TimerHandle | None = None
        self._stopping = False
        self._timers: list[asyncio.TimerHandle] = []
        self._answerer = Answerer(
            own_id=self.own_id,
            another_id=self._another_id,
            application_delay=drawer(script.mode.application_delay, Random(f"{script.seed}/application")),
        )

    # ------------------------------------------------------------ life

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Begins to listen; gives the address it got. Raises EnvironmentFault (`cannot-listen`)."""
        self._address = (host, port)
        await self._listen()
        assert self._server is not None
        self._address = (host, self._server.sockets[0].getsockname()[1])
        self.ready_ns = time_ns()
        if self.script.starts == "ready":
            self._begin(time_ns())
        self._sweeping = self.loop.call_later(_SWEEP_S, self._sweep)
        return self._address

    async def _listen(self) -> None:
        host, port = self._address
        try:
            self._server = await self.loop.create_server(
                lambda: Line(self),
                host,
                port,
                ssl=self._tls,
                ssl_handshake_timeout=10 if self._tls else None,
                backlog=1024,
            )
        except OSError as error:
            raise EnvironmentFault(
                f"--mllp {host}:{port}: cannot listen there: {error.strerror or error}. "
                "Does another program have the port? Choose another, or 0 for a free one.",
                code="cannot-listen",
                retryable=False,
            ) from error

    async def stop(self, patience: float = 2.0) -> None:
        """Accepts no more, answers what waits (at most `patience` seconds), then closes every connection."""
        self._stopping = True
        self._set_outage(None)
        if self._server is not None:
            self._server.close()
        for line in list(self.lines.values()):
            line.read_no_more()
        deadline = monotonic() + patience
        while self.waiting and monotonic() < deadline:
            await asyncio.sleep(0.01)
        for line in list(self.lines.values()):
            line.close()
        while self.lines and monotonic() < deadline + 1:
            await asyncio.sleep(0.01)
        for line in list(self.lines.values()):
            line.abort()
        for timer in (*self._timers, *([self._sweeping] if self._sweeping else ())):
            timer.cancel()
        self.flush()
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 2)

    def _begin(self, now_ns: int) -> None:
        """Second 0 of the script: outages are planned from here."""
        self.started_ns = now_ns
        for outage in self.script.outages:
            self._timers.append(self.loop.call_later(outage.start, self._set_outage, outage.kind))
            self._timers.append(self.loop.call_later(outage.end, self._set_outage, None))

    def _sweep(self) -> None:
        now = monotonic()
        self.unfinished = {line for line in self.unfinished if line.look(now)}
        if self.trouble and not self._stopping and now >= self._try_at:
            self._try_again()
        self._sweeping = self.loop.call_later(_SWEEP_S, self._sweep)

    # ------------------------------------------------------------ switches

    def set_switch(self, answer: Answer | None) -> None:
        """An answer above the script's, for every message; None gives the word back to the script."""
        self.switch = answer
        self._forget_kinds()

    def switch_outage(self, kind: OutageKind | None) -> None:
        """An outage by hand, until None."""
        self._set_outage(kind)

    def _set_outage(self, kind: OutageKind | None) -> None:
        before, self.outage = self.outage, kind
        if before is kind:
            return
        if before is OutageKind.ACCEPT_AND_HANG:
            for line in list(self.lines.values()):
                line.release(HANGS)
        if before is OutageKind.PORT_CLOSED and not self._stopping:
            self._listen_again()
        if kind is OutageKind.ACCEPT_AND_HANG:
            for line in list(self.lines.values()):
                line.hold(HANGS)
        if kind is OutageKind.PORT_CLOSED:
            if self._server is not None:
                self._server.close()
            for line in list(self.lines.values()):
                line.abort()
        self.at_once = not self._rate and kind is not OutageKind.ACCEPT_AND_HANG
        self._forget_kinds()

    def _listen_again(self) -> None:
        async def listen() -> None:
            while not self._stopping and self.outage is not OutageKind.PORT_CLOSED:
                try:
                    await self._listen()
                    return
                except EnvironmentFault:  # another program has taken the port meanwhile: it may give it back
                    await asyncio.sleep(0.1)

        self._listening = asyncio.ensure_future(listen())

    def _standing(self) -> Standing | None:
        if self.trouble:
            return Standing("trouble", _UNKEPT)
        if self.switch is not None:
            return Standing("switch", self.switch)
        return Standing("outage", _AWAY, outage=True) if self.outage is OutageKind.REFUSE else None

    # ------------------------------------------------------------ kinds of messages

    def learn(self, fields: list[bytes], payload: bytes) -> Kind | None:
        """The kind of a message that came for the first time; None when it cannot be used."""
        try:
            header = peek(payload)
            require_usable(header)
        except InvalidMessage:
            return None
        if len(self.kinds) >= MOST_KINDS:
            self._forget_kinds()
        kind = self._make_kind(header)
        self.kinds[(*fields[1:6], fields[8], fields[10])] = kind
        if not self.started_ns:
            self._begin(time_ns())
        return kind

    def _kind_of(self, header: Header) -> Kind:
        """The same for a message that the fast path did not take."""
        sent = header.fields
        key = (*sent[1:7], *sent[9:10], *sent[11:])
        kind = self._slow_kinds.get(key)
        if kind is None:
            if len(self._slow_kinds) >= MOST_KINDS:
                self._forget_kinds()
            kind = self._slow_kinds[key] = self._make_kind(header)
        return kind

    def _make_kind(self, header: Header) -> Kind:
        plan = self._book.plan(
            header.message_type,
            header.sending_application,
            header.sending_facility,
            standing=self._standing(),
        )
        return make_kind(header, plan, self.script.mode.acknowledgment.value)

    def _forget_kinds(self) -> None:
        """The rules or a switch changed, or there are too many: what was counted is kept, the rest made anew."""
        self._sum_up()
        self.kinds.clear()
        self._slow_kinds.clear()

    def _sum_up(self) -> None:
        """Moves the counts of kinds into those of types, rules and codes."""
        for kind in (*self.kinds.values(), *self._slow_kinds.values()):
            rule = kind.plan.fixed
            self.types[kind.name] += kind.count + kind.asked
            if kind.count and rule is not None:
                rule.applied += kind.count
                rule.plainly += kind.count
            last = kind.plan.rules[-1]
            if last is not self._book.otherwise and not last.number:  # a switch or an outage: it goes with its kinds
                self.codes[last.answer.code] += last.plainly
                self._standing_applied[last.name] += last.applied
                last.plainly = last.applied = 0
            kind.count = kind.asked = 0

    # ------------------------------------------------------------ one message

    def decide(self, line: Line, kind: Kind, payload: bytes, control_id: bytes, now_ns: int) -> ReadyRule:
        """The rule for a usable message."""
        plan = kind.plan
        kind.asked += 1
        attempt = 0
        if self._book.asks_attempts:
            header = kind.header
            attempt = self._book.attempt(
                header.sending_application, header.sending_facility, control_id.decode("latin-1")
            )
        rule = plan.fixed
        if rule is None:
            rule = plan.decide(
                Fields(payload, kind.header, kind.easy), line.number, (now_ns - self.started_ns) / 1e9, attempt
            )
        rule.applied += 1
        return rule

    def took(
        self, line: Line, kind: Kind, payload: bytes, control_id: bytes, now_ns: int, rule: ReadyRule | None = None
    ) -> None:
        """A message that was answered plainly: it is counted, kept and shown."""
        if rule is None:
            rule = kind.plan.fixed
            assert rule is not None
        code = rule.answer.code
        filed = rule.answer.files
        self._keep(line, payload, control_id, kind.name, rule, code, CaptureFlag.FILED if filed else 0, now_ns)
        if filed and self._filed is not None:
            self._filed(payload, kind, self._kept)

    def elaborate(
        self, line: Line, kind: Kind, rule: ReadyRule, payload: bytes, control_id: bytes, now_ns: int, flags: int = 0
    ) -> None:
        """Answers one message in whatever way its rule says, in its turn."""
        header = replace(kind.header, control_id=control_id.decode("utf-8", "surrogateescape"))
        wait = self._throttle()
        code = self._answerer.answer(line, kind, header, rule, wait, now_ns)
        answer = rule.answer
        self.codes[code] += 1
        if answer.files:
            flags |= CaptureFlag.FILED
        if not rule.plain:
            flags |= CaptureFlag.ODD
        if wait or answer.delay.law != "constant" or answer.delay.a:
            flags |= CaptureFlag.DELAYED
        self._keep(line, payload, control_id, kind.name, rule, code, flags, now_ns)
        if answer.files and self._filed is not None:
            self._filed(payload, kind, self._kept)

    def receive(self, line: Line, received: Frame | FramingFault) -> None:
        """What the fast path did not take: judged, then answered by the script where it can be used."""
        now = time_ns()
        judgement = judge(received)
        if judgement.envelope:
            self._answer_batch(line, judgement.messages, judgement.envelope, now)
            return
        several = CaptureFlag.IN_BATCH if len(judgement.messages) > 1 else CaptureFlag(0)
        for judged in judgement.messages:
            self.number += 1
            line.sequence += 1
            if judged.refusal is not None or judged.header is None:
                self._refuse(line, judged, now)
                continue
            header = judged.header
            kind = self._kind_of(header)
            if not self.started_ns:
                self._begin(now)
            control_id = header.control_id.encode("utf-8", "surrogateescape")
            rule = self.decide(line, kind, judged.payload, control_id, now)
            self.elaborate(line, kind, rule, judged.payload, control_id, now, several)

    def _refuse(self, line: Line, judged: Judged, now_ns: int) -> None:
        code, error = self._refusal(judged)
        self.refused += 1
        self.codes[code] += 1
        if code:
            line.owe(Owed(self._answerer.refuse(judged.header, code, error, now_ns)), self._throttle())
        self._keep_refused(line, judged, code, now_ns)

    def _refusal(self, judged: Judged) -> tuple[str, AckError]:
        error = judged.refusal or AckError("207", "the message cannot be used")
        letter = "E" if judged.torn else "R"
        code = "" if judged.silent else f"A{letter}"
        if code and judged.header is not None and wants_enhanced(judged.header, self.script.mode.acknowledgment.value):
            code = f"C{letter}" if wanted(judged.header.accept_ack, f"C{letter}") else ""
        return code, error

    def _keep_refused(self, line: Line, judged: Judged, code: str, now_ns: int) -> None:
        header = judged.header
        control_id = header.control_id.encode("utf-8", "surrogateescape") if header is not None else b""
        name = header.message_type if header is not None else ""
        self.types[name or "unreadable"] += 1
        self._keep(line, judged.payload, control_id, name, self._book.otherwise, code, CaptureFlag.REFUSED, now_ns)

    def _answer_batch(self, line: Line, messages: tuple[Judged, ...], envelope: tuple[str, ...], now_ns: int) -> None:
        """FHS and BHS: the answers leave together in the same envelope (HL7 2.5.1, 2.10.3)."""
        answers: list[bytes] = []
        for judged in messages:
            self.number += 1
            line.sequence += 1
            if judged.refusal is not None or judged.header is None:
                code, error = self._refusal(judged)
                self.refused += 1
                self.codes[code] += 1
                if code:
                    answers.append(self._answerer.refuse(judged.header, code, error, now_ns)[1:-2])
                self._keep_refused(line, judged, code, now_ns)
                continue
            header, kind = judged.header, self._kind_of(judged.header)
            if not self.started_ns:
                self._begin(now_ns)
            control_id = header.control_id.encode("utf-8", "surrogateescape")
            rule = self.decide(line, kind, judged.payload, control_id, now_ns)
            answer = rule.answer
            code = answer.code if answer.do is Do.ANSWER else ""
            if code:
                answers.append(self._answerer.payload(header, code, answer, now_ns))
            self.codes[code] += 1
            flags = CaptureFlag.IN_BATCH | (CaptureFlag.FILED if answer.files else CaptureFlag(0))
            self._keep(line, judged.payload, control_id, kind.name, rule, code, flags, now_ns)
            if answer.files and self._filed is not None:
                self._filed(judged.payload, kind, self._kept)
        if answers:
            whole = batch_answer(envelope, answers, control_id=self.own_id(), now=when(now_ns))
            line.owe(Owed(frame(whole)), self._throttle())

    def _throttle(self) -> float:
        """Seconds that this answer has to wait for its place in the rate."""
        if not self._rate:
            return 0.0
        now = self.loop.time()
        self._free_at = max(self._free_at, now)
        wait = self._free_at - now - (self._burst - 1) / self._rate
        self._free_at += 1 / self._rate
        return max(0.0, wait)

    # ------------------------------------------------------------ keeping and showing

    def _keep(
        self,
        line: Line,
        payload: bytes,
        control_id: bytes,
        kind: str,
        rule: ReadyRule,
        code: str,
        flags: int,
        now_ns: int,
    ) -> None:
        named = control_id.decode("utf-8", "replace")
        if named != self._last_id:
            self._id_before, self._last_id = self._last_id, named
        capture = self._capture
        if capture is not None and not self.trouble:
            capture.keep(now_ns, payload, line.number, line.sequence, rule.number, _CODE.get(code, 0), flags)
            if not self._outbox:
                self._outbox.append((line, b""))
                self.loop.call_soon(self.flush)
        if self.room > 0:
            self.room -= 1
            shown = payload if len(payload) <= _SHOWN else payload[:_SHOWN]
            self.seen.append(Seen(self.number, now_ns, line.number, named, kind, len(payload), code, rule.name, shown))
        else:
            self.looks = self._looks_always

    def look_at(self, room: int) -> None:
        """Notes the next `room` messages in `seen`, for the live view and the analysis."""
        self.room = room
        self.looks = room > 0 or self._looks_always

    def post(self, line: Line, data: bytes) -> None:
        """Sends bytes with the next `flush`."""
        if not self._outbox:
            self.loop.call_soon(self.flush)
        self._outbox.append((line, data))

    def flush(self) -> None:
        """Once a turn of the loop: what came goes to the disk, then the answers to it to the sockets. Where the disk
        fails, no answer leaves: the connections end, and what comes next is answered AE until it can be written again.
        """
        outbox, self._outbox = self._outbox, []
        if self._capture is not None and not self.trouble:
            try:
                self._capture.write()
            except OSError as error:
                self.trouble = f"the capture cannot be written: {error.strerror or error}"
                self._try_at = monotonic() + _TRY_EVERY_S
                self._forget_kinds()
                for line in {line for line, data in outbox}:
                    line.abort()
                return
        for line, data in outbox:
            if data:
                line.write_now(data)

    def _try_again(self) -> None:
        self._try_at = monotonic() + _TRY_EVERY_S
        if self._capture is not None and self._capture.has_room():
            self.trouble = ""
            self._forget_kinds()

    # ------------------------------------------------------------ for connections

    def admit(self, line: Line) -> bool:
        """Whether one more connection is welcome; gives it its number."""
        if self._stopping or len(self.lines) >= self.script.capacity.max_connections:
            self.turned_away += 1
            return False
        self.opened += 1
        line.number = self.opened
        self.lines[line.number] = line
        if self.outage is OutageKind.ACCEPT_AND_HANG:
            line.hold(HANGS)
        return True

    def dismiss(self, line: Line) -> None:
        self.lines.pop(line.number, None)
        self.unfinished.discard(line)

    def turn_to(self, second: int) -> None:
        self.second, self.stamp = second, stamp(second)

    def own_id(self) -> str:
        """The next control id of our own, at most 20 characters, never given twice."""
        self._answers += 1
        return f"{self.prefix.decode()}{_base36(self._answers)}A"

    def _another_id(self, control_id: str) -> str:
        return self._last_id if self._last_id != control_id else self._id_before

    @property
    def waiting(self) -> int:
        """Answers that are owed and have not left."""
        return sum(line.owed for line in self.lines.values())

    @property
    def answered(self) -> int:
        """Messages whose answer has left."""
        return self.number - self.waiting - self.codes[""]

    @property
    def captured(self) -> int:
        return self._capture.records if self._capture is not None else 0

    @property
    def _kept(self) -> int:
        """The number of the message at hand in the capture."""
        return self._capture.kept if self._capture is not None else self.number

    def counts(self) -> tuple[Counter[str], Counter[str], dict[str, int]]:
        """Messages by type, by the code of their answer, and by rule in the order of the script."""
        self._sum_up()
        answers = Counter(self.codes)
        rules: dict[str, int] = {}
        for rule in (*self._book.rules, self._book.otherwise):
            answers[rule.answer.code] += rule.plainly
            rules[rule.name] = rules.get(rule.name, 0) + rule.applied
        rules |= self._standing_applied
        return Counter(self.types), answers, rules


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, rest = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + digits
    return digits
