"""ADT messages for tests: one line per segment, only what a test speaks about."""

from __future__ import annotations

PID = (
    "PID|1||00418827^^^CGH^MR~9990147213^^^NHS^NH||MARTINEZ^Rosa^Elena^^Mrs^^L||19570814|F"
    "|||12 Mill Lane^^Eastfield||01632^PRN^PH"
)


def adt(
    event: str,
    *,
    at: str = "202611210900",
    evn: str | None = None,
    occurred: str = "",
    pid: str = PID,
    pv1: str | None = "PV1|1|I|AMU^4^02^CGH||||3001^Okafor^Adaeze^^^Dr||||||||||||V1^^^CGH^VN",
    more: str = "",
    control: str = "1",
    sender: str = "PAS|CGH",
) -> str:
    """A message with EVN-2 = `evn` (default: `at`), EVN-6 = `occurred`, MSH-7 = `at`. `more`: further segments."""
    lines = [
        f"MSH|^~\\&|{sender}|SIGNALBOX|CGH|{at}||ADT^{event}|{control}|T|2.5.1",
        f"EVN|{event}|{at if evn is None else evn}||||{occurred}",
        pid,
        *([pv1] if pv1 else []),
        *more.strip().splitlines(),
    ]
    return "\n".join(lines)


def visit(place: str = "AMU^4^02^CGH", *, kind: str = "I", number: str = "V1^^^CGH^VN", **fields: str) -> str:
    """A PV1; further fields by number, e.g. `f44="202611210830"`."""
    cells = [""] * 53
    cells[0], cells[1], cells[2], cells[3], cells[19] = "PV1", "1", kind, place, number
    for name, value in fields.items():
        cells[int(name[1:])] = value
    return "|".join(cells).rstrip("|")
