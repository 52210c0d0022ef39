"""What the codes of the HL7 tables say that people meet most: result status, order control, message type and others.

One entry per table: `number title: code meaning; ...` (HL7 v2.8.2 chapter 2C and the chapters of each table).
"""

from __future__ import annotations

from typing import Final

CODES: Final = """\
0001 Administrative sex: F Female; M Male; O Other; U Unknown; A Ambiguous; N Not applicable
0002 Marital status: A Separated; D Divorced; M Married; S Single; W Widowed; C Common law; G Living together;
  P Domestic partner; R Registered domestic partner; E Legally separated; N Annulled; I Interlocutory; B Unmarried;
  U Unknown; O Other; T Unreported
0003 Event type: A01 Admit; A02 Transfer; A03 Discharge; A04 Register; A05 Pre-admit; A06 Outpatient to inpatient;
  A07 Inpatient to outpatient; A08 Update patient information; A09 Patient departing; A10 Patient arriving; A11 Cancel
  admit; A12 Cancel transfer; A13 Cancel discharge; A14 Pending admit; A15 Pending transfer; A16 Pending discharge;
  A17 Swap patients; A18 Merge patient information; A21 Leave of absence; A22 Return from leave; A23 Delete visit;
  A24 Link patients; A25 Cancel pending discharge; A26 Cancel pending transfer; A27 Cancel pending admit; A28 Add
  person; A29 Delete person; A31 Update person; A34 Merge patient id; A37 Unlink patients; A38 Cancel pre-admit;
  A40 Merge patient; A42 Merge visit; A45 Move visit; A47 Change patient identifier; O01 Order; O19 General order;
  O21 Laboratory order; O11 Pharmacy order; R01 Unsolicited result; R22 Specimen oriented result; S12 New appointment;
  S13 Rescheduled; S14 Modified; S15 Cancelled; S17 Deleted; S26 No show; T02 Original document; T08 Document edit;
  T10 Document replacement; T11 Document cancelled
0004 Patient class: E Emergency; I Inpatient; O Outpatient; P Preadmit; R Recurring; B Obstetrics; C Commercial;
  N Not applicable; U Unknown
0007 Admission type: A Accident; E Emergency; L Labour and delivery; R Routine; N Newborn; U Urgent; C Elective
0027 Priority: S Stat; A As soon as possible; R Routine; P Preoperative; T Timing critical
0038 Order status: A Some results; CA Cancelled; CM Completed; DC Discontinued; ER Error; HD On hold; IP In process;
  RP Replaced; SC Scheduled
0065 Specimen action: A Add to existing specimen; G Reflex; L Lab obtains; O Specimen obtained elsewhere; P Pending;
  R Revised; S Schedule
0074 Diagnostic service: AU Audiology; BG Blood gases; BLB Blood bank; CUS Cardiac ultrasound; CTH Catheterisation;
  CT CT scan; CH Chemistry; CP Cytopathology; EC Electrocardiography; EN Electroneuro; HM Haematology; ICU Bedside
  monitoring; IMM Immunology; LAB Laboratory; MB Microbiology; MCB Mycobacteriology; MYC Mycology; NMS Nuclear
  medicine; NMR Magnetic resonance; NRS Nursing; OUS Obstetric ultrasound; OT Occupational therapy; OTH Other;
  OSL Outside lab; PHR Pharmacy; PT Physical therapy; PHY Physician; PF Pulmonary function; RAD Radiology;
  RX Radiograph; RUS Radiology ultrasound; RC Respiratory care; RT Radiation therapy; SR Serology; SP Surgical
  pathology; TX Toxicology; VUS Vascular ultrasound; VR Virology; XRC Cineradiograph; GE Genetics; PAR Parasitology
0076 Message type: ACK Acknowledgment; ADT Admission, discharge, transfer; BAR Billing account; DFT Financial
  transaction; MDM Document management; MFN Master file; OML Laboratory order; OMG General order; ORL Laboratory order
  response; ORM Order; ORR Order response; ORU Observation result; OUL Laboratory observation; QBP Query; RAS
  Administration; RDE Encoded pharmacy order; RDS Dispense; RSP Query response; SIU Scheduling; VXU Vaccination
0078 Interpretation: L Below low normal; H Above high normal; LL Below lower panic limit; HH Above upper panic limit;
  N Normal; A Abnormal; AA Critically abnormal; U Significant change up; D Significant change down; B Better; W Worse;
  S Susceptible; R Resistant; I Intermediate; MS Moderately susceptible; VS Very susceptible; NEG Negative;
  POS Positive; IND Indeterminate; DET Detected; ND Not detected
0085 Observation status: C Correction, replaces a final result; D Deletes the record; F Final; I Specimen in lab,
  results pending; N Not asked; O Order detail only; P Preliminary; R Entered, not verified; S Partial; U Changed to
  final without retransmission; W Wrong, for another patient; X Cannot be obtained; V Verified; A Amended; B Appended
0103 Processing id: D Debugging; P Production; T Training
0119 Order control: NW New order; OK Accepted; UA Unable to accept; CA Cancel request; OC Cancelled; CR Cancelled as
  requested; UC Unable to cancel; DC Discontinue request; OD Discontinued; DR Discontinued as requested; UD Unable to
  discontinue; HD Hold request; OH On hold; UH Unable to hold; HR Held as requested; RL Release; OE Released; OR
  Released as requested; RP Replace request; RU Replaced unsolicited; RO Replacement order; RQ Replaced as requested;
  UM Unable to replace; PA Parent order; CH Child order; XO Change request; XX Changed unsolicited; UX Unable to
  change; XR Changed as requested; DE Data errors; RE Observations to follow; RR Request received; SR Response to
  status request; SS Send status; SC Status changed; SN Send order number; NA Number assigned; CN Combined result;
  RF Refill request; AF Refill authorised; DF Refill denied; FU Refilled; OF Refilled as requested; UF Unable to
  refill; LI Link order; UN Unlink order
0123 Result status: O Order received; I No results, specimen received; S No results, procedure scheduled; A Some
  results; P Preliminary; C Corrected; R Results stored, not verified; F Final; X Cancelled; Y No order on record;
  Z No record of this patient; M Corrected, not final; N Procedure completed, results pending
0125 Value type: AD Address; CE Coded entry; CF Coded with formatted text; CK Composite id; CN Composite name;
  CNE Coded, no exceptions; CWE Coded with exceptions; CX Extended id; DR Date range; DT Date; DTM Time stamp; ED
  Encapsulated data; FT Formatted text; ID Coded value; IS Coded value, user table; MO Money; NA Numeric array; NM
  Numeric; NR Numeric range; PN Person name; RP Reference pointer; SN Structured numeric; ST Text; TM Time; TN
  Telephone; TS Time stamp; TX Text; XAD Address; XCN Person; XON Organisation; XPN Person name; XTN Telephone
0136 Yes or no: Y Yes; N No
0155 Acknowledgment condition: AL Always; NE Never; ER On error; SU On success
0008 Acknowledgment code: AA Accepted; AE Error; AR Rejected; CA Commit accepted; CE Commit error; CR Commit rejected
0200 Name type: A Alias; B Name at birth; C Adopted name; D Display name; I Licensing name; K Artist name; L Legal
  name; M Maiden name; N Nickname; S Pseudonym; T Tribal name; U Unspecified
0203 Identifier type: MR Medical record number; PI Patient internal identifier; VN Visit number; AN Account number;
  NI National unique identifier; SS Social security number; NH National health plan identifier; PPN Passport number;
  DL Driver's licence; PE Living subject enterprise number; PT Patient external identifier; NPI National provider
  identifier; EI Employee number; PLAC Placer identifier; FILL Filler identifier; ACSN Accession id; U Unspecified
0357 Error condition: 0 Message accepted; 100 Segment sequence error; 101 Required field missing; 102 Data type error;
  103 Table value not found; 200 Unsupported message type; 201 Unsupported event code; 202 Unsupported processing id;
  203 Unsupported version id; 204 Unknown key identifier; 205 Duplicate key identifier; 206 Application record locked;
  207 Application internal error
0396 Coding system: LN LOINC; SCT SNOMED CT; I10 ICD-10; I9C ICD-9-CM; UCUM Units of measure; L Local; 99zzz Local
"""
