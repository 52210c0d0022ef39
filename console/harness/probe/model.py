"""What a probe is, what it saw, what was found: the words of this room, frozen.

A probe is one entry of the catalogue: what is sent (its script), what a sound receiver does (in words and as `expects`)
and why it matters. A finding says pass, fail or unclear in one sentence; `not-run` says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from console.harness.single.line import LineRecord

if TYPE_CHECKING:
    from console.harness.probe.bench import Bench


class Group(StrEnum):
    """The chapters of the report, in order."""

    FRAMING = "framing"
    ACKNOWLEDGMENT = "acknowledgment"
    CONTENT = "content"
    CHARSET = "charset"
    SIZE = "size"
    LOAD = "load"
    RECOVERY = "recovery"
    TLS = "tls"


class Severity(StrEnum):
    """CRITICAL: a message is lost, doubled or torn without the sender knowing, or the receiver goes down. MAJOR: an
    ordinary sender is stuck or resends for ever. MINOR: other senders than this one may stumble."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNCLEAR = "unclear"
    NOT_RUN = "not run"


class Quirk(StrEnum):
    """What the greeting found about a receiver, so that one fault is reported once and not by every probe.

    REPEATS: a message is answered again when the next one comes. CLOSES: the connection is closed after an answer.
    STUCK: the second message on a connection gets no answer. UNFRAMED: answers are not framed. One probe at least
    fails for each; the others work around it.
    """

    REPEATS = "repeats"
    CLOSES = "closes"
    STUCK = "stuck"
    UNFRAMED = "unframed"


class Fate(StrEnum):
    """What may become of a message that a probe sends.

    TAKEN: answered as an ordinary message is. ANSWERED: taken or refused with AE, AR, CE or CR, but answered.
    NOT_TAKEN: refused, or the connection closed; silence is a fault. NEVER_TAKEN: the same, silence allowed.
    FREE: anything. UNANSWERED: no answer at all is wanted.
    """

    TAKEN = "taken"
    ANSWERED = "answered"
    NOT_TAKEN = "not-taken"
    NEVER_TAKEN = "never-taken"
    FREE = "free"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Expect:
    """The message called `name` in the script may meet this fate. `closing`: closing the connection instead of an
    answer is allowed too. `severity` of breaking it, when it is not the probe's."""

    name: str
    fate: Fate
    closing: bool = False
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: one sentence for the vendor, and how bad it is when it failed."""

    outcome: Outcome
    sentence: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """All that a probe saw. `ids`: control id by the script's name for the message; '' for one sent without.
    `ordinary`: MSA-1 that this receiver gives an ordinary message. `facts`: what the script measured."""

    lines: tuple[LineRecord, ...] = ()
    ids: dict[str, str] = field(default_factory=dict)
    ordinary: str = "AA"
    facts: dict[str, str] = field(default_factory=dict)
    quirks: frozenset[Quirk] = frozenset()
    patience: float = 0.0
    """Seconds that an answer was waited for."""


Script = Callable[["Bench"], Awaitable[None]]
Check = Callable[[Observed], Finding | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """One entry of the catalogue.

    `why` says what goes wrong in a hospital, `source` where the rule comes from, `expected` what a sound receiver does,
    `advice` what to change. `severity` is the worst that can be found. `check` looks at what `expects` cannot say and
    comes after it. `any_bytes`: what comes back need not be HL7. `risky`: may take a receiver down, so it runs alone
    and is followed by a health check. `heavy`: runs alone because it would disturb others. `after`: runs only if that
    probe passed. `ordered`: answers must come in the order in which the messages went out. `enhanced`: a message may
    get two answers, the second from the application.
    """

    id: str
    group: Group
    title: str
    severity: Severity
    why: str
    source: str
    expected: str
    advice: str
    script: Script
    expects: tuple[Expect, ...] = ()
    check: Check | None = None
    any_bytes: bool = False
    risky: bool = False
    heavy: bool = False
    ordered: bool = True
    enhanced: bool = False
    after: str = ""
    tls: bool | None = None
    """True: only on a TLS port; False: only on a plain one; None: on both."""


@dataclass(frozen=True, slots=True)
class Result:
    """One probe's end. `observed` is empty when it did not run."""

    probe: Probe
    finding: Finding
    observed: Observed = field(default_factory=Observed)
    seconds: float = 0.0

    @property
    def severity(self) -> Severity:
        return self.finding.severity or self.probe.severity


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The whole suite against one receiver. `greeting`: the sentence about the ordinary message at the beginning;
    `latency_ms`: median time of its answers; `killed_by`: probe ids after which the receiver was gone."""

    target: str
    run: str
    started: str
    seconds: float
    kind: str
    ordinary: str
    greeting: str
    latency_ms: float
    results: tuple[Result, ...]
    killed_by: tuple[str, ...] = ()
    quirks: frozenset[Quirk] = frozenset()
    reachable: bool = True
    tls: bool = False
    version: str = ""

    def count(self, outcome: Outcome) -> int:
        return sum(result.finding.outcome is outcome for result in self.results)

    def failed(self, severity: Severity | None = None) -> list[Result]:
        """Failed results, worst first, in the catalogue's order within a severity."""
        order = list(Severity)
        found = [r for r in self.results if r.finding.outcome is Outcome.FAIL]
        return [r for s in order for r in found if r.severity is s and severity in (None, s)]

    @property
    def passed(self) -> bool:
        """Nothing failed and nothing was left out."""
        return self.reachable and not self.count(Outcome.FAIL) and not self.count(Outcome.NOT_RUN)
