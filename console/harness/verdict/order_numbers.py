"""Results without a filler number belong to the order that another message gave both numbers for.

Laboratories send their own number, wards know theirs; a preliminary result may carry only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console.harness.verdict.spool import Spool
from console.harness.verdict.truth import ResultFact
from console.harness.verdict.versions import SentRow


def put(spool: Spool, row: tuple[Any, ...], results: Iterable[ResultFact]) -> None:
    """A row with its results, each in the part of its order."""
    by_part: dict[int, list[tuple[Any, ...]]] = {}
    for one in results:
        by_part.setdefault(spool.part_of(one.key[0]), []).append(tuple(one))
    for part, piled in by_part.items():
        spool.put(part, (row, piled))


def settle_numbers(spool: Spool, loose: Spool, *, numbered: int) -> Spool:
    """The spool of all results, each under its order. `spool` has those that came with a filler number (`numbered` of
    them), `loose` the others; the one that is not given back is closed.

    Where several orders share the placer number or the accession, nobody can say which is meant: nothing is demanded
    of those results."""
    if not numbered:
        spool.close()
        return loose
    wanted = {
        number
        for part in range(loose.parts)
        for _, facts in loose.read(part)
        for fact in facts
        for number in (fact[_PLACER], fact[_ACCESSION])
        if number
    }
    fillers: dict[str, set[str]] = {}
    for part in range(spool.parts):
        for _, facts in spool.read(part):
            for fact in facts:
                for number in (fact[_PLACER], fact[_ACCESSION]):
                    if number in wanted:
                        fillers.setdefault(number, set()).add(fact[_FILLER])
    for part in range(loose.parts):
        for row, facts in loose.read(part):
            for fact in map(ResultFact._make, facts):
                found = fillers.get(fact.placer) or fillers.get(fact.accession) or set()
                if len(found) == 1:
                    fact = fact._replace(filler=next(iter(found)))
                whole = SentRow._make(row)
                put(spool, tuple(whole._replace(damaged=True) if len(found) > 1 else whole), [fact])
    loose.close()
    return spool


_FILLER, _PLACER, _ACCESSION = (ResultFact._fields.index(name) for name in ("filler", "placer", "accession"))
