"""Codes and authorities in FHIR's words: table look-ups, code systems, identifier systems, and what was used.

One `Terms` serves one message: it knows the maps in force on the clinical day and remembers which were used
(`maps`, stamped into the event and the Provenance) and which codes no map knew (`unmapped`, the worklist).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from console.fhir.concept_map import ConceptMaps, Element, unmapped
from console.fhir.context import Body
from console.fhir.hl7_tables import PUBLISHED

LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"
V2: Final = "http://terminology.hl7.org/CodeSystem/v2-"
V3: Final = "http://terminology.hl7.org/CodeSystem/v3-"

# HL7 table 0396 (coding systems) -> FHIR R4 terminologies-systems.html
_SYSTEMS: Final[Mapping[str, str]] = {
    "LN": LOINC,
    "LOINC": LOINC,
    "SCT": SNOMED,
    "SCT2": SNOMED,
    "SNM": SNOMED,
    "SNOMED-CT": SNOMED,
    "SNOMED": SNOMED,
    "UCUM": UCUM,
    "I9": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9C": "http://hl7.org/fhir/sid/icd-9-cm",
    "I9CDX": "http://hl7.org/fhir/sid/icd-9-cm",
    "ICD9": "http://hl7.org/fhir/sid/icd-9-cm",
    "I10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "I10C": "http://hl7.org/fhir/sid/icd-10-cm",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "MVX": "http://terminology.hl7.org/CodeSystem/MVX",
    "C4": "http://www.ama-assn.org/go/cpt",
    "CPT": "http://www.ama-assn.org/go/cpt",
    "CPT4": "http://www.ama-assn.org/go/cpt",
    "ATC": "http://www.whocc.no/atc",
    "CDCREC": "urn:oid:2.16.840.1.113883.6.238",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "ISO639": "urn:ietf:bcp:47",
}

# Authorities everybody knows, by OID.
_AUTHORITIES: Final[Mapping[str, str]] = {
    "2.16.840.1.113883.4.1": "http://hl7.org/fhir/sid/us-ssn",
    "2.16.840.1.113883.4.6": "http://hl7.org/fhir/sid/us-npi",
}

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){3,}")  # shorter ones name standards bodies and countries
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TABLE = re.compile(r"(?:HL7|hl7)[- ]?([0-9]{4})")
_ABSOLUTE = re.compile(r"(?:https?://|urn:)\S+")


@lru_cache(maxsize=4096)
def code_system(name: str, oid: str = "") -> str:
    """The URI of a coding system as CWE.3 names it, its OID (CWE.14) when the name is not a public one; '' for none.

    A system we do not know keeps its name in our own namespace: two labs' "99LAB" stay what they were."""
    if not name:
        return f"urn:oid:{oid}" if _OID.fullmatch(oid) else ""
    if known := _SYSTEMS.get(name) or _SYSTEMS.get(name.upper()):
        return known
    if table := _TABLE.fullmatch(name):
        return V2 + table[1]
    if _ABSOLUTE.fullmatch(name):
        return name
    if _OID.fullmatch(name):
        return f"urn:oid:{name}"
    if _OID.fullmatch(oid):
        return f"urn:oid:{oid}"
    return f"urn:signalbox:code-system:{quote(name, safe='')}"


def authority_system(namespace: str, universal_id: str, universal_type: str, authorities: Mapping[str, str]) -> str:
    """The identifier system of an HD: a configured URI first, then the OID or UUID, then the bare namespace in our
    own; '' when the message named no authority."""
    if configured := (authorities.get(universal_id) if universal_id else None) or (
        authorities.get(namespace) if namespace else None
    ):
        return configured
    return _unconfigured(namespace, universal_id, universal_type)


@lru_cache(maxsize=4096)
def _unconfigured(namespace: str, universal_id: str, universal_type: str) -> str:
    if universal_id:
        if known := _AUTHORITIES.get(universal_id):
            return known
        if _OID.fullmatch(universal_id):
            return f"urn:oid:{universal_id}"
        if universal_type.upper() in ("UUID", "GUID") and _UUID.fullmatch(universal_id.lower()):
            return f"urn:uuid:{universal_id.lower()}"
        if _ABSOLUTE.fullmatch(universal_id):
            return universal_id
        return f"urn:signalbox:authority:{quote(universal_id, safe='')}"
    return f"urn:signalbox:authority:{quote(namespace, safe='')}" if namespace else ""


@lru_cache(maxsize=1024)
def source_system(source: str) -> str:
    """The identifier system of numbers without an authority: the sender's own space."""
    return f"urn:signalbox:source:{quote(source, safe='')}"


def table_system(table: str, code: str) -> str:
    """The system of a code of an HL7 v2 table: the published one when the code is in it, else our own name for the
    senders' additions to that table."""
    published = PUBLISHED.get(table)
    return V2 + table if published is None or code in published else code_system(f"HL7-{table}-additions")


class Terms:
    """The terminology of one message. `day` is the clinical day (FHIR date text, '' = unknown); `marks` are the
    message's delimiters and charset: with them, equal raw texts mean the same."""

    __slots__ = ("_maps", "authorities", "day", "maps", "marks", "source", "unmapped", "zone")

    def __init__(
        self,
        maps: ConceptMaps,
        *,
        authorities: Mapping[str, str] | None = None,
        source: str = "",
        zone: tzinfo = UTC,
        day: str = "",
        marks: str = "",
    ) -> None:
        self._maps = maps
        self.authorities = authorities or {}
        self.source = source
        self.zone = zone
        self.day = day
        self.marks = marks
        self.maps: dict[str, None] = {}
        self.unmapped: dict[str, None] = {}

    def aside(self) -> Terms:
        """The same terminology with a record of its own."""
        return Terms(
            self._maps,
            authorities=self.authorities,
            source=self.source,
            zone=self.zone,
            day=self.day,
            marks=self.marks,
        )

    @property
    def memo(self) -> dict[object, object]:
        """What was worked out before from the same maps; lives and dies with them."""
        return self._maps.memo

    def era(self, day: str = "") -> int:
        """Which versions of the maps apply on a day, as a number for keys of `memo`."""
        return self._maps.era(day or self.day)

    def look_up(self, map_name: str, code: str, *, day: str = "") -> Element | None:
        """The row of a table map for a code; None when the code is empty, unknown, or deliberately without target.
        An unknown code is noted in `unmapped`."""
        if not code:
            return None
        one = self._maps.version_for(map_name, day or self.day)
        if one is None:
            return None
        found = one.find(code)
        if found is None:
            self.unmapped[f"{map_name}|{code}"] = None
            return None
        self.maps[one.stamp] = None
        return found if found.target else None

    def target(self, map_name: str, code: str, default: str = "") -> str:
        """The target code of a table map, or the default."""
        found = self.look_up(map_name, code)
        return found.target if found else default

    def coding(self, map_name: str, code: str) -> Body | None:
        """A Coding from a table map."""
        found = self.look_up(map_name, code)
        if found is None:
            return None
        coding: Body = {"system": found.target_system, "code": found.target}
        if found.target_display:
            coding["display"] = found.target_display
        return coding

    def translate(self, code: str, system: str, *, path: str, day: str = "") -> Body | None:
        """The standard coding for a local code, by the map that answers for its coding system on the clinical day.

        None when no map covers the system (the caller keeps the original). Raises InvalidMessage `code-not-mapped`
        when the map's policy is `stop` and it has no target for the code."""
        if not code or not system or not self._maps.knows_system(system):
            return None
        one = self._maps.for_system(system, day or self.day)
        if one is None:
            self.unmapped[f"{system}|{code}"] = None
            return None
        found = one.find(code, system)
        if found is None or not found.target:
            if one.on_unmapped == "stop":
                raise unmapped(one, code, path=path, target=_short(one.target_system))
            self.unmapped[f"{system}|{code}"] = None
            return None
        self.maps[one.stamp] = None
        coding: Body = {"system": found.target_system, "code": found.target}
        if found.target_display:
            coding["display"] = found.target_display
        return coding

    def authority(self, namespace: str, universal_id: str = "", universal_type: str = "") -> str:
        """`authority_system` with this source's configuration; the sender's own space when there is none."""
        return authority_system(namespace, universal_id, universal_type, self.authorities) or source_system(self.source)


def _short(system: str) -> str:
    return {LOINC: "LOINC", SNOMED: "SNOMED CT", UCUM: "UCUM"}.get(system, system)
