"""From a TOML file to a listener `Script`, or to every problem of the file with line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from console.core.errors import Refused
from console.core.resources import resource_path
from console.harness.listener.script import Answer, Do, FieldTest, Form, Match, OutageKind, Script
from console.harness.listener.tables import MISPLACED, SCRIPT
from console.harness.scenario.checks import spread_findings
from console.harness.scenario.model import Spread
from console.harness.scenario.problems import Finding, ScenarioError, nearest, under
from console.harness.scenario.reading import read_document
from console.harness.scenario.shape import read_keys


def read_script(path: Path) -> Script:
    """The script in a TOML file. Raises ScenarioError with everything that is wrong, Refused (code `not-found`) when
    there is no such file, EnvironmentFault when it cannot be read."""
    document = read_document(path)
    notes = document.notes()
    notes.misplaced = MISPLACED
    given = read_keys(SCRIPT, document.tables, (), notes)
    given["title"] = given.get("title") or path.stem
    script = Script(name=path.stem, text=document.text, **given)
    for finding in findings(script):
        notes.found(finding)
    if notes.problems:
        raise ScenarioError(notes.problems)
    return script


def shipped_scripts() -> dict[str, Path]:
    """The scripts that come with Signalbox, by name."""
    return {path.stem: path for path in sorted(resource_path("scenarios", "listeners").glob("*.toml"))}


def find_script(name_or_path: str) -> Path:
    """The file of a shipped script's name or of a path. Raises Refused (code `not-found`) with the nearest name."""
    path = Path(name_or_path).expanduser()
    if path.suffix == ".toml" or len(path.parts) > 1:
        if path.is_file():
            return path
        raise Refused(f"There is no file {path}.", code="not-found")
    shipped = shipped_scripts()
    if name_or_path in shipped:
        return shipped[name_or_path]
    meant = nearest(name_or_path, shipped)
    hint = f"Did you mean {meant}?" if meant else f"There are {', '.join(shipped)}; a file is named with its .toml."
    raise Refused(f"There is no listener script “{name_or_path}”. {hint}", code="not-found")


def findings(script: Script) -> Iterator[Finding]:
    """Everything that is impossible or contradictory although each value is allowed."""
    yield from under(("answer",), _answer(script.answer))
    for number, rule in enumerate(script.rules):
        yield from under(("rules", number, "match"), _match(rule.match))
        yield from under(("rules", number, "answer"), _answer(rule.answer))
        if rule.match.in_outage and not any(outage.kind is OutageKind.REFUSE for outage in script.outages):
            text = "there is no outage of kind “refuse” in which it could match, but by hand"
            if not script.outages:
                continue
            yield Finding(("rules", number, "match", "in_outage"), text, (("outages",),))
    yield from under(("mode", "application_delay"), spread_findings(script.mode.application_delay))
    yield from _outages(script)
    tls = script.tls
    if tls is not None:
        if (tls.certificate is None) != (tls.key is None):
            yield Finding(("tls",), "a certificate and its key belong together: give both", at_key=True)
        elif (tls.certificate is None) == (tls.make is None):
            yield Finding(("tls",), "give either certificate and key, or make", at_key=True)
    for number, defect in enumerate(script.filing.defects):
        if bool(defect.one_in) == bool(defect.numbers):
            text = "needs either one_in or numbers"
            yield Finding(("filing", "defects", number), text, at_key=True)
    if script.lab is not None:
        for name in ("collected", "preliminary", "final", "correction"):
            yield from under(("lab", name), spread_findings(getattr(script.lab, name)))
        port = int(script.lab.results_to.rpartition(":")[2])
        if not 0 < port < 65_536:
            yield Finding(("lab", "results_to"), f"{port} is no port; ports are 1 to 65535")


def _match(match: Match) -> Iterator[Finding]:
    if match.end <= match.start:
        yield Finding(("end",), f"must be behind the start, second {match.start:g}", (("start",),))
    for number, test in enumerate(match.fields):
        yield from under(("fields", number), _field(test))


def _field(test: FieldTest) -> Iterator[Finding]:
    said = [test.equals is not None, bool(test.one_of), bool(test.matches), test.empty is not None]
    if sum(said) != 1:
        yield Finding((), "needs exactly one of equals, one_of, matches or empty", at_key=True)
    if test.matches:
        try:
            re.compile(test.matches)
        except re.error as error:
            yield Finding(("matches",), f"is no regular expression: {error}")


def _answer(answer: Answer) -> Iterator[Finding]:
    yield from under(("delay",), spread_findings(answer.delay))
    yield from under(("late",), spread_findings(answer.late))
    late = answer.late != Spread()
    if answer.do is not Do.ANSWER:
        for name, given in (
            ("text", answer.text),
            ("error", answer.error),
            ("late", late),
            ("times", answer.times > 1),
        ):
            if given:
                yield Finding((name,), f"has no meaning where no answer is given (do = “{answer.do}”)", (("do",),))
    if late and answer.form in (Form.SLICED, Form.COALESCED):
        yield Finding(("form",), f"a late answer cannot be {answer.form}; use delay", (("late",),))
    if answer.bytes and answer.form not in (Form.PARTIAL, Form.SLICED):
        yield Finding(("bytes",), "is for the forms “partial” and “sliced”", (("form",),))
    if answer.together and answer.form is not Form.COALESCED:
        yield Finding(("together",), "is for the form “coalesced”", (("form",),))
    if answer.pause and answer.form not in (Form.SLICED, Form.COALESCED):
        yield Finding(("pause",), "is for the forms “sliced” and “coalesced”", (("form",),))


def _outages(script: Script) -> Iterator[Finding]:
    last = -1.0
    for number, outage in enumerate(script.outages):
        if outage.end <= outage.start:
            text = f"must be behind the start, second {outage.start:g}"
            yield Finding(("outages", number, "end"), text, (("outages", number, "start"),))
        if outage.start < last:
            text = f"begins before the outage above it has ended, at second {last:g}"
            yield Finding(("outages", number, "start"), text, (("outages", number - 1),))
        last = max(last, outage.end)
