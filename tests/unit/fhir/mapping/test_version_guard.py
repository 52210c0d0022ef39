from __future__ import annotations

from typing import Any

import pytest

from console.fhir.mapping.version_guard import is_stale, note, rank

NINE, TEN, ELEVEN = (f"2026-11-20T{hour}:00:00.000000+00:00" for hour in ("09", "10", "11"))


@pytest.mark.parametrize(
    ("held", "new", "stale"),
    [
        (("preliminary", TEN, TEN), ("final", NINE, NINE), False),
        (("final", NINE, NINE), ("preliminary", TEN, TEN), True),
        (("corrected", NINE, NINE), ("final", TEN, TEN), True),
        (("final", NINE, NINE), ("corrected", "", ""), False),
        (("final", TEN, TEN), ("final", NINE, ELEVEN), True),
        (("final", NINE, ELEVEN), ("final", TEN, TEN), False),
        (("final", "", TEN), ("final", NINE, ELEVEN), False),
        (("final", NINE, TEN), ("final", "", ELEVEN), False),
        (("final", NINE, TEN), ("final", "", NINE), True),
        (("final", TEN, TEN), ("final", TEN, TEN), False),
        (("final", TEN, TEN), ("final", "", ""), False),
        (("corrected", TEN, TEN), ("entered-in-error", ELEVEN, ELEVEN), False),
        (("corrected", TEN, TEN), ("cancelled", NINE, NINE), True),
        (("cancelled", TEN, TEN), ("final", ELEVEN, ELEVEN), False),
        (("cancelled", TEN, TEN), ("final", NINE, NINE), True),
        (("entered-in-error", TEN, TEN), ("preliminary", NINE, NINE), True),
        (("registered", TEN, TEN), ("preliminary", NINE, NINE), False),
    ],
)
def test_that_only_the_later_word_is_applied(
    held: tuple[str, str, str], new: tuple[str, str, str], stale: bool
) -> None:
    guard: dict[str, Any] = {}
    note(rank(*held), guard)
    assert is_stale(rank(*new), guard) is stale


def test_that_the_first_word_is_never_stale() -> None:
    assert not is_stale(rank("preliminary", "", ""), {})
