"""What a synthetic hospital can order: panels of three laboratories with local and LOINC codes, and medicines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measured thing. `low`/`high` bound the reference range, `spread` the drawn values, in `unit` (UCUM).
    `code` is the laboratory's own, `loinc` the standard one."""

    code: str
    name: str
    unit: str
    low: float
    high: float
    decimals: int = 1
    spread: float = 0.35
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """An orderable test. `turnaround` in minutes from order to final; `preliminary`: a first report comes earlier."""

    code: str
    name: str
    laboratory: str
    section: str
    turnaround: int
    analytes: tuple[Analyte, ...]
    preliminary: bool = False
    loinc: str = ""


CHEMISTRY, HAEMATOLOGY, MICROBIOLOGY = "LIS", "HAEM", "MICRO"
"""Sending applications of the three laboratories."""

CODING_SYSTEM = {CHEMISTRY: "L-LIS", HAEMATOLOGY: "L-HAEM", MICROBIOLOGY: "L-MICRO"}
"""OBX-3.3 of each laboratory's local codes."""

POTASSIUM = Analyte("K", "Potassium", "mmol/L", 3.5, 5.3, loinc="2823-3")
POTASSIUM_NEW_CODE = Analyte("K-PL", "Potassium (plasma)", "mmol/L", 3.5, 5.3, loinc="2823-3")
"""What the laboratory's new analyser sends since last night: the concept map does not know it."""

UE = Panel(
    "UE", "Urea and electrolytes", CHEMISTRY, "CH", 50,
    (
        Analyte("NA", "Sodium", "mmol/L", 133, 146, 0, 0.2, loinc="2951-2"),
        POTASSIUM,
        Analyte("UREA", "Urea", "mmol/L", 2.5, 7.8, loinc="22664-7"),
        Analyte("CREA", "Creatinine", "umol/L", 59, 104, 0, loinc="14682-9"),
    ),
    loinc="24326-1",
)  # fmt: skip
FBC = Panel(
    "FBC", "Full blood count", HAEMATOLOGY, "HM", 40,
    (
        Analyte("HB", "Haemoglobin", "g/L", 115, 165, 0, loinc="718-7"),
        Analyte("WBC", "White cell count", "10*9/L", 4.0, 11.0, loinc="6690-2"),
        Analyte("PLT", "Platelets", "10*9/L", 150, 400, 0, loinc="777-3"),
    ),
    loinc="58410-2",
)  # fmt: skip
TROPONIN = Panel(
    "TROP", "Troponin", CHEMISTRY, "CH", 60,
    (Analyte("TROPI", "Troponin I", "ng/L", 0, 16, 0, 2.0, loinc="89579-7"),),
    loinc="89579-7",
)  # fmt: skip
GLUCOSE = Panel(
    "GLU", "Glucose", CHEMISTRY, "CH", 25,
    (Analyte("GLUC", "Glucose", "mmol/L", 4.0, 7.8, loinc="14749-6"),),
    loinc="14749-6",
)  # fmt: skip
CRP = Panel(
    "CRP", "C-reactive protein", CHEMISTRY, "CH", 55,
    (Analyte("CRP", "C-reactive protein", "mg/L", 0, 5, 0, 8, loinc="1988-5"),),
    loinc="1988-5",
)  # fmt: skip
LFT = Panel(
    "LFT", "Liver function tests", CHEMISTRY, "CH", 70,
    (
        Analyte("ALT", "Alanine aminotransferase", "U/L", 7, 40, 0, 0.8, loinc="1742-6"),
        Analyte("BILI", "Bilirubin", "umol/L", 3, 20, 0, 0.6, loinc="14631-6"),
        Analyte("ALB", "Albumin", "g/L", 35, 50, 0, loinc="1751-7"),
    ),
    loinc="24325-3",
)  # fmt: skip
COAG = Panel(
    "COAG", "Coagulation screen", HAEMATOLOGY, "HM", 45,
    (
        Analyte("INR", "INR", "1", 0.8, 1.2, 1, 0.6, loinc="6301-6"),
        Analyte("APTT", "APTT", "s", 25, 37, 0, loinc="14979-9"),
    ),
    loinc="34529-8",
)  # fmt: skip
CULTURE = Panel("BC", "Blood culture", MICROBIOLOGY, "MB", 150, (), preliminary=True, loinc="600-7")
URINE = Panel("UMCS", "Urine culture", MICROBIOLOGY, "MB", 140, (), preliminary=True, loinc="630-4")

CULTURE_FINDING = Analyte("CULT", "Culture", "", 0, 0, loinc="11475-1")
AMOXICILLIN_MIC = Analyte("AMOX-MIC", "Amoxicillin MIC", "ug/mL", 0, 8, loinc="16-6")
GENTAMICIN_MIC = Analyte("GENT-MIC", "Gentamicin MIC", "ug/mL", 0, 4, loinc="267-5")
"""What microbiology reports: the organism, or that none grew, and what it is susceptible to."""

PANELS = (UE, FBC, TROPONIN, GLUCOSE, CRP, LFT, COAG, CULTURE, URINE)


@dataclass(frozen=True, slots=True)
class Medicine:
    code: str
    name: str
    dose: str
    unit: str
    form: str
    route: str
    frequency: str
    text: str


MEDICINES = (
    Medicine("322280009", "Paracetamol 500 mg tablet", "1000", "mg", "TAB", "PO", "Q6H", "1 g by mouth every 6 hours"),
    Medicine("323510009", "Amoxicillin 500 mg capsule", "500", "mg", "CAP", "PO", "Q8H", "500 mg every 8 hours"),
    Medicine("319775004", "Aspirin 75 mg tablet", "75", "mg", "TAB", "PO", "QD", "75 mg by mouth once a day"),
    Medicine("317972007", "Furosemide 40 mg tablet", "40", "mg", "TAB", "PO", "QD", "40 mg by mouth once a day"),
    Medicine("325021000", "Enoxaparin 40 mg injection", "40", "mg", "INJ", "SC", "QD", "40 mg under the skin daily"),
)
