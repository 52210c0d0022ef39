"""The debrief of a game day: what happened when, measured against what was agreed; as JSON, Markdown and HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from console.core.clock import iso
from console.harness.gameday.course import Board, Course, kept, steps
from console.harness.gameday.script import GameDay

SCHEMA = 1
QUESTIONS = (
    "What did the screen show first, and who looked at it?",
    "What did we believe that was not so, and why?",
    "Which step took longest, and what would make it half as long?",
    "What do we change by the next game day, who does it, and by when?",
)


def debrief(
    day: GameDay, board: Board, diary: Sequence[tuple[float, str]], *, began: datetime, elapsed: float, engine: str
) -> dict[str, Any]:
    """The whole debrief as JSON. Times in seconds of the game. `passed`: every agreed minute was kept."""
    return {
        "debrief": SCHEMA,
        "game": day.name,
        "title": day.title,
        "began": iso(began),
        "elapsed_s": round(elapsed, 1),
        "engine": engine,
        "passed": all(course.begun_at is not None and kept(course) for course in board.courses),
        "incidents": [_incident(course) for course in board.courses],
        "false_alarms": [{"at_s": round(at, 1), "words": words} for at, words in board.false_alarms],
        "useless_actions": [{"at_s": round(at, 1), "action": action} for at, action in board.useless_actions],
        "diary": [{"at_s": round(at, 1), "words": words} for at, words in diary],
        "questions": list(QUESTIONS),
    }


def _incident(course: Course) -> dict[str, Any]:
    return {
        "kind": course.kind.value,
        "begun_at_s": _rounded(course.begun_at),
        "first_sign_at_s": _rounded(course.first_sign_at),
        "first_sign": course.first_sign,
        "steps": [
            {"name": s.name, "took_s": _rounded(s.took), "agreed_s": s.agreed, "kept": s.kept} for s in steps(course)
        ],
        "seen_words": course.seen_words,
        "wrong_causes": course.wrong_causes,
        "mended_at_s": _rounded(course.mended_at),
        "mended_by": course.mended_by,
        "affected": course.affected,
        "missing": course.missing,
        "doubled": course.doubled,
        "to_replay": course.to_replay,
        "note": course.note,
        "kept": course.begun_at is not None and kept(course),
    }


def as_markdown(body: dict[str, Any]) -> str:
    """For the ticket or the wiki."""
    lines = [
        f"# {body['title']}: debrief",
        "",
        f"Began {body['began']}, lasted {minutes(body['elapsed_s'])}. "
        + ("**Every agreed time was kept.**" if body["passed"] else "**Not every agreed time was kept.**"),
        "",
        "| incident | first sign | detected | diagnosed | restored | messages | still missing | doubled |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in body["incidents"]:
        begun = one["begun_at_s"]
        sign = "never" if one["first_sign_at_s"] is None else minutes(one["first_sign_at_s"] - begun)
        cells = [sign, *map(_took, one["steps"]), str(one["affected"]), str(one["missing"]), str(one["doubled"])]
        lines.append(f"| {one['kind']} | {' | '.join(cells)} |")
    lines.append("")
    for one in body["incidents"]:
        if one["wrong_causes"]:
            lines.append(f"- {one['kind']}: first taken for {', '.join(one['wrong_causes'])}.")
        if one["first_sign"]:
            lines.append(f"- {one['kind']}: the engine showed: {one['first_sign']}.")
        if one["to_replay"]:
            lines.append(f"- {one['kind']}: {one['to_replay']} stopped messages are still to be replayed.")
        if one["note"]:
            lines.append(f"- {one['kind']}: {one['note']}.")
    if body["false_alarms"]:
        lines.append(f"- False alarms: {len(body['false_alarms'])}.")
    if body["useless_actions"]:
        lines.append("- Calls that changed nothing: " + ", ".join(u["action"] for u in body["useless_actions"]) + ".")
    lines += ["", "## Diary", ""]
    lines += [f"- {minutes(entry['at_s'])}: {entry['words']}" for entry in body["diary"]]
    lines += ["", "## To talk about", ""]
    lines += [f"- {question}" for question in body["questions"]]
    return "\n".join(lines) + "\n"


def _took(step: dict[str, Any]) -> str:
    took = "never" if step["took_s"] is None else minutes(step["took_s"])
    return f"{took} of {minutes(step['agreed_s'])}{'' if step['kept'] else ' **late**'}"


def minutes(seconds: float) -> str:
    """`4min 32s`; no zero units (NHS Common User Interface, durations)."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    mins, secs = divmod(rest, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "h"), (mins, "min"), (secs, "s")) if n]
    return " ".join(parts) or "0s"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


_STYLE = """
:root{color-scheme:light dark;--bg:#f2f4f8;--card:#fff;--text:#15202f;--dim:#445063;--line:#d9dfe8;
--ok:#0a6a50;--bad:#b3211a;--bar:#2870d2;--late:#c4261c}
@media (prefers-color-scheme:dark){:root{--bg:#0e1420;--card:#161e2c;--text:#e9eef6;--dim:#b2bdcd;--line:#2a3648;
--ok:#57d3aa;--bad:#ff9385;--bar:#3d82f0;--late:#f25c4c}}
body{font:14px/1.5 Inter,system-ui,sans-serif;background:var(--bg);color:var(--text);margin:0;padding:24px}
main{max-width:960px;margin:auto}h1{font-size:22px;margin:0 0 4px}h2{font-size:15px;margin:0 0 8px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 20px;margin:16px 0}
p{margin:0 0 8px;color:var(--dim)}.ok{color:var(--ok);font-weight:600}.bad{color:var(--bad);font-weight:600}
.track{position:relative;height:10px;background:var(--line);border-radius:5px;margin:2px 0 10px}
.track i{position:absolute;left:0;top:0;bottom:0;border-radius:5px;background:var(--bar)}
.track i.late{background:var(--late)}
.track b{position:absolute;top:-3px;bottom:-3px;width:2px;background:var(--text)}
.step{display:flex;justify-content:space-between}ul{margin:0;padding-left:18px}li{margin:2px 0}
@media print{body{background:#fff;padding:0}section{break-inside:avoid}}
"""


def as_html(body: dict[str, Any]) -> str:
    """One self-contained page: light, dark, printable; no script."""
    verdict = (
        '<span class="ok">✓ Every agreed time was kept</span>'
        if body["passed"]
        else '<span class="bad">✗ Not every agreed time was kept</span>'
    )
    parts = [
        f"<h1>{html.escape(body['title'])}: debrief</h1>",
        f"<p>Began {body['began']} · lasted {minutes(body['elapsed_s'])} · {verdict}</p>",
        *(_section(one) for one in body["incidents"]),
        "<section><h2>Diary</h2><ul>",
        *(f"<li>{minutes(entry['at_s'])}: {html.escape(entry['words'])}</li>" for entry in body["diary"]),
        "</ul></section><section><h2>To talk about</h2><ul>",
        *(f"<li>{html.escape(question)}</li>" for question in body["questions"]),
        "</ul></section>",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(body['title'])}: debrief</title><style>{_STYLE}</style>"
        f"<main>{''.join(parts)}</main></html>"
    )


def _section(one: dict[str, Any]) -> str:
    mark = '<span class="ok">kept</span>' if one["kept"] else '<span class="bad">not kept</span>'
    rows = []
    for step in one["steps"]:
        longest = max(step["took_s"] or 0.0, step["agreed_s"]) * 1.1 or 1.0
        took = 100.0 if step["took_s"] is None else 100 * step["took_s"] / longest
        late = "" if step["kept"] else ' class="late"'
        said = "never" if step["took_s"] is None else minutes(step["took_s"])
        word = "" if step["kept"] else ' <span class="bad">late</span>'
        rows.append(
            f'<div class="step"><span>{step["name"].capitalize()}{word}</span>'
            f"<span>{said} of {minutes(step['agreed_s'])}</span></div>"
            f'<div class="track"><i{late} style="width:{took:.1f}%"></i>'
            f'<b style="left:{100 * step["agreed_s"] / longest:.1f}%"></b></div>'
        )
    facts = [
        f"{one['affected']} messages touched, {one['missing']} still missing, {one['doubled']} doubled"
        if one["begun_at_s"] is not None
        else "never began",
        f"the engine showed: {one['first_sign']}" if one["first_sign"] else "the engine showed nothing",
        f"first taken for {', '.join(one['wrong_causes'])}" if one["wrong_causes"] else "",
        f"mended {one['mended_by']}" if one["mended_by"] else "never mended",
        f"{one['to_replay']} stopped messages are still to be replayed" if one["to_replay"] else "",
        one["note"],
    ]
    told = "".join(f"<li>{html.escape(fact)}</li>" for fact in facts if fact)
    return f"<section><h2>{one['kind']} · {mark}</h2>{''.join(rows)}<ul>{told}</ul></section>"
