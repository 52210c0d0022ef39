"""The report as JUnit XML: a case for each check and threshold, failures with their evidence, the unseen skipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

EVIDENCE = 20
"""So many offenders are shown in a failure; the report has more."""

_OF_METRIC = {
    "orphans": ("orphan",),
    "missing_after": ("lost", "waiting"),
    "unknown": ("unknown_present", "unknown_absent"),
}


def junit(report: Mapping[str, Any]) -> str:
    """The XML document. A run that was invalid, stopped or refused has an error of its own."""
    checks: Sequence[Mapping[str, Any]] = report["checks"]
    cases = []
    for check in checks:
        case = ET.Element("testcase", classname=f"harness.{report['name']}", name=str(check["title"]), time="0")
        if check["state"] == "fail":
            failure = ET.SubElement(case, "failure", message=_clean(check["detail"]), type=str(check["name"]))
            failure.text = _clean("\n".join(_evidence(report, str(check["name"]))))
        elif check["state"] != "pass":
            ET.SubElement(case, "skipped", message=_clean(check["detail"] or "could not be observed"))
        cases.append(case)
    run = ET.Element("testcase", classname=f"harness.{report['name']}", name="The run itself", time=_time(report))
    if report["state"] in ("invalid", "stopped", "refused"):
        ET.SubElement(run, "error", message=_clean(report["text"]), type=str(report["state"]))
    elif report["state"] == "failed" and not any(check["state"] == "fail" for check in checks):
        ET.SubElement(run, "failure", message=_clean(report["text"]), type="failed")
    cases.insert(0, run)
    suite = ET.Element(
        "testsuite",
        name=_clean(f"{report['title']} ({report['run']})"),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=_time(report),
        timestamp=str(report["created"]).partition(".")[0],
    )
    properties = ET.SubElement(suite, "properties")
    for name in ("run", "seed", "starts", "version"):
        ET.SubElement(properties, "property", name=name, value=str(report[name]))
    ET.SubElement(properties, "property", name="scenario", value=str(report["scenario"]["digest"]))
    for case in cases:
        suite.append(case)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _evidence(report: Mapping[str, Any], metric: str) -> list[str]:
    buckets = _OF_METRIC.get(metric, (metric,))
    offenders = [o for o in (report.get("verification") or {}).get("offenders", []) if o["bucket"] in buckets]
    lines = []
    for one in offenders[:EVIDENCE]:
        words = [
            "/".join(part for part in one["key"] if part),
            f"row {one['row']} of worker {one['worker']}" if one["row"] >= 0 else "",
            f"control id {one['control_id']}" if one["control_id"] else "",
            f"sent at {one['sent_s']:.3f} s" if one["sent_s"] >= 0 else "",
            f"answered {one['answer']}" if one["answer"] else "",
            f"expected {one['expected']}" if one["expected"] else "",
            f"found {one['found']}" if one["found"] else "",
            f"patient {one['patient']}" if one["patient"] else "",
            f"filed under {one['found_patient']}" if one["found_patient"] else "",
            one["where"],
            one["note"],
        ]
        lines.append("; ".join(word for word in words if word))
    if len(offenders) > EVIDENCE:
        lines.append(f"and {len(offenders) - EVIDENCE} more in the report")
    return lines


def _time(report: Mapping[str, Any]) -> str:
    return f"{report['elapsed_s']:.3f}"


def _clean(text: Any) -> str:
    """Without characters that XML 1.0 cannot hold."""
    return "".join(c if c >= " " or c in "\n\t" else "?" for c in str(text) if not "\ud800" <= c <= "\udfff")
