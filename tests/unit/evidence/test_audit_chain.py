"""The audit chain: whatever is done to it is found."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.evidence.audit_chain import GENESIS, Anchor, AuditEntry, Flaw, anchor, seal, verify

KEY = b"k" * 32


def chain(length: int, key: bytes = KEY) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        entry = AuditEntry(
            seq=seq,
            entry_id=f"entry-{seq}",
            recorded_at=1_700_000_000_000_000 + seq,
            actor="owner",
            action="read",
            resource=f"GET /traces/{{id}} t{seq}",
            patient_id=f"p{seq % 3}",
            outcome="ok",
            request_id=f"r{seq}",
            detail=b'{"patients":2}' if seq % 2 else None,
            prev_hash=previous,
        )
        entry = replace(entry, hash=seal(entry, key))
        entries.append(entry)
        previous = entry.hash
    return entries


def head(entries: list[AuditEntry]) -> Anchor:
    return anchor(len(entries), entries[-1].hash if entries else GENESIS, KEY)


def reseal(entries: list[AuditEntry], key: bytes) -> list[AuditEntry]:
    """The whole chain numbered and sealed anew, as somebody without the right key would."""
    mended: list[AuditEntry] = []
    previous = GENESIS
    for seq, entry in enumerate(entries, 1):
        entry = replace(entry, seq=seq, prev_hash=previous)
        entry = replace(entry, hash=seal(entry, key))
        mended.append(entry)
        previous = entry.hash
    return mended


def test_that_an_untouched_chain_is_intact() -> None:
    entries = chain(20)
    answer = verify(entries, KEY, head(entries))
    assert answer.intact
    assert answer.entries == 20
    assert answer.head == entries[-1].hash


def test_that_an_empty_chain_with_its_anchor_is_intact() -> None:
    assert verify([], KEY, head([])).intact


def _changed_values(value: Any) -> list[Any]:
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, bytes):
        flips = [value[:i] + bytes([value[i] ^ 1]) + value[i + 1 :] for i in range(len(value))]
        return [*flips, value + b"x", value[:-1], None, b""]
    if value is None:
        return [b"", b"{}"]
    flips = [value[:i] + chr(ord(value[i]) ^ 1) + value[i + 1 :] for i in range(len(value))]
    return [*flips, value + "x", value[:-1], ""]


@pytest.mark.parametrize("place", [0, 3, 6])
def test_that_every_single_character_change_of_every_field_is_found(place: int) -> None:
    entries = chain(7)
    kept = head(entries)
    tried = 0
    for field in fields(AuditEntry):
        for value in _changed_values(getattr(entries[place], field.name)):
            tampered = list(entries)
            tampered[place] = replace(entries[place], **{field.name: value})
            assert not verify(tampered, KEY, kept).intact, (field.name, value)
            tried += 1
    assert tried > 200


def test_that_text_moved_from_one_field_to_the_next_is_found() -> None:
    entries = chain(3)
    moved = replace(entries[1], actor="owne", action="rread")
    assert verify([entries[0], moved, entries[2]], KEY, head(entries)).findings[0].flaw is Flaw.CHANGED


@given(st.data())
def test_that_every_deletion_is_found(data: st.DataObject) -> None:
    entries = chain(12)
    gone = data.draw(st.sets(st.integers(0, 11), min_size=1))
    left = [e for i, e in enumerate(entries) if i not in gone]
    assert not verify(left, KEY, head(entries)).intact


@given(st.data())
def test_that_every_reordering_is_found(data: st.DataObject) -> None:
    entries = chain(8)
    shuffled = data.draw(st.permutations(entries))
    assert verify(shuffled, KEY, head(entries)).intact is (list(shuffled) == entries)


def test_that_swapped_contents_under_the_old_numbers_are_found() -> None:
    entries = chain(5)
    swapped = list(entries)
    swapped[1], swapped[2] = replace(entries[2], seq=2), replace(entries[1], seq=3)
    assert not verify(swapped, KEY, head(entries)).intact


def test_that_an_insertion_with_everything_resealed_by_a_stranger_is_found() -> None:
    entries = chain(5)
    forged = reseal([*entries[:2], replace(entries[2], actor="nobody"), *entries[2:]], b"another key")
    assert not verify(forged, KEY, head(entries)).intact


def test_that_removing_the_first_entries_and_renumbering_is_found() -> None:
    entries = chain(5)
    renumbered = [replace(e, seq=e.seq - 2) for e in entries[2:]]
    assert not verify(renumbered, KEY, None).intact
    assert not verify(renumbered, KEY, head(entries)).intact


@pytest.mark.parametrize("cut", [1, 4, 9, 10])
def test_that_a_cut_at_the_end_is_found_by_the_anchor_alone(cut: int) -> None:
    entries = chain(10)
    left = entries[: 10 - cut]
    assert verify(left, KEY, head(left)).intact
    finding = verify(left, KEY, head(entries)).findings[0]
    assert finding.flaw is Flaw.TRUNCATED
    assert finding.seq == 11 - cut


def test_that_an_anchor_behind_the_head_is_no_flaw() -> None:
    entries = chain(10)
    assert verify(entries, KEY, head(entries[:7])).intact


def test_that_an_anchor_of_another_history_is_found() -> None:
    entries, others = chain(6), chain(9)
    other_head = anchor(6, others[5].hash[::-1], KEY)
    assert verify(entries, KEY, other_head).findings[0].flaw is Flaw.CHANGED


def test_that_a_missing_or_altered_anchor_is_said() -> None:
    entries = chain(4)
    kept = head(entries)
    assert verify(entries, KEY, None).findings[0].flaw is Flaw.ANCHOR_MISSING
    for altered in (replace(kept, seq=3), replace(kept, hash=entries[0].hash), replace(kept, mac="0" * 64)):
        assert verify(entries, KEY, altered).findings[0].flaw is Flaw.ANCHOR_CHANGED
    assert not verify(entries, b"another key", kept).intact


def test_that_one_change_is_reported_once_and_named() -> None:
    entries = chain(9)
    entries[4] = replace(entries[4], resource="GET /health")
    findings = verify(entries, KEY, head(entries)).findings
    assert [(f.flaw, f.seq) for f in findings] == [(Flaw.CHANGED, 5)]
    assert findings[0].text == "entry 5 is not as it was written"


def test_that_findings_are_bounded() -> None:
    entries = [replace(e, actor="x") for e in chain(50)]
    assert len(verify(entries, KEY, None, limit=10).findings) == 10
