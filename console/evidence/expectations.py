"""What is due, and when: how long an order may stay without its result before it is called missing.

The rules are data a site may replace. The defaults follow common laboratory turnaround targets: urgent work within the
hour, routine chemistry and haematology within four, cultures and pathology in days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

URGENT_PRIORITIES = frozenset({"S", "A", "STAT", "ASAP", "UR", "T", "CR", "P", "TS"})
"""HL7 tables 0027 and 0485: stat, as soon as possible, timing critical, pre-operative."""


@dataclass(frozen=True, slots=True)
class TurnaroundRule:
    """Orders of these diagnostic sections (OBR-24, HL7 table 0074; empty = any) are due after these times."""

    sections: frozenset[str]
    urgent: timedelta
    routine: timedelta


DEFAULT_RULES: tuple[TurnaroundRule, ...] = (
    TurnaroundRule(frozenset({"MB", "MCB", "MYC", "PAR", "VR"}), timedelta(hours=24), timedelta(hours=72)),
    TurnaroundRule(frozenset({"SP", "CP", "CY", "GE", "PAT", "TX"}), timedelta(days=3), timedelta(days=10)),
    TurnaroundRule(
        frozenset({"RAD", "RUS", "CT", "MRI", "NMR", "NMS", "US", "RX", "XRC", "CUS"}),
        timedelta(hours=4),
        timedelta(days=2),
    ),
    TurnaroundRule(frozenset(), timedelta(hours=1), timedelta(hours=4)),
)


def due_at(
    ordered_at: datetime, priority: str, section: str, rules: Sequence[TurnaroundRule] = DEFAULT_RULES
) -> datetime | None:
    """When the result of an order is due; None when no rule speaks of it. Priority and section as sent, '' allowed."""
    for rule in rules:
        if not rule.sections or section.upper() in rule.sections:
            return ordered_at + (rule.urgent if priority.upper() in URGENT_PRIORITIES else rule.routine)
    return None
