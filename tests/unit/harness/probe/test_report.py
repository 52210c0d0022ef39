"""The reports say what was found, in every form, and the help pages say what there is."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from console.core.resources import resource_path
from console.harness.probe.catalogue import PROBES
from console.harness.probe.document import as_markdown
from console.harness.probe.model import Finding, Observed, Outcome, ProbeReport, Quirk, Result, Severity
from console.harness.probe.report import as_json, as_junit, live_end, live_probe
from console.harness.probe.report_html import as_html
from console.harness.probe.terminal import catalogue_lines, closing, line
from console.harness.single.line import LineRecord, What, WireEvent
from console.hl7v2.framing import frame

HOSTILE = b"MSH|^~\\&|<script>alert(1)</script>|\x00\xff\r" + b"A" * 5000
WIRE = LineRecord(
    "connection 1",
    "127.0.0.1:2575",
    (
        WireEvent(0.001, What.CONNECTED),
        WireEvent(0.002, What.SENT, frame(HOSTILE)),
        WireEvent(0.003, What.RECEIVED, frame(b"MSH|<b>\rMSA|AA|X\r")),
        WireEvent(0.004, What.PEER_RESET, text="<i>reset</i>"),
    ),
)


def report(**changed: object) -> ProbeReport:
    observed = Observed((WIRE,), {"first": "P1"}, facts={"median": "1 ms"})
    results = (
        Result(PROBES[0], Finding(Outcome.PASS, "first: AA."), observed, 0.1),
        Result(PROBES[1], Finding(Outcome.FAIL, "swallowed <b>", Severity.MINOR), observed, 0.2),
        Result(PROBES[2], Finding(Outcome.FAIL, "out of order"), observed, 0.2),
        Result(PROBES[3], Finding(Outcome.UNCLEAR, "who knows"), observed, 0.2),
        Result(PROBES[4], Finding(Outcome.NOT_RUN, "no time")),
    )
    values: dict[str, object] = {
        "target": "127.0.0.1:2575", "run": "P1", "started": "2026-11-23T08:00:00.000Z", "seconds": 12.3,
        "kind": "ORU^R01^ORU_R01", "ordinary": "AA", "greeting": "Hello <there>.", "latency_ms": 1.5,
        "results": results, "killed_by": ("framing.not-hl7",), "quirks": frozenset({Quirk.CLOSES}), "version": "1",
    }  # fmt: skip
    return ProbeReport(**{**values, **changed})  # type: ignore[arg-type]


def test_that_json_holds_every_probe_with_its_wire() -> None:
    found = json.loads(json.dumps(as_json(report())))
    assert found["counts"] == {"pass": 1, "fail": 2, "unclear": 1, "not run": 1}
    assert (found["passed"], found["quirks"], found["killed_by"]) == (False, ["closes"], ["framing.not-hl7"])
    probe = found["probes"][1]
    assert (probe["severity"], probe["outcome"]) == ("minor", "fail")
    events = probe["wire"][0]["events"]
    assert [event["what"] for event in events] == ["connected", "sent", "received", "peer-reset"]
    assert events[1]["size"] == len(HOSTILE) + 3
    assert events[1]["shown"].startswith("⟨VT⟩MSH|")
    assert "more bytes" in events[1]["shown"]
    assert live_end(report())["counts"]["fail"] == 2
    assert live_probe(report().results[2], 3, 5)["severity"] == str(PROBES[2].severity)


def test_that_html_is_well_formed_self_contained_and_obeys_nobody() -> None:
    page = as_html(report())
    assert page == as_html(report())

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.stack: list[str] = []
            self.seen: set[str] = set()

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            self.seen.add(tag)
            assert not any(name in ("src", "onclick", "onload") for name, _ in attributes)
            assert all(value is None or not value.startswith("http") for _, value in attributes)
            if tag not in ("meta", "br", "!doctype"):
                self.stack.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.stack.pop() == tag

    tags = Tags()
    tags.feed(page)
    assert tags.stack == []
    assert not {"script", "link", "img", "iframe", "b>"} & tags.seen
    assert "&lt;script&gt;" in page
    assert "<i class=c>NUL</i>" in page
    assert page.index("out of order") < page.index("swallowed &lt;b&gt;")
    assert "framing.not-hl7" in page
    assert "All 5 probes passed" not in page


def test_that_a_clean_report_says_so() -> None:
    clean = report(results=report().results[:1], killed_by=())
    assert clean.passed
    assert "All 1 probes passed" in as_html(clean)
    assert list(closing(clean))[-1].endswith("PASSED")


def test_that_junit_counts_and_stays_xml() -> None:
    bad = Result(PROBES[5], Finding(Outcome.FAIL, "control \x00 character"))
    suite = ElementTree.fromstring(as_junit(report(results=(*report().results, bad))))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "6",
        "3",
        "1",
        "1",
    )
    assert suite[1][0].get("type") == "minor"


def test_that_the_terminal_has_a_line_a_probe_and_the_advice() -> None:
    assert line(report().results[1]).startswith("✕ minor    framing.coalesced")
    told = list(closing(report()))
    assert any(PROBES[2].advice in text for text in told)
    assert told[-1] == "1 passed, 2 failed, 1 unclear, 1 not run (1 critical) in 12 s: FAILED"
    assert len(list(catalogue_lines(PROBES))) == len(PROBES) + len({probe.group for probe in PROBES})


def test_that_the_help_page_is_the_catalogue_and_the_spanish_one_leaves_nothing_out() -> None:
    english = resource_path("docs", "harness-probes.md").read_text(encoding="utf-8")
    assert english == as_markdown(), "python -m console.harness.probe.document > resources/docs/harness-probes.md"
    spanish = Path(resource_path("docs", "harness-probes.es.md")).read_text(encoding="utf-8")
    assert re.findall(r"^### `(.+)`$", spanish, re.M) == [probe.id for probe in PROBES]
    assert spanish.count("**Se espera:**") == len(PROBES)
