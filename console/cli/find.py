"""`signalbox find`: paste anything, see which cases it means and why."""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.cli.engine_access import add_engine_options, ask, print_json
from console.cli.text import clean, local, person, standing_words, state_word
from console.core.clock import iso
from console.core.errors import EnvironmentFault

if TYPE_CHECKING:
    from console.connections.engine_source import EngineSource
    from console.investigation.case import Case, SearchAnswer

BUDGET_S = 10.0
_ADVICE = {
    "check-digit": "One number fails its check digit: a digit may be wrong.",
    "part-of-name": "Try the beginning of the name alone.",
    "fewer-words": "Try fewer words: every word has to fit.",
    "other-identifier": "Try another number from the same request: visit, order, specimen, message id.",
    "index-behind": "The newest messages are not searchable yet; try again in a moment.",
    "sources-missing": "A source did not answer; it may know more.",
    "kept-copy-only": "Only the kept copy was searched.",
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="numbers, a name, a date of birth, a whole message")
    parser.add_argument("--limit", type=_limit, default=20, metavar="N", help="cases shown (default 20)")
    add_engine_options(parser)


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 200:
        raise argparse.ArgumentTypeError("must be a number from 1 to 200")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """0 when something was found, 1 when nothing was."""
    text = " ".join(arguments.text)
    found = ask(arguments, lambda source: _search(source, text, arguments.limit))
    if arguments.json:
        print_json(as_json(found))
    else:
        print(describe(found))
    return 0 if found.cases else 1


async def _search(source: EngineSource, text: str, limit: int) -> SearchAnswer:
    """Raises EnvironmentFault when the engine did not answer: there is no kept copy here to fall back on."""
    from console.investigation.search import Search
    from console.storage.cache import Cache

    def now() -> datetime:
        return datetime.now(UTC)

    cache = Cache(None, secrets.token_bytes(32), clock=now)
    try:
        newest = int((await source.health()).get("journal_seq") or 0)
        found = await Search([source], cache, clock=now, budget_s=BUDGET_S).answer(
            text, heard_up_to=newest, limit=limit
        )
    finally:
        cache.close()
    if found.from_cache:
        raise EnvironmentFault(found.reports[0].text or "The engine did not answer.", code="unreachable")
    return found


def as_json(found: SearchAnswer) -> dict[str, Any]:
    """The answer with stable names."""
    return {
        "text": found.text,
        "took_ms": found.took_ms,
        "as_of": iso(found.as_of) if found.as_of else None,
        "all_matched": found.all_matched,
        "more": found.more,
        "not_yet_searchable": found.behind,
        "terms": [
            {
                "kind": chip.kind.value,
                "text": chip.text,
                "value": chip.value,
                "hits": chip.hits,
                "kinds": [kind.value for kind in chip.kinds],
                "warning": chip.warning,
            }
            for chip in found.chips
        ],
        "cases": [_case_json(found, case) for case in found.cases],
        "sources": [
            {"name": r.name, "status": r.status.value, "took_ms": r.took_ms, "text": r.text} for r in found.reports
        ],
        "advice": [advice.value for advice in found.advice],
    }


def _case_json(found: SearchAnswer, case: Case) -> dict[str, Any]:
    return {
        "opens": case.opens.value,
        "target_id": case.target_id,
        "state": case.state.value if case.state else None,
        "standing": dict(case.standing),
        "last_at": iso(case.last_at) if case.last_at else None,
        "patient": case.patient,
        "encounter": case.encounter,
        "trace": case.trace,
        "evidence": [
            {"kind": found.chips[n].kind.value, "value": found.chips[n].value, "hits": found.chips[n].hits}
            for n in case.matched
        ],
    }


def describe(found: SearchAnswer) -> str:
    """The answer for a person."""
    blocks = [_describe_case(found, case) for case in found.cases]
    if not blocks:
        told = [f"{clean(c.text)}: {'not looked up' if c.hits is None else 'not found'}" for c in found.chips]
        advice = [_ADVICE.get(a.value, a.value) for a in found.advice]
        return "\n".join(["Nothing found.", *(f"  {line}" for line in told), *advice])
    notes = []
    if not found.all_matched:
        notes.append("No case fits everything; these fit some of it.")
    if found.more:
        notes.append("There are more: narrow the search, or raise --limit.")
    if found.behind:
        notes.append(f"{found.behind} of the newest events are not searchable yet.")
    count = f"{len(blocks)} case{'' if len(blocks) == 1 else 's'}, {found.took_ms:.0f} ms"
    return "\n\n".join([*blocks, "\n".join([count, *notes])])


def _describe_case(found: SearchAnswer, case: Case) -> str:
    because = ", ".join(_evidence(found, n) for n in case.matched)
    encounter = case.encounter or {}
    if case.trace is not None and not encounter:
        trace = case.trace
        head = f"{trace.get('message_type', '')} {trace.get('title', '')} from {trace.get('sender', '')}"
        lines = [clean(head.strip()), f"{person(case.patient)}" if case.patient else ""]
        command = f"signalbox trace {case.target_id}"
    else:
        visit = encounter.get("visit_number") or ("without a visit" if case.target_id else "")
        where = " · ".join(str(encounter.get(n) or "") for n in ("class", "location", "status") if encounter.get(n))
        lines = [f"{clean(visit)}  {person(case.patient)}", clean(where)]
        command = f"signalbox timeline {encounter.get('visit_number') or case.target_id}"
    last = f", last {local(iso(case.last_at))}" if case.last_at else ""
    standing = standing_words(case.standing) if case.standing else state_word(case.state.value if case.state else "")
    lines += [standing + last, f"because {because}" if because else "", command]
    first, *rest = [line for line in lines if line]
    return "\n".join([first, *(f"    {line}" for line in rest)])


def _evidence(found: SearchAnswer, n: int) -> str:
    chip = found.chips[n]
    hits = f" ({chip.hits} message{'' if chip.hits == 1 else 's'})" if chip.hits and chip.kind not in _PEOPLE else ""
    return clean(f"{chip.kind.value.replace('_', ' ')} {chip.value}{hits}")


_PEOPLE = frozenset({"name", "date"})
