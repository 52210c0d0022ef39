"""The findings of a report as HTML: what arrived, what did not, each offender with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from console.harness.verdict import svg

MOST_OFFENDERS = 120


def card(title: str, sub: str, legend: Sequence[tuple[str, str]], body: str) -> str:
    """A part of the page under a heading, with the keys of its colours: (style, words)."""
    keys = "".join(f'<span class="key"><i class="{style}"></i>{escape(words)}</span>' for style, words in legend)
    head = f'<h2>{escape(title)} <small>{escape(sub)}</small><span class="keys">{keys}</span></h2>'
    return f'<section class="card">{head}{body}</section>'


def verification(report: Mapping[str, Any]) -> str:
    """What arrived: buckets, whom was asked what, what could not be seen, each offender with its evidence."""
    told = report.get("verification")
    if not told:
        return card(
            "What arrived", "", (),
            '<p class="nothing">Nobody was asked what arrived: lost results and doubled ones are unknown.</p>',
        )  # fmt: skip
    styles = {"good": "ok", "open": "review", "bad": "fail"}
    buckets = [bucket for bucket in told["buckets"] if bucket["count"]]
    bar = svg.share_bar(
        "What became of the results",
        [(styles[bucket["verdict"]], bucket["name"].replace("_", " "), bucket["count"]) for bucket in buckets],
    )
    rows = "".join(
        f'<tr><td><i class="swatch {styles[bucket["verdict"]]}"></i>{escape(bucket["name"].replace("_", " "))}</td>'
        f'<td>{bucket["count"]:,}</td><td class="words">{escape(bucket["meaning"])}</td></tr>'
        for bucket in buckets
    )
    asked = ", ".join(f"{count:,} × {escape(name)}" for name, count in told["asked"].items())
    settled = {True: "It said it had nothing more to do.", False: "It still had work when time was up.", None: ""}
    words = [
        f"Asked: {escape(told['source'] or 'nobody')}" + (f" ({asked})" if asked else "") + ".",
        settled[told["settled"]],
        f"Settled {told['settle_s']:.1f} s after the last answer." if told["settle_s"] is not None else "",
        f"{told['results']:,} results of {told['messages']:,} messages against {told['records']:,} records, "
        f"in {told['took_s']:.1f} s.",
    ]
    unseen = "".join(f"<li>{escape(str(one))}</li>" for one in told["unseen"])
    body = (
        f'{bar}<table class="numbers buckets">{rows}</table><p class="asked">{" ".join(w for w in words if w)}</p>'
        + (f'<div class="unseen"><strong>Could not be observed</strong><ul>{unseen}</ul></div>' if unseen else "")
        + _offenders(told)
    )
    return card("What arrived", str(told["checked_at"])[:19].replace("T", " ") + " UTC", (), body)


def _offenders(told: Mapping[str, Any]) -> str:
    bad = [one for one in told["offenders"] if one["bucket"] not in ("unknown_present", "unknown_absent")]
    total = sum(bucket["count"] for bucket in told["buckets"] if bucket["verdict"] == "bad")
    if not bad:
        return (
            '<p class="clean">No result lost, none charted twice, none in a wrong place.</p>' if told["passed"] else ""
        )
    rows = "".join(
        f'<tr><td><span class="pill fail">{escape(one["bucket"].replace("_", " "))}</span></td>'
        f"<td><code>{escape('/'.join(part for part in one['key'] if part) or one['control_id'])}</code></td>"
        f"<td>{_sent(one)}</td><td>{escape(one['expected'])}</td><td>{escape(one['found'] or 'nothing')}</td>"
        f"<td>{_place(one)}</td></tr>"
        for one in bad[:MOST_OFFENDERS]
    )
    more = f"<p>{total - min(len(bad), MOST_OFFENDERS):,} more.</p>" if total > min(len(bad), MOST_OFFENDERS) else ""
    return (
        f"<h3>Each with its evidence <small>{total:,}</small></h3>"
        '<div class="scroll"><table class="offenders"><thead><tr>'
        "<th>What</th><th>Result</th><th>Sent and answered</th><th>Expected</th><th>Found</th><th>Where and why</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>{more}"
    )


def _sent(one: Mapping[str, Any]) -> str:
    if one["row"] < 0:
        return ""
    words = [f"row {one['row']:,}" + (f" of worker {one['worker']}" if one["worker"] else "")]
    if one["control_id"]:
        words.append(f"<code>{escape(one['control_id'])}</code>")
    if one["sent_s"] >= 0:
        words.append(f"at {one['sent_s']:.3f} s")
    words.append(escape(f"{one['answer']} " if one["answer"] else "") + escape(one["outcome"]))
    if one["fault"]:
        words.append(escape(one["fault"].replace("-", " ")))
    return "<br>".join(words)


def _place(one: Mapping[str, Any]) -> str:
    words = []
    if one["where"]:
        words.append(f"<code>{escape(one['where'])}</code>")
    if one["patient"]:
        words.append(f"patient {escape(one['patient'])}")
    if one["found_patient"] and one["found_patient"] != one["patient"]:
        words.append(f"filed under {escape(one['found_patient'])}")
    if one["note"]:
        words.append(escape(one["note"]))
    return "<br>".join(words)


def problems(report: Mapping[str, Any]) -> str:
    """Answers that were not plainly positive, the first of them."""
    if not report["problems"]:
        return ""
    rows = "".join(
        f"<tr><td>{float(one['at_s']):.3f} s</td><td><code>{escape(str(one['control_id']))}</code></td>"
        f"<td>{escape(str(one['kind']))}</td>"
        f"<td>{escape(str(one['outcome']).replace('-', ' '))} {escape(str(one['code']))}</td>"
        f"<td>{escape(str(one['fault']).replace('-', ' '))}</td></tr>"
        for one in report["problems"][:40]
    )
    return card(
        "Answers that were not plainly positive", f"the first {min(len(report['problems']), 40)}", (),
        f'<div class="scroll"><table class="numbers left">{rows}</table></div>',
    )  # fmt: skip
