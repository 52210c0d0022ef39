"""OBX and order segments that travel inside another kind of message (ADT, VXU, MDM): kept, in their own right.

An ADT message may carry vital signs, an MDM message names the orders its document answers. They become Observations and
ServiceRequests by the very rules of results and orders. Sources: HL7 v2.8.2 ADT_A01, MDM_T02, VXU_V04.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.effect_id import effect_id
from console.fhir.mapping import attachments, observations, requests
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observation_value import ATTACHED_TYPES
from console.fhir.mapping.observations import Report
from console.fhir.mapping.order_groups import Finding, order_groups
from console.fhir.mapping.order_identity import identify
from console.fhir.mapping.orders import status_of
from console.hl7v2.message import Segment


def project(draft: Draft, about: str, segments: Sequence[Segment] | None = None, *, at: str = "") -> list[Body]:
    """Every OBX of the segments (default: of the message) as an Observation about a visit, patient or vaccination
    (`about`: its id); gives the references. An OBX without a code is left to the raw message, with a warning."""
    findings: list[Finding] = []
    for segment in draft.message.segments if segments is None else segments:
        if segment.name == "OBX":
            if segment.has(3) and not segment.is_null(3):
                findings.append(Finding(segment))
            else:
                draft.warn(f"{segment.path(3)} is empty: the observation says nothing")
        elif segment.name == "NTE" and findings and segment.position == findings[-1].obx.position + 1:
            findings[-1].notes.append(segment)
    report = Report(
        identity=effect_id(draft.context.tenant, "Enclosed", about),
        effective=at,
        issued="",
        sent=datatypes.instant(draft.message.header.message_time, draft.terms),
        based_on=[],
        specimen=None,
        performer=[],
    )
    made: list[Body] = []
    for reading in observations.readings(findings):
        if reading.obx.get(2).strip().upper() in ATTACHED_TYPES:
            attachments.project(draft, reading, report)
        else:
            made.append({"reference": f"Observation/{observations.project(draft, reading, report).identity}"})
    return made


def project_orders(draft: Draft) -> list[Body]:
    """The orders that ORC and OBR name, filled in where unknown; gives their references. A group without any order
    number names nothing and is passed over."""
    made: list[Body] = []
    for group in order_groups(draft.message):
        if group.orc is None and group.obr is None:
            continue
        try:
            identity = identify(draft, group, results=False)
        except InvalidMessage:
            draft.warn("an order group without a number was passed over")
            continue
        requests.lay(draft, group, identity, status=status_of(draft, group)[0], authority=False, specimens=[])
        reference = requests.reference(draft, identity.order)
        if reference not in made:
            made.append(reference)
    return made
