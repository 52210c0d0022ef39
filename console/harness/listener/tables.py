"""The tables of a listener script: every key, what it may hold and what it is for."""

from __future__ import annotations

from console.harness.listener.script import (
    Acknowledging,
    Answer,
    Capacity,
    Certificate,
    Defect,
    DefectKind,
    Do,
    ErrorWords,
    FieldTest,
    Filing,
    Form,
    Lab,
    ListenerTls,
    Match,
    Mode,
    Names,
    Outage,
    OutageKind,
    Rule,
    Script,
    Then,
)
from console.harness.scenario.fault_shapes import KINDS_OF_MESSAGES
from console.harness.scenario.kinds import File, Flag, Many, Text, Whole, duration, number, rate, ratio, size
from console.harness.scenario.model import Spread
from console.harness.scenario.shape import Key, OrShort, Shape, Table
from console.harness.scenario.tables import SPREAD

PATH = r"^[A-Z][A-Z0-9]{2}(\[[1-9][0-9]{0,3}\])?-[1-9][0-9]{0,2}(\.[1-9][0-9]?(\.[1-9][0-9]?)?)?$"
"""`PID-3`, `PID-3.1`, `OBX[2]-5`, `PID-3.4.2`."""

CODES = ("AA", "AE", "AR", "CA", "CE", "CR")
"""HL7 table 0008."""

_ADDRESS = Text(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):\d{1,5}$", example="127.0.0.1:2575")
_LINE = Text(pattern=r"^[^\r\n]*$", example="“the EHR of the ward” on one line", longest=120)
_NAME = Text(pattern=r"^[^|^~\\&\r\n]{1,60}$", example="LAB")
_SPREAD = OrShort(duration(), lambda seconds: Spread("constant", seconds), Table(SPREAD))

FIELD_TEST = Shape(
    "field",
    "A condition on one field of the message.",
    FieldTest,
    (
        Key("path", Text(pattern=PATH, example="PID-3.1 or OBX[2]-5"), "The field: PID-3.1, OBX[2]-5.", required=True),
        Key("equals", Text(), "The value is this text.", sentinel=True),
        Key("one_of", Many(Text(), least=1), "The value is one of these texts."),
        Key("matches", Text(needed=True, longest=1000), "This regular expression is found in the value."),
        Key("empty", Flag(), "true: nothing was sent there; false: something was.", sentinel=True),
    ),
)

MATCH = Shape(
    "match",
    "Which messages a rule is for; all conditions must hold.",
    Match,
    (
        Key("types", KINDS_OF_MESSAGES, "Message types (MSH-9): ORU, ORU^R01."),
        Key("application", _NAME, "The sending application (MSH-3)."),
        Key("facility", _NAME, "The sending facility (MSH-4)."),
        Key("fields", Many(Table(FIELD_TEST), least=1), "Conditions on fields."),
        Key("connections", Many(Whole(1), least=1), "The connections' numbers, in the order they were opened, from 1."),
        Key(
            "attempts",
            Whole(0, 1000),
            "Only the first so many times that one message (sender and MSH-10) comes; 0 is always.",
        ),
        Key("start", duration(), "Not before this second."),
        Key("end", duration(), "Not from this second on.", sentinel=True),
        Key("in_outage", Flag(), "Only while an outage of kind “refuse” lasts, in place of its AE."),
        Key("nth", Many(Whole(1), least=1), "Only these of the matching messages, counted from 1."),
        Key("every", Whole(0), "Only every so manieth of the matching messages; 0 is all."),
        Key("first", Whole(0), "Only the first so many matching messages; 0 is all."),
        Key("probability", ratio(), "Only this share of the matching messages, drawn from the seed."),
    ),
    elsewhere={
        "type": "message types are a list, “types”",
        "sender": "write “application” (MSH-3) or “facility” (MSH-4)",
        "connection": "connections are a list, “connections”",
    },
)

ERROR = Shape(
    "error",
    "The ERR segment of an answer.",
    ErrorWords,
    (
        Key("code", Text(pattern=r"^[0-9A-Za-z]{1,20}$", example="207"), "ERR-3: a code of HL7 table 0357."),
        Key("path", Text(pattern=rf"^$|{PATH}|^[A-Z][A-Z0-9]{{2}}$", example="OBX[2]-5"), "ERR-2: what is wrong."),
        Key("text", _LINE, "ERR-8: words for a person."),
        Key("severity", Text(("E", "W", "I", "F")), "ERR-4: HL7 table 0516."),
    ),
)

ANSWER = Shape(
    "answer",
    "What the sender hears.",
    Answer,
    (
        Key("do", Text(tuple(Do), Do), "What happens instead of an answer, if anything does."),
        Key("code", Text(CODES), "MSA-1 (HL7 table 0008)."),
        Key("text", _LINE, "MSA-3."),
        Key("error", Table(ERROR), "An ERR segment.", sentinel=True),
        Key("delay", _SPREAD, "The answer, and those behind it on the connection, wait for this time."),
        Key("late", _SPREAD, "The answer comes after this time, and others go past it meanwhile."),
        Key("then", Text(tuple(Then), Then), "What happens to the connection once the answer is out."),
        Key("control_id", Text(tuple(Names), Names), "Which message MSA-2 names."),
        Key("times", Whole(1, 100), "How often the same answer is sent."),
        Key("garbage", Whole(0, 1_000_000), "So many random bytes go out before the answer, or instead of it."),
        Key("form", Text(tuple(Form), Form), "How the bytes of the answer leave."),
        Key("bytes", Whole(0, 1_000_000), "How much of a partial answer is sent; how large a slice is."),
        Key("pause", duration(), "The pause between slices; the longest wait of a coalesced answer (0: 200 ms)."),
        Key("together", Whole(0, 1000), "How many coalesced answers leave in one piece."),
        Key(
            "filed",
            Flag(),
            "Whether the message is filed, whatever the answer says; left out: when it is AA or CA.",
            sentinel=True,
        ),
    ),
)

RULE = Shape(
    "rule",
    "One rule; the first that matches decides.",
    Rule,
    (
        Key("name", _LINE, "What statistics call it."),
        Key("match", Table(MATCH), "Which messages it is for; every message when left out."),
        Key("answer", Table(ANSWER), "What they are answered.", required=True),
    ),
    elsewhere={
        "code": "the code belongs to the answer: answer = { code = “AE” }",
        "types": "conditions belong to the match: match = { types = [“ORU”] }",
        "every": "conditions belong to the match: match = { every = 10 }",
    },
)

MODE = Shape(
    "mode",
    "Original or enhanced acknowledgment mode (HL7 2.5.1, 2.9).",
    Mode,
    (
        Key(
            "acknowledgment",
            Text(tuple(Acknowledging), Acknowledging),
            "auto obeys MSH-15 and MSH-16; original answers once; enhanced always answers CA, then AA.",
        ),
        Key("application_delay", _SPREAD, "From the commit acknowledgment (CA) to the application one (AA)."),
    ),
)

CAPACITY = Shape(
    "capacity",
    "How much the receiver can take.",
    Capacity,
    (
        Key("max_connections", Whole(1, 65_000), "A connection more is closed at once."),
        Key("rate", rate(), "Messages a second that are answered; what comes faster waits. 0 is no limit."),
        Key("burst", Whole(1, 1_000_000), "How many may be answered at once before the rate limits."),
        Key("max_frame", size(low=64), "The largest message; a larger one is answered AR."),
        Key("frame_timeout", duration(above=True), "How long a frame may take, besides its bytes at 64 kB a second."),
    ),
)

OUTAGE = Shape(
    "outage",
    "A time in which the receiver is away.",
    Outage,
    (
        Key("start", duration(), "Its first second.", required=True),
        Key("end", duration(above=True), "Its last second.", required=True),
        Key("kind", Text(tuple(OutageKind), OutageKind), "What senders see of it."),
    ),
    elsewhere={"from": "write “start”", "to": "write “end”"},
)

TLS = Shape(
    "tls",
    "TLS 1.2 or newer.",
    ListenerTls,
    (
        Key("certificate", File(), "Our certificate (PEM).", sentinel=True),
        Key("key", File(), "Its key (PEM).", sentinel=True),
        Key("client_ca", File(), "Clients must show a certificate signed by one of these authorities.", sentinel=True),
        Key(
            "make",
            Text(tuple(Certificate), Certificate),
            "Make a certificate for this run, with this flaw.",
            sentinel=True,
        ),
    ),
)

DEFECT = Shape(
    "defect",
    "Something that the store behind the receiver does wrong with a message it answered AA.",
    Defect,
    (
        Key("kind", Text(tuple(DefectKind), DefectKind), "What goes wrong.", required=True),
        Key("one_in", Whole(0), "In one of every so many results messages, drawn from the seed."),
        Key("numbers", Many(Whole(1), least=1), "In these results messages, counted from 1 as they are filed."),
    ),
)

FILING = Shape(
    "filing",
    "How the store behind the receiver files results.",
    Filing,
    (
        Key("ignore_duplicates", Flag(), "The same message again, byte for byte, changes nothing, as it should."),
        Key("defects", Many(Table(DEFECT)), "What it does wrong."),
    ),
)

LAB = Shape(
    "lab",
    "The receiver plays a laboratory: accepted orders come back as results.",
    Lab,
    (
        Key("results_to", _ADDRESS, "Where results are sent: HOST:PORT of an MLLP receiver.", required=True),
        Key("application", _NAME, "MSH-3 of the results."),
        Key("facility", _NAME, "MSH-4 of the results."),
        Key("collected", _SPREAD, "From the order to the specimen in the laboratory."),
        Key("preliminary", _SPREAD, "From there to the preliminary result."),
        Key("final", _SPREAD, "From there, or from the preliminary, to the final result."),
        Key("correction", _SPREAD, "From the final result to its correction."),
        Key("preliminary_share", ratio(), "The share of orders that get a preliminary result."),
        Key("corrected_share", ratio(), "The share of orders whose final result is corrected."),
        Key("lost_share", ratio(), "The share of orders that never get a result."),
        Key("duplicate_share", ratio(), "The share of results that are sent twice, byte for byte."),
        Key("connections", Whole(1, 256), "Connections to the receiver; one order keeps to one."),
        Key("answer_timeout", duration(above=True), "How long an answer is waited for."),
        Key("resend", Whole(0, 1000), "How often a result goes out again when no answer came, or AE did."),
        Key("resend_after", duration(), "The pause before that."),
        Key("scale", number(above=True, high=1e6), "Every turnaround is multiplied by this."),
    ),
)

_TOP = "it stands at the top of the file, before the first [table]"

SCRIPT = Shape(
    "script",
    "A script of the Signalbox harness listener.",
    Script,
    (
        Key("title", _LINE, "What people call it; the file's name when left out."),
        Key("description", Text(longest=4000), "What it is for."),
        Key("seed", Whole(0), "Same seed, same draws."),
        Key("starts", Text(("first-message", "ready")), "What seconds are counted from."),
        Key("answer", Table(ANSWER), "What is answered when no rule matches."),
        Key("rules", Many(Table(RULE)), "The rules, from the top; the first that matches decides."),
        Key("mode", Table(MODE), "Original or enhanced mode."),
        Key("capacity", Table(CAPACITY), "How much the receiver can take."),
        Key("outages", Many(Table(OUTAGE)), "When it is away."),
        Key("tls", Table(TLS), "TLS.", sentinel=True),
        Key("filing", Table(FILING), "How the store behind it files results."),
        Key("lab", Table(LAB), "It plays a laboratory.", sentinel=True),
    ),
    elsewhere={
        "name": "a script is named by its file; “title” is what people call it",
        "rule": "rules are a list, [[rules]]",
        "outage": "outages are a list, [[outages]]",
        "defects": "defects belong to the filing, [[filing.defects]]",
    },
)
"""The whole file."""

MISPLACED = dict.fromkeys(("title", "description", "seed", "starts"), _TOP)
"""Keys that end in the table above them when they are written too far down, and what to say then."""
