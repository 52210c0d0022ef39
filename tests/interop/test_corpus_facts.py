"""What other converters say of the corpus holds for us too, or a person has written down why not.

For every message that maps, each foreign fact must hold or stand in `deviations.csv`. A row that is no longer needed
fails as well: the list is a review, not a waste bin. Identifier fields beyond PID-3 are switched on, as a source's
settings can.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.core.errors import InvalidMessage
from console.fhir import concept_map, validate
from console.fhir.concept_map import ConceptMaps
from console.fhir.context import OutcomeKind
from tests.fakes.hospital_state import HospitalState
from tests.interop.corpus import CORPUS, ROOT, needs_corpus
from tests.interop.facts import Fact, failing, load_deviations, load_facts

pytestmark = [pytest.mark.interop, needs_corpus]

DEVIATIONS = Path(__file__).parent / "deviations.csv"
CATEGORIES = ("adt", "batch", "malformed", "mdm", "omg_oml", "orm", "oru", "rx", "siu", "vxu")
HELD = 0.97
"""Of the facts whose foreign bundle is not itself at fault."""


@pytest.fixture(scope="module")
def compared() -> dict[str, list[tuple[Fact, str | None]]]:
    """Every fact of the messages that map, by category, with what we say instead (None: it holds)."""
    folder = ROOT / "resources" / "concept_maps"
    maps = ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(folder.glob("*.json")))
    made: dict[str, list[tuple[Fact, str | None]]] = {category: [] for category in CATEGORIES}
    for file, facts in load_facts(CORPUS).items():
        category = file.split("/")[1]
        hospital = HospitalState(maps, identifier_fields=(2, 3, 4, 18, 19, 20))
        try:
            outcome = hospital.map((CORPUS / file).read_bytes())
        except InvalidMessage:
            continue
        if outcome.kind is not OutcomeKind.MAPPED:
            continue
        assert not validate.gate(outcome.changes, lambda *_: False), file
        wrong = {(fact.path, fact.value): said for fact, said in failing(facts, [c.body for c in outcome.changes])}
        made[category] += [(fact, wrong.get((fact.path, fact.value))) for fact in facts]
    return made


@pytest.mark.parametrize("category", CATEGORIES)
def test_that_every_fact_holds_or_its_difference_is_reviewed(compared, category):
    reviewed = {key: row for key, row in load_deviations(DEVIATIONS).items() if key[0].split("/")[1] == category}
    differing = {(f.file, f.path, f.value): said for f, said in compared[category] if said is not None}
    unexplained = {key: said for key, said in differing.items() if key not in reviewed}
    assert not unexplained
    assert not set(reviewed) - set(differing), "these differences are gone: take the rows out"
    assert all(row.reason.startswith(("theirs: ", "ours: ")) for row in reviewed.values())


def test_that_at_least_97_percent_of_the_facts_hold(compared, capsys):
    reviewed = load_deviations(DEVIATIONS)
    total: Counter[str] = Counter()
    for category, facts in compared.items():
        theirs = sum(1 for f, said in facts if said and reviewed.get((f.file, f.path, f.value), f) is not f
                     and reviewed[(f.file, f.path, f.value)].theirs)  # fmt: skip
        held = sum(said is None for _, said in facts)
        total.update(facts=len(facts), held=held, theirs=theirs)
        with capsys.disabled():
            print(f"\n{category:10} {len(facts):5} facts, {held:5} hold, {theirs:4} of their own making", end="")
    share = total["held"] / (total["facts"] - total["theirs"])
    with capsys.disabled():
        print(
            f"\nall        {total['facts']:5} facts, {total['held']:5} hold ({total['held'] / total['facts']:.2%}); "
            f"without {total['theirs']} of their own making {share:.2%}"
        )
    assert share >= HELD
