"""Where a message says who, which and when: the fields that renewing replaces, by segment, field and component."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache

from console.hl7v2 import dictionary


class Role(IntEnum):
    """What stands in a place, and so what replaces it."""

    NUMBER = 1  # an identifier: the same old one becomes the same new one within a pass
    DIGITS = 2  # an identifier whose shape must stay (social security number)
    CONTROL = 3  # MSH-10: new in every message
    ANSWERED = 4  # MSA-2: the new MSH-10 of the message that had the old one
    FAMILY = 5
    GIVEN = 6
    MIDDLE = 7
    KIN_FAMILY = 8  # of somebody else than the patient
    KIN_GIVEN = 9
    BORN = 10  # moved by the patient's own number of days
    STREET = 11
    TOWN = 12
    PHONE = 13
    MAIL = 14
    TIME = 15  # moved by the pass's offset
    FACILITY = 16  # MSH-4
    PROCESSING = 17  # MSH-11


Roles = Mapping[int, Role]
"""Role by component, from 1; what is replaced is the component's first sub-component."""

_CX: Roles = {1: Role.NUMBER, 7: Role.TIME, 8: Role.TIME}
_EI: Roles = {1: Role.NUMBER}
_EIP: Roles = {1: Role.NUMBER, 2: Role.NUMBER}
_XPN: Roles = {1: Role.FAMILY, 2: Role.GIVEN, 3: Role.MIDDLE, 12: Role.TIME, 13: Role.TIME}
_KIN: Roles = {1: Role.KIN_FAMILY, 2: Role.KIN_GIVEN, 3: Role.MIDDLE}
_XAD: Roles = {1: Role.STREET, 3: Role.TOWN, 13: Role.TIME, 14: Role.TIME}
_XTN: Roles = {1: Role.PHONE, 4: Role.MAIL, 7: Role.PHONE, 12: Role.PHONE}
_DIGITS: Roles = {1: Role.DIGITS}

_PLACES: dict[str, dict[int, Roles]] = {
    "MSH": {4: {1: Role.FACILITY}, 10: {1: Role.CONTROL}, 11: {1: Role.PROCESSING}},
    "MSA": {2: {1: Role.ANSWERED}},
    "PID": {
        2: _CX, 3: _CX, 4: _CX, 5: _XPN, 6: _KIN, 7: {1: Role.BORN}, 9: _XPN, 11: _XAD, 13: _XTN, 14: _XTN, 18: _CX,
        19: _DIGITS, 20: _DIGITS, 21: _CX, 40: _XTN,
    },
    "MRG": {1: _CX, 2: _CX, 3: _CX, 4: _CX, 5: _CX, 6: _CX, 7: _XPN},
    "NK1": {2: _KIN, 4: _XAD, 5: _XTN, 6: _XTN, 12: _CX, 30: _KIN, 31: _XTN, 32: _XAD, 33: _CX, 37: _DIGITS,
            40: _XTN, 41: _XTN},
    "GT1": {2: _CX, 3: _KIN, 5: _XAD, 6: _XTN, 7: _XTN, 12: _DIGITS},
    "IN1": {16: _KIN, 19: _XAD, 36: _EI, 49: _CX},
    "PV1": {5: _CX, 19: _CX, 50: _CX},
    "ORC": {2: _EI, 3: _EI, 4: _EI, 8: _EIP},
    "OBR": {2: _EI, 3: _EI, 18: _EI, 20: _EI, 29: _EIP},
    "OBX": {21: _EI},
    "SPM": {2: _EIP, 3: _EIP, 30: _CX},
    "SAC": {1: _EI, 2: _EI, 3: _EI},
    "SCH": {1: _EI, 2: _EI, 5: _EI, 26: _EI, 27: _EI},
    "TXA": {12: _EI, 13: _EI, 14: _EI, 15: _EI},
    "RXE": {15: _EI},
    "RXD": {7: _EI},
    "FT1": {2: _EI, 23: _EI},
}  # fmt: skip

_TIMES: dict[str, tuple[int, ...]] = {
    "DTM": (1,),
    "TS": (1,),
    "DT": (1,),
    "DR": (1, 2),
    "TQ": (4, 5),
    "CX": (7, 8),
    "XPN": (12, 13),
    "XAD": (13, 14),
    "XTN": (13, 14),
    "XCN": (19, 20),
    "DLN": (3,),
    "DLD": (2,),
    "FC": (2,),
    "CCD": (2,),
    "NDL": (2, 3),
}
"""Components that are times, by data type."""

TIME_VALUES = frozenset({b"DT", b"DTM", b"TS"})
"""OBX-2 of results that are times themselves."""


@cache
def places(segment: str) -> Mapping[int, Roles]:
    """The fields of a segment that renewing touches, each with its components' roles. Empty for Z segments."""
    found: dict[int, Roles] = {}
    entry = dictionary.segment(segment)
    for number, place in enumerate(entry.fields if entry else (), start=1):
        times = dict.fromkeys(_TIMES.get(place.type, ()), Role.TIME)
        if times:
            found[number] = times
    for number, roles in _PLACES.get(segment, {}).items():
        found[number] = {**found.get(number, {}), **roles}
    return found
