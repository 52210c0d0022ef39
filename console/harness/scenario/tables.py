"""The tables of a scenario file: every key, what it may hold and what it is for."""

from __future__ import annotations

from console.harness.scenario.checks import (
    spread_findings,
    stage_findings,
    tls_findings,
    window_findings,
)
from console.harness.scenario.content_checks import ingredient_findings
from console.harness.scenario.fault_shapes import FAULT, KINDS_OF_MESSAGES
from console.harness.scenario.kinds import (
    LABEL,
    File,
    Fixed,
    Flag,
    Free,
    Many,
    Moment,
    Text,
    Whole,
    duration,
    number,
    rate,
    ratio,
)
from console.harness.scenario.model import (
    AcknowledgmentMode,
    Affinity,
    Arrivals,
    Band,
    Connections,
    Content,
    Ingredient,
    Limits,
    Load,
    Model,
    Receiver,
    Scenario,
    Spread,
    Stage,
    StageKind,
    Target,
    Tls,
    Verification,
)
from console.harness.scenario.overrides import SOURCES
from console.harness.scenario.shape import Key, OrShort, Shape, Table, Variant
from console.hl7v2.charset import TABLE_0211

TABLE_0155 = ("AL", "NE", "ER", "SU")
"""HL7 table 0155: when an acknowledgment is wanted: always, never, on error, on success."""

TABLE_0103 = ("T", "D", "P")
"""HL7 table 0103: training (test), debugging, production."""

VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2")

_SOME_TIME = duration(above=True)
_HOST = Text(pattern=r"^[^\s/@]+$", example="127.0.0.1 or hl7.example.org")
_VARIABLE = Text(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", example="SIGNALBOX_TOKEN")
_URL = Text(pattern=r"^https?://[^\s/]", example="http://127.0.0.1:8585")
_LINE = Text(pattern=r"^[^\r\n]*$", example="“results of the laboratory” on one line", longest=120)

SPREAD = Shape(
    "spread",
    "A random duration, drawn from the seed. A duration alone instead of the table is a constant one.",
    Spread,
    (
        Key("law", Text(("constant", "uniform", "exponential", "lognormal", "table")), "How it is distributed."),
        Key("a", duration(), "The constant, the least, the mean or the median: see law."),
        Key("b", duration(), "The most (uniform), or what 95 % stay below (lognormal)."),
        Key("values", Many(duration(), least=1), "The durations of a table, each equally likely.", sentinel=True),
    ),
    tag="law",
    check=spread_findings,
    variants={
        "constant": Variant("Always `a`.", takes=("a",)),
        "uniform": Variant("Between `a` and `b`.", needs=("a", "b")),
        "exponential": Variant("Exponential with the mean `a`.", needs=("a",)),
        "lognormal": Variant("Log-normal with the median `a`; 95 % stay below `b`.", needs=("a", "b")),
        "table": Variant("One of `values`.", needs=("values",)),
    },
)

STAGE = Shape(
    "stage",
    "One part of the run; the stages follow one another.",
    Stage,
    (
        Key("kind", Text(tuple(StageKind), StageKind), "The shape of the rate in this stage.", required=True),
        Key("duration", _SOME_TIME, "How long the stage takes.", required=True),
        Key("rate", rate(), "Messages a second; at the beginning of a ramp; at the peak of a morning rush."),
        Key("to", rate(), "The rate at the end of a ramp."),
        Key("size", Whole(1, 10_000_000), "Messages in one burst, all at once.", sentinel=True),
        Key("every", _SOME_TIME, "Time from one burst to the next.", sentinel=True),
        Key(
            "points",
            Many(Fixed((duration(), rate()), "a pair [second within the stage, rate]"), least=2),
            "The curve: [second within the stage, rate] pairs, joined by straight lines.",
            sentinel=True,
        ),
        Key("label", LABEL, "What the charts call the stage."),
    ),
    tag="kind",
    check=stage_findings,
    variants={
        StageKind.CONSTANT.value: Variant("The same `rate` all the time.", needs=("rate",)),
        StageKind.RAMP.value: Variant(
            "From `rate` (0 when left out) to `to` in a straight line.", needs=("to",), takes=("rate",)
        ),
        StageKind.CURVE.value: Variant(
            "Through `points`; before the first and after the last the rate stays.", needs=("points",)
        ),
        StageKind.BURST.value: Variant("`size` messages at once, every `every`.", needs=("size", "every")),
        StageKind.MORNING_RUSH.value: Variant(
            "Rise in the first ninth, `rate` for six ninths, decay in the last two: 80 % of the messages in the peak.",
            needs=("rate",),
        ),
        StageKind.PAUSE.value: Variant("Nothing is sent."),
    },
)

LOAD = Shape(
    "load",
    "When messages are sent.",
    Load,
    (
        Key("model", Text(tuple(Model), Model), "Who sets the pace: the plan, the answers, or a recording."),
        Key("stages", Many(Table(STAGE), least=1), "The stages of an open model, in order.", sentinel=True),
        Key("arrivals", Text(tuple(Arrivals), Arrivals), "Evenly spaced, or at random as real senders are (Poisson)."),
        Key("duration", _SOME_TIME, "The run ends after this time at the latest.", sentinel=True),
        Key("messages", Whole(1), "The run ends after so many messages at the latest.", sentinel=True),
        Key("warm_up", duration(), "What is sent in this time is left out of latencies and thresholds."),
        Key(
            "think_time",
            OrShort(duration(), lambda seconds: Spread("constant", seconds), Table(SPREAD)),
            "The pause of a connection between an answer and its next message.",
        ),
        Key("speed", number(above=True, high=1e6), "How many times faster than recorded."),
        Key("spin", Flag(), "Wait for the last 120 us in a loop: more precise, and costs a processor."),
        Key("processes", Whole(1, 64), "In how many processes the load is made."),
    ),
    tag="model",
    variants={
        Model.OPEN.value: Variant(
            "Messages have a time and are sent then, whatever the receiver does.",
            needs=("stages",),
            takes=("arrivals", "spin"),
        ),
        Model.CLOSED.value: Variant(
            "Each connection sends its next message when the last one was answered.", takes=("think_time",)
        ),
        Model.RECORDED.value: Variant("At the times of the recorded messages.", takes=("speed", "spin")),
    },
    elsewhere={
        "rate": "the rate is a key of a stage, in [[load.stages]]",
        "connections": "how many connections is “count” in [connections]",
    },
)

TLS = Shape(
    "tls",
    "TLS 1.2 or newer towards the target.",
    Tls,
    (
        Key(
            "ca",
            File(),
            "The authorities that the target's certificate is checked against; the system's when left out.",
            sentinel=True,
        ),
        Key("certificate", File(), "Our client certificate (PEM).", sentinel=True),
        Key("key", File(), "The key of our client certificate (PEM).", sentinel=True),
        Key("server_name", Text(), "The name in the target's certificate; its host when left out."),
        Key("verify", Flag(), "false takes any certificate: for test benches only."),
    ),
    check=tls_findings,
)

TARGET = Shape(
    "target",
    "A receiver to send to.",
    Target,
    (
        Key("host", _HOST, "Name or address. Other than this machine: see the allow-list."),
        Key("port", Whole(1, 65535), "Its MLLP port."),
        Key("name", LABEL, "What reports call it."),
        Key("tls", Table(TLS), "TLS, when the target wants it.", sentinel=True),
        Key("kinds", KINDS_OF_MESSAGES, "The message types that go there; what no other target claims when left out."),
    ),
)

CONNECTIONS = Shape(
    "connections",
    "How the target is connected to.",
    Connections,
    (
        Key("count", Whole(1, 20_000), "Connections, shared out among the targets."),
        Key("outstanding", Whole(1, 10_000), "Messages without an answer on one connection; 1 is strict MLLP."),
        Key("per_message", Flag(), "A new connection for every message."),
        Key("affinity", Text(tuple(Affinity), Affinity), "Whose messages share a connection and so keep their order."),
        Key("answer_timeout", _SOME_TIME, "How long an answer is waited for."),
        Key("on_timeout", Text(("reconnect", "keep")), "What becomes of a connection whose answer did not come."),
        Key("resend", Whole(0, 1000), "How often a message goes out again when no answer came, or AE or CE did."),
        Key(
            "backoff",
            Fixed((duration(), duration()), "a pair [first, longest]"),
            "The first and the longest pause before a new connection.",
        ),
        Key("minimum_gap", duration(), "The least time between two messages of one connection."),
    ),
)

ACKNOWLEDGMENT = Shape(
    "acknowledgment",
    "The acknowledgment mode that MSH-15 and MSH-16 ask for.",
    AcknowledgmentMode,
    (
        Key("enhanced", Flag(), "Enhanced mode (HL7 2.5.1, 2.9): MSH-15 and MSH-16 are filled."),
        Key("accept", Text(TABLE_0155), "MSH-15 (HL7 table 0155): when a commit acknowledgment is wanted."),
        Key("application", Text(TABLE_0155), "MSH-16 (HL7 table 0155): when an application acknowledgment is wanted."),
    ),
)

INGREDIENT = Shape(
    "ingredient",
    "One part of the content.",
    Ingredient,
    (
        Key(
            "kind",
            Text(("journey", "template", "files", "stream", "text")),
            "Where the messages of this part come from.",
            required=True,
        ),
        Key("weight", number(above=True, high=1e9), "How often it is drawn, among the others."),
        Key("name", Text(needed=True, longest=60), "The journey.", sentinel=True),
        Key("path", File("any"), "The template, file, folder or stream.", sentinel=True),
        Key("text", Text(needed=True, longest=10_000_000), "The template itself.", sentinel=True),
        Key("renew", Flag(), "Identities, numbers, control ids and dates are made anew for each message."),
        Key(
            "repeat", Whole(0), "How often files and streams are gone through; 0 is as long as the run wants messages."
        ),
        Key("options", Free(), "Settings of the journey, template or recording."),
    ),
    tag="kind",
    check=ingredient_findings,
    variants={
        "journey": Variant("A journey of generated patients, called `name`.", needs=("name",)),
        "template": Variant("A file with {placeholders} that are drawn for every message.", needs=("path",)),
        "files": Variant("A file, or every file of a folder.", needs=("path",), takes=("renew", "repeat")),
        "stream": Variant("A recorded stream of related messages.", needs=("path",), takes=("renew", "repeat")),
        "text": Variant("A template in the scenario itself.", needs=("text",)),
    },
)

CONTENT = Shape(
    "content",
    "What is sent.",
    Content,
    (
        Key("mix", Many(Table(INGREDIENT), least=1, most=500), "The parts, drawn by weight.", required=True),
        Key("patients", Whole(1, 10_000_000), "How many different people."),
        Key("processing_id", Text(TABLE_0103), "MSH-11 (HL7 table 0103)."),
        Key(
            "facility",
            Text(pattern=r"^[^|^~\\&\r\n]{1,60}$", example="HARNESS"),
            "MSH-4 of everything that is made, by which consoles know harness traffic.",
        ),
        Key("charset", Text(tuple(TABLE_0211)), "MSH-18 (HL7 table 0211), and the bytes."),
        Key("version", Text(VERSIONS), "MSH-12."),
        Key(
            "receiving_application",
            Text(pattern=r"^[^|^~\\&\r\n]{0,60}$", example="SIGNALBOX"),
            "MSH-5.",
        ),
        Key("allow_production", Flag(), "Said outright: messages with MSH-11 = P may go out."),
    ),
)

RECEIVER = Shape(
    "receiver",
    "A scripted listener that the run starts beside itself.",
    Receiver,
    (
        Key("script", File(), "Its script; without one it answers AA to everything.", sentinel=True),
        Key("host", _HOST, "The address it listens on."),
        Key("port", Whole(0, 65535), "Its port; 0 is any free one."),
        Key("role", Text(("target", "downstream")), "Whether the run sends to it, or the system under test does."),
    ),
)

_ASKED = ("token_env", "settle")

VERIFICATION = Shape(
    "verification",
    "Whom to ask, after the run, what became of the messages.",
    Verification,
    (
        Key("source", Text(SOURCES), "Who is asked."),
        Key("url", _URL, "The address of its API.", sentinel=True),
        Key(
            "token_env",
            _VARIABLE,
            "The environment variable that holds the token or password; never the secret itself.",
            sentinel=True,
        ),
        Key("user", Text(needed=True), "The user name.", sentinel=True),
        Key(
            "capture",
            File("folder"),
            "The folder with what a listener captured; that of the run's own when left out.",
            sentinel=True,
        ),
        Key("settle", duration(), "How long after the last answer everything must have arrived."),
        Key("options", Free(texts_only=True), "Settings of the source, such as a channel."),
    ),
    tag="source",
    variants={
        "none": Variant("Nobody: only the answers are judged."),
        "signalbox": Variant(
            "A Signalbox engine; the one on this machine when `url` is left out.", takes=("url", *_ASKED, "options")
        ),
        "fhir": Variant("A FHIR R4 server.", needs=("url",), takes=(*_ASKED, "options")),
        "mirth": Variant("A Mirth Connect server.", needs=("url", "token_env"), takes=("settle", "user", "options")),
        "listener": Variant(
            "The run's own receiver, or the capture of another.", takes=("capture", "settle", "options")
        ),
    },
)

LIMITS = Shape(
    "limits",
    "What stops a run by itself.",
    Limits,
    (
        Key("max_rate", rate(above=True), "The plan may not exceed this rate."),
        Key("max_messages", Whole(1, 1_000_000_000), "The plan may not exceed so many messages."),
        Key("max_duration", _SOME_TIME, "No run takes longer."),
        Key("stop_when_refused", ratio(), "Stop when this share of the last ten seconds was refused; 0 is never."),
        Key("stop_when_unanswered", ratio(), "Stop when this share of the last ten seconds got no answer; 0 is never."),
    ),
)

BAND = Shape(
    "band",
    "A stretch of the run that charts shade and name.",
    Band,
    (
        Key(
            "label",
            Text(pattern=r"^[^\r\n]*\S[^\r\n]*$", example="“the lab is away”", longest=60),
            "Its name.",
            required=True,
        ),
        Key("start", duration(), "Its first second.", required=True),
        Key("end", _SOME_TIME, "Its last second.", required=True),
    ),
    check=window_findings,
)

_TOP = "it stands at the top of the file, before the first [table]"

SCENARIO = Shape(
    "scenario",
    "A load scenario of the Signalbox harness.",
    Scenario,
    (
        Key("title", _LINE, "What people call it; the file's name when left out."),
        Key("description", Text(longest=4000), "What it is for and what to look at."),
        Key("seed", Whole(0), "Same seed, same bytes. Drawn and reported when left out.", sentinel=True),
        Key("starts", Moment(), "The hospital's time at the first message, or “now”."),
        Key("thresholds", Many(Text(needed=True, longest=200), most=500), "What must hold, as “answer.p99 < 300ms”."),
        Key("targets", Many(Table(TARGET), least=1, most=100), "Where to send.", sentinel=True),
        Key("connections", Table(CONNECTIONS), "How the target is connected to."),
        Key("acknowledgment", Table(ACKNOWLEDGMENT), "Original or enhanced mode."),
        Key("load", Table(LOAD), "When messages are sent.", required=True),
        Key("content", Table(CONTENT), "What is sent.", required=True),
        Key("faults", Many(Table(FAULT), most=500), "What goes wrong on purpose."),
        Key("receiver", Table(RECEIVER), "A scripted listener of the run's own.", sentinel=True),
        Key("verification", Table(VERIFICATION), "Whom to ask afterwards."),
        Key("limits", Table(LIMITS), "What stops a run by itself."),
        Key("bands", Many(Table(BAND), most=500), "Stretches of the run that charts shade and name."),
    ),
    elsewhere={
        "name": "a scenario is named by its file; “title” is what people call it",
        "target": "targets are a list, [[targets]]",
        "stages": "stages belong to the load, [[load.stages]]",
        "mix": "the mix belongs to the content, [[content.mix]]",
    },
)
"""The whole file."""

MISPLACED = dict.fromkeys(("title", "description", "seed", "starts", "thresholds"), _TOP)
"""Keys that end in the table above them when they are written too far down, and what to say then."""
