"""Keys: the identifiers a message is found by, and how they are compared."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class KeyKind(StrEnum):
    """What an identifier identifies. The values are the API's."""

    PATIENT = "patient"
    VISIT = "visit"
    PLACER = "placer"
    FILLER = "filler"
    ACCESSION = "accession"
    CONTROL = "control"
    DOCUMENT = "document"
    APPOINTMENT = "appointment"
    EVENT = "event"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Key:
    """One identifier as sent. `assigner`: the assigning authority (HL7 CX.4, EI.2-4), '' when the message gave none."""

    kind: KeyKind
    value: str
    assigner: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "value": self.value, "assigner": self.assigner}


_DROPPED = str.maketrans("", "", " \t\r\n -‐‑–—")


def fold_key(value: str) -> str:
    """The form in which key values are compared: NFKC, upper case, without spaces and hyphens.

    `999 014 7213` and `9990147213` meet; leading zeros stay, for they tell two patients apart.
    """
    if value.isascii():
        return value.translate(_DROPPED).upper()
    return unicodedata.normalize("NFKC", value).translate(_DROPPED).upper()


def fold_name(name: str) -> str:
    """A name for searching: no accents, lower case, single spaces. `MARTÍNEZ  López` gives `martinez lopez`."""
    stripped = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in stripped.casefold()).split())
