"""What a message says must be found afterwards: read from the bytes that were sent, not from the generator.

Only what an exactly-once check needs: whose result, of which order, which code, which value, which status. A small
result costs about 20 microseconds; what is irregular goes through the tolerant reader of `hl7v2.message`.
"""

from __future__ import annotations

from typing import NamedTuple

from console.core.errors import InvalidMessage
from console.harness.verdict import values
from console.harness.verdict.field_reading import Fields, fields_for
from console.hl7v2.charset import decode
from console.hl7v2.message import parse
from console.hl7v2.peek import peek

normal = values.normal
"""The spelling by which values are compared: see `values`."""

RESULT_TYPES = frozenset({"ORU", "OUL", "ORD"})
"""Message codes whose OBX are results. In orders and admissions OBX is what the requester knew."""

MERGES = frozenset({"A18", "A30", "A34", "A35", "A36", "A39", "A40"})
"""Trigger events in which MRG-1 names the patient whose results move to PID-3 (HL7 v2.8 chapter 3)."""


class ResultFact(NamedTuple):
    """One result as sent: an OBX, or several lines of text that belong together.

    `key` is the business key: filler number (else accession, else placer number), OBX-3.1, OBX-4; what stands several
    times under one key in a message has `#1`, `#2`... behind its sub-id. Values are decoded text in the normal form of
    `values.normal` (numbers by value). `value_text` and `unit_text` are the words beside a coded value or unit."""

    filler: str
    placer: str
    accession: str
    code: str
    sub_id: str
    value: str
    unit: str
    status: str
    """OBX-11, else OBR-25."""
    value_text: str = ""
    unit_text: str = ""
    issued: str = ""
    """OBR-22 as sent."""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.filler or self.accession or self.placer, self.code, self.sub_id)


class MessageTruth(NamedTuple):
    """What one sent message claims. `patients`: every PID-3 as (value, authority); `merged`: MRG-1 of an A40; `time`:
    MSH-7 as sent."""

    control_id: str
    kind: str
    patients: tuple[tuple[str, str], ...]
    visit: str
    results: tuple[ResultFact, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    """(placer, filler) of every ORC/OBR that is an order, not a result."""
    merged: tuple[tuple[str, str], ...] = ()
    time: str = ""


def read_truth(payload: bytes, kind: str = "") -> MessageTruth:
    """What these bytes (without framing) claim. `kind` like `ORU^R01`; '' takes MSH-9.

    Raises InvalidMessage for what no receiver could read either: no MSH, unusable delimiters (see `hl7v2.peek`)."""
    if payload.startswith(b"MSH") and b"\n" not in payload and b"\x1b" not in payload and payload.isascii():
        read = _regular(payload.decode("ascii"), kind, "ascii")
        if read is not None:
            return read
    elif (text := _decoded(payload)) is not None:
        read = _regular(text[0], kind, text[1])
        if read is not None:
            return read
    message = parse(payload)
    d = message.delimiters
    made = _read([segment.line for segment in message.segments], Fields(d, message.charset), kind)
    if made is None:  # every line of a parsed message is regular
        raise InvalidMessage("the segments cannot be told apart", code="no-header", path="MSH")
    return made


def _decoded(payload: bytes) -> tuple[str, str] | None:
    """Text and codec of a message that needs no mending; None for one that does."""
    if not payload.startswith(b"MSH") or b"\n" in payload or b"\x1b" in payload:
        return None
    if b"UNICODE UTF-8" in payload[: payload.find(b"\r")]:
        try:
            return payload.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            return None
    decoded = decode(payload, peek(payload).charset)
    return decoded.text, decoded.codec


def _regular(text: str, kind: str, codec: str) -> MessageTruth | None:
    """The truth of a message whose every line is a segment; None when one is not."""
    lines = text.split("\r")
    if not lines[-1]:
        lines.pop()
    header = lines[0]
    separator = header[3:4]
    end = header.find(separator, 4) if separator else -1
    return _read(lines, fields_for(separator, header[4:end] if end >= 0 else header[4:], codec), kind)


class _Group:
    """The order whose OBX are being read. `begun`: where its results begin in the message's list."""

    __slots__ = ("accession", "begun", "filler", "issued", "order", "placer", "status")

    def __init__(self, placer: str, filler: str, begun: int) -> None:
        self.placer = placer
        self.filler = filler
        self.accession = ""
        self.status = ""
        self.issued = ""
        self.order = (placer, filler)
        self.begun = begun


_NOTHING = ("", "")
_fact = tuple.__new__
"""Makes a named tuple from a tuple of all its fields, at half the cost of calling it."""


def _read(lines: list[str], fields_of: Fields, kind: str) -> MessageTruth | None:
    d = fields_of.d
    first, separator = fields_of.first, d.field
    header = lines[0].split(separator)
    code, _, event = (header[8] if len(header) > 8 else "").partition(d.component)
    if not kind:
        event = event.partition(d.component)[0].strip()
        kind = f"{code.strip()}^{event}" if event else code.strip()
    type_code, _, trigger = kind.partition("^")
    are_results = type_code in RESULT_TYPES
    patients: tuple[tuple[str, str], ...] = ()
    merged: tuple[tuple[str, str], ...] = ()
    visit = ""
    orders: list[tuple[str, str]] = []
    results: list[ResultFact] = []
    orc: tuple[str, str] | None = None
    orc_open = False
    groups = 0
    group: _Group | None = None
    before: tuple[str, ...] = ()
    keys: set[tuple[tuple[str, str], str, str]] = set()
    for line in lines:
        name = line[:4]
        if name[3:] != separator:
            if len(line) == 3 and line.isupper() and line.isalnum():
                continue
            return None
        name = name[:3]
        if name == "OBX":
            if not are_results or group is None:
                continue
            f = line.split(separator)
            if len(f) < 15:
                f += [""] * 15
            if not f[3] and not f[5]:
                continue
            identity, _ = fields_of.code(f[3])
            sub_id = fields_of.plain(f[4])
            sort = f[2].strip().upper()
            value, words = values.of_obx(sort, f[5], fields_of)
            if sort in values.TEXT_TYPES:
                same = (identity, sub_id, f[11].strip(), f[14].strip())
                if before == same:
                    last = results[-1]
                    results[-1] = last._replace(value=values.normal(f"{last.value}\n{value}"))
                    continue
                before = same
            else:
                before = ()
            unit, unit_text = fields_of.unit(f[6]) if f[6] else _NOTHING
            status = f[11]
            if len(status) > 1 or status == "":
                status = first(status) or group.status
            results.append(
                _fact(
                    ResultFact,
                    (
                        group.filler, group.placer, group.accession, identity, sub_id, value, unit,
                        status.upper(), words, unit_text, group.issued,
                    ),
                )
            )  # fmt: skip
            keys.add((group.order, identity, sub_id))
        elif name == "OBR":
            f = line.split(separator)
            if len(f) < 26:
                f += [""] * 26
            placer, filler = first(f[2]), first(f[3])
            if orc is not None and (orc_open or not (placer or filler)):
                placer, filler = orc[0] or placer, orc[1] or filler
            if orc_open and not are_results:
                orders.pop()
            orc_open = False
            groups += 1
            group = _Group(placer, filler, len(results))
            group.accession = first(f[18]) or first(f[20])
            group.status = first(f[25]).upper()
            group.issued = first(f[22])
            before = ()
            if not are_results:
                orders.append((placer, filler))
        elif name == "ORC":
            f = line.split(separator)
            orc = (first(f[2]) if len(f) > 2 else "", first(f[3]) if len(f) > 3 else "")
            orc_open = True
            group = _Group(orc[0], orc[1], len(results))
            before = ()
            if not are_results:
                orders.append(orc)
        elif name == "PID":
            f = line.split(separator)
            if len(f) > 3:
                patients += tuple(one for one in fields_of.people(f[3]) if one not in patients)
        elif name == "PV1":
            f = line.split(separator)
            visit = visit or (first(f[19]) if len(f) > 19 else "")
        elif name == "MRG":
            f = line.split(separator)
            if trigger in MERGES and len(f) > 1:
                merged += fields_of.people(f[1])
        elif name == "SPM" and group is not None and not group.accession:
            group.accession = _accession(line.split(separator), fields_of)
            if group.accession:
                results[group.begun :] = [r._replace(accession=group.accession) for r in results[group.begun :]]
        elif not (name.isupper() and name.isalnum()):
            return None
    return MessageTruth(
        fields_of.plain(header[9]) if len(header) > 9 else "",
        kind,
        patients,
        visit,
        tuple(results) if len(keys) == len(results) and groups < 2 else _numbered(results),
        tuple(orders),
        merged,
        header[6].partition(d.component)[0].strip() if len(header) > 6 else "",
    )


def _accession(f: list[str], fields_of: Fields) -> str:
    """SPM-30, else the filler's specimen number of SPM-2, else the placer's."""
    if len(f) > 30 and (value := fields_of.first(f[30])):
        return value
    for one in fields_of.repetitions(f[2]) if len(f) > 2 else ():
        words = fields_of.parts(one, 2)
        if words[1] or words[0]:
            return words[1] or words[0]
    return ""


def _numbered(results: list[ResultFact]) -> tuple[ResultFact, ...]:
    """Results that share a key in one message, told apart by their place."""
    if len(results) < 2 or len({r.key for r in results}) == len(results):
        return tuple(results)
    seen: dict[tuple[str, str, str], int] = {}
    for place, one in enumerate(results):
        nth = seen.get(one.key, 0)
        seen[one.key] = nth + 1
        if nth:
            results[place] = one._replace(sub_id=f"{one.sub_id}#{nth}")
    return tuple(results)
