"""Faults keep their promises for any seed, rate and mixture."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from console.harness.load.draws import OF_CONNECTIONS
from console.harness.load.faults import shots
from console.harness.load.ledger import NO_ORIGIN
from console.harness.scenario.model import Fault, FaultKind
from tests.builders.harness_content import Results, with_faults

KINDS = [kind for kind in FaultKind if kind not in OF_CONNECTIONS and kind is not FaultKind.OVERSIZE]
COPIES = {FaultKind.DUPLICATE, FaultKind.DUPLICATE_CHANGED}
EXTRA = {FaultKind.GARBAGE, FaultKind.EMPTY_FRAME}

faults = st.builds(
    Fault,
    kind=st.sampled_from(KINDS),
    probability=st.sampled_from([0.0, 0.01, 0.2, 1.0]),
    every=st.integers(0, 9),
    count=st.integers(1, 3),
    kinds=st.sampled_from([(), ("ORU",), ("ADT^A08",)]),
)
seeds = st.integers(0, 2**63 - 1)
SOURCE = Results(700, lanes=9, chunk=128, mixed=True)


@given(st.lists(faults, max_size=5), seeds)
@settings(max_examples=25, deadline=None)
def test_that_the_same_seed_gives_the_same_shots(chosen: list[Fault], seed: int) -> None:
    scenario = with_faults(*chosen)
    assert list(shots(SOURCE, scenario, seed=seed)) == list(shots(SOURCE, scenario, seed=seed))


@given(st.lists(faults, max_size=5), seeds)
@settings(max_examples=25, deadline=None)
def test_that_every_message_goes_out_once_and_again_only_as_a_copy(chosen: list[Fault], seed: int) -> None:
    own: Counter[int] = Counter()
    for part in shots(SOURCE, with_faults(*chosen), seed=seed):
        for at, origin in enumerate(part.origins):
            special = part.specials.get(at)
            if special is None or special.fault not in COPIES | EXTRA:
                own[origin] += 1
            elif special.fault in EXTRA:
                assert origin == NO_ORIGIN
            else:
                assert own[origin] == 1 or FaultKind.REORDER in {fault.kind for fault in chosen}
    assert own == dict.fromkeys(range(SOURCE.count), 1)


@given(st.lists(faults.filter(lambda f: f.kind is not FaultKind.REORDER), max_size=5), seeds)
@settings(max_examples=25, deadline=None)
def test_that_a_lane_keeps_its_order_where_nothing_was_reordered(chosen: list[Fault], seed: int) -> None:
    latest: dict[int, int] = {}
    for part in shots(SOURCE, with_faults(*chosen), seed=seed):
        for at, (origin, lane) in enumerate(zip(part.origins, part.lanes, strict=True)):
            special = part.specials.get(at)
            if origin == NO_ORIGIN or (special is not None and special.fault in COPIES):
                continue
            assert latest.get(lane, -1) < origin
            latest[lane] = origin


@given(seeds, st.sampled_from([FaultKind.DUPLICATE, FaultKind.NO_VT, FaultKind.GARBAGE, FaultKind.CLOCK_SKEW]))
@settings(max_examples=12, deadline=None)
def test_that_a_probability_is_kept(seed: int, kind: FaultKind) -> None:
    source, chance = Results(8000, lanes=50), 0.05
    met = sum(len(part.specials) for part in shots(source, with_faults(Fault(kind, chance)), seed=seed))
    wanted, spread = source.count * chance, math.sqrt(source.count * chance * (1 - chance))
    assert abs(met - wanted) < 6 * spread
