"""The report as one HTML file for a vendor: what was sent, what came back byte by byte, the rule, what to change.

Self-contained and printable: no script, nothing fetched, light and dark, colours never alone. Everything a receiver
said is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from console.harness.probe.model import Finding, Group, Outcome, ProbeReport, Result, Severity
from console.harness.probe.report import SHOWN_BYTES, SHOWN_EVENTS, SHOWN_LINES, counts
from console.harness.single.line import LineRecord, What, WireEvent
from console.harness.single.wire import PieceKind, pieces

GROUP_TITLES = {
    Group.FRAMING: "Framing",
    Group.ACKNOWLEDGMENT: "Acknowledgment",
    Group.CONTENT: "Content",
    Group.CHARSET: "Characters",
    Group.SIZE: "Size",
    Group.LOAD: "Load",
    Group.RECOVERY: "Recovery",
    Group.TLS: "TLS",
}
_MARKS = {
    Outcome.PASS: ("ok", "✓", "Passed"),
    Outcome.FAIL: ("fail", "✕", "Failed"),
    Outcome.UNCLEAR: ("warn", "?", "Unclear"),
    Outcome.NOT_RUN: ("quiet", "–", "Not run"),
}
_DIRECTIONS = {What.SENT: ("out", "→ sent"), What.RECEIVED: ("in", "← received")}
_WORDS = {
    What.CONNECTED: "connected",
    What.REFUSED: "no connection",
    What.HALF_CLOSED: "we closed our writing side (FIN)",
    What.PEER_CLOSED: "the receiver closed the connection",
    What.PEER_RESET: "the receiver reset the connection (RST)",
    What.CLOSED: "we closed the connection",
    What.RESET: "we reset the connection (RST)",
    What.TIMED_OUT: "we waited in vain",
}


def as_html(report: ProbeReport) -> str:
    """The whole page. The same report gives the same bytes."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>MLLP probe report: {escape(report.target)}</title>",
            f"<style>{_STYLE}</style></head><body><main>",
            *_head(report),
            *_summary(report),
            *_failures(report),
            *_all_probes(report),
            "</main></body></html>",
            "",
        )
    )


def _head(report: ProbeReport) -> Iterator[str]:
    failed = report.count(Outcome.FAIL)
    critical = len(report.failed(Severity.CRITICAL))
    if not report.reachable:
        word, tone = "Could not be probed", "fail"
    elif failed:
        word, tone = f"{failed} of {len(report.results)} probes failed", "fail"
        word += f", {critical} of them critical" if critical else ""
    elif report.passed:
        word, tone = f"All {len(report.results)} probes passed", "ok"
        if unclear := report.count(Outcome.UNCLEAR):
            word, tone = f"No probe failed; {unclear} unclear", "warn"
    else:
        word, tone = f"No probe failed; {report.count(Outcome.NOT_RUN)} did not run", "warn"
    yield '<header><p class="kind">MLLP receiver · probe report</p>'
    yield f"<h1>{escape(report.target)}</h1>"
    yield f'<p class="verdict {tone}">{escape(word)}</p>'
    yield f"<p>{escape(report.greeting)}</p>"
    about = [
        report.started.replace("T", " ").replace("Z", " UTC"),
        f"{report.seconds:.0f} s",
        f"run {report.run}",
        "TLS" if report.tls else "plain TCP",
        f"Signalbox {report.version}" if report.version else "Signalbox",
    ]
    yield f'<p class="small">{escape(" · ".join(about))}. All messages were synthetic and marked as tests (MSH-11 T, '
    yield f"MSH-4 HARNESS, control ids beginning with {escape(report.run)}).</p>"
    if report.killed_by:
        listed = ", ".join(report.killed_by)
        yield f'<p class="note fail"><strong>The receiver went down during:</strong> {escape(listed)}</p>'
    yield "</header>"


def _summary(report: ProbeReport) -> Iterator[str]:
    yield '<section class="tiles">'
    for outcome, count in counts(report).items():
        tone, mark, word = _MARKS[Outcome(outcome)]
        yield f'<div class="tile {tone}"><b>{count}</b><span>{mark} {word}</span></div>'
    yield "</section>"
    heads = "".join(f"<th>{_MARKS[outcome][2]}</th>" for outcome in Outcome)
    yield f"<table><thead><tr><th>Area</th>{heads}</tr></thead><tbody>"
    for group in Group:
        mine = [r for r in report.results if r.probe.group is group]
        if mine:
            cells = "".join(
                f'<td class="{_MARKS[o][0] if (n := sum(r.finding.outcome is o for r in mine)) else "none"}">{n}</td>'
                for o in Outcome
            )
            yield f"<tr><th>{GROUP_TITLES[group]}</th>{cells}</tr>"
    yield "</tbody></table>"


def _failures(report: ProbeReport) -> Iterator[str]:
    failed = report.failed()
    if not failed:
        return
    yield "<h2>What to change</h2>"
    yield '<p class="small">The worst first. Bytes are shown as they were on the wire: '
    yield '<i class="c">VT</i> 0x0B begins a frame, <i class="c">FS</i> <i class="c">CR</i> 0x1C 0x0D end it.</p>'
    for result in failed:
        yield from _card(result)


def _all_probes(report: ProbeReport) -> Iterator[str]:
    yield "<h2>All probes</h2>"
    yield '<p class="small">“Field survey” in a source: what was seen when seven widely used receivers were probed in '
    yield "2026; the help page “Probes” tells more. Other sources are public standards and issue trackers.</p>"
    for group in Group:
        mine = [r for r in report.results if r.probe.group is group]
        if not mine:
            continue
        yield f"<h3>{GROUP_TITLES[group]}</h3>"
        for result in mine:
            if result.finding.outcome is Outcome.FAIL:
                yield f'<p class="row"><a href="#{result.probe.id}">{_badge(result.finding)} {_name(result)}</a></p>'
            else:
                yield f'<details class="row"><summary>{_badge(result.finding)} {_name(result)}</summary>'
                yield from _body(result)
                yield "</details>"


def _card(result: Result) -> Iterator[str]:
    yield f'<article id="{result.probe.id}" class="{result.severity}">'
    yield f'<h3>{_badge(result.finding)} <span class="severity {result.severity}">{result.severity}</span> '
    yield f"{_name(result)}</h3>"
    yield from _body(result)
    yield "</article>"


def _name(result: Result) -> str:
    return f"{escape(result.probe.title)} <code>{escape(result.probe.id)}</code>"


def _badge(finding: Finding) -> str:
    tone, mark, word = _MARKS[finding.outcome]
    return f'<span class="badge {tone}">{mark} {word}</span>'


def _body(result: Result) -> Iterator[str]:
    probe = result.probe
    yield f'<p class="finding">{escape(result.finding.sentence)}</p><dl>'
    yield f"<dt>Expected</dt><dd>{escape(probe.expected)}</dd>"
    yield f"<dt>Why</dt><dd>{escape(probe.why)}</dd>"
    yield f"<dt>Source</dt><dd>{escape(probe.source)}</dd>"
    if result.finding.outcome is Outcome.FAIL:
        yield f"<dt>To change</dt><dd>{escape(probe.advice)}</dd>"
    if named := {name: mark for name, mark in result.observed.ids.items() if mark}:
        shown = ", ".join(f"{escape(name)} <code>{escape(mark[:24])}</code>" for name, mark in list(named.items())[:6])
        others = f" and {len(named) - 6} more" if len(named) > 6 else ""
        yield f"<dt>Messages</dt><dd>{shown}{others}</dd>"
    yield "</dl>"
    for line in result.observed.lines[:SHOWN_LINES]:
        yield from _wire(line)
    if (more := len(result.observed.lines) - SHOWN_LINES) > 0:
        yield f'<p class="small">{more} more connections are left out here.</p>'


# ---------------------------------------------------------------- bytes


def _wire(line: LineRecord) -> Iterator[str]:
    yield f'<div class="wire"><div class="line">{escape(line.name)}</div>'
    for event in line.events[:SHOWN_EVENTS]:
        yield _event(event)
    if (more := len(line.events) - SHOWN_EVENTS) > 0:
        yield f'<div class="note">{more} more events are left out here.</div>'
    yield "</div>"


def _event(event: WireEvent) -> str:
    at = f"{event.at * 1000:.1f} ms"
    if event.what in _DIRECTIONS:
        tone, word = _DIRECTIONS[event.what]
        about = f"{word} {len(event.data):,} bytes"
        return f'<div class="event {tone}"><span>{at} {about}</span><pre>{_shown(event.data)}</pre></div>'
    text = f": {event.text}" if event.text else ""
    return f'<div class="event"><span>{at} {escape(_WORDS[event.what] + text)}</span></div>'


def _shown(data: bytes) -> str:
    if len(data) > SHOWN_BYTES:
        cut = SHOWN_BYTES * 3 // 4
        left = len(data) - SHOWN_BYTES
        return f"{_marked(data[:cut])}<i class=more>… {left:,} bytes …</i>{_marked(data[cut - SHOWN_BYTES :])}"
    return _marked(data)


def _marked(data: bytes) -> str:
    out: list[str] = []
    for piece in pieces(data):
        if piece.kind is PieceKind.TEXT:
            out.append(escape(piece.text))
        else:
            out.append(f"<i class=c>{escape(piece.text[1:-1])}</i>")
            if piece.text == "⟨CR⟩":
                out.append("\n")
    return "".join(out).rstrip("\n")


_STYLE = """
:root{--bg:#F2F4F8;--card:#fff;--sunken:#E9EDF3;--line:#D9DFE8;--text:#15202F;--text2:#445063;--accent:#1D5BD6;
--ok:#0A6A50;--ok-soft:#E0F3EC;--fail:#B3211A;--fail-soft:#FCE6E3;--warn:#875200;--warn-soft:#FCEFD6;--quiet:#4B586B;
--quiet-soft:#E9EDF3}
@media(prefers-color-scheme:dark){:root{--bg:#0E1420;--card:#161E2C;--sunken:#0B1019;--line:#2A3648;--text:#E9EEF6;
--text2:#B2BDCD;--accent:#7AA9FF;--ok:#57D3AA;--ok-soft:#12332B;--fail:#FF9385;--fail-soft:#431D1C;--warn:#F3BC57;
--warn-soft:#3A2C10;--quiet:#A9B5C6;--quiet-soft:#222D3D}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.9rem;margin:.2rem 0}h2{margin:2.2rem 0 .5rem}
h3{font-size:1rem;margin:1rem 0 .4rem}.kind{color:var(--text2);margin:0;font-weight:600}
.small,.line{color:var(--text2);font-size:.85rem}.verdict{font-size:1.15rem;font-weight:700;margin:.3rem 0}
.ok{color:var(--ok)}.fail{color:var(--fail)}.warn{color:var(--warn)}.quiet,.none{color:var(--quiet)}
.note{padding:.5rem .8rem;border-radius:6px;background:var(--sunken)}.note.fail{background:var(--fail-soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.7rem;margin:1.2rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.8rem 1rem}
.tile b{display:block;font-size:1.8rem;line-height:1.1}.tile span{font-size:.85rem}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);border-radius:10px}
th,td{padding:.35rem .8rem;border-bottom:1px solid var(--line);text-align:right}th:first-child{text-align:left}
tr:last-child>*{border-bottom:0}td.fail{font-weight:700}
article,.row{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.5rem 1rem;margin:.6rem 0}
article{border-left:5px solid var(--fail);break-inside:avoid-page}article.minor{border-left-color:var(--warn)}
.row{padding:.4rem .8rem;margin:.35rem 0}.row summary{cursor:pointer}.row a{color:inherit;text-decoration:none}
.row a:hover{text-decoration:underline}summary:focus-visible,a:focus-visible{outline:2px solid var(--accent)}
.badge{border-radius:999px;padding:.05rem .55rem;font-size:.8rem;font-weight:600;white-space:nowrap}
.badge.ok{background:var(--ok-soft)}.badge.fail{background:var(--fail-soft)}.badge.warn{background:var(--warn-soft)}
.badge.quiet{background:var(--quiet-soft)}.severity{font-size:.75rem;text-transform:uppercase;letter-spacing:.04em}
.severity.critical,.severity.major{color:var(--fail)}.severity.minor{color:var(--warn)}
code,pre,.wire{font-family:"JetBrains Mono",ui-monospace,Consolas,monospace;font-size:.8rem}
code{color:var(--text2)}.finding{font-weight:600;margin:.4rem 0}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.15rem .8rem;margin:.4rem 0}dt{color:var(--text2)}dd{margin:0}
.wire{background:var(--sunken);border-radius:6px;padding:.4rem .7rem;margin:.5rem 0;overflow-wrap:anywhere}
.event>span{color:var(--text2)}pre{margin:.1rem 0 .4rem;white-space:pre-wrap}
.in pre{border-left:3px solid var(--accent);padding-left:.5rem}
.out pre{border-left:3px solid var(--line);padding-left:.5rem}
i.c{font-style:normal;font-size:.68rem;border:1px solid var(--accent);color:var(--accent);border-radius:3px;
padding:0 .2rem;margin:0 .05rem}i.more{color:var(--text2)}
@media print{:root{--bg:#fff}main{max-width:none;padding:0}details:not([open]){display:block}.row{break-inside:avoid}}
"""
