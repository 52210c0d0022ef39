"""The report as data: JSON with stable names, JUnit for build servers, and one line a probe for whoever watches.

JSON (`as_json`): `schema` 1; `target`, `run`, `started`, `seconds`, `signalbox`, `tls`, `reachable`, `greeting`,
`message_type`, `ordinary_answer`, `answer_ms`, `quirks`, `passed`, `counts` {pass, fail, unclear, not run},
`killed_by` [probe id], `probes` [...]. A probe: `id`, `group`, `title`, `outcome`, `severity` (of the finding),
`finding`, `expected`, `why`, `source`, `advice`, `seconds`, `facts`, `wire` [{`connection`, `events` [{`at` s, `what`,
`size`, `shown`, `text`}]}]. `shown` is the bytes with control characters by name, the middle of long ones left out.

A line of `--live-json` (`live_*`): {"event": "begin", "target", "run", "probes": [id, ...]}; for each finished probe
{"event": "probe", "number", "of", and all that a probe has in the report}; at the end
{"event": "end", "passed", "reachable", "greeting", "counts", "killed_by", "seconds"}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from console.harness.probe.model import Outcome, Probe, ProbeReport, Result
from console.harness.single.line import LineRecord
from console.harness.single.wire import visible

SCHEMA = 1
SHOWN_BYTES = 900
SHOWN_EVENTS = 40
SHOWN_LINES = 6


def as_json(report: ProbeReport) -> dict[str, Any]:
    """The whole report, as the module says."""
    return {
        "schema": SCHEMA,
        "target": report.target,
        "run": report.run,
        "started": report.started,
        "seconds": round(report.seconds, 3),
        "signalbox": report.version,
        "tls": report.tls,
        "reachable": report.reachable,
        "greeting": report.greeting,
        "message_type": report.kind,
        "ordinary_answer": report.ordinary,
        "answer_ms": round(report.latency_ms, 3),
        "quirks": sorted(report.quirks),
        "passed": report.passed,
        "counts": counts(report),
        "killed_by": list(report.killed_by),
        "probes": [_probe_json(result) for result in report.results],
    }


def counts(report: ProbeReport) -> dict[str, int]:
    return {str(outcome): report.count(outcome) for outcome in Outcome}


def _probe_json(result: Result) -> dict[str, Any]:
    probe = result.probe
    return {
        "id": probe.id,
        "group": str(probe.group),
        "title": probe.title,
        "outcome": str(result.finding.outcome),
        "severity": str(result.severity),
        "finding": result.finding.sentence,
        "expected": probe.expected,
        "why": probe.why,
        "source": probe.source,
        "advice": probe.advice,
        "seconds": round(result.seconds, 3),
        "facts": result.observed.facts,
        "wire": [_line_json(line) for line in result.observed.lines[:SHOWN_LINES]],
    }


def _line_json(line: LineRecord) -> dict[str, Any]:
    return {
        "connection": line.name,
        "events": [
            {
                "at": round(event.at, 4),
                "what": str(event.what),
                "size": len(event.data),
                "shown": visible(event.data, limit=SHOWN_BYTES),
                "text": event.text,
            }
            for event in line.events[:SHOWN_EVENTS]
        ],
    }


# ---------------------------------------------------------------- while it runs


def live_begin(target: str, run: str, probes: Sequence[Probe]) -> dict[str, Any]:
    return {"event": "begin", "target": target, "run": run, "probes": [probe.id for probe in probes]}


def live_probe(result: Result, number: int, of: int) -> dict[str, Any]:
    return {"event": "probe", "number": number, "of": of, **_probe_json(result)}


def live_end(report: ProbeReport) -> dict[str, Any]:
    return {
        "event": "end",
        "passed": report.passed,
        "reachable": report.reachable,
        "greeting": report.greeting,
        "counts": counts(report),
        "killed_by": list(report.killed_by),
        "seconds": round(report.seconds, 3),
    }


# ---------------------------------------------------------------- for build servers


def as_junit(report: ProbeReport) -> str:
    """JUnit XML, a test case for each probe: failed ones fail, those not run are errors, unclear ones are skipped."""
    suite = ElementTree.Element(
        "testsuite",
        name=f"signalbox harness probe {report.target}",
        tests=str(len(report.results)),
        failures=str(report.count(Outcome.FAIL)),
        errors=str(report.count(Outcome.NOT_RUN)),
        skipped=str(report.count(Outcome.UNCLEAR)),
        time=f"{report.seconds:.3f}",
        timestamp=report.started,
    )
    tags = {Outcome.FAIL: "failure", Outcome.NOT_RUN: "error", Outcome.UNCLEAR: "skipped"}
    for result in report.results:
        probe = result.probe
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"mllp.{probe.group}", name=probe.id, time=f"{result.seconds:.3f}"
        )
        if tag := tags.get(result.finding.outcome):
            told = ElementTree.SubElement(case, tag, message=_xml(result.finding.sentence))
            if tag != "skipped":
                told.set("type", str(result.severity))
                told.text = _xml(f"{probe.title}. Expected: {probe.expected} Source: {probe.source}")
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    """Without the control characters that XML 1.0 does not allow."""
    return "".join(c if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff" else "�" for c in text)
