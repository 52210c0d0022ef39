"""What is known of a kind of message before the next one of it comes: header, rules, and the answer's constant bytes.

A kind is everything in MSH but MSH-7, MSH-8 and MSH-10: messages of one kind are answered alike but for time and ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from console.harness.listener.acks import Parts, ack_parts
from console.harness.listener.rules import Plan
from console.hl7v2.acceptance import wants_enhanced
from console.hl7v2.acknowledgment import wanted
from console.hl7v2.charset import splits_as_bytes
from console.hl7v2.delimiters import STANDARD
from console.hl7v2.peek import Header

MOST_KINDS = 2000
"""Kinds kept at once; a sender that puts a number into MSH-13 would otherwise fill the memory."""


@dataclass(slots=True)
class Kind:
    """`direct`: the constant parts of the answer when every message of this kind gets the same plain one at once.
    `count`: messages answered so; `asked`: messages that the rules were asked about. `easy`: standard
    delimiters, and a charset that hides none of them."""

    name: str
    header: Header
    plan: Plan
    commit: bool
    """The commit acknowledgment comes first, and CA is a promise of another (enhanced mode)."""
    application: str
    """MSH-16 where enhanced mode applies."""
    direct: Parts | None = None
    count: int = 0
    asked: int = 0
    easy: bool = True
    parts: dict[str, Parts | None] = field(default_factory=dict)

    def ack(self, code: str) -> Parts | None:
        """The constant parts of the plain answer with this code."""
        if code not in self.parts:
            self.parts[code] = ack_parts(self.header, code)
        return self.parts[code]

    @property
    def accept(self) -> str:
        return self.header.accept_ack or "AL"


def make_kind(header: Header, plan: Plan, policy: str) -> Kind:
    """The kind of a usable message. `policy`: the script's mode."""
    enhanced = wants_enhanced(header, "auto" if policy == "auto" else policy)
    if policy == "enhanced" and not header.accept_ack:
        enhanced = True
    application = (header.application_ack or ("AL" if not header.accept_ack else "")) if enhanced else ""
    kind = Kind(header.message_type, header, plan, enhanced, application)
    kind.easy = header.delimiters == STANDARD and (not header.charset or splits_as_bytes(header.charset))
    if not enhanced and plan.fixed is not None and plan.fixed.plain:
        kind.direct = kind.ack(plan.fixed.answer.code)
    return kind


def commit_code(kind: Kind, code: str) -> str:
    """The commit acknowledgment for what the script wants to answer; `` where the sender wants to hear none."""
    commit = code if code.startswith("C") else "CA"
    return commit if wanted(kind.accept, commit) else ""


def application_code(kind: Kind, code: str) -> str:
    """The application acknowledgment that follows; `` where none is wanted or the commit was the last word."""
    return code if code.startswith("A") and wanted(kind.application, code) else ""
