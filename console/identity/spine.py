"""Who a message is about, by exact identifiers only: authority + number -> one internal id per person.

No scores, no guesses: an identifier counts unless its kind is known not to name one person for good (a medical record
number counts, an account or a driving licence does not). A number without an authority is only as good as its sender,
so the sender becomes its authority and the patient is flagged. When one message's numbers belong to two people, the
first in priority wins and the conflict is flagged; nothing is merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from console.core.ids import stable_uuid
from console.core.keys import fold_key

NO_AUTHORITY: Final = "no-authority"
CONFLICT: Final = "identifier-conflict"
LEGACY_FIELD: Final = "legacy-identifier-field"

# HL7 table 0203: identifiers that name a person for good, in the order in which they are believed.
_PRIORITY: Final[Mapping[str, int]] = {
    kind: place
    for place, kind in enumerate(
        ("MR", "MRN", "PI", "PK", "", *"PT EPI MRT PN NH NHS NHSNMBR NI HC JHN INS PRC PE RI LR SR".split())
    )
}
_NATIONAL: Final = 11  # NNxxx: a national number of the country xxx
_LOCAL: Final = 50  # a type of the sender's own making: believed last

# Table 0203: numbers of accounts, visits, cards, licences, insurers and staff. They may be shared, reissued or not be
# the patient's at all, so they never decide who somebody is. A social security number counts among them: measured,
# it differs in half of the true duplicates and is shared in families.
_NO_PERSON: Final = frozenset(
    "AN ANC AND ANT VN ACSN LACSN AM AMA APRN BA BC BCFN BCT BR BSNR CC CONM CY DDS DEA DFN DI DL DN DO DP DPM DS EI EN"
    " ESN FI GI GL GN LANR LI LN MA MB MC MCD MCN MCR MCT MD MI MS NCT NE NII NIIP NP NPI OD PA PC PCN PEN PHC PHE PHO"
    " PNT PPIN PPN PRN QA RN RPH RR RRI RRP SID SL SN SNBSN SP SS SSN SB TAX TN TPR UPIN USID VP VS WC WCN WP"
    " XX".split()
)

# Texts that stand in an identifier field and identify nobody.
_PLACEHOLDERS: Final = frozenset(
    ("", "UNKNOWN", "NONE", "N/A", "NA", "NULL", '""', "TEST", "0", "00000000", "000000000", "999999999")
)

Lookup = Callable[[str, str], str | None]
"""(assigner, folded value) -> internal patient id, after merges; None when never seen."""

How = Literal["matched", "created", "unassigned"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One identifier a message gives for a person. `assigner` from `assigner_of`, `type` HL7 table 0203 or ''."""

    value: str
    assigner: str
    type: str = ""
    flags: tuple[str, ...] = ()

    @property
    def folded(self) -> str:
        return fold_key(self.value)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom the claims name. `claims` are those that count, best first; `patient_id` is '' when none does."""

    patient_id: str
    how: How
    claims: tuple[Claim, ...] = ()
    flags: tuple[str, ...] = ()


def assigner_of(
    namespace: str, universal_id: str, authorities: Mapping[str, str], source: str
) -> tuple[str, tuple[str, ...]]:
    """The normalised assigner of a number and the flags it earns.

    A configured URI first; else the universal id (an OID says who, on every machine), else the namespace in capitals,
    else the sender (`source` is `MSH-3|MSH-4`) with the flag no-authority.
    """
    for name in (universal_id, namespace):
        if name and (uri := authorities.get(name)):
            return uri, ()
    if universal_id:
        return universal_id.strip().lower(), ()
    if namespace:
        return fold_key(namespace), ()
    return f"source:{source}", (NO_AUTHORITY,)


def counts(claim: Claim) -> bool:
    """Whether an identifier may decide who a patient is."""
    return claim.folded not in _PLACEHOLDERS and _place(claim.type) is not None


def _place(kind: str) -> int | None:
    kind = kind.upper()
    if kind.startswith("NN") and len(kind) == 5:
        return _NATIONAL
    return None if kind in _NO_PERSON else _PRIORITY.get(kind, _LOCAL)


def by_priority(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that count, best first, each once; the message's order breaks ties."""
    kept: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        if counts(claim):
            kept.setdefault((claim.assigner, claim.folded), claim)
    return tuple(sorted(kept.values(), key=lambda c: (bool(c.flags), _place(c.type) or 0)))


def resolve(tenant: str, claims: Iterable[Claim], look_up: Lookup) -> Resolution:
    """One person for one message. The new id is a hash of the best claim, so a replay into an empty store gives it
    again. Never links two known people to each other."""
    ranked = by_priority(claims)
    if not ranked:
        return Resolution("", "unassigned")
    flags = {flag: None for claim in ranked for flag in claim.flags}
    found = [hit for claim in ranked if (hit := look_up(claim.assigner, claim.folded))]
    if found:
        if any(hit != found[0] for hit in found):
            flags[CONFLICT] = None
        return Resolution(found[0], "matched", ranked, tuple(flags))
    return Resolution(new_id(tenant, ranked[0]), "created", ranked, tuple(flags))


def new_id(tenant: str, claim: Claim) -> str:
    """The id a person gets on first sight of this identifier."""
    return stable_uuid(tenant, "Patient", claim.assigner, claim.folded)


def registrable(resolution: Resolution, look_up: Lookup) -> tuple[Claim, ...]:
    """The claims that may be stored for the resolved patient: those that belong to nobody else."""
    return tuple(c for c in resolution.claims if look_up(c.assigner, c.folded) in (None, resolution.patient_id))
