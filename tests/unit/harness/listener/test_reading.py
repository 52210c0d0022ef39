"""Listener scripts: what a file says, what is wrong with one, and the published schema."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from console.core.errors import Refused
from console.core.resources import resource_path
from console.harness.listener.reading import find_script, read_script, shipped_scripts
from console.harness.listener.schema import listener_script_schema
from console.harness.listener.script import (
    Acknowledging,
    Certificate,
    DefectKind,
    Do,
    Form,
    Names,
    OutageKind,
    Script,
    Then,
)
from console.harness.scenario.model import Spread
from console.harness.scenario.problems import ScenarioError
from console.harness.scenario.schema import written
from tests.builders.scripted_listener import script_from

EVERYTHING = """
title = "Everything"
description = "Every key once."
seed = 9
starts = "ready"

[answer]
code = "AA"
delay = "5ms"

[[rules]]
name = "all conditions"
[rules.match]
types = ["ORU^R01", "ADT"]
application = "LAB"
facility = "NORTH"
fields = [
  { path = "PID-3.1", equals = "P1" },
  { path = "OBX[2]-5", one_of = ["1", "2"] },
  { path = "MSH-10", matches = "7$" },
  { path = "PV1-19", empty = false },
]
connections = [1, 2]
attempts = 3
start = "1s"
end = "1m"
nth = [1, 4]
every = 2
first = 10
probability = "50 %"
[rules.answer]
code = "AE"
text = "no"
error = { code = "102", path = "OBX[1]-5", text = "no number", severity = "W" }
delay = { law = "lognormal", a = "5ms", b = "50ms" }
then = "close"
control_id = "another"
times = 2
garbage = 8
form = "sliced"
bytes = 4
pause = "1ms"
filed = true

[[rules]]
match = { in_outage = true }
answer = { do = "stop-reading" }

[mode]
acknowledgment = "enhanced"
application_delay = "10ms"

[capacity]
max_connections = 10
rate = "50/s"
burst = 5
max_frame = "1 MB"
frame_timeout = "3s"

[[outages]]
start = "10s"
end = "20s"

[[outages]]
start = "30s"
end = "40s"
kind = "refuse"

[tls]
make = "expired"

[filing]
ignore_duplicates = false
[[filing.defects]]
kind = "lose"
one_in = 100
[[filing.defects]]
kind = "twice"
numbers = [3, 9]

[lab]
results_to = "127.0.0.1:2575"
final = "2s"
preliminary_share = 0.25
"""


def test_that_every_key_of_a_script_is_read(tmp_path: Path) -> None:
    script = script_from(EVERYTHING, tmp_path)
    assert (script.title, script.seed, script.starts) == ("Everything", 9, "ready")
    assert script.answer.delay == Spread("constant", 0.005)
    rule = script.rules[0]
    match, answer = rule.match, rule.answer
    assert [test.path for test in match.fields] == ["PID-3.1", "OBX[2]-5", "MSH-10", "PV1-19"]
    assert (match.connections, match.attempts, match.start, match.end) == ((1, 2), 3, 1.0, 60.0)
    assert (match.nth, match.every, match.first, match.probability) == ((1, 4), 2, 10, 0.5)
    assert answer.error is not None
    assert (answer.error.path, answer.error.severity) == ("OBX[1]-5", "W")
    assert (answer.then, answer.control_id, answer.form) == (Then.CLOSE, Names.ANOTHER, Form.SLICED)
    assert (answer.times, answer.garbage, answer.bytes, answer.filed) == (2, 8, 4, True)
    assert script.rules[1].answer.do is Do.STOP_READING
    assert script.mode.acknowledgment is Acknowledging.ENHANCED
    assert (script.capacity.rate, script.capacity.burst, script.capacity.max_frame) == (50.0, 5, 1_000_000)
    assert [outage.kind for outage in script.outages] == [OutageKind.PORT_CLOSED, OutageKind.REFUSE]
    assert script.tls is not None
    assert script.tls.make is Certificate.EXPIRED
    assert [defect.kind for defect in script.filing.defects] == [DefectKind.LOSE, DefectKind.TWICE]
    assert script.lab is not None
    assert (script.lab.final, script.lab.preliminary_share) == (Spread("constant", 2.0), 0.25)


def test_that_an_empty_file_is_the_plain_receiver(tmp_path: Path) -> None:
    script = script_from("", tmp_path)
    assert script.answer == Script().answer
    assert script.rules == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[rules]]\nanswer = { code = 'AX' }", 2, "use one of AA"),
        ("[[rules]]\nname = 'x'", 1, "answer: is missing"),
        ("[[rules]]\nanswr = {}\nanswer = {}", 2, "did you mean answer?"),
        ("[[rules]]\nmatch = { type = 'ORU' }\nanswer = {}", 2, "“types”"),
        ("[[rules]]\nmatch = { fields = [{ path = 'PID3', equals = 'x' }] }\nanswer = {}", 2, "PID-3.1"),
        ("[[rules]]\nmatch = { fields = [{ path = 'PID-3' }] }\nanswer = {}", 2, "exactly one of"),
        ("[[rules]]\nmatch = { fields = [{ path = 'PID-3', matches = '(' }] }\nanswer = {}", 2, "no regular"),
        ("[[rules]]\nmatch = { start = 5, end = 3 }\nanswer = {}", 2, "behind the start"),
        ("[answer]\ndelay = '5 parsecs'", 2, "a duration"),
        ("[answer]\ndo = 'silence'\ntext = 'x'", 3, "no meaning where no answer is given"),
        ("[answer]\nbytes = 4", 2, "for the forms"),
        ("[answer]\nlate = '1s'\nform = 'sliced'", 3, "cannot be sliced"),
        ("[[outages]]\nstart = 5\nend = 5", 3, "behind the start"),
        ("[[outages]]\nstart = 5\nend = 9\n[[outages]]\nstart = 8\nend = 10", 5, "before the outage above"),
        ("[tls]\ncertificate = 'no-such.pem'\nkey = 'x.pem'", 2, "no file"),
        ("[tls]", 1, "either certificate and key, or make"),
        ("[[filing.defects]]\nkind = 'lose'", 1, "either one_in or numbers"),
        ("[lab]\nresults_to = 'nowhere'", 2, "127.0.0.1:2575"),
        ("[lab]\nresults_to = '127.0.0.1:70000'", 2, "no port"),
        ("[answer]\ncode = 'AA'\nseed = 5", 3, "top of the file"),
        ("answer = ", 1, "not TOML"),
    ],
)
def test_that_a_mistake_is_told_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        script_from(text, tmp_path)
    told = [problem for problem in caught.value.problems if problem.line == line and words in str(problem)]
    assert told, caught.value.text


def test_that_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        script_from("[answer]\ncode = 'XX'\ndo = 'sing'\n[capacity]\nrate = -1\n", tmp_path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 5]


@pytest.mark.parametrize("name", sorted(shipped_scripts()))
def test_that_a_shipped_script_is_right_and_says_what_it_is(name: str) -> None:
    path = find_script(name)
    script = read_script(path)
    assert script.title != name
    assert script.description
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), listener_script_schema())


def test_that_the_shipped_scripts_are_those_that_scenarios_and_people_count_on() -> None:
    wanted = {"always-aa", "ehr", "lab", "slow", "flaky", "silent-partner", "outage-and-back", "enhanced-mode"}
    assert wanted | {"rejecting", "evil"} <= set(shipped_scripts())


def test_that_an_unknown_script_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Refused, match="Did you mean silent-partner"):
        find_script("silent-partnr")


def test_that_the_published_schema_is_made_from_the_tables_and_takes_what_reading_takes() -> None:
    published = resource_path("schemas", "listener-script.schema.json").read_text(encoding="utf-8")
    assert published == written(listener_script_schema())
    schema = json.loads(published)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(EVERYTHING), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads("[answer]\ncode = 'XX'"), schema)
