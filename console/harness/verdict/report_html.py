"""The report as one HTML page that needs nothing else: no script, no network; light, dark and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from console.harness.verdict import svg
from console.harness.verdict.report_findings import card, problems, verification
from console.harness.verdict.report_style import STYLE
from console.harness.verdict.thresholds import METRICS, written

_STATES = {
    "passed": ("ok", "Passed"),
    "failed": ("fail", "Failed"),
    "invalid": ("warn", "Invalid measurement"),
    "stopped": ("warn", "Stopped"),
    "refused": ("fail", "Refused"),
}
_ICONS = {"pass": "✓", "fail": "✕", "unknown": "?", "running": "…"}
_ANSWERS = {
    "AA": ("ok", "AA accepted"), "CA": ("ok2", "CA committed"), "AE": ("warn", "AE error"),
    "AR": ("fail", "AR rejected"), "CE": ("warn", "CE error"), "CR": ("fail", "CR rejected"),
    "none": ("quiet", "no answer"), "late": ("review", "late"), "lost": ("quiet", "connection lost"),
    "malformed": ("fail", "no acknowledgment"), "wrong id": ("fail", "names another message"),
    "no connection": ("quiet", "no connection"),
}  # fmt: skip


def html(report: Mapping[str, Any]) -> str:
    """The page."""
    parts = [
        _head(report),
        _figures(report),
        '<div class="columns"><div class="wide">',
        _rates(report),
        _latencies(report),
        _spread(report),
        "</div><div>",
        _checks(report),
        _answers(report),
        _faults(report),
        "</div></div>",
        verification(report),
        problems(report),
        _conditions(report),
    ]
    title = escape(f"{report['title']} · {report['run']}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(report: Mapping[str, Any]) -> str:
    style, word = _STATES.get(str(report["state"]), ("quiet", str(report["state"])))
    targets = ", ".join(escape(target["name"] or target["address"]) for target in report["targets"])
    text = escape(str(report["text"])) if report["text"] not in ("", "passed") else ""
    description = escape(" ".join(str(report["description"]).split()))
    return (
        f'<header><div><h1>{escape(str(report["title"]))} <span class="pill {style}">{word}</span></h1>'
        f'<p class="sub">{report["connections"]} connections to {targets} · seed {report["seed"]} · '
        f"run {escape(str(report['run']))} · {escape(str(report['created'])[:19].replace('T', ' '))} UTC</p>"
        + (f'<p class="verdict {style}">{text}</p>' if text else "")
        + (f'<p class="about">{description}</p>' if description else "")
        + "</div></header>"
    )


def _figures(report: Mapping[str, Any]) -> str:
    metrics = report["metrics"]
    told_after = report.get("verification") or {}
    limits = {check["name"]: check for check in report["checks"]}

    def figure(title: str, value: str, below: str, name: str = "") -> str:
        state = limits.get(name, {}).get("state", "")
        mark = {"fail": '<b class="bad">✕</b> ', "pass": '<b class="good">✓</b> '}.get(state, "")
        small = f"<small>{mark}{escape(below)}</small>"
        return f'<div class="figure"><span>{title}</span><strong>{value}</strong>{small}</div>'

    def told(name: str) -> str:
        return escape(written(name, metrics.get(name)))

    lost, twice = metrics.get("lost"), metrics.get("double_charted")
    asked = told_after.get("source") or "nobody was asked"
    results = f"{told_after.get('results', 0):,} results"
    return (
        '<section class="figures">'
        + figure("Sent", told("sent"), f"at {written('rate.sent', metrics.get('rate.sent'))}")
        + figure("Answered", told("answered"), f"errors {written('errors', metrics.get('errors'))}", "errors")
        + figure("Answer time p50", told("answer.p50"), f"p95 {written('answer.p95', metrics.get('answer.p95'))}")
        + figure(
            "Answer time p99", told("answer.p99"), f"slowest {written('answer.max', metrics.get('answer.max'))}",
            "answer.p99",
        )
        + figure("Lost", "?" if lost is None else f"{lost:,.0f}", asked, "lost")
        + figure("Charted twice", "?" if twice is None else f"{twice:,.0f}", results, "double_charted")
        + "</section>"
    )  # fmt: skip


def _stretches(report: Mapping[str, Any]) -> list[svg.Stretch]:
    return [
        svg.Stretch(
            str(band["label"]), float(band["from_s"]), float(band["to_s"]),
            "stage" if band["kind"] == "stage" else "band",
        )
        for band in report["bands"]
    ]  # fmt: skip


def _rates(report: Mapping[str, Any]) -> str:
    series = report["series"]

    def points(name: str) -> list[tuple[float, float | None]]:
        return [(float(second["at_s"]), float(second[name])) for second in series]

    lines = [
        svg.Line("answered", "answered", points("answered"), filled=True),
        svg.Line("sent", "sent", points("sent")),
        svg.Line("planned", "planned", points("planned")),
    ]
    chart = svg.time_chart(svg.Chart("Messages per second", lines, _stretches(report)))
    waiting = points("waiting")
    body = chart
    if any(y for _, y in waiting):
        line = svg.Line("waiting", "waiting", waiting, filled=True)
        body += "<h3>Waiting for an answer</h3>" + svg.time_chart(svg.Chart("Waiting", [line], _stretches(report)))
    legend = (("planned", "planned"), ("sent", "sent"), ("answered", "answered"))
    return card("Messages per second", "whole run", legend, body)


def _latencies(report: Mapping[str, Any]) -> str:
    lines = [
        svg.Line(
            name, name, [(float(second["at_s"]), second[name]) for second in report["series"]], filled=name == "p50"
        )
        for name in ("p99", "p95", "p50")
    ]
    limit = None
    for check in report["checks"]:
        if str(check["name"]) in ("answer.p99", "answer.p95", "answer.p50") and check["limit"] is not None:
            limit = (float(check["limit"]), f"limit {str(check['name'])[7:]} {svg.milliseconds(float(check['limit']))}")
            break
    chart = svg.time_chart(svg.Chart("Answer time", lines, _stretches(report), limit))
    rows = "".join(
        "<tr><th>"
        + escape(words)
        + "</th>"
        + "".join(
            f"<td>{escape(written(f'{kind}.{name}', report['metrics'].get(f'{kind}.{name}')))}</td>"
            for name in ("p50", "p90", "p95", "p99", "p999", "max", "mean")
        )
        + "</tr>"
        for kind, words in (
            ("answer", "answer, from the planned time"),
            ("service", "service, from the send"),
            ("lag", "the harness's own lag"),
        )
        if report["metrics"].get(f"{kind}.p50") is not None
    )
    table = (
        '<table class="numbers"><thead><tr><th></th><th>p50</th><th>p90</th><th>p95</th><th>p99</th><th>p99.9</th>'
        f"<th>max</th><th>mean</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    legend = (("p50", "p50"), ("p95", "p95"), ("p99", "p99"))
    return card("Answer time", "ms, from the planned send time", legend, chart + table)


def _spread(report: Mapping[str, Any]) -> str:
    limit = next((check["limit"] for check in report["checks"] if check["name"] == "answer.p99"), None)
    bars = [(float(bound), int(count)) for bound, count in report["spread"]]
    return card("Spread of answer times", "whole run", (), svg.bar_chart("Spread", bars, limit=limit))


def _checks(report: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<li class="{escape(str(check["state"]))}"><b aria-label="{escape(str(check["state"]))}">'
        f"{_ICONS.get(str(check['state']), '·')}</b><div><strong>{escape(str(check['title']))}</strong>"
        f"<small>{escape(str(check['detail']))}</small></div></li>"
        for check in report["checks"]
    )
    return card("Checks", "", (), f'<ul class="checks">{rows or "<li>none was asked for</li>"}</ul>')


def _answers(report: Mapping[str, Any]) -> str:
    answers = report["answers"]
    total = sum(answers.values())
    if not total:
        return card("Answers", "", (), '<p class="nothing">Nothing was answered.</p>')
    known = [(*_ANSWERS.get(name, ("quiet", name)), int(count)) for name, count in answers.items()]
    bar = svg.share_bar("Answers", known)
    rows = "".join(
        f'<tr><td><i class="swatch {style}"></i>{escape(words)}</td><td>{count:,}</td>'
        f"<td>{count / total * 100:.1f} %</td></tr>"
        for style, words, count in known
    )
    return card("Answers", f"{total:,}", (), f'{bar}<table class="numbers">{rows}</table>')


def _faults(report: Mapping[str, Any]) -> str:
    if not report["faults"]:
        return ""
    rows = "".join(
        f"<tr><td>{escape(str(fault['kind']).replace('-', ' '))}</td><td>{fault['done']:,}</td></tr>"
        for fault in report["faults"]
    )
    return card("Done wrong on purpose", "messages", (), f'<table class="numbers">{rows}</table>')


def _conditions(report: Mapping[str, Any]) -> str:
    machine = ", ".join(f"{escape(str(name))} {escape(str(value))}" for name, value in report["machine"].items())
    rows = [
        ("Scenario", f"<code>{escape(str(report['scenario']['digest'])[:16])}</code> {escape(str(report['name']))}"),
        ("Seed and hospital time", f"{report['seed']} · {escape(str(report['starts']))}"),
        (
            "Changed on the command line",
            escape(", ".join(f"{k} {v}" for k, v in report["overrides"].items())) or "nothing",
        ),
        (
            "Ran",
            f"{escape(str(report['created']))} to {escape(str(report['ended']))}, {report['elapsed_s']:.1f} s of load",
        ),
        ("Signalbox", escape(str(report["version"]))),
        ("Machine", machine),
        ("Folder of the run", f"<code>{escape(str(report['folder']))}</code>"),
    ]
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    metrics = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(written(name, value))}</td>"
        f'<td class="words">{escape(METRICS[name].meaning)}</td></tr>'
        for name, value in report["metrics"].items()
        if name in METRICS and value is not None
    )
    text = escape(str(report["scenario"]["text"]))
    return (
        card("Conditions", "", (), f'<table class="facts">{table}</table>')
        + '<details class="card"><summary>Every figure</summary>'
        + f'<table class="numbers left">{metrics}</table></details>'
        + (
            f'<details class="card"><summary>The scenario as it was</summary><pre>{text}</pre></details>'
            if text
            else ""
        )
        + "<footer>Generated patients only; names of patients are not in this report.</footer>"
    )
