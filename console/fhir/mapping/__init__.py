"""One file per message family; `map_message` chooses it by message type. A family joins by a line in `_families`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from console.core.errors import InvalidMessage
from console.fhir.context import Category, MappingContext, Outcome, State
from console.fhir.mapping.draft import Draft
from console.hl7v2.message import Message

Mapper = Callable[[Message, MappingContext, State], Outcome]


@cache
def _families() -> Mapping[str, tuple[Category, Mapper]]:
    """Message code (MSH-9.1) -> what it is about and who maps it. Imported on first use: a family file may be heavy."""
    from console.fhir.mapping import adt, appointment, document, immunization, medication, orders, results

    return {
        "ADT": (Category.ADT, adt.map_adt),
        "VXU": (Category.MEDICATION, immunization.map_vxu),
        "SIU": (Category.APPOINTMENT, appointment.map_siu),
        "MDM": (Category.DOCUMENT, document.map_mdm),
        **dict.fromkeys(
            ("RDE", "OMP", "RDS", "RAS", "RGV", "RRE", "ORP"), (Category.MEDICATION, medication.map_pharmacy)
        ),
        **dict.fromkeys(("ORM", "OMG", "OML", "OMI", "ORR", "ORG", "ORL", "ORI"), (Category.ORDER, orders.map_orders)),
        "ORU": (Category.RESULT, results.map_results),
        "OUL": (Category.RESULT, results.map_results),
    }


def map_message(message: Message, context: MappingContext, state: State) -> Outcome:
    """What a message amounts to. Pure and deterministic; never raises for what a sender may have done: an unusable
    message gives an outcome of kind DEAD with code, text and path."""
    trigger = message.header.message_type
    family = _families().get(trigger.partition("^")[0])
    if family is None:
        return _unsupported(message, context, state)
    category, mapper = family
    try:
        return mapper(message, context, state)
    except InvalidMessage as fault:
        return Draft(message, context, state, category=category).dead(trigger.replace("^", " "), fault)


def _unsupported(message: Message, context: MappingContext, state: State) -> Outcome:
    draft = Draft(message, context, state, category=Category.OTHER)
    kind = message.header.message_type.replace("^", " ")
    if message.first("MSA") is not None:
        return draft.recorded(
            f"Acknowledgment {kind}".strip(), "An acknowledgment belongs to the trace of the message it answers."
        )
    return draft.recorded(
        kind or "Message without type",
        f"No FHIR map for {kind or 'a message without MSH-9'}: the message is kept and can be found by its keys.",
    )
