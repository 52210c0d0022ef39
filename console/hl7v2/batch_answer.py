"""The answer to a batch: its acknowledgments in the envelope the batch came in (HL7 v2 chapter 2, 2.10.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_FIELDS = 12


def batch_answer(envelope: Sequence[str], answers: Sequence[bytes], *, control_id: str, now: datetime) -> bytes:
    """One payload: FHS and BHS as far as the batch had them, the acknowledgments, BTS and FTS with their counts.

    Sender and receiver change places; field 12 refers to the batch's own control id (FHS-11, BHS-11). A file of several
    batches is answered by one.
    """
    heads = {line[:3]: line for line in reversed(envelope)}
    opening = [_head(heads[name], control_id, now) for name in ("FHS", "BHS") if name in heads]
    closing: list[str] = []
    if "BHS" in heads:
        closing.append(f"BTS{heads['BHS'][3:4] or '|'}{len(answers)}")
    if "FHS" in heads:
        closing.append(f"FTS{heads['FHS'][3:4] or '|'}1")
    lines = [f"{line}\r".encode() for line in opening]
    return b"".join([*lines, *answers, *[f"{line}\r".encode() for line in closing]])


def _head(line: str, control_id: str, now: datetime) -> str:
    separator = line[3:4] or "|"
    sent = (line.split(separator) + [""] * _FIELDS)[:_FIELDS]
    fields = [""] * _FIELDS
    fields[0], fields[1] = sent[0], sent[1]
    fields[2], fields[3], fields[4], fields[5] = sent[4], sent[5], sent[2], sent[3]
    fields[6] = now.strftime("%Y%m%d%H%M%S%z")
    fields[10], fields[11] = control_id, sent[10]
    return separator.join(fields).rstrip(separator)
