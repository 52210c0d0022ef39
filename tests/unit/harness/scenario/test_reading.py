"""From a file to a scenario, or to everything that is wrong with the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.scenario.model import Arrivals, FaultKind, Model, Spread, StageKind, Tls
from console.harness.scenario.problems import ScenarioError
from console.harness.scenario.reading import read_scenario

LEAST = """
[load]
stages = [{ kind = "constant", duration = "10s", rate = 5 }]
[content]
mix = [{ kind = "journey", name = "emergency" }]
"""


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def writing(text: str, name: str = "flood.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return writing


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert caught.value.text == "\n".join(map(str, caught.value.problems))
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_that_the_least_file_takes_every_default(write) -> None:  # type: ignore[no-untyped-def]
    path = write(LEAST)
    scenario = read_scenario(path)
    assert (scenario.name, scenario.title, scenario.folder) == ("flood", "flood", path.parent)
    assert scenario.text == LEAST
    assert scenario.seed is None
    assert scenario.starts == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert scenario.targets[0].address == "127.0.0.1:2575"
    assert scenario.content.processing_id == "T"
    assert scenario.warnings == ()


def test_that_every_kind_of_value_is_read(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for name in ("ca.pem", "our.pem", "our.key", "slow.toml", "letter.hl7"):
        (tmp_path / name).write_text("")
    scenario = read_scenario(
        write("""
title = "All of it"
seed = 7
starts = 2026-01-05T08:00:00+01:00
thresholds = ["answer.p99 < 300ms", "errors <= 0.1%"]
[[targets]]
host = "::1"
port = 6661
[targets.tls]
ca = "ca.pem"
certificate = "our.pem"
key = "our.key"
[[targets]]
kinds = ["ORU", "ADT^A08"]
[connections]
count = 64
backoff = ["50ms", 2]
minimum_gap = "1m 30s"
[acknowledgment]
enhanced = true
application = "NE"
[load]
arrivals = "poisson"
warm_up = 1.5
spin = true
processes = 2
[[load.stages]]
kind = "ramp"
duration = "2m"
to = "60_000/h"
[[load.stages]]
kind = "curve"
duration = 30
points = [[0, 10], ["10s", "5/s"], [30, 0]]
[[load.stages]]
kind = "burst"
duration = "1h"
size = 100
every = "500ms"
[content]
patients = 5
[[content.mix]]
kind = "files"
path = "letter.hl7"
repeat = 3
weight = 2.5
[[content.mix]]
kind = "journey"
name = "culture"
options = { corrections = 0.5, orders = "OML" }
[[faults]]
kind = "duplicate"
probability = "5 %"
start = "1m"
[[faults]]
kind = "oversize"
nth = [3, 9]
amount = "5 MB"
[[faults]]
kind = "clock-skew"
every = 10
amount = "-2h"
[[faults]]
kind = "tls-plain"
at = 10
count = 4
[receiver]
script = "slow.toml"
role = "downstream"
[verification]
source = "fhir"
url = "https://fhir.example/r4"
token_env = "FHIR_TOKEN"
options = { by = "observation", page = "50" }
[limits]
stop_when_refused = "50 %"
max_duration = "3h"
[[bands]]
label = "the lab is away"
start = "30s"
end = "1m"
""")
    )
    load = scenario.load
    assert (load.arrivals, load.warm_up, load.spin, load.processes) == (Arrivals.POISSON, 1.5, True, 2)
    assert [stage.kind for stage in load.stages] == [StageKind.RAMP, StageKind.CURVE, StageKind.BURST]
    assert load.stages[0].to == pytest.approx(16.6667, abs=1e-4)
    assert load.stages[1].points == ((0.0, 10.0), (10.0, 5.0), (30.0, 0.0))
    assert (load.stages[2].duration, load.stages[2].every) == (3600.0, 0.5)
    assert scenario.starts == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert scenario.targets[0].address == "[::1]:6661"
    assert scenario.targets[0].tls == Tls(tmp_path / "ca.pem", tmp_path / "our.pem", tmp_path / "our.key")
    assert scenario.targets[1].kinds == ("ORU", "ADT^A08")
    assert (scenario.connections.backoff, scenario.connections.minimum_gap) == ((0.05, 2.0), 90.0)
    assert scenario.content.mix[0].path == tmp_path / "letter.hl7"
    assert dict(scenario.content.mix[1].options) == {"corrections": 0.5, "orders": "OML"}
    assert [fault.kind for fault in scenario.faults] == [
        FaultKind.DUPLICATE, FaultKind.OVERSIZE, FaultKind.CLOCK_SKEW, FaultKind.TLS_PLAIN
    ]  # fmt: skip
    assert [fault.amount for fault in scenario.faults] == [0.0, 5_000_000.0, -7200.0, 0.0]
    assert (scenario.faults[0].probability, scenario.faults[0].start) == (0.05, 60.0)
    assert scenario.receiver is not None
    assert scenario.receiver.script == tmp_path / "slow.toml"
    assert [threshold.metric for threshold in scenario.thresholds] == ["answer.p99", "errors"]
    assert scenario.limits.stop_when_refused == 0.5
    assert scenario.bands[0].label == "the lab is away"


def test_that_a_closed_model_takes_a_spread_or_a_duration_as_its_think_time(write) -> None:  # type: ignore[no-untyped-def]
    closed = '[load]\nmodel = "closed"\nduration = "10s"\n{}\n[content]\nmix = [{{ kind = "journey", name = "merge" }}]'
    plain = read_scenario(write(closed.format('think_time = "200ms"')))
    assert plain.load.model is Model.CLOSED
    assert plain.load.think_time == Spread("constant", 0.2)
    spread = read_scenario(write(closed.format('think_time = { law = "lognormal", a = "1s", b = "3s" }')))
    assert spread.load.think_time == Spread("lognormal", 1.0, 3.0)


def test_that_starts_now_is_the_clock(write) -> None:  # type: ignore[no-untyped-def]
    assert read_scenario(write('starts = "now"\n' + LEAST)).starts is None


def test_that_every_problem_of_a_file_is_said_with_its_place_and_what_was_meant(write) -> None:  # type: ignore[no-untyped-def]
    path = write("""title = "x"
[[targts]]
port = 1
[load]
modle = "open"
[[load.stages]]
kind = "rmp"
duration = "5sec"
[[load.stages]]
kind = "constant"
duration = "30s"
rate = 0
thresholds = ["answer.p99 < 300ms"]
[[load.stages]]
kind = "ramp"
duration = "30s"
points = []
[content]
mix = [ { kind = "journey", nam = "emergency" },
  { kind = "files", path = "nix.hl7" } ]
[connections]
count = 2.5
[[faults]]
kind = "duplicate"
probability = 5
""")
    (path.parent / "nixe.hl7").write_text("")
    stages = "constant, ramp, curve, burst, morning-rush, pause"
    assert problems_of(path) == [
        "2:3: targts: is no key of this table; did you mean targets?",
        "5:1: load.modle: is no key of this table; did you mean model?",
        f"7:8: load.stages[1].kind: “rmp” is not known; use one of {stages}; did you mean ramp?",
        "8:12: load.stages[1].duration: must be a duration such as 250ms, 5s or 2m, or a number of seconds, "
        "not “5sec”; did you mean “5s”?",
        "12:8: load.stages[2].rate: must be more than 0; a stage without messages is kind “pause”",
        "13:1: load.stages[2].thresholds: does not belong here: it stands at the top of the file, before the first "
        "[table]",
        "14:8: load.stages[3].to: is missing; a stage of kind ramp needs it: the rate at the end of a ramp",
        "17:1: load.stages[3].points: has no meaning in a stage of kind ramp; it takes kind, duration, rate, to, label",
        "19:9: content.mix[1].name: is missing; an ingredient of kind journey needs it: the journey",
        "19:29: content.mix[1].nam: is no key of this table; did you mean name?",
        f"20:28: content.mix[2].path: there is no file {path.parent}/nix.hl7; did you mean nixe.hl7?",
        "22:9: connections.count: must be a whole number from 1 to 20000, not 2.5",
        "25:15: faults[1].probability: must be at most 1, not 5; did you mean “5 %”?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[load\n", "1:6: not TOML: expected ']' at the end of a table declaration"),
        ("a = 1\na = 2\n", "2:6: not TOML: cannot overwrite a value"),
        ('title = "x', "1:11: not TOML: unterminated string"),
        ("a = 1\nb = \n", "2:5: not TOML: invalid value"),
        ("a = " + "[" * 20_000, "1:1: is nested too deeply"),
        ("a = " + "9" * 5000, "1:1: not TOML: Exceeds the limit (4300 digits)"),
    ],
)
def test_that_a_syntax_error_has_its_place(write, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    (problem,) = problems_of(write(text))
    assert problem.startswith(said)


def test_that_what_is_no_utf8_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('title = "ü"\ndescription = "é"'.encode() + b" # \xe9")
    assert problems_of(path) == ["2:21: is not UTF-8: save the file as UTF-8"]


def test_that_a_file_too_large_to_be_a_scenario_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"#" * 4_000_001)
    assert problems_of(path) == ["1:1: is larger than 4,000,000 bytes"]


def test_that_a_byte_order_mark_does_no_harm(write) -> None:  # type: ignore[no-untyped-def]
    assert read_scenario(write("\ufeff" + LEAST)).text == LEAST


def test_that_a_missing_file_and_a_folder_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no file"):
        read_scenario(tmp_path / "none.toml")
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        read_scenario(tmp_path)


WITH = "{top}\n[load]\n{load}\n[content]\n{content}\nmix = [{mix}]\n{rest}"
SOME = {
    "top": "",
    "load": 'stages = [{ kind = "constant", duration = "10s", rate = 5 }]',
    "content": "",
    "mix": '{ kind = "journey", name = "emergency" }',
    "rest": "",
}


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("load", 'model = "closed"', "load: a closed run needs an end"),
        ("load", 'model = "recorded"\nspeed = 2', "load: a recorded run needs an end"),
        ("load", 'model = "recorded"\nstages = []', "load.stages: has no meaning in a load of model recorded"),
        ("load", "", "load.stages: is missing; a load of model open needs it"),
        ("load", "stages = []", "load.stages: must have at least 1 element"),
        ("load", 'stages = [{kind = "pause", duration = 5}]', "load.stages: every rate is 0: nothing would be sent"),
        ("load", 'stages = [{kind = "constant", rate = 9, duration = 0}]', "must be more than 0, not 0"),
        ("load", 'stages = [{kind = "ramp", rate = 9, to = 9, duration = 1}]', "nothing rises or falls"),
        ("load", 'stages = [{kind = "morning-rush", rate = 0, duration = 1}]', "must be more than 0"),
        ("load", 'stages = [{kind = "curve", duration = 1, points = [[0, 0], [1, 0]]}]', "every rate is 0"),
        ("load", 'stages = [{kind = "curve", duration = 9, points = [[5, 1], [4, 1]]}]', "goes back in time"),
        ("load", 'stages = [{kind = "curve", duration = 9, points = [[5, 1], [10, 1]]}]', "behind the end of the"),
        ("load", 'stages = [{kind = "burst", duration = 900, size = 1, every = 1e-3}]', "more than 100,000 bursts"),
        ("load", 'stages = [{kind = "constant", duration = "5h", rate = 1}]', "limits.max_duration is 4 h"),
        ("load", 'stages = [{kind = "constant", duration = "1h", rate = 1e3}]', "limits.max_messages is 1,000,000"),
        ("load", 'stages = [{kind = "constant", duration = 1, rate = 2e5}]', "limits.max_rate is 100,000"),
        ("load", SOME["load"] + "\nwarm_up = 10", "load.warm_up: takes the whole run of 10 s"),
        ("load", SOME["load"] + "\nprocesses = 9", "load.processes: is more than connections.count, 8"),
        ("load", SOME["load"] + "\nthink_time = 1", "load.think_time: has no meaning in a load of model open"),
        ("load", SOME["load"] + "\nrate = 1", "load.rate: does not belong here: the rate is a key of a stage"),
        ("load", SOME["load"] + "\nwarm_up = nan", "load.warm_up: must be a duration"),
        ("load", SOME["load"] + "\nwarm_up = inf", "load.warm_up: must be a duration"),
        ("load", SOME["load"] + "\nwarm_up = true", "load.warm_up: must be a duration"),
        ("load", SOME["load"] + "\nspin = 1", "load.spin: must be true or false, not 1"),
        ("load", 'model = "closed"\nduration = 9\nthink_time = {law = "uniform", a = 2, b = 1}', "is less than a"),
        ("load", 'model = "closed"\nduration = 9\nthink_time = {law = "table"}', "load.think_time.values: is missing"),
        ("content", 'processing_id = "P"', "content.processing_id: P marks messages as real"),
        ("content", 'processing_id = "X"', "“X” is not known; use one of T, D, P"),
        ("content", 'facility = "A|B"', "content.facility: must be a text such as HARNESS"),
        ("content", 'charset = "UTF8"', "did you mean"),
        ("mix", "", "content.mix: must have at least 1 element"),
        ("mix", '{ kind = "journey", name = "emergncy" }', "did you mean emergency?"),
        ("mix", '{ kind = "journey", name = "culture", options = { correction = 1 } }', "did you mean corrections?"),
        ("mix", '{ kind = "journey", name = "culture", options = { corrections = "x" } }', "must be a number"),
        ("mix", '{ kind = "text", text = "MSH", weight = 0 }', "content.mix[1].weight: must be more than 0"),
        ("mix", '{ kind = "text", text = " " }', "content.mix[1].text: must not be empty"),
        ("mix", '{ kind = "text", text = "MSH", path = "x" }', "path: has no meaning in an ingredient"),
        ("mix", '"emergency"', "content.mix[1]: must be a table, not “emergency”"),
        ("top", 'starts = 2026-01-01T00:00:00', "starts: needs a zone: write 2026-01-01 00:00:00Z for UTC"),
        ("top", "starts = 2026-01-01", "starts: must be a date and time with a zone"),
        ("top", "seed = -1", "seed: must be a whole number, 0 or more, not -1"),
        ("top", 'thresholds = ["answer.p98 < 1"]', "thresholds[1]: there is no metric “answer.p98”; did you mean"),
        ("top", 'thresholds = ["lost == 0"]', "“lost” is known only when somebody is asked afterwards"),
        ("top", 'thresholds = ["drain < 1s", "drain < 2s"]', "thresholds[2]: “drain” has such a limit already"),
        ("top", 'thresholds = "drain < 1s"', "thresholds: must be a list"),
        ("top", 'name = "x"', "name: does not belong here: a scenario is named by its file"),
        ("rest", "[[targets]]\nport = 65536", "targets[1].port: must be a whole number from 1 to 65535, not 65536"),
        ("rest", '[[targets]]\nhost = "a b"', "targets[1].host: must be a text such as 127.0.0.1"),
        ("rest", "[[targets]]\n[[targets]]", "everything that no other target claims goes to target 1 already"),
        ("rest", '[[targets]]\nkinds = ["ORU", "ORU"]', "messages of kind ORU go to target 1 already"),
        ("rest", '[[targets]]\nkinds = ["oru"]', "targets[1].kinds[1]: must be a text such as ORU or ORU^R01"),
        ("rest", '[[targets]]\ntls = { ca = "no.pem" }', "targets[1].tls.ca: there is no file"),
        ("rest", '[[targets]]\ntls = { certificate = "s.toml" }', "has a certificate and no key"),
        ("rest", '[[targets]]\ntls = { ca = "s.toml", verify = false }', "so ca would never be looked at"),
        ("rest", "[connections]\nper_message = true\noutstanding = 2", "with per_message each carries one message"),
        ("rest", "[connections]\nbackoff = [5, 1]", "the first pause is longer than the longest"),
        ("rest", "[connections]\nbackoff = [5]", "connections.backoff: must be a pair [first, longest], not a list"),
        ("rest", '[acknowledgment]\naccept = "NE"', "mean something in enhanced mode only"),
        ("rest", '[[faults]]\nkind = "drop"', "faults[1]: a fault of kind drop needs exactly one of"),
        ("rest", '[[faults]]\nkind = "drop"\nevery = 2\nnth = [1]', "needs exactly one of probability, nth or every"),
        ("rest", '[[faults]]\nkind = "drop"\nevery = 2\nat = 2', "faults[1].at: has no meaning in a fault of kind"),
        ("rest", '[[faults]]\nkind = "outage"\nat = 2', "faults[1].amount: is missing"),
        ("rest", '[[faults]]\nkind = "outage"\nat = 12\namount = 1', "faults[1].at: is behind the end of the run"),
        ("rest", '[[faults]]\nkind = "drop"\nnth = [51]', "faults[1].nth: is behind the last message, number 50"),
        ("rest", '[[faults]]\nkind = "drop"\nevery = 2\nstart = 3\nend = 2', "faults[1].end: is not after start"),
        ("rest", '[[faults]]\nkind = "drop"\nevery = 2\nstart = 10', "faults[1].start: is behind the end of the run"),
        ("rest", '[[faults]]\nkind = "tls-plain"\nat = 2', "faults[1].kind: needs a target with TLS"),
        ("rest", '[[faults]]\nkind = "oversize"\nevery = 2\namount = "5s"', "must be a size such as 64 KiB"),
        ("rest", '[[faults]]\nkind = "delay"\nevery = 2\namount = "5 MB"', "must be a duration such as"),
        (
            "rest",
            '[[faults]]\nkind = "drop"\nprobability = 0.6\n[[faults]]\nkind = "delay"\namount = 1\nprobability = 0.6',
            "faults[2].probability: the probabilities of faults that can meet the same message add up to 1.2",
        ),
        ("rest", '[receiver]\nscript = "no.toml"', "receiver.script: there is no file"),
        ("rest", '[receiver]\n[[targets]]\n', "targets: the [receiver] is the target already"),
        ("rest", '[receiver]\nhost = "0.0.0.0"', "receiver.host: the run sends to it from this machine"),
        ("rest", '[verification]\nsource = "listener"', "needs a [receiver] of the run's own, or the capture folder"),
        ("rest", '[verification]\nsource = "fhir"', "verification.url: is missing"),
        ("rest", '[verification]\nsource = "fhir"\nurl = "ftp://x"', "verification.url: must be a text such as http"),
        ("rest", '[verification]\nsource = "mirth"\nurl = "http://x"', "verification.token_env: is missing"),
        ("rest", '[verification]\nsource = "fhir"\nurl = "http://x"\nuser = "u"', "verification.user: has no meaning"),
        ("rest", '[verification]\nsource = "signalbox"\noptions = { pge = "9" }', "did you mean page?"),
        ("rest", '[verification]\nsource = "signalbox"\noptions = { page = "0" }', "must be a number from 1 to 1000"),
        ("rest", '[verification]\nsource = "signalbox"\noptions = { page = 9 }', "options.page: must be texts"),
        ("rest", '[receiver]\n[verification]\nsource = "listener"\noptions = { as = "lgo" }', "did you mean log?"),
        ("rest", '[[bands]]\nlabel = "x"\nstart = 9\nend = 8', "bands[1].end: is not after start"),
        ("rest", '[[bands]]\nlabel = "x"\nstart = 11\nend = 18', "bands[1].start: is behind the end of the run"),
        ("rest", "[limits]\nstop_when_refused = 50", "did you mean “50 %”?"),
    ],
)  # fmt: skip
def test_that_nothing_impossible_passes(write, part: str, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    write("", "s.toml")
    problems = problems_of(write(WITH.format(**{**SOME, part: text})))
    assert len(problems) == 1, problems
    assert said in problems[0]


def test_that_windows_and_types_that_never_meet_do_not_add_up(write) -> None:  # type: ignore[no-untyped-def]
    def fault(more: str) -> str:
        return f'[[faults]]\nkind = "drop"\nprobability = "60 %"\n{more}\n'

    apart = fault("end = 5") + fault("start = 5")
    assert len(read_scenario(write(LEAST + apart)).faults) == 2
    other = fault('kinds = ["ORU"]') + fault('kinds = ["ADT^A08"]')
    assert len(read_scenario(write(LEAST + other)).faults) == 2
    (problem,) = problems_of(write(LEAST + fault('kinds = ["ORU"]') + fault('kinds = ["ORU^R01"]')))
    assert "add up to 1.2" in problem


def test_that_what_depends_on_a_wrong_value_is_not_judged_yet(write) -> None:  # type: ignore[no-untyped-def]
    text = LEAST.replace("rate = 5", 'rate = "fast"') + '[[faults]]\nkind = "drop"\nevery = 2\nstart = 99\n'
    (problem,) = problems_of(write(text))
    assert "load.stages[1].rate" in problem


def test_that_messages_marked_as_real_need_a_word_in_the_scenario(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    real = "MSH|^~\\&|A|B|C|D|2026||ORU^R01|X|P|2.5\r"
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "one.hl7").write_text(real)
    (tmp_path / "test.hl7").write_text(real.replace("|P|", "|T|"))

    def part(more: str) -> str:
        return LEAST.replace('kind = "journey", name = "emergency"', more)

    (problem,) = problems_of(write(part('kind = "files", path = "real", renew = false')))
    assert problem.startswith("5:33: content.mix[1].path: its messages are marked as real (MSH-11 = P)")
    own = f"kind = \"text\", text = '{real.strip()}', options = {{ marked = false }}"
    (problem,) = problems_of(write(part(own)))
    assert "content.mix[1].text: its messages are marked as real" in problem
    for right in ('path = "real"', 'path = "test.hl7", renew = false'):
        assert read_scenario(write(part(f'kind = "files", {right}')))
    allowed = part('kind = "files", path = "real", renew = false').replace(
        "[content]", "[content]\nallow_production = true"
    )
    assert "may be marked as real" in read_scenario(write(allowed)).warnings[0]


def test_that_what_should_be_known_is_a_warning(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "real.hl7").write_text("")
    scenario = read_scenario(
        write("""
[[targets]]
tls = { verify = false }
[load]
stages = [{ kind = "constant", duration = "10s", rate = 5 }]
[content]
facility = "WARD"
processing_id = "P"
allow_production = true
mix = [{ kind = "files", path = "real.hl7", renew = false }]
""")
    )
    said = " ".join(scenario.warnings)
    assert len(scenario.warnings) == 4
    for words in ("MSH-11 = P", "MSH-4 is WARD", "real.hl7 is sent again and again", "is not checked"):
        assert words in said


def test_that_no_name_in_a_file_steers_a_terminal(write) -> None:  # type: ignore[no-untyped-def]
    problems = problems_of(write('"\\u001b[31m" = 1\ntitle = ["\\u001b]0;x"]\nstarts = "\\u0007"\n' + LEAST))
    assert len(problems) == 3
    assert all(problem.isprintable() for problem in problems)
    assert "\\u001b[31m" in problems[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", '"a\\n"'),
        ("[targets]\nkinds", '["ORU\\n"]'),
        ("[targets]\nhost", '"127.0.0.1\\n"'),
        ("[bands]\nlabel", '"x\\ny"'),
    ],
)
def test_that_a_line_end_at_the_end_of_a_word_is_seen(write, key: str, value: str) -> None:  # type: ignore[no-untyped-def]
    table, _, name = key.rpartition("\n")
    line = f"[{table}]\n{name} = {value}\n" if table else ""
    top = "" if table else f"{name} = {value}\n"
    assert any(
        f"{name}" in problem and "must be a text such as" in problem
        for problem in problems_of(write(top + LEAST + line))
    )


def test_that_lists_without_end_are_refused(write) -> None:  # type: ignore[no-untyped-def]
    (problem,) = problems_of(write(LEAST + '[[faults]]\nkind = "drop"\nevery = 9\n' * 501))
    assert "faults: must have at most 500 elements, not 501" in problem
