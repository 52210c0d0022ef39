"""Text for a terminal: aligned columns, local times, words for states, and nothing that a terminal would obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from console.core.clock import parse_iso

STATE_WORDS = {
    "accepted": "queued",
    "queued": "queued",
    "waiting": "waiting",
    "retrying": "retrying",
    "handed_over": "handed over",
    "verified": "delivered",
    "recorded": "recorded",
    "superseded": "superseded",
    "duplicate": "duplicate",
    "refused": "refused",
    "dead_lettered": "dead-lettered",
}
PROBLEMS = frozenset({"dead_lettered", "refused", "retrying", "waiting"})


def clean(text: object) -> str:
    """The text with everything a terminal would act on shown instead: messages come from strangers."""
    return "".join(c if _is_harmless(c) else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def _is_harmless(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def width(text: str) -> int:
    """Columns the text takes."""
    columns = 0
    for character in text:
        if unicodedata.combining(character):
            continue
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def padded(text: str, columns: int) -> str:
    return text + " " * max(columns - width(text), 0)


def shortened(text: str, columns: int) -> str:
    """At most so many columns, an ellipsis where something is left out."""
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > columns - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, indent: int = 0, widest: int = 48) -> str:
    """Aligned columns under their heads; a column that is empty in every row is left out."""
    cells = [[shortened(clean(cell), widest) for cell in row] for row in rows]
    shown = [n for n in range(len(heads)) if any(row[n] for row in cells)]
    widths = {n: max([width(heads[n]), *(width(row[n]) for row in cells)]) for n in shown}
    lines = [[heads[n] for n in shown], *([row[n] for n in shown] for row in cells)]
    margin = " " * indent
    return "\n".join(
        (margin + "  ".join(padded(cell, widths[n]) for n, cell in zip(shown, line, strict=True))).rstrip()
        for line in lines
    )


def local(text: str | None, *, seconds: bool = True) -> str:
    """An RFC 3339 time as this machine's clock shows it; '' for none."""
    if not text:
        return ""
    moment = parse_iso(text).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def clock(text: str | None, *, day: str = "") -> str:
    """The time of day, with the date in front unless it is `day`."""
    whole = local(text)
    return whole[11:] if day and whole[:10] == day else whole


def day_of(text: str | None) -> str:
    return local(text)[:10]


def zone_name(moment: datetime) -> str:
    return moment.astimezone().strftime("%Z") or "local time"


def milliseconds(value: float | None) -> str:
    """`0.4 ms`, `12 ms`, `3.2 s`, `4 min`; '' for none."""
    if value is None:
        return ""
    if value < 10:
        return f"{value:.1f} ms"
    if value < 1_000:
        return f"{value:.0f} ms"
    if value < 120_000:
        return f"{value / 1_000:.1f} s"
    if value < 7_200_000:
        return f"{value / 60_000:.0f} min"
    return f"{value / 3_600_000:.1f} h"


def state_word(state: str | None) -> str:
    """A state in words, problems marked."""
    word = STATE_WORDS.get(state or "", state or "")
    return f"! {word}" if state in PROBLEMS else word


def standing_words(standing: Mapping[str, int]) -> str:
    """`4 messages: 3 delivered, 1 dead-lettered`."""
    total = sum(standing.values())
    parts = [f"{count} {STATE_WORDS.get(state, state)}" for state, count in sorted(standing.items(), key=_weight)]
    noun = "message" if total == 1 else "messages"
    return f"{total} {noun}: {', '.join(parts)}" if parts else "no messages"


def _weight(item: tuple[str, int]) -> tuple[bool, str]:
    return item[0] not in PROBLEMS, item[0]


def person(patient: Mapping[str, Any] | None) -> str:
    """`Martínez López, Rosa Elena · female · 1957-08-14 · STB 00418827`."""
    if not patient:
        return "patient unknown"
    name = ", ".join(part for part in (patient.get("family"), patient.get("given")) if part) or "without a name"
    numbers = [f"{one.get('assigner', '')} {one.get('value', '')}".strip() for one in patient.get("identifiers") or ()]
    parts = [name, patient.get("sex") or "", patient.get("birth_date") or "", *numbers[:3]]
    return clean(" · ".join(part for part in parts if part))


def error_line(error: Mapping[str, Any] | None) -> str:
    """`OBX[2]-3: local code K-PL has no LOINC code (code-not-mapped)`."""
    if not error:
        return ""
    where = f"{error['path']}: " if error.get("path") else ""
    return clean(f"{where}{error.get('text', '')} ({error.get('code', '')})")
