"""A small laboratory's messages: orders, results and their lines, for tests of the mapping."""

from __future__ import annotations

PID = "PID|1||100^^^CGH^MR||DOE^Jane||19800101|F"
PV1 = "PV1|1|I|AMU^4^02^CGH||||||||||||||||V1^^^CGH^VN"


def segment(name: str, fields: dict[int, str]) -> str:
    """A segment by field number."""
    return "|".join([name, *(fields.get(n, "") for n in range(1, max(fields) + 1))])


def message(kind: str, *lines: str, at: str = "20261120090000+0000", pid: str = PID) -> str:
    structure = kind.replace("^", "_")
    header = f"MSH|^~\\&|LIS|CGH|SB|CGH|{at}||{kind}^{structure}|{kind[:3]}{at}|T|2.5.1"
    return "\n".join([header, *([pid, PV1] if pid else []), *lines])


def orc(control: str = "NW", fields: dict[int, str] | None = None) -> str:
    return segment("ORC", {1: control, 2: "P1^EHR", **(fields or {})})


def obr(fields: dict[int, str] | None = None) -> str:
    """OBR of P1/F1, urea and electrolytes, final."""
    base = {1: "1", 2: "P1^EHR", 3: "F1^LIS", 4: "UE^Urea and electrolytes^99X", 7: "20261120081000+0000", 25: "F"}
    return segment("OBR", base | (fields or {}))


def obx(value: str, fields: dict[int, str] | None = None) -> str:
    """A numeric OBX of code K, final."""
    base = {1: "1", 2: "NM", 3: "K^Potassium^99X", 5: value, 6: "mmol/L^^UCUM", 11: "F"}
    return segment("OBX", base | (fields or {}))
