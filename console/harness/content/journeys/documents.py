"""Large documents: a PDF of a wished size in base64, made in the time it takes to copy it.

Source: HL7 2.5.1, 2.A.24 (ED) and chapters 7 and 9; ISO 32000-1, 7.5 (the file's structure).
"""

from __future__ import annotations

import base64
from functools import lru_cache

from console.harness.content.journeys.case import Case
from console.harness.content.journeys.house import WARDS, Said
from console.synthetic.catalogue import CHEMISTRY
from console.synthetic.segments import obr, obx, orc, txa

_TITLE = 64
_SERVICE = "11502-2^Laboratory report^LN"


class Pdf:
    """PDF files of exactly `size` bytes (at least about 1,000) that differ in the title on their only page."""

    def __init__(self, size: int) -> None:
        content = f"BT /F1 12 Tf 72 720 Td ({'@' * _TITLE}) Tj ET"
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            " /Resources << /Font << /F1 4 0 R >> >> >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
        head, offsets = "%PDF-1.4\n", []
        for number, body in enumerate(objects, start=1):
            offsets.append(len(head))
            head += f"{number} 0 obj\n{body}\nendobj\n"
        head += " " * (-len(head) % 3)
        self._head = head
        self._rest = base64.b64encode(_padded(len(head), offsets, size)).decode()

    def encoded(self, title: str) -> str:
        """The file in base64. Only ASCII letters, digits and blanks of the title are kept."""
        shown = "".join(c for c in title if c.isascii() and (c.isalnum() or c == " "))[:_TITLE].ljust(_TITLE)
        return base64.b64encode(self._head.replace("@" * _TITLE, shown).encode()).decode() + self._rest


def _padded(start: int, offsets: list[int], size: int) -> bytes:
    """All behind the head: a stream that fills the file up, the table of offsets, the trailer."""
    count = len(offsets) + 2

    def laid(filling: int) -> bytes:
        stream = f"{count - 1} 0 obj\n<< /Length {filling} >>\nstream\n".encode()
        body = stream + (b"0123456789abcdef" * (filling // 16 + 1))[:filling] + b"\nendstream\nendobj\n"
        table = f"xref\n0 {count}\n0000000000 65535 f \n" + "".join(f"{o:010d} 00000 n \n" for o in [*offsets, start])
        end = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start + len(body)}\n%%EOF\n"
        return body + (table + end).encode()

    filling = max(0, size - start - len(laid(0)))
    while filling and start + len(laid(filling)) > size:
        filling -= 1
    return laid(filling)


@lru_cache(maxsize=8)
def pdf(size: int) -> Pdf:
    """The PDF of a size; its bulk is encoded once."""
    return Pdf(size)


def _enclosed(case: Case, title: str) -> str:
    return f"^AP^PDF^Base64^{pdf(int(case.options['size'])).encoded(title)}"


def report(case: Case, at: int) -> Said:
    """ORU^R01 whose only OBX is the document (ED)."""
    house = case.house
    moment = house.stamp(at)
    placer, filler = house.numbers.take("P"), house.numbers.take("L")
    ids = (f"{placer}^{WARDS}", f"{filler}^{CHEMISTRY}")
    request = obr(
        *ids,
        _SERVICE,
        "R",
        moment,
        collected=moment,
        doctor=case.attending,
        accession=house.numbers.take("A"),
        reported=moment,
        section="CH",
        status="F",
    )
    document = obx(
        1, "ED", _SERVICE, _enclosed(case, filler), "F", sub_id="1", observed=moment, producer=house.facility
    )
    common = orc("RE", *ids, "", "CM", moment, case.attending)
    body = "\r".join((case.patient.segment, case.pv1, common, request, document, ""))
    return case.said("ORU^R01", CHEMISTRY, body, order=house.next_order())


def letter(case: Case, at: int) -> Said:
    """MDM^T02 whose only OBX is the document (ED)."""
    moment = case.house.stamp(at)
    number = case.house.numbers.take("D")
    body = "\r".join(
        (
            f"EVN|T02|{moment}",
            case.patient.segment,
            case.pv1,
            txa(f"{number}^{WARDS}", moment, case.attending, content="AP"),
            obx(1, "ED", "DS^Discharge summary", _enclosed(case, number), "F"),
            "",
        )
    )
    return case.said("MDM^T02", WARDS, body)
