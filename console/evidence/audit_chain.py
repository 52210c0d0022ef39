"""The audit chain: each entry seals the one before it, so that no entry can change, vanish or slip in unseen.

    seal(n) = HMAC-SHA256(key, seal(n-1) | every field of entry n)

The chain alone finds a change, a deletion, an insertion and a swap; a cut at the end is found by the anchor, a copy of
the last seal kept outside the table and sealed with the same key. Whoever has no key cannot mend the chain behind a
change (field practice: IHE BALP content, chain after RFC 6962's idea of a signed head).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

GENESIS = "0" * 64
"""What the first entry has for its predecessor's seal."""

_ANCHOR_DOMAIN = b"signalbox-audit-anchor-1"
_ENTRY_DOMAIN = b"signalbox-audit-entry-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who looked at or did what. `recorded_at` is microseconds since the epoch; `detail` JSON bytes, or None.

    `resource` holds a route and object ids, never names. `seq` counts from 1 without gaps.
    """

    seq: int
    entry_id: str
    recorded_at: int
    actor: str
    action: str
    resource: str
    patient_id: str
    outcome: str
    request_id: str
    detail: bytes | None
    prev_hash: str
    hash: str = ""


class Flaw(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    OUT_OF_PLACE = "out-of-place"
    TRUNCATED = "truncated"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_CHANGED = "anchor-changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, at the entry with number `seq` (0: the chain as a whole)."""

    flaw: Flaw
    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at some moment: number and seal of the last entry (0 and GENESIS before the first)."""

    seq: int
    hash: str
    mac: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of `verify`: how many entries were read, the last seal, and every flaw found (at most `limit`)."""

    entries: int
    head: str
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        return not self.findings


def seal(entry: AuditEntry, key: bytes) -> str:
    """The entry's hash: 64 hexadecimal digits over every field but `hash`, `prev_hash` first."""
    fields = (
        entry.prev_hash,
        str(entry.seq),
        entry.entry_id,
        str(entry.recorded_at),
        entry.actor,
        entry.action,
        entry.resource,
        entry.patient_id,
        entry.outcome,
        entry.request_id,
    )
    sealed = [_netstring(field.encode("utf-8", "surrogatepass")) for field in fields]
    sealed.append(b"-" if entry.detail is None else _netstring(entry.detail))
    return hmac.digest(key, _ENTRY_DOMAIN + b"".join(sealed), "sha256").hex()


def _netstring(field: bytes) -> bytes:
    """No two different lists of these give the same bytes."""
    return b"%d:%b" % (len(field), field)


def anchor(seq: int, head: str, key: bytes) -> Anchor:
    """The sealed head record for a chain of `seq` entries that ends in `head`."""
    return Anchor(seq, head, _anchor_mac(seq, head, key))


def _anchor_mac(seq: int, head: str, key: bytes) -> str:
    sealed = _netstring(str(seq).encode()) + _netstring(head.encode())
    return hmac.digest(key, _ANCHOR_DOMAIN + sealed, "sha256").hex()


def verify(entries: Iterable[AuditEntry], key: bytes, kept: Anchor | None, *, limit: int = 100) -> Verification:
    """Reads a whole chain, entries by ascending number, and names every flaw.

    `kept` is the anchor from outside; None means it is gone, itself a flaw. After a broken link the walk goes on from
    the next entry as it stands, so that one change is one finding and not one for every later entry.
    """
    findings: list[Finding] = []
    previous, count, expected = GENESIS, 0, 1
    anchored_hash = GENESIS if kept is not None and kept.seq == 0 else None
    for entry in entries:
        if len(findings) >= limit:
            break
        count += 1
        if entry.seq != expected:
            findings.append(_gap(entry.seq, expected))
        elif entry.prev_hash != previous:
            findings.append(
                Finding(Flaw.OUT_OF_PLACE, entry.seq, f"entry {entry.seq} does not follow the entry before it")
            )
        actual = seal(entry, key)
        if not hmac.compare_digest(actual.encode(), entry.hash.encode("utf-8", "surrogatepass")):
            findings.append(Finding(Flaw.CHANGED, entry.seq, f"entry {entry.seq} is not as it was written"))
        if kept is not None and entry.seq == kept.seq:
            anchored_hash = entry.hash
        previous, expected = entry.hash, entry.seq + 1
    findings += _anchor_findings(kept, key, expected - 1, anchored_hash, cut_short=len(findings) >= limit)
    return Verification(count, previous, tuple(findings[:limit]))


def _gap(found: int, expected: int) -> Finding:
    if found > expected:
        last = found - 1
        which = f"entry {expected} is" if last == expected else f"entries {expected} to {last} are"
        return Finding(Flaw.MISSING, expected, f"{which} missing")
    return Finding(Flaw.OUT_OF_PLACE, found, f"entry {found} stands where entry {expected} belongs")


def _anchor_findings(
    kept: Anchor | None, key: bytes, last: int, anchored_hash: str | None, *, cut_short: bool
) -> list[Finding]:
    if kept is None:
        return [Finding(Flaw.ANCHOR_MISSING, 0, "the anchor is gone: a cut at the end cannot be ruled out")]
    if not hmac.compare_digest(_anchor_mac(kept.seq, kept.hash, key).encode(), kept.mac.encode("utf-8", "replace")):
        return [Finding(Flaw.ANCHOR_CHANGED, 0, "the anchor is not as it was written, or the key is another one")]
    if kept.seq > last:
        if cut_short:
            return []
        return [Finding(Flaw.TRUNCATED, last + 1, f"entries {last + 1} to {kept.seq} were cut off the end")]
    if anchored_hash is not None and anchored_hash != kept.hash:
        return [Finding(Flaw.CHANGED, kept.seq, f"entry {kept.seq} is not the one the anchor holds")]
    return []
