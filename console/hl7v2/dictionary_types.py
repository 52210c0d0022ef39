"""The components of the HL7 v2 data types, as a table.

One entry per line group: `CX: type name; ...`.
Names, types and table numbers of HL7 v2.8.2; fields and components that were withdrawn stand as they last were. Taken
from the tables of hl7apy 1.3.5 (CRS4, MIT licence), names written as words.
"""

from __future__ import annotations

from typing import Final

TYPES: Final = """\
CX: ST ID number; ST Identifier check digit; ID Check digit scheme; HD Assigning authority; ID Identifier type code;
  HD Assigning facility; DT Effective date; DT Expiration date; CWE Assigning jurisdiction; CWE Assigning agency or
  department; ST Security check; ID Security check scheme
XPN: FN Family name; ST Given name; ST Second and further given names or initials thereof; ST Suffix (e.g. Jr or III);
  ST Prefix (e.g. Dr); ST Degree; ID Name type code; ID Name representation code; CWE Name context; ST Name validity
  range; ID Name assembly order; DTM Effective date; DTM Expiration date; ST Professional suffix; ST Called by
XAD: SAD Street address; ST Other designation; ST City; ST State or province; ST Zip or postal code; ID Country; ID
  Address type; ST Other geographic designation; CWE County parish code; CWE Census tract; ID Address representation
  code; DR Address validity range; DTM Effective date; DTM Expiration date; CWE Expiration reason; ID Temporary
  indicator; ID Bad address indicator; ID Address usage; ST Addressee; ST Comment; NM Preference order; CWE Protection
  code; EI Address identifier
XCN: ST Person identifier; FN Family name; ST Given name; ST Second and further given names or initials thereof; ST
  Suffix (e.g. Jr or III); ST Prefix (e.g. Dr); IS Degree (e.g. MD); CWE Source table; HD Assigning authority; ID Name
  type code; ST Identifier check digit; ID Check digit scheme; ID Identifier type code; HD Assigning facility; ID Name
  representation code; CWE Name context; DR Name validity range; ID Name assembly order; DTM Effective date; DTM
  Expiration date; ST Professional suffix; CWE Assigning jurisdiction; CWE Assigning agency or department; ST Security
  check; ID Security check scheme
XTN: ST Telephone number; ID Telecommunication use code; ID Telecommunication equipment type; ST Communication
  address; SNM Country code; SNM Area city code; SNM Local number; SNM Extension; ST Any text; ST Extension prefix; ST
  Speed dial code; ST Unformatted telephone number; DTM Effective start date; DTM Expiration date; CWE Expiration
  reason; CWE Protection code; EI Shared telecommunication identifier; NM Preference order
XON: ST Organization name; CWE Organization name type code; NM ID number; NM Identifier check digit; ID Check digit
  scheme; HD Assigning authority; ID Identifier type code; HD Assigning facility; ID Name representation code; ST
  Organization identifier
CWE: ST Identifier; ST Text; ID Name of coding system; ST Alternate identifier; ST Alternate text; ID Name of
  alternate coding system; ST Coding system version ID; ST Alternate coding system version ID; ST Original text; ST
  Second alternate identifier; ST Second alternate text; ID Name of second alternate coding system; ST Second
  alternate coding system version ID; ST Coding system OID; ST Value set OID; DTM Value set version ID; ST Alternate
  coding system OID; ST Alternate value set OID; DTM Alternate value set version ID; ST Second alternate coding system
  OID; ST Second alternate value set OID; DTM Second alternate value set version ID
CE: ST Identifier; ST Text; ID Name of coding system; ST Alternate identifier; ST Alternate text; ID Name of alternate
  coding system
CNE: ST Identifier; ST Text; ID Name of coding system; ST Alternate identifier; ST Alternate text; ID Name of
  alternate coding system; ST Coding system version ID; ST Alternate coding system version ID; ST Original text; ST
  Second alternate identifier; ST Second alternate text; ID Name of second alternate coding system; ST Second
  alternate coding system version ID; ST Coding system OID; ST Value set OID; DTM Value set version ID; ST Alternate
  coding system OID; ST Alternate value set OID; DTM Alternate value set version ID; ST Second alternate coding system
  OID; ST Second alternate value set OID; DTM Second alternate value set version ID
EI: ST Entity identifier; IS Namespace ID; ST Universal ID; ID Universal ID type
EIP: EI Placer assigned identifier; EI Filler assigned identifier
HD: IS Namespace ID; ST Universal ID; ID Universal ID type
PL: HD Point of care; HD Room; HD Bed; HD Facility; IS Location status; IS Person location type; HD Building; HD
  Floor; ST Location description; EI Comprehensive location identifier; HD Assigning authority for location
SN: ST Comparator; NM Num1; ST Separator suffix; NM Num2
ED: HD Source application; ID Type of data; ID Data subtype; ID Encoding; TX Data
RP: ST Pointer; HD Application ID; ID Type of data; ID Subtype
CQ: NM Quantity; CWE Units
MSG: ID Message code; ID Trigger event; ID Message structure
PT: ID Processing ID; ID Processing mode
VID: ID Version ID; CWE Internationalization code; CWE International version ID
TS: DTM Time; ID Degree of precision
DR: DTM Range start date/time; DTM Range end date/time
NR: NM Low value; NM High value
NA: NM Value1; NM Value2; NM Value3; NM Value4
CF: ST Identifier; FT Formatted text; ID Name of coding system; ST Alternate identifier; FT Alternate formatted text;
  ID Name of alternate coding system; ST Coding system version ID; ST Alternate coding system version ID; ST Original
  text; ST Second alternate identifier; FT Second alternate formatted text; ID Name of second alternate coding system;
  ST Second alternate coding system version ID; ST Coding system OID; ST Value set OID; DTM Value set version ID; ST
  Alternate coding system OID; ST Alternate value set OID; DTM Alternate value set version ID; ST Second alternate
  coding system OID; ST Second alternate value set OID; DTM Second alternate value set version ID
TQ: CQ Quantity; RI Interval; ST Duration; DTM Start date/time; DTM End date/time; ST Priority; ST Condition;
  TX Text; ID Conjunction; OSD Order sequencing; CWE Occurrence duration; NM Total occurrences
RI: CWE Repeat pattern; ST Explicit time interval
RPT: CWE Repeat pattern code; ID Calendar alignment; NM Phase range begin value; NM Phase range end value; NM Period
  quantity; CWE Period units; ID Institution specified time; ID Event; NM Event offset quantity; CWE Event offset
  units; GTS General timing specification
SPS: CWE Specimen source name or code; CWE Additives; TX Specimen collection method; CWE Body site; CWE Site modifier;
  CWE Collection method modifier code; CWE Specimen role
PRL: CWE Parent observation identifier; OG Parent observation sub identifier; TX Parent observation value descriptor
JCC: CWE Job code; CWE Job class; TX Job description text
DLD: CWE Discharge to location; DTM Effective date
DLN: ST License number; CWE Issuing state province country; DT Expiration date
FC: CWE Financial class code; DTM Effective date
MO: NM Quantity; ID Denomination
CP: MO Price; ID Price type; NM From value; NM To value; CWE Range units; ID Range type
FN: ST Surname; ST Own surname prefix; ST Own surname; ST Surname prefix from partner spouse; ST Surname from partner
  spouse
SAD: ST Street or mailing address; ST Street name; ST Dwelling number
ERL: ST Segment ID; NM Segment sequence; NM Field position; NM Field repetition; NM Component number; NM Sub component
  number
ELD: ST Segment ID; NM Segment sequence; NM Field position; CWE Code identifying error
NDL: CNN Name; DTM Start date/time; DTM End date/time; IS Point of care; IS Room; IS Bed; HD Facility; IS Location
  status; IS Patient location type; IS Building; IS Floor
PLN: ST ID number; CWE Type of ID number; ST State other qualifying information; DT Expiration date
CCD: ID Invocation event; DTM Date/time
AUI: ST Authorization number; DT Date; ST Source
DDI: NM Delay days; MO Monetary amount; NM Number of days
PIP: CWE Privilege; CWE Privilege class; DT Expiration date; DT Activation date; EI Facility
RMC: CWE Room type; CWE Amount type; NM Coverage amount; MOP Money or percentage
PTA: CWE Policy type; CWE Amount class; NM Money or percentage quantity; MOP Money or percentage
PPN: ST Person identifier; FN Family name; ST Given name; ST Second and further given names or initials thereof; ST
  Suffix (e.g. Jr or III); ST Prefix (e.g. Dr); IS Degree (e.g. MD); CWE Source table; HD Assigning authority; ID Name
  type code; ST Identifier check digit; ID Check digit scheme; ID Identifier type code; HD Assigning facility; DTM
  Date/time action performed; ID Name representation code; CWE Name context; DR Name validity range; ID Name assembly
  order; DTM Effective date; DTM Expiration date; ST Professional suffix; CWE Assigning jurisdiction; CWE Assigning
  agency or department; ST Security check; ID Security check scheme
SPD: ST Specialty name; ST Governing board; ID Eligible or certified; DT Date of certification
UVC: CWE Value code; MO Value amount; NM Non monetary value amount quantity; CWE Non monetary value amount units
OCD: CNE Occurrence code; DT Occurrence date
OSP: CNE Occurrence span code; DT Occurrence span start date; DT Occurrence span stop date
MOC: MO Monetary amount; CWE Charge code
PN: FN Family name; ST Given name; ST Second and further given names or initials thereof; ST Suffix (e.g. Jr or III);
  ST Prefix (e.g. Dr); IS Degree (e.g. MD)
AD: ST Street address; ST Other designation; ST City; ST State or province; ST Zip or postal code; ID Country; ID
  Address type; ST Other geographic designation
CK: NM ID number nm; NM Check digit nm; ID Code identifying the check digit scheme employed; HD Assigning authority
CD: WVI Channel identifier; WVS Waveform source; CSU Channel sensitivity and units; CCP Channel calibration
  parameters; NM Channel sampling frequency; NR Minimum and maximum data values
MA: NM Sample y from channel 1; NM Sample y from channel 2; NM Sample y from channel 3; NM Sample y from channel 4; NM
  Sample 2 from channel n; NM Sample n from channel n
CN: ST ID number st; FN Family name; ST Given name; ST Second and further given names or initials thereof; ST Suffix
  (e.g. Jr or III); ST Prefix (e.g. Dr); IS Degree (e.g. MD); IS Source table; HD Assigning authority
SCV: CWE Parameter class; ST Parameter value
WVI: NM Channel number; ST Channel name
WVS: ST Source one name; ST Source two name
CSU: NM Channel sensitivity; ST Unit of measure identifier; ST Unit of measure description; ID Unit of measure coding
  system; ST Alternate unit of measure identifier; ST Alternate unit of measure description; ID Alternate unit of
  measure coding system; ST Unit of measure coding system version ID; ST Alternate unit of measure coding system
  version ID; ST Original text; ST Second alternate unit of measure identifier; ST Second alternate unit of measure
  text; ID Name of second alternate unit of measure coding sy; ST Second alternate unit of measure coding system ver;
  ST Unit of measure coding system OID; ST Unit of measure value set OID; DTM Unit of measure value set version ID; ST
  Alternate unit of measure coding system OID; ST Alternate unit of measure value set OID; DTM Alternate unit of
  measure value set version ID; ST Alternate unit of measure coding system OID; ST Alternate unit of measure value set
  OID; ST Alternate unit of measure value set version ID
DTN: CWE Day type; NM Number of days
VR: ST First data code value; ST Last data code value
QIP: ST Segment field name; ST Values
QSC: ST Segment field name; ID Relational operator; ST Value; ID Relational conjunction
ICD: CWE Certification patient type; ID Certification required; DTM Date/time certification required
OSD: ID Sequence results flag; ST Placer order number entity identifier; IS Placer order number namespace ID; ST
  Filler order number entity identifier; IS Filler order number namespace ID; ST Sequence condition value; NM Maximum
  number of repeats; ST Placer order number universal ID; ID Placer order number universal ID type; ST Filler order
  number universal ID; ID Filler order number universal ID type
RCD: ST Segment field name; ID HL7 data type; NM Maximum column width
OG: ST Original sub identifier; NM Group; NM Sequence; ST Identifier
LA1: IS Point of care; IS Room; IS Bed; HD Facility; IS Location status; IS Patient location type; IS Building; IS
  Floor; AD Address
LA2: IS Point of care; IS Room; IS Bed; HD Facility; IS Location status; IS Patient location type; IS Building; IS
  Floor; ST Street address; ST Other designation; ST City; ST State or province; ST Zip or postal code; ID Country; ID
  Address type; ST Other geographic designation
"""
