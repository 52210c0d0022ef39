"""What a played laboratory writes: the orders in a message, and the results of one order in the message's own words.

The patient and the visit are the order's own segments, byte for byte; placer, code and charset are the order's too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from console.core.errors import InvalidMessage
from console.hl7v2.charset import codec_of
from console.hl7v2.message import Message, parse
from console.synthetic.catalogue import PANELS, Analyte, Panel
from console.synthetic.segments import Reading, draw, obr, obx, orc, stamp

_ANY = Analyte("RES", "Result", "1", 10, 90)
"""What is measured where the ordered code is in no catalogue."""
_ORC_5 = {"I": "IP", "P": "IP", "F": "CM", "C": "CM"}
_BY_CODE: dict[str, Panel] = {code: panel for panel in PANELS for code in (panel.code, panel.loinc) if code}


@dataclass(slots=True)
class Order:
    """One ordered test. `head` are PID and PV1 as sent, `service` OBR-4 and `ordered` OBR-7 or ORC-9 as sent.
    `readings` are drawn with the first result and kept, so that a final repeats its preliminary."""

    placer: str
    filler: str
    accession: str
    service: str
    group: str
    doctor: str
    head: str
    charset: str
    processing_id: str
    version: str
    receiver: tuple[str, str]
    delimiters: str
    panel: Panel | None
    collected: str = ""
    readings: list[Reading] = field(default_factory=list)


def read_orders(payload: bytes, number: str) -> list[Order]:
    """Every new order (ORC-1 NW, or empty) of an ORM^O01, OML^O21 or OMG^O19; nothing for what cannot be read.
    `number` names this message in filler numbers and accessions."""
    try:
        message = parse(payload)
    except InvalidMessage:
        return []
    header = message.header
    head = "".join(f"{line}\r" for line in _lines(message, ("PID", "PV1")))
    orders: list[Order] = []
    control, placer_of_orc, group = "NW", "", ""
    for segment in message.segments:
        if segment.name == "ORC":
            control, placer_of_orc, group = segment.get(1) or "NW", _raw(segment.line, 2), _raw(segment.line, 4)
        elif segment.name == "OBR" and control == "NW":
            place = len(orders) + 1
            code = segment.get(4)
            orders.append(
                Order(
                    placer=_raw(segment.line, 2) or placer_of_orc,
                    filler=f"{number}-{place}",
                    accession=f"A{number}{place}",
                    service=_raw(segment.line, 4),
                    group=group,
                    doctor=_raw(segment.line, 16),
                    head=head,
                    charset=header.charset,
                    processing_id=header.processing_id or "T",
                    version=header.version or "2.5.1",
                    receiver=(header.field(3), header.field(4)),
                    delimiters=header.delimiters.field + header.delimiters.encoding,
                    panel=_BY_CODE.get(code),
                )
            )
    return orders


def write_result(
    order: Order, status: str, *, control_id: str, application: str, facility: str, now: datetime, random: Random
) -> bytes:
    """ORU^R01 of one order. `status` as OBR-25: I has no values yet; C corrects the first value."""
    moment = stamp(now)
    order.collected = order.collected or moment
    if status != "I":
        _measure(order, random, again=status == "C")
    filler = f"{order.filler}^{application}"
    lines = [
        orc("RE", order.placer, filler, order.group, _ORC_5[status], moment, order.doctor),
        obr(
            order.placer, filler, order.service, "R", order.collected, collected=order.collected, doctor=order.doctor,
            accession=order.accession, reported=moment, section="LAB", status=status,
        ),
    ]  # fmt: skip
    readings = order.readings if status != "I" else []
    for place, one in enumerate(readings, start=1):
        analyte = one.analyte
        code = f"{analyte.loinc}^{analyte.name}^LN" if analyte.loinc else order.service or analyte.code
        own = "F" if status == "C" and place > 1 else status
        lines.append(
            obx(
                place,
                "NM",
                code,
                one.value,
                own,
                unit=f"{analyte.unit}^^UCUM",
                reference=f"{analyte.low:g}-{analyte.high:g}",
                flag=one.flag or "N",
                observed=order.collected,
            )
        )
    msh = "|".join(
        (
            "MSH", "^~\\&", application, facility, *order.receiver, moment, "", "ORU^R01^ORU_R01", control_id,
            order.processing_id, order.version, "", "", "", "", "", order.charset,
        )
    ).rstrip("|")  # fmt: skip
    head = order.head.split("\r")[:-1]
    if order.delimiters != "|^~\\&":
        own_words = str.maketrans("|^~\\&", order.delimiters[:5].ljust(5, "\x00"))
        lines = [line.translate(own_words) for line in lines]
        msh = order.delimiters.join(("MSH", "")) + msh[8:].translate(own_words)
    text = "\r".join((msh, *head, *lines, ""))
    return text.encode(_codec(order), "replace")


def _measure(order: Order, random: Random, *, again: bool) -> None:
    analytes = (order.panel.analytes if order.panel else ()) or (_ANY,)
    if not order.readings:
        order.readings = [draw(random, analyte) for analyte in analytes]
    elif again:
        before = order.readings[0]
        while (corrected := draw(random, before.analyte)).value == before.value:
            pass
        order.readings[0] = corrected


def _codec(order: Order) -> str:
    codec = codec_of(order.charset) if order.charset else None
    return codec if codec and not codec.startswith(("utf-16", "utf-32")) else "utf-8"


def _lines(message: Message, names: tuple[str, ...]) -> list[str]:
    return [found.line for name in names if (found := message.first(name)) is not None]


def _raw(line: str, number: int) -> str:
    """A field as sent, still escaped."""
    fields = line.split(line[3:4])
    return fields[number] if number < len(fields) else ""
