"""What is written of a run: by its schema, without names, readable by people, pipelines and later checks."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from console.core.errors import EnvironmentFault, Refused
from console.core.resources import resource_path
from console.harness.verdict.checks_after import checks_after
from console.harness.verdict.report import make_report, read_report, with_verification, write_reports
from console.harness.verdict.report_html import html
from console.harness.verdict.report_junit import junit
from tests.builders.harness_report import report, run_facts, unverified, verified

SCHEMA = json.loads(Path(resource_path("schemas/run-report.schema.json")).read_text())


def valid(made: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(made, allow_nan=False)))
    return made


def test_that_a_report_keeps_to_the_published_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    valid(report())
    valid(report(lost=3))
    valid(make_report(unverified(run_facts())))


def test_that_a_report_says_what_ran_and_what_was_found() -> None:
    made = report(lost=2)
    assert made["scenario"] == {"digest": "ab" * 32, "text": 'title = "<flood>"'}
    assert (made["seed"], made["starts"]) == (1, "2026-11-23T08:00:00.000Z")
    assert made["faults"] == [
        {"kind": "duplicate", "planned": 1, "done": 12},
        {"kind": "outage", "planned": 0, "done": 1},
    ]
    assert made["metrics"]["lost"] == 2.0
    assert made["metrics"]["out_of_order"] is None
    assert {o["bucket"] for o in made["verification"]["offenders"]} == {"lost"}
    assert made["verification"]["offenders"][0]["control_id"] == "M000000"
    assert {c["name"]: c["state"] for c in made["checks"]}["out_of_order"] == "unknown"
    assert made["latencies"]["answer"]["hdr"].startswith("HIST")


def test_that_no_form_of_it_holds_a_name_or_bytes_of_a_message() -> None:
    made = report(name="Zzyzx-Family", lost=1)
    for text in (json.dumps(made), html(made), junit(made)):
        assert "Zzyzx" not in text
        assert "MSA|" not in text


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lost", [0, 3])
def test_that_the_page_is_whole_and_needs_nothing_else(lost: int) -> None:
    text = html(report(lost=lost))
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert "script" not in page.tags
    assert page.links == []
    assert "url(" not in text
    assert "A &lt;flood&gt; &amp; more" in text
    assert "<flood>" not in text
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert "the lab is away" in text
    assert "limit p99 300ms" in text
    assert "FHIR search does not show it" in text
    assert ("F0/718-7/1" in text) is (lost > 0)
    assert ("No result lost, none charted twice" in text) is (lost == 0)


def test_that_a_page_without_figures_or_a_verification_says_so() -> None:
    made = make_report(unverified(run_facts()))
    made["series"], made["spread"], made["answers"] = [], [], {}
    text = html(made)
    assert "nothing was measured" in text
    assert "Nobody was asked what arrived" in text


def test_that_junit_has_a_case_for_every_check_with_its_evidence() -> None:
    made = report(lost=3)
    suite = ET.fromstring(junit(made)).find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert len(cases) == len(made["checks"]) + 1 == int(suite.attrib["tests"])
    failed = [case for case in cases if case.find("failure") is not None]
    assert [case.attrib["name"] for case in failed] == ["lost == 0"]
    assert suite.attrib["failures"] == "1"
    evidence = failed[0].find("failure")
    assert evidence is not None
    assert evidence.text is not None
    assert len(evidence.text.splitlines()) == 3
    assert re.search(r"F0/718-7/1; row 0 of worker 0; control id M000000; .*answered AA", evidence.text)
    assert [case.attrib["name"] for case in cases if case.find("skipped") is not None] == ["Order kept per patient"]


def test_that_a_run_that_measured_nothing_is_an_error_of_its_own() -> None:
    made = report()
    made["state"], made["text"] = "invalid", "The harness was late itself.\x00"
    suite = ET.fromstring(junit(made)).find("testsuite")
    assert suite is not None
    assert suite.attrib["errors"] == "1"


def test_that_a_later_verification_takes_the_place_of_the_first() -> None:
    made = report(lost=3)
    later = verified()
    again = valid(with_verification(made, later, checks_after(later)))
    assert again["metrics"]["lost"] == 0.0
    assert again["verification"]["passed"]
    assert {c["name"] for c in again["checks"]} >= {"answered", "answer.p99", "lost", "double_charted"}
    assert all(c["state"] != "fail" for c in again["checks"])


def test_that_reports_are_written_for_their_owner_and_read_back(tmp_path: Path) -> None:
    made = report()
    write_reports(
        made,
        json_to=[tmp_path / "report.json"],
        html_to=[tmp_path / "deep" / "report.html"],
        junit_to=[tmp_path / "j.xml"],
    )
    assert read_report(tmp_path / "report.json") == json.loads(json.dumps(made))
    assert read_report(tmp_path)["run"] == made["run"]
    assert (tmp_path / "report.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "deep" / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "urn:signalbox:schema:run-report", "report_version": 9}'])
def test_that_what_is_no_report_of_this_version_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(Refused) as refused:
        read_report(tmp_path / "x.json")
    assert refused.value.code == "report-unreadable"
    with pytest.raises(Refused) as missing:
        read_report(tmp_path / "nowhere.json")
    assert missing.value.code == "no-report"


def test_that_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault):
        write_reports(report(), html_to=[tmp_path / "file" / "x.html"])
