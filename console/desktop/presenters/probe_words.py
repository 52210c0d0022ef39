"""Probes in words: groups, outcomes, rows, the wire, the text for a vendor. Reads values, touches no widget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.widgets.plain_table import Cell, PlainRow

OUTCOMES = ("fail", "unclear", "not run", "pass")
SEVERITIES = ("critical", "major", "minor")
LOOKS = {
    "pass": ("circle-check", "ok"),
    "fail": ("octagon-x", "fail"),
    "unclear": ("circle-question-mark", "warn"),
    "not run": ("circle-dashed", "quiet"),
}
"""Icon and colour family of each outcome."""


def group_words() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "framing": translate("ProbeWords", "Framing"),
        "acknowledgment": translate("ProbeWords", "Acknowledgment"),
        "content": translate("ProbeWords", "Content"),
        "charset": translate("ProbeWords", "Characters"),
        "size": translate("ProbeWords", "Size"),
        "load": translate("ProbeWords", "Load"),
        "recovery": translate("ProbeWords", "Recovery"),
        "tls": translate("ProbeWords", "TLS"),
    }


def outcome_word(outcome: str, severity: str = "") -> str:
    """`Failed, critical`."""
    translate = QCoreApplication.translate
    words = {
        "pass": translate("ProbeWords", "Passed"),
        "fail": translate("ProbeWords", "Failed"),
        "unclear": translate("ProbeWords", "Unclear"),
        "not run": translate("ProbeWords", "Not run"),
    }
    grades = {
        "critical": translate("ProbeWords", "critical"),
        "major": translate("ProbeWords", "major"),
        "minor": translate("ProbeWords", "minor"),
    }
    word = words.get(outcome, outcome)
    return f"{word}, {grades.get(severity, severity)}" if outcome == "fail" and severity else word


def count_words(probes: Iterable[Mapping[str, Any]], formats: Formats) -> list[tuple[str, str, str]]:
    """(icon, family, `3 failed`) for each outcome that occurred, the worst first."""
    translate = QCoreApplication.translate
    shown = {
        "fail": translate("ProbeWords", "%1 failed"),
        "unclear": translate("ProbeWords", "%1 unclear"),
        "not run": translate("ProbeWords", "%1 not run"),
        "pass": translate("ProbeWords", "%1 passed"),
    }
    found = [str(one["outcome"]) for one in probes]
    return [
        (*LOOKS[outcome], shown[outcome].replace("%1", formats.number(found.count(outcome))))
        for outcome in OUTCOMES
        if outcome in found
    ]


def headers() -> tuple[str, ...]:
    translate = QCoreApplication.translate
    return translate("ProbeWords", "Outcome"), translate("ProbeWords", "Probe")


def rows(probes: Mapping[str, Mapping[str, Any]]) -> list[PlainRow]:
    """The failed first, worst on top; then every other by its group, each group under its name."""
    listed = list(probes.values())
    failed = [one for grade in SEVERITIES for one in listed if one["outcome"] == "fail" and one["severity"] == grade]
    made: list[PlainRow] = []
    if failed:
        made.append(_heading(QCoreApplication.translate("ProbeWords", "Failed"), len(failed)))
        made += [_row(one) for one in failed]
    for group, title in group_words().items():
        others = [one for one in listed if one["group"] == group and one["outcome"] != "fail"]
        if others:
            made.append(_heading(title, len(others)))
            made += [_row(one) for one in sorted(others, key=lambda one: OUTCOMES.index(one["outcome"]))]
    return made


def _heading(title: str, count: int) -> PlainRow:
    return PlainRow((Cell(title, "body_strong", "text"), Cell(str(count), "small", "text3")), ground="bg_sunken")


def _row(one: Mapping[str, Any]) -> PlainRow:
    icon, family = LOOKS[one["outcome"]]
    word = outcome_word(str(one["outcome"]), str(one["severity"]))
    said = one["finding"] or one["title"]
    return PlainRow(
        (
            Cell(word, "body", f"{family}_fg", icon=icon),
            Cell(str(one["title"]), "body", "text", tip=f"{one['id']}\n{said}"),
        ),
        key=str(one["id"]),
    )


def wire_text(one: Mapping[str, Any]) -> str:
    """What was sent and came back, connection by connection, control characters by name."""
    lines = []
    for line in one.get("wire", ()):
        lines.append(f"— {line['connection']}")
        for event in line["events"]:
            arrow = {"sent": "→", "received": "←"}.get(event["what"], "·")
            size = f"  {event['size']} B" if event["size"] else ""
            text = f"  {event['text']}" if event["text"] else ""
            lines.append(f"{arrow} {float(event['at']) * 1000:10.1f} ms  {event['what']}{size}{text}")
            if event["shown"]:
                lines.append(str(event["shown"]).replace("⟨CR⟩", "⟨CR⟩\n").rstrip("\n"))
    return "\n".join(lines)


def vendor_text(target: str, end: Mapping[str, Any], probes: Mapping[str, Mapping[str, Any]]) -> str:
    """Plain text to send to whoever makes the receiver: the failed probes with rule, source and what to change."""
    return "\n".join(_vendor_lines(target, end, probes)).rstrip() + "\n"


def _vendor_lines(target: str, end: Mapping[str, Any], probes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    translate = QCoreApplication.translate
    failed = [one for one in probes.values() if one["outcome"] == "fail"]
    shown = translate("ProbeWords", "MLLP receiver %1: %2 of %3 probes failed")
    shown = shown.replace("%1", target).replace("%2", str(len(failed))).replace("%3", str(len(probes)))
    yield shown
    if end.get("greeting"):
        yield str(end["greeting"])
    for grade in SEVERITIES:
        for one in failed:
            if one["severity"] != grade:
                continue
            yield ""
            yield f"{one['id']}  ({outcome_word('fail', grade)})"
            yield f"  {one['title']}"
            for label, name in details():
                if one.get(name):
                    yield f"  {label}: {one[name]}"
            if wire := wire_text(one):
                yield from (f"    {line}" for line in wire.splitlines())


def details() -> tuple[tuple[str, str], ...]:
    """(label, key of the report) of what is told about a probe, in order."""
    translate = QCoreApplication.translate
    return (
        (translate("ProbeWords", "What was found"), "finding"),
        (translate("ProbeWords", "What a sound receiver does"), "expected"),
        (translate("ProbeWords", "What to change"), "advice"),
        (translate("ProbeWords", "Why it matters"), "why"),
        (translate("ProbeWords", "Source"), "source"),
    )
