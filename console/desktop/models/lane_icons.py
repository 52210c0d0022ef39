"""Which icon stands for a system, guessed from its name: decoration beside the name, never instead of it."""

from __future__ import annotations

_BY_WORD = (
    (("lis", "lab", "path", "micro", "haem"), "microscope"),
    (("pharm", "farm", "rx", "epma", "med"), "pill"),
    (("ris", "pacs", "rad", "img", "imag"), "scan-line"),
    (("pas", "adt", "his", "adm", "reg"), "building-2"),
    (("ehr", "epr", "emr", "hce", "ward", "order"), "stethoscope"),
    (("app", "sched", "cita", "book"), "calendar"),
)
_BY_KIND = {"engine": "waypoints", "destination": "database"}


def lane_icon(name: str, kind: str) -> str:
    """A Lucide name; `server` when nothing fits."""
    lowered = name.casefold()
    if kind == "destination" and "fhir" in lowered:
        return "database"
    if kind != "engine":
        for words, icon in _BY_WORD:
            if any(word in lowered for word in words):
                return icon
    return _BY_KIND.get(kind, "server")
