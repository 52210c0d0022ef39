"""The comparison of two runs as one HTML page: the curves over each other, then every figure with its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from console.harness.verdict import svg
from console.harness.verdict.compare import Change, Comparison, shown
from console.harness.verdict.report_findings import card
from console.harness.verdict.report_style import STYLE

_PILLS = {
    Change.BETTER: "ok",
    Change.WORSE: "fail",
    Change.SAME: "quiet",
    Change.UNCLEAR: "warn",
    Change.UNKNOWN: "quiet",
}


def html(comparison: Comparison, a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """The page. `a` and `b` are the reports."""
    legend = (("p50", "A"), ("p99", "B"))
    charts = "".join(
        card(title, sub, legend, _chart(title, column, a, b))
        for title, sub, column in (
            ("Answered a second", "whole run", "answered"),
            ("Answer time p50", "ms", "p50"),
            ("Answer time p99", "ms", "p99"),
        )
    )
    rows = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{escape(shown(row, row.a))}</td><td>{escape(shown(row, row.b))}</td>"
        f"<td>{_ratio(row.ratio)}</td><td>{_span(row.low, row.high)}</td>"
        f'<td><span class="pill {_PILLS[row.change]}">{row.change.value}</span></td>'
        f'<td class="words">{escape(row.note)}</td></tr>'
        for row in comparison.rows
    )
    head = (
        f'<header><h1>Two runs compared <span class="pill {"fail" if comparison.worse else "ok"}">'
        f"{'B is worse' if comparison.worse else 'B is not worse'}</span></h1>"
        f'<p class="sub">A: {escape(comparison.a)}</p><p class="sub">B: {escape(comparison.b)}</p>'
        f'<p class="about">{escape(comparison.content[:1].upper() + comparison.content[1:])}. Changes below '
        f"{comparison.tolerance * 100:g} % or within the noise of the seconds do not count.</p>"
        + "".join(f'<p class="verdict warn">{escape(note)}</p>' for note in comparison.notes)
        + "</header>"
    )
    table = (
        '<table class="numbers"><thead><tr><th></th><th>A</th><th>B</th><th>B/A</th><th>95 % of draws</th>'
        f"<th></th><th></th></tr></thead><tbody>{rows}</tbody></table>"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Two runs compared</title><style>{STYLE}</style></head><body><main>{head}{charts}"
        f"{card('Every figure', '', (), table)}</main></body></html>\n"
    )


def _chart(title: str, column: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    lines = [
        svg.Line(which, style, [(float(second["at_s"]), second[column]) for second in report["series"]])
        for which, style, report in (("A", "p50", a), ("B", "p99", b))
    ]
    return svg.time_chart(svg.Chart(title, lines))


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.2f} to {high:.2f}"
