"""The fields of the segments that hospitals use, as a table.

One entry per line group: `PID Title: type[@table] name; ...`.
Names, types and table numbers of HL7 v2.8.2; fields and components that were withdrawn stand as they last were. Taken
from the tables of hl7apy 1.3.5 (CRS4, MIT licence), names written as words.
"""

from __future__ import annotations

from typing import Final

SEGMENTS: Final = """\
MSH Message header: ST Field separator; ST Encoding characters; HD@0361 Sending application; HD@0362 Sending facility;
  HD@0361 Receiving application; HD@0362 Receiving facility; DTM Date/time of message; ST Security; MSG Message type;
  ST Message control ID; PT Processing ID; VID Version ID; NM Sequence number; ST Continuation pointer; ID@0155 Accept
  acknowledgment type; ID@0155 Application acknowledgment type; ID@0399 Country code; ID@0211 Character set; CWE
  Principal language of message; ID@0356 Alternate character set handling scheme; EI Message profile identifier; XON
  Sending responsible organization; XON Receiving responsible organization; HD Sending network address; HD Receiving
  network address
EVN Event type: ID@0003 Event type code; DTM Recorded date/time; DTM Date/time planned event; CWE@0062 Event reason
  code; XCN@0188 Operator ID; DTM Event occurred; HD Event facility
SFT Software: XON Software vendor organization; ST Software certified version or release number; ST Software product
  name; ST Software binary ID; TX Software product information; DTM Software install date
UAC User authentication credential: CWE@0615 User authentication credential type code; ED User authentication
  credential
PID Patient identification: SI Set ID; CX Patient ID; CX Patient identifier list; CX Alternate patient ID PID;
  XPN@0200 Patient name; XPN Mother's maiden name; DTM Date/time of birth; CWE@0001 Administrative sex; XPN Patient
  alias; CWE@0005 Race; XAD Patient address; IS@0289 County code; XTN Phone number home; XTN Phone number business;
  CWE@0296 Primary language; CWE@0002 Marital status; CWE@0006 Religion; CX Patient account number; ST SSN number
  patient; DLN Driver's license number patient; CX Mother's identifier; CWE@0189 Ethnic group; ST Birth place; ID@0136
  Multiple birth indicator; NM Birth order; CWE@0171 Citizenship; CWE@0172 Veterans military status; ST Nationality;
  DTM Patient death date and time; ID@0136 Patient death indicator; ID@0136 Identity unknown indicator; CWE@0445
  Identity reliability code; DTM Last update date/time; HD Last update facility; CWE Taxonomic classification code;
  CWE@0447 Breed code; ST Strain; CWE@0429 Production class code; CWE@0171 Tribal citizenship; XTN Patient
  telecommunication information
PD1 Patient additional demographic: CWE@0223 Living dependency; CWE@0220 Living arrangement; XON@0204 Patient primary
  facility; XCN Patient primary care provider name ID number; CWE@0231 Student indicator; CWE@0295 Handicap; CWE@0315
  Living will code; CWE@0316 Organ donor code; ID@0136 Separate bill; CX Duplicate patient; CWE@0215 Publicity code;
  ID@0136 Protection indicator; DT Protection indicator effective date; XON Place of worship; CWE@0435 Advance
  directive code; CWE@0441 Immunization registry status; DT Immunization registry status effective date; DT Publicity
  code effective date; CWE@0140 Military branch; CWE@0141 Military rank grade; CWE@0142 Military status; DT Advance
  directive last verified date
ARV Access restriction: SI Set ID; CNE@0206 Access restriction action code; CWE@0717 Access restriction value;
  CWE@0719 Access restriction reason; ST Special access restriction instructions; DR Access restriction date range
NK1 Next of kin: SI Set ID; XPN@0200 Name; CWE@0063 Relationship; XAD Address; XTN Phone number; XTN Business phone
  number; CWE@0131 Contact role; DT Start date; DT End date; ST Next of kin associated parties job title; JCC Next of
  kin associated parties job code class; CX Next of kin associated parties employee number; XON Organization name nk1;
  CWE@0002 Marital status; CWE@0001 Administrative sex; DTM Date/time of birth; CWE@0223 Living dependency; CWE@0009
  Ambulatory status; CWE@0171 Citizenship; CWE@0296 Primary language; CWE@0220 Living arrangement; CWE@0215 Publicity
  code; ID@0136 Protection indicator; CWE@0231 Student indicator; CWE@0006 Religion; XPN Mother's maiden name;
  CWE@0212 Nationality; CWE@0189 Ethnic group; CWE@0222 Contact reason; XPN Contact person's name; XTN Contact
  person's telephone number; XAD Contact person's address; CX Next of kin associated party's identifiers; CWE@0311 Job
  status; CWE@0005 Race; CWE@0295 Handicap; ST Contact person social security number; ST Next of kin birth place;
  CWE@0099 VIP indicator; XTN Next of kin telecommunication information; XTN Contact person's telecommunication
  information
PV1 Patient visit: SI Set ID; CWE@0004 Patient class; PL Assigned patient location; CWE@0007 Admission type; CX
  Preadmit number; PL Prior patient location; XCN@0010 Attending doctor; XCN@0010 Referring doctor; XCN Consulting
  doctor; CWE@0069 Hospital service; PL Temporary location; CWE@0087 Preadmit test indicator; CWE@0092 Re admission
  indicator; CWE@0023 Admit source; CWE@0009 Ambulatory status; CWE@0099 VIP indicator; XCN@0010 Admitting doctor;
  CWE@0018 Patient type; CX Visit number; FC@0064 Financial class; CWE@0032 Charge price indicator; CWE@0045 Courtesy
  code; CWE@0046 Credit rating; CWE@0044 Contract code; DT Contract effective date; NM Contract amount; NM Contract
  period; CWE@0073 Interest code; CWE@0110 Transfer to bad debt code; DT Transfer to bad debt date; CWE@0021 Bad debt
  agency code; NM Bad debt transfer amount; NM Bad debt recovery amount; CWE@0111 Delete account indicator; DT Delete
  account date; CWE@0112 Discharge disposition; DLD@0113 Discharged to location; CWE@0114 Diet type; CWE@0115
  Servicing facility; IS@0116 Bed status; CWE@0117 Account status; PL Pending location; PL Prior temporary location;
  DTM Admit date/time; DTM Discharge date/time; NM Current patient balance; NM Total charges; NM Total adjustments; NM
  Total payments; CX@0203 Alternate visit ID; CWE@0326 Visit indicator; XCN@0010 Other healthcare provider; ST Service
  episode description; CX Service episode identifier
PV2 Patient visit, additional information: PL Prior pending location; CWE@0129 Accommodation code; CWE Admit reason;
  CWE Transfer reason; ST Patient valuables; ST Patient valuables location; CWE@0130 Visit user code; DTM Expected
  admit date/time; DTM Expected discharge date/time; NM Estimated length of inpatient stay; NM Actual length of
  inpatient stay; ST Visit description; XCN Referral source code; DT Previous service date; ID@0136 Employment illness
  related indicator; CWE@0213 Purge status code; DT Purge status date; CWE@0214 Special program code; ID@0136
  Retention indicator; NM Expected number of insurance plans; CWE@0215 Visit publicity code; ID@0136 Visit protection
  indicator; XON Clinic organization name; CWE@0216 Patient status code; CWE@0217 Visit priority code; DT Previous
  treatment date; CWE@0112 Expected discharge disposition; DT Signature on file date; DT First similar illness date;
  CWE@0218 Patient charge adjustment code; CWE@0219 Recurring service code; ID@0136 Billing media code; DTM Expected
  surgery date and time; ID@0136 Military partnership code; ID@0136 Military non availability code; ID@0136 Newborn
  baby indicator; ID@0136 Baby detained indicator; CWE@0430 Mode of arrival code; CWE@0431 Recreational drug use code;
  CWE@0432 Admission level of care code; CWE@0433 Precaution code; CWE@0434 Patient condition code; CWE@0315 Living
  will code; CWE@0316 Organ donor code; CWE@0435 Advance directive code; DT Patient status effective date; DTM
  Expected loa return date/time; DTM Expected pre admission testing date/time; CWE@0534 Notify clergy code; DT Advance
  directive last verified date
ROL Role: EI Role instance ID; ID@0206 Action code; CWE@0443 Role rol; XCN Role person; DTM Role begin date/time; DTM
  Role end date/time; CWE Role duration; CWE Role action reason; CWE Provider type; CWE@0406 Organization unit type;
  XAD Office home address birthplace; XTN Phone; PL Person's location; XON Organization
PRT Participation information: EI Participation instance ID; ID@0206 Action code; CWE Action reason; CWE@0912
  Participation; XCN Participation person; CWE Participation person provider type; CWE@0406 Participant organization
  unit type; XON Participation organization; PL Participant location; EI Participation device; DTM Participation begin
  date/time arrival time; DTM Participation end date/time departure time; CWE Participation qualitative duration; XAD
  Participation address; XTN Participant telecommunication address; EI Participant device identifier; DTM Participant
  device manufacture date; DTM Participant device expiry date; ST Participant device lot number; ST Participant device
  serial number; EI Participant device donation identification; CNE Participation device type
DB1 Disability: SI Set ID; CWE@0334 Disabled person code; CX Disabled person identifier; ID@0136 Disability indicator;
  DT Disability start date; DT Disability end date; DT Disability return to work date; DT Disability unable to work
  date
DG1 Diagnosis: SI Set ID; ID@0053 Diagnosis coding method; CWE@0051 Diagnosis code dg1; ST Diagnosis description; DTM
  Diagnosis date/time; CWE@0052 Diagnosis type; CE@0118 Major diagnostic category; CE@0055 Diagnostic related group;
  ID@0136 DRG approval indicator; IS@0056 DRG grouper review code; CE@0083 Outlier type; NM Outlier days; CP Outlier
  cost; ST Grouper version and type; NM@0359 Diagnosis priority; XCN Diagnosing clinician; CWE@0228 Diagnosis
  classification; ID@0136 Confidential indicator; DTM Attestation date/time; EI Diagnosis identifier; ID@0206
  Diagnosis action code; EI Parent diagnosis; CWE@0728 DRG ccl value code; ID@0136 DRG grouping usage; CWE@0731 DRG
  diagnosis determination status; CWE@0895 Present on admission poa indicator
DRG Diagnosis related group: CNE@0055 Diagnostic related group; DTM DRG assigned date/time; ID@0136 DRG approval
  indicator; CWE@0056 DRG grouper review code; CWE@0083 Outlier type; NM Outlier days; CP Outlier cost; CWE@0229 DRG
  payor; CP Outlier reimbursement; ID@0136 Confidential indicator; CWE@0415 DRG transfer type; XPN Name of coder;
  CWE@0734 Grouper status; CWE@0728 Pccl value code; NM Effective weight; MO Monetary amount; CWE@0739 Status patient;
  ST Grouper software name; ST Grouper software version; CWE@0742 Status financial calculation; MO Relative discount
  surcharge; MO Basic charge; MO Total charge; MO Discount surcharge; NM Calculated days; CWE@0749 Status gender;
  CWE@0749 Status age; CWE@0749 Status length of stay; CWE@0749 Status same day flag; CWE@0749 Status separation mode;
  CWE@0755 Status weight at birth; CWE@0757 Status respiration minutes; CWE@0759 Status admission
PR1 Procedures: SI Set ID; IS@0089 Procedure coding method; CNE@0088 Procedure code; ST Procedure description; DTM
  Procedure date/time; CWE@0230 Procedure functional type; NM Procedure minutes; wd Anesthesiologist; CWE@0019
  Anesthesia code; NM Anesthesia minutes; ST Surgeon; ST Procedure practiotioner; CWE@0059 Consent code; NM@0418
  Procedure priority; CWE@0051 Associated diagnosis code; CNE@0340 Procedure code modifier; CWE@0416 Procedure DRG
  type; CWE@0417 Tissue type code; EI Procedure identifier; ID@0206 Procedure action code; CWE@0761 DRG procedure
  determination status; CWE@0763 DRG procedure relevance; PL Treating organizational unit; ID@0136 Respiratory within
  surgery; EI Parent procedure ID
AL1 Patient allergy information: SI Set ID; CWE@0127 Allergen type code; CWE Allergen code mnemonic description;
  CWE@0128 Allergy severity code; ST Allergy reaction code; DT Identification date
IAM Patient adverse reaction information: SI Set ID; CWE@0127 Allergen type code; CWE Allergen code mnemonic
  description; CWE@0128 Allergy severity code; ST Allergy reaction code; CNE@0206 Allergy action code; EI Allergy
  unique identifier; ST Action reason; CWE@0436 Sensitivity to causative agent code; CWE Allergen group code mnemonic
  description; DT Onset date; ST Onset date text; DTM Reported date/time; XPN Reported by; CWE@0063 Relationship to
  patient code; CWE@0437 Alert device code; CWE@0438 Allergy clinical status code; XCN Statused by person; XON
  Statused by organization; DTM Statused at date/time; XCN Inactivated by person; DTM Inactivated date/time; XCN
  Initially recorded by person; DTM Initially recorded date/time; XCN Modified by person; DTM Modified date/time; CWE
  Clinician identified code; XON Initially recorded by organization; XON Modified by organization; XON Inactivated by
  organization
IAR Allergy reaction: CWE Allergy reaction code; CWE@0128 Allergy severity code; CWE@0436 Sensitivity to causative
  agent code; ST Management
ACC Accident: DTM Accident date/time; CWE@0050 Accident code; ST Accident location; CWE@0347 Auto accident state;
  ID@0136 Accident job related indicator; ID@0136 Accident death indicator; XCN Entered by; ST Accident description;
  ST Brought in by; ID@0136 Police notified indicator; XAD Accident address; NM Degree of patient liability; EI
  Accident identifier
GT1 Guarantor: SI Set ID; CX Guarantor number; XPN Guarantor name; XPN Guarantor spouse name; XAD Guarantor address;
  XTN Guarantor ph num home; XTN Guarantor ph num business; DTM Guarantor date/time of birth; CWE@0001 Guarantor
  administrative sex; CWE@0068 Guarantor type; CWE@0063 Guarantor relationship; ST Guarantor SSN; DT Guarantor date
  begin; DT Guarantor date end; NM Guarantor priority; XPN Guarantor employer name; XAD Guarantor employer address;
  XTN Guarantor employer phone number; CX Guarantor employee ID number; CWE@0066 Guarantor employment status; XON
  Guarantor organization name; ID@0136 Guarantor billing hold flag; CWE@0341 Guarantor credit rating code; DTM
  Guarantor death date and time; ID@0136 Guarantor death flag; CWE@0218 Guarantor charge adjustment code; CP Guarantor
  household annual income; NM Guarantor household size; CX Guarantor employer ID number; CWE@0002 Guarantor marital
  status code; DT Guarantor hire effective date; DT Employment stop date; CWE@0223 Living dependency; CWE@0009
  Ambulatory status; CWE@0171 Citizenship; CWE@0296 Primary language; CWE@0220 Living arrangement; CWE@0215 Publicity
  code; ID@0136 Protection indicator; CWE@0231 Student indicator; CWE@0006 Religion; XPN Mother's maiden name;
  CWE@0212 Nationality; CWE@0189 Ethnic group; XPN Contact person's name; XTN Contact person's telephone number;
  CWE@0222 Contact reason; CWE@0063 Contact relationship; ST Job title; JCC Job code class; XON Guarantor employer's
  organization name; CWE@0295 Handicap; CWE@0311 Job status; FC Guarantor financial class; CWE@0005 Guarantor race; ST
  Guarantor birth place; CWE@0099 VIP indicator
IN1 Insurance: SI Set ID; CWE@0072 Health plan ID; CX Insurance company ID; XON Insurance company name; XAD Insurance
  company address; XPN Insurance co contact person; XTN Insurance co phone number; ST Group number; XON Group name; CX
  Insured's group emp ID; XON Insured's group emp name; DT Plan effective date; DT Plan expiration date; AUI
  Authorization information; CWE@0086 Plan type; XPN Name of insured; CWE@0063 Insured's relationship to patient; DTM
  Insured's date of birth; XAD Insured's address; CWE@0135 Assignment of benefits; CWE@0173 Coordination of benefits;
  ST Coord of ben priority; ID@0136 Notice of admission flag; DT Notice of admission date; ID@0136 Report of
  eligibility flag; DT Report of eligibility date; CWE@0093 Release information code; ST Pre admit cert pac; DTM
  Verification date/time; XCN Verification by; CWE@0098 Type of agreement code; CWE@0022 Billing status; NM Lifetime
  reserve days; NM Delay before l r day; CWE@0042 Company plan code; ST Policy number; CP Policy deductible; CP Policy
  limit amount; NM Policy limit days; CP Room rate semi private; CP Room rate private; CWE@0066 Insured's employment
  status; CWE@0001 Insured's administrative sex; XAD Insured's employer's address; ST Verification status; CWE@0072
  Prior insurance plan ID; CWE@0309 Coverage type; CWE@0295 Handicap; CX Insured's ID number; CWE@0535 Signature code;
  DT Signature code date; ST Insured's birth place; CWE@0099 VIP indicator; CX External health plan identifiers;
  ID@0206 Insurance action code
IN2 Insurance, additional information: CX Insured's employee ID; ST Insured's social security number; XCN Insured's
  employer's name and ID; CWE@0139 Employer information data; CWE@0137 Mail claim party; ST Medicare health ins card
  number; XPN Medicaid case name; ST Medicaid case number; XPN Military sponsor name; ST Military ID number; CWE@0342
  Dependent of military recipient; ST Military organization; ST Military station; CWE@0140 Military service; CWE@0141
  Military rank grade; CWE@0142 Military status; DT Military retire date; ID@0136 Military non avail cert on file;
  ID@0136 Baby coverage; ID@0136 Combine baby bill; ST Blood deductible; XPN Special coverage approval name; ST
  Special coverage approval title; CWE@0143 Non covered insurance code; CX Payor ID; CX Payor subscriber ID; CWE@0144
  Eligibility source; RMC Room coverage type amount; PTA Policy type amount; DDI Daily deductible; CWE@0223 Living
  dependency; CWE@0009 Ambulatory status; CWE@0171 Citizenship; CWE@0296 Primary language; CWE@0220 Living
  arrangement; CWE@0215 Publicity code; ID@0136 Protection indicator; CWE@0231 Student indicator; CWE@0006 Religion;
  XPN Mother's maiden name; CWE@0212 Nationality; CWE@0189 Ethnic group; CWE@0002 Marital status; DT Insured's
  employment start date; DT Employment stop date; ST Job title; JCC Job code class; CWE@0311 Job status; XPN Employer
  contact person name; XTN Employer contact person phone number; CWE@0222 Employer contact reason; XPN Insured's
  contact person's name; XTN Insured's contact person phone number; CWE@0222 Insured's contact person reason; DT
  Relationship to the patient start date; DT Relationship to the patient stop date; CWE@0232 Insurance co contact
  reason; XTN Insurance co contact phone number; CWE@0312 Policy scope; CWE@0313 Policy source; CX Patient member
  number; CWE@0063 Guarantor's relationship to insured; XTN Insured's phone number home; XTN Insured's employer phone
  number; CWE@0343 Military handicapped program; ID@0136 Suspend flag; ID@0136 Copay limit flag; ID@0136 Stoploss
  limit flag; XON Insured organization name and ID; XON Insured employer organization name and ID; CWE@0005 Race;
  CWE@0344 Patient's relationship to insured
IN3 Insurance, certification: SI Set ID; CX Certification number; XCN Certified by; ID@0136 Certification required;
  MOP Penalty; DTM Certification date/time; DTM Certification modify date/time; XCN Operator; DT Certification begin
  date; DT Certification end date; DTN Days; CWE@0233 Non concur code description; DTM Non concur effective date/time;
  XCN@0010 Physician reviewer; ST Certification contact; XTN Certification contact phone number; CWE@0345 Appeal
  reason; CWE@0346 Certification agency; XTN Certification agency phone number; ICD@0136 Pre certification
  requirement; ST Case manager; DT Second opinion date; CWE@0151 Second opinion status; CWE@0152 Second opinion
  documentation received; XCN@0010 Second opinion physician; CWE@0921 Certification type; CWE@0922 Certification
  category
MRG Merge patient information: CX@0061 Prior patient identifier list; CX Prior alternate patient ID; CX@0061 Prior
  patient account number; CX Prior patient ID; CX@0061 Prior visit number; CX@0061 Prior alternate visit ID; XPN@0200
  Prior patient name
MSA Message acknowledgment: ID@0008 Acknowledgment code; ST Message control ID; ST Text message; NM Expected sequence
  number; ID Delayed acknowledgment type; CNE@0357 Error condition; NM Message waiting number; ID@0520 Message waiting
  priority
ERR Error: ELD Error code and location; ERL Error location; CWE@0357 HL7 error code; ID@0516 Severity; CWE@0533
  Application error code; ST Application error parameter; TX Diagnostic information; TX User message; CWE@0517 Inform
  person indicator; CWE@0518 Override type; CWE@0519 Override reason code; XTN Help desk contact point
QAK Query acknowledgment: ST Query tag; ID@0208 Query response status; CWE@0471 Message query name; NM Hit count
  total; NM This payload; NM Hits remaining
QPD Query parameter definition: CWE@0471 Message query name; ST Query tag; * User parameters in successive fields
QRD Original-style query definition: DTM Query date/time; ID@0106 Query format code; ID@0091 Query priority; ST Query
  ID; ID@0107 Deferred response type; DTM Deferred response date/time; CQ@0126 Quantity limited request; XCN Who
  subject filter; CWE@0048 What subject filter; CWE What department data code; VR What data code value qual; ID@0108
  Query results level
QRF Original-style query filter: ST Where subject filter; DTM When data start date/time; DTM When data end date/time;
  ST What user qualifier; ST Other qry subject filter; ID@0156 Which date/time qualifier; ID@0157 Which date/time
  status qualifier; ID@0158 Date/time selection qualifier; TQ When quantity timing qualifier; NM Search confidence
  threshold
RCP Response control parameter: ID@0091 Query priority; CQ@0126 Quantity limited request; CNE@0394 Response modality;
  DTM Execution and delivery time; ID@0395 Modify indicator; SRT Sort by field; ID@0391 Segment group inclusion
DSC Continuation pointer: ST Continuation pointer; ID@0398 Continuation style
DSP Display data: SI Set ID; SI Display level; TX Data line; ST Logical break point; TX Result ID
NTE Notes and comments: SI Set ID; ID@0105 Source of comment; FT Comment; CWE@0364 Comment type; XCN Entered by; DTM
  Entered date/time; DTM Effective start date; DTM Expiration date
ORC Common order: ID@0119 Order control; EI Placer order number; EI Filler order number; EIP Placer group number;
  ID@0038 Order status; ID@0121 Response flag; TQ Quantity timing; EIP Parent order; DTM Date/time of transaction; XCN
  Entered by; XCN Verified by; XCN Ordering provider; PL Enterer's location; XTN Call back phone number; DTM Order
  effective date/time; CWE Order control code reason; CWE Entering organization; CWE Entering device; XCN Action by;
  CWE@0339 Advanced beneficiary notice code; XON Ordering facility name; XAD Ordering facility address; XTN Ordering
  facility phone number; XAD Ordering provider address; CWE Order status modifier; CWE@0552 Advanced beneficiary
  notice override reason; DTM Filler's expected availability date/time; CWE@0177 Confidentiality code; CWE@0482 Order
  type; CNE@0483 Enterer authorization mode; CWE Parent universal service identifier; DT Advanced beneficiary notice
  date; CX Alternate placer order number; CWE@0934 Order workflow profile
OBR Observation request: SI Set ID; EI Placer order number; EI Filler order number; CWE Universal service identifier;
  ID Priority; DTM Requested date/time; DTM Observation date/time; DTM Observation end date/time; CQ Collection
  volume; XCN Collector identifier; ID@0065 Specimen action code; CWE Danger code; CWE@0916 Relevant clinical
  information; DTM Specimen received date/time; SPS Specimen source; XCN Ordering provider; XTN Order callback phone
  number; ST Placer field 1; ST Placer field 2; ST Filler field 1; ST Filler field 2; DTM Results report/status change
  date/time; MOC Charge to practice; ID@0074 Diagnostic service section ID; ID@0123 Result status; PRL Parent result;
  TQ Quantity timing; XCN Result copies to; EIP Parent results observation identifier; ID@0124 Transportation mode;
  CWE Reason for study; NDL Principal result interpreter; NDL Assistant result interpreter; NDL Technician; NDL
  Transcriptionist; DTM Scheduled date/time; NM Number of sample containers; CWE Transport logistics of collected
  sample; CWE Collector's comment; CWE Transport arrangement responsibility; ID@0224 Transport arranged; ID@0225
  Escort required; CWE Planned patient transport comment; CNE@0088 Procedure code; CNE@0340 Procedure code modifier;
  CWE@0411 Placer supplemental service information; CWE@0411 Filler supplemental service information; CWE@0476
  Medically necessary duplicate procedure reason; CWE@0507 Result handling; CWE Parent universal service identifier;
  EI Observation group ID; EI Parent observation group ID; CX Alternate placer order number; EIP Parent order
OBX Observation result: SI Set ID; ID@0125 Value type; CWE Observation identifier; OG Observation sub ID; *
  Observation value; CWE Units; ST References range; CWE@0078 Interpretation codes; NM Probability; ID@0080 Nature of
  abnormal test; ID@0085 Observation result status; DTM Effective date of reference range; ST User defined access
  checks; DTM Date/time of the observation; CWE Producer's ID; XCN Responsible observer; CWE Observation method; EI
  Equipment instance identifier; DTM Date/time of the analysis; CWE@0163 Observation site; EI Observation instance
  identifier; CNE@0725 Mood code; XON Performing organization name; XAD Performing organization address; XCN
  Performing organization medical director; ID@0909 Patient results release category; CWE@0914 Root cause; CWE@0915
  Local process control; ID@0936 Observation type; ID@0937 Observation sub type
SPM Specimen: SI Set ID; EIP Specimen ID; EIP Specimen parent ids; CWE@0487 Specimen type; CWE@0541 Specimen type
  modifier; CWE@0371 Specimen additives; CWE@0488 Specimen collection method; CWE Specimen source site; CWE@0542
  Specimen source site modifier; CWE@0543 Specimen collection site; CWE@0369 Specimen role; CQ Specimen collection
  amount; NM Grouped specimen count; ST Specimen description; CWE@0376 Specimen handling code; CWE@0489 Specimen risk
  code; DR Specimen collection date/time; DTM Specimen received date/time; DTM Specimen expiration date/time; ID@0136
  Specimen availability; CWE@0490 Specimen reject reason; CWE@0491 Specimen quality; CWE@0492 Specimen
  appropriateness; CWE@0493 Specimen condition; CQ Specimen current quantity; NM Number of specimen containers; CWE
  Container type; CWE@0544 Container condition; CWE@0494 Specimen child role; CX Accession ID; CX Other specimen ID;
  EI Shipment ID
SAC Specimen container detail: EI External accession identifier; EI Accession identifier; EI Container identifier; EI
  Primary parent container identifier; EI Equipment container identifier; SPS Specimen source; DTM Registration
  date/time; CWE@0370 Container status; CWE@0378 Carrier type; EI Carrier identifier; NA Position in carrier; CWE@0379
  Tray type sac; EI Tray identifier; NA Position in tray; CWE Location; NM Container height; NM Container diameter; NM
  Barrier delta; NM Bottom delta; CWE Container height diameter delta units; NM Container volume; NM Available
  specimen volume; NM Initial specimen volume; CWE Volume units; CWE@0380 Separator type; CWE@0381 Cap type; CWE@0371
  Additive; CWE@0372 Specimen component; SN Dilution factor; CWE@0373 Treatment; SN Temperature; NM Hemolysis index;
  CWE Hemolysis index units; NM Lipemia index; CWE Lipemia index units; NM Icterus index; CWE Icterus index units; NM
  Fibrin index; CWE Fibrin index units; CWE@0374 System induced contaminants; CWE@0382 Drug interference; CWE@0375
  Artificial blood; CWE@0376 Special handling code; CWE@0377 Other environmental factors
TQ1 Timing and quantity: SI Set ID; CQ Quantity; RPT Repeat pattern; TM Explicit time; CQ Relative time and units; CQ
  Service duration; DTM Start date/time; DTM End date/time; CWE@0485 Priority; TX Condition text; TX Text instruction;
  ID@0472 Conjunction; CQ Occurrence duration; NM Total occurrences
TQ2 Timing and quantity relationship: SI Set ID; ID@0503 Sequence results flag; EI Related placer number; EI Related
  filler number; EI Related placer group number; ID@0504 Sequence condition code; ID@0505 Cyclic entry exit indicator;
  CQ Sequence condition time interval; NM Cyclic group maximum number of repeats; ID@0506 Special service request
  relationship
TCD Test code detail: CWE Universal service identifier; SN Auto dilution factor; SN Rerun dilution factor; SN Pre
  dilution factor; SN Endogenous content of pre dilution diluent; ID@0136 Automatic repeat allowed; ID@0136 Reflex
  allowed; CWE@0389 Analyte repeat status
CTI Clinical trial identification: EI Sponsor study ID; CWE Study phase identifier; CWE Study scheduled time point
CTD Contact data: CWE@0131 Contact role; XPN Contact name; XAD Contact address; PL Contact location; XTN Contact
  communication information; CWE@0185 Preferred method of contact; PLN@0338 Contact identifiers
BLG Billing: CCD@0100 When to charge; ID@0122 Charge type; CX Account ID; CWE@0475 Charge type reason
FT1 Financial transaction: SI Set ID; ST Transaction ID; ST Transaction batch ID; DR Transaction date; DTM Transaction
  posting date; CWE@0017 Transaction type; CWE@0132 Transaction code; ST Transaction description; ST Transaction
  description alt; NM Transaction quantity; CP Transaction amount extended; CP Transaction amount unit; CWE@0049
  Department code; CWE@0072 Health plan ID; CP Insurance amount; PL Assigned patient location; CWE@0024 Fee schedule;
  CWE@0018 Patient type; CWE@0051 Diagnosis code ft1; XCN@0084 Performed by code; XCN Ordered by code; CP Unit cost;
  EI Filler order number; XCN Entered by code; CNE@0088 Procedure code; CNE@0340 Procedure code modifier; CWE@0339
  Advanced beneficiary notice code; CWE@0476 Medically necessary duplicate procedure reason; CWE@0549 NDC code; CX
  Payment reference ID; SI Transaction reference key; XON Performing facility; XON Ordering facility; CWE Item number;
  ST Model number; CWE Special processing code; CWE Clinic code; CX Referral number; CX Authorization number; CWE
  Service provider taxonomy code; CWE@0456 Revenue code; ST Prescription number; CQ NDC qty and uom
RXO Pharmacy prescription order: CWE Requested give code; NM Requested give amount minimum; NM Requested give amount
  maximum; CWE Requested give units; CWE Requested dosage form; CWE Provider's pharmacy treatment instructions; CWE
  Provider's administration instructions; LA1 Deliver to location; ID@0161 Allow substitutions; CWE Requested dispense
  code; NM Requested dispense amount; CWE Requested dispense units; NM Number of refills; XCN Ordering provider's DEA
  number; XCN Pharmacist treatment supplier's verifier ID; ID@0136 Needs human review; ST Requested give per time
  unit; NM Requested give strength; CWE Requested give strength units; CWE Indication; ST Requested give rate amount;
  CWE Requested give rate units; CQ Total daily dose; CWE Supplementary code; NM Requested drug strength volume; CWE
  Requested drug strength volume units; ID@0480 Pharmacy order type; NM Dispensing interval; EI Medication instance
  identifier; EI Segment instance identifier; CNE@0725 Mood code; CWE Dispensing pharmacy; XAD Dispensing pharmacy
  address; PL Deliver to patient location; XAD Deliver to address; XTN Pharmacy phone number
RXE Pharmacy encoded order: TQ Quantity timing; CWE@0292 Give code; NM Give amount minimum; NM Give amount maximum;
  CWE Give units; CWE Give dosage form; CWE Provider's administration instructions; LA1 Deliver to location; ID@0167
  Substitution status; NM Dispense amount; CWE Dispense units; NM Number of refills; XCN Ordering provider's DEA
  number; XCN Pharmacist treatment supplier's verifier ID; ST Prescription number; NM Number of refills remaining; NM
  Number of refills doses dispensed; DTM D t of most recent refill or dose dispensed; CQ Total daily dose; ID@0136
  Needs human review; CWE Special dispensing instructions; ST Give per time unit; ST Give rate amount; CWE Give rate
  units; NM Give strength; CWE Give strength units; CWE Give indication; NM Dispense package size; CWE Dispense
  package size unit; ID@0321 Dispense package method; CWE Supplementary code; DTM Original order date/time; NM Give
  drug strength volume; CWE Give drug strength volume units; CWE@0477 Controlled substance schedule; ID@0478 Formulary
  status; CWE Pharmaceutical substance alternative; CWE Pharmacy of most recent fill; NM Initial dispense amount; CWE
  Dispensing pharmacy; XAD Dispensing pharmacy address; PL Deliver to patient location; XAD Deliver to address;
  ID@0480 Pharmacy order type; XTN Pharmacy phone number
RXR Pharmacy route: CWE@0162 Route; CWE@0550 Administration site; CWE@0164 Administration device; CWE@0165
  Administration method; CWE Routing instruction; CWE@0495 Administration site modifier
RXC Pharmacy component order: ID@0166 Rx component type; CWE Component code; NM Component amount; CWE Component units;
  NM Component strength; CWE Component strength units; CWE Supplementary code; NM Component drug strength volume; CWE
  Component drug strength volume units; NM Dispense amount; CWE Dispense units
RXD Pharmacy dispense: NM Dispense sub ID counter; CWE@0292 Dispense give code; DTM Date/time dispensed; NM Actual
  dispense amount; CWE Actual dispense units; CWE Actual dosage form; ST Prescription number; NM Number of refills
  remaining; ST Dispense notes; XCN Dispensing provider; ID@0167 Substitution status; CQ Total daily dose; LA2
  Dispense to location; ID@0136 Needs human review; CWE Special dispensing instructions; NM Actual strength; CWE
  Actual strength unit; ST Substance lot number; DTM Substance expiration date; CWE Substance manufacturer name; CWE
  Indication; NM Dispense package size; CWE Dispense package size unit; ID@0321 Dispense package method; CWE
  Supplementary code; CWE Initiating location; CWE Packaging assembly location; NM Actual drug strength volume; CWE
  Actual drug strength volume units; CWE Dispense to pharmacy; XAD Dispense to pharmacy address; ID@0480 Pharmacy
  order type; CWE@0484 Dispense type; XTN Pharmacy phone number; EI Dispense tag identifier
RXG Pharmacy give: NM Give sub ID counter; NM Dispense sub ID counter; TQ Quantity timing; CWE@0292 Give code; NM Give
  amount minimum; NM Give amount maximum; CWE Give units; CWE Give dosage form; CWE Administration notes; ID@0167
  Substitution status; LA2 Dispense to location; ID@0136 Needs human review; CWE Special administration instructions;
  ST Give per time unit; ST Give rate amount; CWE Give rate units; NM Give strength; CWE Give strength units; ST
  Substance lot number; DTM Substance expiration date; CWE Substance manufacturer name; CWE Indication; NM Give drug
  strength volume; CWE Give drug strength volume units; CWE Give barcode identifier; ID@0480 Pharmacy order type; CWE
  Dispense to pharmacy; XAD Dispense to pharmacy address; PL Deliver to patient location; XAD Deliver to address; EI
  Give tag identifier; NM Dispense amount; CWE Dispense units
RXA Pharmacy administration: NM Give sub ID counter; NM Administration sub ID counter; DTM Date/time start of
  administration; DTM Date/time end of administration; CWE@0292 Administered code; NM Administered amount; CWE
  Administered units; CWE Administered dosage form; CWE Administration notes; XCN Administering provider; LA2
  Administered at location; ST Administered per time unit; NM Administered strength; CWE Administered strength units;
  ST Substance lot number; DTM Substance expiration date; CWE Substance manufacturer name; CWE Substance treatment
  refusal reason; CWE Indication; ID@0322 Completion status; ID@0206 Action code rxa; DTM System entry date/time; NM
  Administered drug strength volume; CWE Administered drug strength volume units; CWE Administered barcode identifier;
  ID@0480 Pharmacy order type; PL Administer at; XAD Administered at address; EI Administered tag identifier
RXV Pharmacy infusion: SI Set ID; ID@0917 Bolus type; NM Bolus dose amount; CWE Bolus dose amount units; NM Bolus dose
  volume; CWE Bolus dose volume units; ID@0918 Pca type; NM Pca dose amount; CWE Pca dose amount units; NM Pca dose
  amount volume; CWE Pca dose amount volume units; NM Max dose amount; CWE Max dose amount units; NM Max dose amount
  volume; CWE Max dose amount volume units; CQ Max dose per time; CQ Lockout interval; CWE Syringe manufacturer; CWE
  Syringe model number; NM Syringe size; CWE Syringe size units; ID@0206 Action code
SCH Scheduling activity information: EI Placer appointment ID; EI Filler appointment ID; NM Occurrence number; EIP
  Placer group number; CWE Schedule ID; CWE Event reason; CWE@0276 Appointment reason; CWE@0277 Appointment type; NM
  Appointment duration; CNE Appointment duration units; ST Appointment timing quantity; XCN Placer contact person; XTN
  Placer contact phone number; XAD Placer contact address; PL Placer contact location; XCN Filler contact person; XTN
  Filler contact phone number; XAD Filler contact address; PL Filler contact location; XCN Entered by person; XTN
  Entered by phone number; PL Entered by location; EI Parent placer appointment ID; EI Parent filler appointment ID;
  CWE@0278 Filler status code; EI Placer order number; EI Filler order number
RGS Resource group: SI Set ID; ID@0206 Segment action code; CWE Resource group ID
AIS Appointment information, service: SI Set ID; ID@0206 Segment action code; CWE Universal service identifier; DTM
  Start date/time; NM Start date/time offset; CNE Start date/time offset units; NM Duration; CNE Duration units;
  CWE@0279 Allow substitution code; CWE@0278 Filler status code; CWE@0411 Placer supplemental service information;
  CWE@0411 Filler supplemental service information
AIG Appointment information, general resource: SI Set ID; ID@0206 Segment action code; CWE Resource ID; CWE Resource
  type; CWE Resource group; NM Resource quantity; CNE Resource quantity units; DTM Start date/time; NM Start date/time
  offset; CNE Start date/time offset units; NM Duration; CNE Duration units; CWE@0279 Allow substitution code;
  CWE@0278 Filler status code
AIL Appointment information, location: SI Set ID; ID@0206 Segment action code; PL Location resource ID; CWE@0305
  Location type ail; CWE Location group; DTM Start date/time; NM Start date/time offset; CNE Start date/time offset
  units; NM Duration; CNE Duration units; CWE@0279 Allow substitution code; CWE@0278 Filler status code
AIP Appointment information, personnel: SI Set ID; ID@0206 Segment action code; XCN Personnel resource ID; CWE@0182
  Resource type; CWE Resource group; DTM Start date/time; NM Start date/time offset; CNE Start date/time offset units;
  NM Duration; CNE Duration units; CWE@0279 Allow substitution code; CWE@0278 Filler status code
APR Appointment preferences: SCV@0294 Time selection criteria; SCV@0294 Resource selection criteria; SCV@0294 Location
  selection criteria; NM Slot spacing criteria; SCV Filler override criteria
TXA Transcription document header: SI Set ID; CWE@0270 Document type; ID@0191 Document content presentation; DTM
  Activity date/time; XCN Primary activity provider code name; DTM Origination date/time; DTM Transcription date/time;
  DTM Edit date/time; XCN Originator code name; XCN Assigned document authenticator; XCN Transcriptionist code name;
  EI Unique document number; EI Parent document number; EI Placer order number; EI Filler order number; ST Unique
  document file name; ID@0271 Document completion status; ID@0272 Document confidentiality status; ID@0273 Document
  availability status; ID@0275 Document storage status; ST Document change reason; PPN Authentication person time
  stamp set; XCN Distributed copies code and name of recipient's; CWE Folder assignment; ST Document title; DTM Agreed
  due date/time
CON Consent: SI Set ID; CWE@0496 Consent type; ST Consent form ID and version; EI Consent form number; FT Consent
  text; FT Subject specific consent text; FT Consent background information; FT Subject specific consent background
  text; FT Consenter imposed limitations; CNE@0497 Consent mode; CNE@0498 Consent status; DTM Consent discussion
  date/time; DTM Consent decision date/time; DTM Consent effective date/time; DTM Consent end date/time; ID@0136
  Subject competence indicator; ID@0136 Translator assistance indicator; CWE@0296 Language translated to; ID@0136
  Informational material supplied indicator; CWE@0499 Consent bypass reason; ID@0500 Consent disclosure level;
  CWE@0501 Consent non disclosure reason; CWE@0502 Non subject consenter reason; XPN Consenter ID; CWE@0548
  Relationship to subject
PDA Patient death and autopsy: CWE Death cause code; PL Death location; ID@0136 Death certified indicator; DTM Death
  certificate signed date/time; XCN Death certified by; ID@0136 Autopsy indicator; DR Autopsy start and end date/time;
  XCN Autopsy performed by; ID@0136 Coroner indicator
UB1 UB82 data: SI Set ID; SI Blood deductible; NM Blood furnished pints; NM Blood replaced pints; NM Blood not
  replaced pints; NM Co insurance days; IS@0043 Condition code; NM Covered days; NM Non covered days; UVC Value amount
  code; NM Number of grace days; CWE@0348 Special program indicator; CWE@0349 Psro ur approval indicator; DT Psro ur
  approved stay fm; DT Psro ur approved stay to; OCD Occurrence; CWE@0351 Occurrence span; DT Occur span start date;
  DT Occur span end date; ST Ub 82 locator 2; ST Ub 82 locator 9; ST Ub 82 locator 27; ST Ub 82 locator 45
UB2 Uniform billing data: SI Set ID; ST Co insurance days 9; CWE@0043 Condition code 24 30; ST Covered days 7; ST Non
  covered days 8; UVC Value amount code 39 41; OCD Occurrence code date 32 35; OSP Occurrence span code dates 36; ST
  Uniform billing locator 2 state; ST Uniform billing locator 11 state; ST Uniform billing locator 31 national; ST
  Document control number; ST Uniform billing locator 49 national; ST Uniform billing locator 56 state; ST Uniform
  billing locator 57 sational; ST Uniform billing locator 78 state; NM Special visit count
ODS Dietary orders, supplements and preferences: ID@0159 Type; CWE Service period; CWE Diet supplement or preference
  code; ST Text instruction
ODT Diet tray instructions: CWE@0160 Tray type; CWE Service period; ST Text instruction
RQD Requisition detail: SI Requisition line number; CWE Item code internal; CWE Item code external; CWE Hospital item
  code; NM Requisition quantity; CWE Requisition unit of measure; CX@0319 Cost center account number; CWE@0320 Item
  natural account code; CWE Deliver to ID; DT Date needed
RQ1 Requisition detail-1: ST Anticipated price; CWE@0385 Manufacturer identifier; ST Manufacturer's catalog; CWE
  Vendor ID; ST Vendor catalog; ID@0136 Taxable; ID@0136 Substitute allowed
IPC Imaging procedure control: EI Accession identifier; EI Requested procedure ID; EI Study instance uid; EI Scheduled
  procedure step ID; CWE Modality; CWE Protocol code; EI Scheduled station name; CWE Scheduled procedure step
  location; ST Scheduled station ae title
FHS File header: ST File field separator; ST File encoding characters; HD File sending application; HD File sending
  facility; HD File receiving application; HD File receiving facility; DTM File creation date/time; ST File security;
  ST File name ID; ST File header comment; ST File control ID; ST Reference file control ID; HD File sending network
  address; HD File receiving network address
BHS Batch header: ST Batch field separator; ST Batch encoding characters; HD Batch sending application; HD Batch
  sending facility; HD Batch receiving application; HD Batch receiving facility; DTM Batch creation date/time; ST
  Batch security; ST Batch name ID type; ST Batch comment; ST Batch control ID; ST Reference batch control ID; HD
  Batch sending network address; HD Batch receiving network address
BTS Batch trailer: ST Batch message count; ST Batch comment; NM Batch totals
FTS File trailer: NM File batch count; ST File trailer comment
ZDS Study instance (IHE): RP Study instance UID
"""
