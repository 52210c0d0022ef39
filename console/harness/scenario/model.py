"""A scenario as a frozen model: what `reading` makes of the TOML file and everything else of the harness works from.

Durations are seconds (float), rates messages a second, probabilities 0 to 1, times of day do not occur. Every field has
the default that the published schema states. Names are those of the TOML file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from console.core.test_traffic import HARNESS_FACILITY as HARNESS_FACILITY

DEFAULT_STARTS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""The hospital time of the first message when the scenario does not say: a fixed one, so that bytes depend on the file
and the seed alone. `starts = "now"` (here: None) takes the clock instead; the report then says which time it was."""


class Model(StrEnum):
    """OPEN: messages have a time and are sent then, whatever the receiver does. CLOSED: each connection sends the next
    message when the last one was answered. RECORDED: the times of the recorded messages, scaled."""

    OPEN = "open"
    CLOSED = "closed"
    RECORDED = "recorded"


class Arrivals(StrEnum):
    UNIFORM = "uniform"
    POISSON = "poisson"


class StageKind(StrEnum):
    """CONSTANT `rate`; RAMP from `rate` to `to`; CURVE through `points`; BURST: `size` at once, `every` so often;
    MORNING_RUSH: rise, plateau, decay around `rate` (its peak); PAUSE: nothing is sent."""

    CONSTANT = "constant"
    RAMP = "ramp"
    CURVE = "curve"
    BURST = "burst"
    MORNING_RUSH = "morning-rush"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the run. `points` are (second within the stage, rate), joined by straight lines; the first and last
    rate hold before and after them. `label` is shown on the charts."""

    kind: StageKind
    duration: float
    rate: float = 0.0
    to: float = 0.0
    size: int = 0
    every: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """A random duration in seconds, drawn from the seed. `law`: constant (a), uniform (a to b), exponential (mean a),
    lognormal (median a, 95 % below b), table (`values`, each equally likely)."""

    law: str = "constant"
    a: float = 0.0
    b: float = 0.0
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """`stages` run one after the other (open model). `duration` and `messages` bound any run, 0 = no bound.
    What is sent in the first `warm_up` seconds is sent and verified, but left out of latencies and thresholds.
    `speed` scales the recorded pace. `spin`: wait for the last 120 us in a loop (precise, costs a core)."""

    model: Model = Model.OPEN
    stages: tuple[Stage, ...] = ()
    arrivals: Arrivals = Arrivals.UNIFORM
    duration: float = 0.0
    messages: int = 0
    warm_up: float = 0.0
    think_time: Spread = field(default_factory=Spread)
    speed: float = 1.0
    spin: bool = False
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS 1.2 or newer towards the target. `verify` False takes any certificate (for test benches only)."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send. `kinds` (message types as `ORU` or `ORU^R01`) restricts what goes there; empty: everything that no
    other target claims."""

    host: str = "127.0.0.1"
    port: int = 2575
    name: str = ""
    tls: Tls | None = None
    kinds: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Affinity(StrEnum):
    """Which messages share a connection, and so keep their order: those of one patient, of one order, or none."""

    PATIENT = "patient"
    ORDER = "order"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Connections:
    """`outstanding` 1 is strict MLLP. `per_message` opens a connection for every message. `on_timeout`: `reconnect`
    (a late answer can never be taken for the next one) or `keep`. `resend`: how often the same bytes go out again when
    no answer came or AE/CE did. `backoff`: first and longest pause before a new connection."""

    count: int = 8
    outstanding: int = 1
    per_message: bool = False
    affinity: Affinity = Affinity.PATIENT
    answer_timeout: float = 30.0
    on_timeout: str = "reconnect"
    resend: int = 0
    backoff: tuple[float, float] = (0.1, 5.0)
    minimum_gap: float = 0.0


@dataclass(frozen=True, slots=True)
class AcknowledgmentMode:
    """`enhanced` puts `accept` and `application` (HL7 table 0155) into MSH-15 and MSH-16; original mode leaves both
    empty (HL7 2.5.1, 2.9)."""

    enhanced: bool = False
    accept: str = "AL"
    application: str = "AL"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One part of the content, drawn with `weight` among the others.

    `kind`: `journey` (`name`: a pathway of content.journeys), `template` (`path`: a file with {fields}), `files`
    (`path`: a file or folder), `stream` (`path`: a recorded stream of related messages), `text` (`text` inline).
    `renew`: identities, numbers, control ids and dates are replaced, so that it can be sent again and again.
    `repeat`: how often files and streams are gone through, 0 = as long as the run wants messages.
    `options` are the pathway's own settings (see the schema)."""

    kind: str
    weight: float = 1.0
    name: str = ""
    path: Path | None = None
    text: str = ""
    renew: bool = True
    repeat: int = 0
    options: tuple[tuple[str, str | float | bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """`patients`: how many different people; `processing_id`: MSH-11; `facility`: MSH-4 of everything that is made, by
    which consoles tell harness traffic from the real (core.test_traffic). `charset`: MSH-18 and the bytes.
    `allow_production`: said outright that messages with MSH-11 = P may go out."""

    mix: tuple[Ingredient, ...] = ()
    patients: int = 1000
    processing_id: str = "T"
    facility: str = HARNESS_FACILITY
    charset: str = "UNICODE UTF-8"
    version: str = "2.5.1"
    receiving_application: str = "SIGNALBOX"
    allow_production: bool = False


class FaultKind(StrEnum):
    """Every way the harness can misbehave on purpose."""

    DUPLICATE = "duplicate"  # the same bytes again
    DUPLICATE_CHANGED = "duplicate-changed"  # the same MSH-10 with other content
    REORDER = "reorder"  # changes places with a later message of the same patient
    DELAY = "delay"  # sent `amount` seconds late
    DROP = "drop"  # never sent
    TRUNCATE = "truncate"  # the frame's payload stops early, VT and FS CR intact
    GARBAGE = "garbage"  # random bytes in a frame before it
    STRAY_BYTES = "stray-bytes"  # bytes between frames
    NO_VT = "no-vt"
    NO_FS = "no-fs"
    NO_CR = "no-cr"
    EMPTY_FRAME = "empty-frame"
    GLUED_SEGMENTS = "glued-segments"  # a segment terminator is missing
    SPLIT_SEGMENT = "split-segment"  # a terminator in the middle of a segment
    BAD_DELIMITERS = "bad-delimiters"  # MSH-1/MSH-2 that cannot be
    WRONG_CHARSET = "wrong-charset"  # bytes that are not in the charset MSH-18 names
    LYING_CHARSET = "lying-charset"  # MSH-18 names another charset in which the bytes mean something else
    OVERSIZE = "oversize"  # padded to `amount` bytes
    BAD_HEADER = "bad-header"  # MSH-9, MSH-10 or MSH-12 missing
    CLOCK_SKEW = "clock-skew"  # MSH-7 off by `amount` seconds
    BYTE_BY_BYTE = "byte-by-byte"
    SLOW_LORIS = "slow-loris"  # the frame takes `amount` seconds
    SPLIT_FRAME = "split-frame"  # cut at VT, FS or CR with a pause
    COALESCE = "coalesce"  # several frames in one segment
    DISCONNECT_BEFORE = "disconnect-before"
    DISCONNECT_DURING = "disconnect-during"
    DISCONNECT_AFTER = "disconnect-after"  # after the frame, before its answer
    RESET = "reset"  # RST after the frame
    HALF_OPEN = "half-open"  # `count` connections that send part of a frame and stay
    RECONNECT_STORM = "reconnect-storm"  # every connection drops and comes back, `count` times
    OUTAGE = "outage"  # this sender is away for `amount` seconds and catches up
    TLS_PLAIN = "tls-plain"  # plain bytes to a TLS port
    TLS_STALL = "tls-stall"  # a handshake that stops half-way
    TLS_BAD_CERTIFICATE = "tls-bad-certificate"  # a client certificate nobody trusts


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned misbehaviour: for each message with `probability`, for the messages `nth`, or every `every`th; only
    in the window of seconds [`start`, `end`); or once at second `at` (connection faults). `kinds` restricts it to
    message types. `amount` and `count` are the fault's own measures."""

    kind: FaultKind
    probability: float = 0.0
    nth: tuple[int, ...] = ()
    every: int = 0
    at: float = -1.0
    start: float = 0.0
    end: float = float("inf")
    kinds: tuple[str, ...] = ()
    amount: float = 0.0
    count: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the run that charts shade and name, as `the lab is away`: from second `start` to `end`."""

    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Receiver:
    """A scripted listener that the run starts beside itself, as the target or as what stands behind the target."""

    script: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    role: str = "target"
    """`target`: the run sends to it. `downstream`: the system under test sends to it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whom to ask afterwards. `source`: `none`, `signalbox`, `fhir`, `mirth`, `listener`. `url` of its API; `token_env`
    names the environment variable that holds the secret (never in the file). `capture`: the listener's folder.
    `settle`: how long the system may take after the last answer until everything must be there."""

    source: str = "none"
    url: str = ""
    token_env: str = ""
    user: str = ""
    capture: Path | None = None
    settle: float = 60.0
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """`answer.p99 < 300ms` taken apart: metric, comparison, number in the metric's own unit (ms, 1, ratio 0 to 1, per
    second, s), and the words as written. The metrics are listed in verdict.thresholds."""

    metric: str
    comparison: str
    limit: float
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What stops a run by itself. `max_rate` caps the schedule; `stop_when_refused` and `stop_when_unanswered` are
    ratios over the last ten seconds (0 = never)."""

    max_rate: float = 100_000.0
    max_messages: int = 1_000_000
    max_duration: float = 4 * 3600.0
    stop_when_refused: float = 0.0
    stop_when_unanswered: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario. `seed` None: a new one is drawn and reported. `text` is the file as it was, `digest` its
    SHA-256; relative paths are already joined to `folder`. `name` is the file's name without its ending, `title` what
    people call it. `warnings`: sentences about what is allowed and should be known."""

    name: str
    text: str
    digest: str
    folder: Path
    title: str = ""
    description: str = ""
    seed: int | None = None
    starts: datetime | None = DEFAULT_STARTS
    targets: tuple[Target, ...] = (Target(),)
    connections: Connections = field(default_factory=Connections)
    acknowledgment: AcknowledgmentMode = field(default_factory=AcknowledgmentMode)
    load: Load = field(default_factory=Load)
    content: Content = field(default_factory=Content)
    faults: tuple[Fault, ...] = ()
    receiver: Receiver | None = None
    verification: Verification = field(default_factory=Verification)
    thresholds: tuple[Threshold, ...] = ()
    limits: Limits = field(default_factory=Limits)
    bands: tuple[Band, ...] = ()
    warnings: tuple[str, ...] = ()
