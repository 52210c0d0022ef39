"""The sample messages that composing fills in: one of each type a hospital interface meets every day (HL7 v2.5.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """`text`: one segment a line, with {places} that `composing` knows."""

    name: str
    title: str
    text: str


_MSH = "MSH|^~\\&|SIGNALBOX|{facility}|RECEIVER|TARGET|{now}||%s|{control_id}|T|2.5.1||||||UNICODE UTF-8"
_PID = (
    "PID|1||{mrn}^^^{facility}^MR||{family}^{given}^^^^^L||{born}|{sex}|||{street}^^{town}^^^^H||"
    "^PRN^PH^^^555^0100|||||{visit}^^^{facility}^VN"
)
_PV1 = (
    "PV1|1|I|MED^{bed}^1^{facility}||||3001^Okafor^Adaeze^^^Dr|||MED||||||||I|{visit}^^^{facility}^VN|"
    + "|" * 24
    + "{earlier}"
)
_ORDER = "|{placer}^SIGNALBOX|"


def _message(kind: str, *segments: str) -> str:
    return "\n".join((_MSH % kind, *segments))


SAMPLES: tuple[Sample, ...] = (
    Sample("ADT^A01", "Admission", _message("ADT^A01^ADT_A01", "EVN|A01|{now}|||CLERK", _PID, _PV1)),
    Sample(
        "ADT^A08",
        "Change of a patient's data",
        _message("ADT^A08^ADT_A01", "EVN|A08|{now}|||CLERK", _PID, _PV1),
    ),
    Sample("ADT^A03", "Discharge", _message("ADT^A03^ADT_A03", "EVN|A03|{now}|||CLERK", _PID, _PV1 + "|{now}")),
    Sample(
        "ADT^A40",
        "Merge of two patients",
        _message("ADT^A40^ADT_A39", "EVN|A40|{now}|||CLERK", _PID, "MRG|{old_mrn}^^^{facility}^MR"),
    ),
    Sample(
        "ORM^O01",
        "Order (general)",
        _message(
            "ORM^O01^ORM_O01",
            _PID,
            _PV1,
            "ORC|NW" + _ORDER + "||||^^^{now}^^R||{now}|NURSE||3001^Okafor^Adaeze^^^Dr",
            "OBR|1"
            + _ORDER
            + "|58410-2^CBC panel - Blood by Automated count^LN|||{now}||||L|||||3001^Okafor^Adaeze^^^Dr",
        ),
    ),
    Sample(
        "OML^O21",
        "Order (laboratory)",
        _message(
            "OML^O21^OML_O21",
            _PID,
            _PV1,
            "ORC|NW" + _ORDER + "||||^^^{now}^^R||{now}|NURSE||3001^Okafor^Adaeze^^^Dr",
            "OBR|1"
            + _ORDER
            + "|58410-2^CBC panel - Blood by Automated count^LN|||{now}||||L|||||3001^Okafor^Adaeze^^^Dr",
            "SPM|1|{placer}^{filler}||BLD^Blood^HL70487|||||||||||||{now}",
        ),
    ),
    Sample(
        "ORU^R01",
        "Result",
        _message(
            "ORU^R01^ORU_R01",
            _PID,
            _PV1,
            "ORC|RE" + _ORDER + "{filler}^LAB||CM",
            "OBR|1"
            + _ORDER
            + "{filler}^LAB|58410-2^CBC panel - Blood by Automated count^LN|||{earlier}|||||||{earlier}||"
            "3001^Okafor^Adaeze^^^Dr||||||{now}||HM|F",
            "OBX|1|NM|718-7^Hemoglobin [Mass/volume] in Blood^LN||{haemoglobin}|g/dL^^UCUM|12.0-16.0|N|||F|||{earlier}",
            "OBX|2|NM|6690-2^Leukocytes [#/volume] in Blood^LN||{leucocytes}|10*3/uL^^UCUM|4.0-11.0|N|||F|||{earlier}",
            "OBX|3|NM|2823-3^Potassium [Moles/volume] in Serum or Plasma^LN||{potassium}|mmol/L^^UCUM|3.5-5.1|N|||F|||"
            "{earlier}",
        ),
    ),
    Sample(
        "RDE^O11",
        "Prescription",
        _message(
            "RDE^O11^RDE_O11",
            _PID,
            _PV1,
            "ORC|NW" + _ORDER + "||||^^^{now}^^R||{now}|NURSE||3001^Okafor^Adaeze^^^Dr",
            "RXE|^Q8H^^{now}|723^Amoxicillin^RXNORM|500||mg^^UCUM|CAP^Capsule^HL70292",
            "RXR|PO^Oral^HL70162",
        ),
    ),
    Sample(
        "SIU^S12",
        "Appointment",
        _message(
            "SIU^S12^SIU_S12",
            "SCH|{placer}^SIGNALBOX|{filler}^BOOKING|||||ROUTINE^Routine^HL70276|CHECKUP^Check-up^HL70277|30|"
            "min^^UCUM|^^30^{tomorrow}|||||3001^Okafor^Adaeze^^^Dr||||CLERK|||||Booked",
            _PID,
            _PV1,
            "RGS|1|A",
            "AIS|1|A|CHECKUP^Check-up^L|{tomorrow}|||30|min^^UCUM",
            "AIP|1|A|3001^Okafor^Adaeze^^^Dr|||{tomorrow}|||30|min^^UCUM",
        ),
    ),
    Sample(
        "MDM^T02",
        "Document with its text",
        _message(
            "MDM^T02^MDM_T02",
            "EVN|T02|{now}",
            _PID,
            _PV1,
            "TXA|1|CN^Consultation|TX|{now}|3001^Okafor^Adaeze^^^Dr|{now}||||||{filler}^LAB|||||AU||AV",
            "OBX|1|TX|11488-4^Consult note^LN||Seen on the ward. No complaints.\\.br\\Plan: home tomorrow.||||||F",
        ),
    ),
)
"""In the order of a menu."""
