"""A listener script as a frozen model: what the scripted receiver answers, to whom, when, and what it does wrong.

Durations are seconds (float), probabilities 0 to 1. Names and defaults are those of the TOML file and its published
schema. Seconds count from the first message (`Script.starts`: or from the moment the listener was ready).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from console.harness.scenario.model import Spread


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A condition on one field: `PID-3.1`, `OBX[2]-5` (the second OBX). Without an ordinal any such segment may
    satisfy it. Exactly one of the conditions is set. Values are compared decoded and unescaped."""

    path: str
    equals: str | None = None
    one_of: tuple[str, ...] = ()
    matches: str = ""
    """A regular expression that is found anywhere in the value."""
    empty: bool | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which messages a rule is for: all conditions must hold. Counting conditions (`nth`, `every`, `first`,
    `probability`) count the messages that satisfy the others, from 1."""

    types: tuple[str, ...] = ()
    application: str = ""
    facility: str = ""
    fields: tuple[FieldTest, ...] = ()
    connections: tuple[int, ...] = ()
    attempts: int = 0
    start: float = 0.0
    end: float = math.inf
    in_outage: bool = False
    nth: tuple[int, ...] = ()
    every: int = 0
    first: int = 0
    probability: float = 1.0


class Do(StrEnum):
    """What happens instead of an answer, if anything does."""

    ANSWER = "answer"
    SILENCE = "silence"
    CLOSE = "close"
    RESET = "reset"
    STOP_READING = "stop-reading"


class Then(StrEnum):
    """What happens to the connection once the answer is out."""

    GO_ON = "go-on"
    CLOSE = "close"
    RESET = "reset"
    STOP_READING = "stop-reading"


class Names(StrEnum):
    """Which message the answer names in MSA-2: the one it is for, none, one that never was, or another real one."""

    RIGHT = "right"
    WRONG = "wrong"
    EMPTY = "empty"
    ANOTHER = "another"


class Form(StrEnum):
    """How the answer's bytes leave: in one piece; only the first `bytes` of them; in slices of `bytes` with `pause`
    between; held back until `together` answers leave in one piece (or `pause` has passed); or framed wrongly."""

    WHOLE = "whole"
    PARTIAL = "partial"
    SLICED = "sliced"
    COALESCED = "coalesced"
    NO_VT = "no-vt"
    NO_FS = "no-fs"
    NO_CR = "no-cr"


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """ERR: `code` of HL7 table 0357, `path` like `OBX[2]-5`, severity E, W or I."""

    code: str = "207"
    path: str = ""
    text: str = ""
    severity: str = "E"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender hears. `delay` holds up the answers behind it on the connection; with `late` they go past it.
    `filed` None: filed when the code is AA or CA."""

    do: Do = Do.ANSWER
    code: str = "AA"
    text: str = ""
    error: ErrorWords | None = None
    delay: Spread = field(default_factory=Spread)
    late: Spread = field(default_factory=Spread)
    then: Then = Then.GO_ON
    control_id: Names = Names.RIGHT
    times: int = 1
    garbage: int = 0
    form: Form = Form.WHOLE
    bytes: int = 0
    pause: float = 0.0
    together: int = 0
    filed: bool | None = None

    @property
    def plain(self) -> bool:
        """One answer at once, whole, with the right id, and nothing after it: what the fast path can do."""
        return (
            self.do is Do.ANSWER and self.then is Then.GO_ON and self.control_id is Names.RIGHT and self.times == 1
            and not self.garbage and self.form is Form.WHOLE and not self.text and self.error is None
            and _nothing(self.delay) and _nothing(self.late)
        )  # fmt: skip

    @property
    def files(self) -> bool:
        if self.filed is not None:
            return self.filed
        return self.do is Do.ANSWER and self.code in ("AA", "CA")


def _nothing(spread: Spread) -> bool:
    return spread.law == "constant" and spread.a == 0


@dataclass(frozen=True, slots=True)
class Rule:
    """`match` and what is answered then. The first rule that matches decides."""

    name: str = ""
    match: Match = field(default_factory=Match)
    answer: Answer = field(default_factory=Answer)


class Acknowledging(StrEnum):
    """AUTO obeys MSH-15 and MSH-16 where they are filled; ORIGINAL answers once, whatever they say; ENHANCED answers
    CA and later AA, also where they are empty."""

    AUTO = "auto"
    ORIGINAL = "original"
    ENHANCED = "enhanced"


@dataclass(frozen=True, slots=True)
class Mode:
    """`application_delay`: from the commit acknowledgment to the application acknowledgment."""

    acknowledgment: Acknowledging = Acknowledging.AUTO
    application_delay: Spread = field(default_factory=Spread)


@dataclass(frozen=True, slots=True)
class Capacity:
    """`rate` in messages a second, 0 = no limit: what comes faster is answered later. `burst`: how many may be
    answered at once before that. `max_frame` in bytes; a larger frame is answered AR."""

    max_connections: int = 1024
    rate: float = 0.0
    burst: int = 1
    max_frame: float = 16 * 1024 * 1024
    frame_timeout: float = 30.0


class OutageKind(StrEnum):
    """PORT_CLOSED: nobody listens, open connections end. ACCEPT_AND_HANG: connections open, nothing is read until it
    ends. REFUSE: everything is read and answered AE."""

    PORT_CLOSED = "port-closed"
    ACCEPT_AND_HANG = "accept-and-hang"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Outage:
    start: float
    end: float
    kind: OutageKind = OutageKind.PORT_CLOSED


class Certificate(StrEnum):
    """A certificate made at start, with one flaw. GOOD is signed by an authority that is written beside it."""

    GOOD = "good"
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_NAME = "wrong-name"


@dataclass(frozen=True, slots=True)
class ListenerTls:
    """TLS 1.2 or newer. Either `certificate` and `key`, or `make`."""

    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None
    make: Certificate | None = None


class DefectKind(StrEnum):
    """What a bad store does with a message that it answered AA."""

    LOSE = "lose"
    TWICE = "twice"
    SWAP_PATIENTS = "swap-patients"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Defect:
    """Planted in one of every `one_in` results messages, or in the `numbers`th ones (from 1, in the order filed).

    A defect that cannot show there (STALE: the message changes nothing that was filed before; SWAP_PATIENTS: the next
    message is of the same patient) waits for the next message where it can."""

    kind: DefectKind
    one_in: int = 0
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Filing:
    """How the store behind the listener files. `ignore_duplicates`: a message whose very bytes were filed before
    changes nothing, as a good store does; False files it once more. Other bytes under a used MSH-10 are another
    message."""

    ignore_duplicates: bool = True
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, slots=True)
class Lab:
    """The listener plays a laboratory: an order that it accepts comes back as results to `results_to`. Shares are of
    all orders. `scale` shortens or stretches every turnaround."""

    results_to: str
    application: str = "LAB"
    facility: str = "HARNESS"
    collected: Spread = field(default_factory=lambda: Spread("uniform", 0.2, 0.8))
    preliminary: Spread = field(default_factory=lambda: Spread("lognormal", 1.0, 3.0))
    final: Spread = field(default_factory=lambda: Spread("lognormal", 2.0, 6.0))
    correction: Spread = field(default_factory=lambda: Spread("lognormal", 2.0, 8.0))
    preliminary_share: float = 0.3
    corrected_share: float = 0.02
    lost_share: float = 0.0
    duplicate_share: float = 0.0
    connections: int = 2
    answer_timeout: float = 10.0
    resend: int = 5
    resend_after: float = 0.5
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script. `text` is the file as it was; without a file it is empty and everything is answered AA."""

    name: str = "always-aa"
    text: str = ""
    title: str = ""
    description: str = ""
    seed: int = 1
    starts: str = "first-message"
    answer: Answer = field(default_factory=Answer)
    rules: tuple[Rule, ...] = ()
    mode: Mode = field(default_factory=Mode)
    capacity: Capacity = field(default_factory=Capacity)
    outages: tuple[Outage, ...] = ()
    tls: ListenerTls | None = None
    filing: Filing = field(default_factory=Filing)
    lab: Lab | None = None
