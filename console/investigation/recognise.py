"""What somebody pasted: names, dates and identifiers told apart by their shape and by the words around them.

Shapes only suggest: a number may be a visit here and an order there, so every identifier is asked for in all kinds,
and a label ("MRN 4471", "petición: 55121") only narrows it. Labels are known in English and Spanish.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from console.core.keys import fold_key, fold_name
from console.investigation.case import ChipKind

MAX_TOKENS = 100
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Token:
    """One recognised piece: `text` as given, `value` as asked for (dates ISO, NHS numbers unspaced).

    `assigner` narrows an identifier pasted as HL7 CX (`4471^^^RXH^MR`). `warning`: see `case.Chip`.
    """

    kind: ChipKind
    text: str
    value: str
    assigner: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """The recognised text. `any_of`: a column of identifiers, where each may stand for a case of its own.

    `cut` says that more was pasted than is looked up at once.
    """

    text: str
    tokens: tuple[Token, ...]
    any_of: bool = False
    cut: bool = False

    def of(self, *kinds: ChipKind) -> tuple[Token, ...]:
        return tuple(t for t in self.tokens if t.kind in kinds)


_LABELS = {
    ChipKind.PATIENT: "mrn pid patient paciente historia hc nhc hospital nhs wristband pulsera cedula ci dni",
    ChipKind.VISIT: "visit encounter admission stay csn visita episodio ingreso encuentro",
    ChipKind.PLACER: "order placer orden peticion solicitud",
    ChipKind.FILLER: "filler lab",
    ChipKind.ACCESSION: "accession sample specimen tube muestra tubo acceso",
    ChipKind.CONTROL: "control msgid msh10",
    ChipKind.EVENT: "event evento",
    ChipKind.TRACE: "trace traza",
    ChipKind.DATE: "dob born birth birthdate nacido nacida nacimiento fecha fn date",
    ChipKind.NAME: "name nombre family given surname apellido apellidos",
}
_LABEL_OF = {word: kind for kind, words in _LABELS.items() for word in words.split()}
_LABEL_TAIL = frozenset("no nr num number nro numero id of de del la el n clinica".split())
_TITLES = frozenset("mr mrs ms miss mx dr dra prof sr sra srta don dona d".split())

_UUID = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])", re.I)
_TRACEPARENT = re.compile(r"(?<![0-9a-f])00-([0-9a-f]{32})-[0-9a-f]{16}-0[01](?![0-9a-f])", re.I)
_TRACE = re.compile(r"(?<![0-9a-zA-Z-])[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}(?![0-9a-zA-Z-])", re.I)
_NHS = re.compile(r"(?<![\w-])\d{3}[  -]\d{3}[  -]\d{4}(?![\w-])")
_MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "ene feb mar abr may jun jul ago sep oct nov dic",
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), start=1)
}
_DATE = re.compile(
    r"(?<![\w.-])(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"|(?P<d2>\d{1,2})[/.](?P<m2>\d{1,2})[/.](?P<y2>\d{4})"
    r"|(?P<d3>\d{1,2})[ -](?:de )?(?P<m3>[a-zñ]{3,10})\.?[ -](?:de )?(?P<y3>\d{4}))(?![\w-])",
    re.I,
)
_LIFTED = "\ue000"
_WORD = re.compile(r"[^\s,;]+")
_WRAPPING = "\"'`<>()[]{}.,;:!?¡¿«»“”‘’*|"


def recognise(text: str) -> Question:
    """Tells the pieces of `text` apart. Never raises; what has no shape of its own is a name or an identifier."""
    given = text[:MAX_TEXT].strip()
    tokens: list[tuple[int, Token]] = []
    rest = given
    for pattern, make in _SHAPES:
        rest = _lift(rest, pattern, make, tokens)
    tokens += _words(rest)
    ordered = _distinct([token for _, token in sorted(tokens, key=lambda t: t[0])])
    return Question(
        text=given,
        tokens=tuple(ordered[:MAX_TOKENS]),
        any_of=_is_column(given),
        cut=len(ordered) > MAX_TOKENS or len(text) > MAX_TEXT,
    )


def nhs_number_is_valid(value: str) -> bool:
    """The modulus 11 check of the NHS number (NHS Data Dictionary: NHS NUMBER). `value`: ten figures."""
    if len(value) != 10 or not value.isascii() or not value.isdigit():
        return False
    check = 11 - sum(int(figure) * weight for figure, weight in zip(value, range(10, 1, -1), strict=False)) % 11
    return int(value[9]) == (0 if check == 11 else check)


def _lift(text: str, pattern: re.Pattern[str], make: _Make, tokens: list[tuple[int, Token]]) -> str:
    """Takes what `pattern` finds out of the text (a mark stays in its place, so positions hold)."""

    def replace(match: re.Match[str]) -> str:
        token = make(match)
        if token is None:
            return match[0]
        tokens.append((match.start(), token))
        return _LIFTED * len(match[0])

    return pattern.sub(replace, text)


def _trace_of_parent(match: re.Match[str]) -> Token:
    return Token(ChipKind.TRACE, match[0], match[1].lower())


def _event(match: re.Match[str]) -> Token:
    return Token(ChipKind.EVENT, match[0], match[0].lower())


def _trace(match: re.Match[str]) -> Token:
    return Token(ChipKind.TRACE, match[0], match[0].lower())


def _nhs(match: re.Match[str]) -> Token:
    return _ten_figures(match[0])


def _ten_figures(text: str) -> Token:
    value = fold_key(text)
    valid = nhs_number_is_valid(value)
    if valid:
        return Token(ChipKind.NHS_NUMBER, text, value)
    return Token(ChipKind.IDENTIFIER, text, value, warning="check-digit")


def _date(match: re.Match[str]) -> Token | None:
    part = match.groupdict()
    found: str | None
    if part["y"]:
        found = _day(part["y"], part["m"], part["d"])
    elif part["y2"]:
        found = _day(part["y2"], part["m2"], part["d2"]) or _day(part["y2"], part["d2"], part["m2"])
    else:
        month = _MONTHS.get(fold_name(part["m3"]))
        found = _day(part["y3"], str(month), part["d3"]) if month else None
    return Token(ChipKind.DATE, match[0], found) if found else None


def _day(year: str, month: str, day: str) -> str:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return found.isoformat() if 1880 <= found.year <= 2100 else ""


_Make = Callable[[re.Match[str]], Token | None]
_SHAPES: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (_TRACEPARENT, _trace_of_parent),
    (_UUID, _event),
    (_TRACE, _trace),
    (_NHS, _nhs),
    (_DATE, _date),
)


def _words(text: str) -> list[tuple[int, Token]]:
    """Labels, identifiers and names from what the patterns left."""
    found: list[tuple[int, Token]] = []
    name: list[str] = []
    name_at = -1
    label: ChipKind | None = None
    unused: tuple[str, int] = ("", -1)
    for match in _WORD.finditer(text):
        for word, at in _split_label(match[0], match.start()):
            if _LIFTED in word:
                label, unused = None, ("", -1)
                continue
            folded = fold_name(word)
            if not folded:
                continue
            kind = _LABEL_OF.get(folded.replace(" ", ""))
            if kind is not None and (label is not None or not any(c.isdigit() for c in word) or folded == "msh10"):
                label, unused = kind, (word, at)
                continue
            if label is not None and folded.replace(" ", "") in _LABEL_TAIL:
                continue
            if _is_identifier(word):
                found.append((at, _identifier(word, label)))
                label, unused = None, ("", -1)
            elif folded not in _TITLES:
                name_at = at if name_at < 0 else name_at
                name.append(word.strip(_WRAPPING))
                label, unused = None, ("", -1)
    if unused[0][-1:].isalpha():  # a label with nothing after it is a word like any other: Tracey Born
        name_at = unused[1] if name_at < 0 else name_at
        name.append(unused[0])
    if name:
        shown = " ".join(name)
        found.append((name_at, Token(ChipKind.NAME, shown, shown)))
    return found


def _split_label(word: str, at: int) -> list[tuple[str, int]]:
    """`MRN:4471` and `order=55121` as a label and a value; anything else whole."""
    for mark in (":", "=", "#"):
        head, found, tail = word.partition(mark)
        if found and tail and fold_name(head).replace(" ", "") in _LABEL_OF:
            return [(head, at), (tail, at + len(head) + 1)]
    return [(word, at)]


def _is_identifier(word: str) -> bool:
    bare = word.strip(_WRAPPING)
    return any(c.isdigit() for c in bare) or "^" in bare or "_" in bare


def _identifier(word: str, label: ChipKind | None) -> Token:
    parts = word.strip(_WRAPPING).split("^")
    text = parts[0].strip(_WRAPPING) or word
    assigner = parts[3].partition("&")[0] if len(parts) > 3 else (parts[1] if len(parts) == 2 else "")
    value = unicodedata.normalize("NFKC", text)
    if label is ChipKind.DATE:
        day = _day(value[:4], value[4:6], value[6:8]) if len(value) == 8 and value.isdigit() else ""
        if day:
            return Token(ChipKind.DATE, text, day)
        label = None
    if label in (None, ChipKind.PATIENT) and len(fold_key(value)) == 10 and fold_key(value).isdigit():
        ten = _ten_figures(text)
        if ten.kind is ChipKind.NHS_NUMBER:
            return ten
        return Token(label or ChipKind.IDENTIFIER, text, value, assigner, ten.warning if label is None else "")
    if label is ChipKind.NAME:
        label = None
    return Token(label or ChipKind.IDENTIFIER, text, value, assigner)


def _distinct(tokens: list[Token]) -> list[Token]:
    seen: dict[tuple[str, str], Token] = {}
    for token in tokens:
        seen.setdefault((fold_key(token.value), token.assigner), token)
    return list(seen.values())


def _is_column(text: str) -> bool:
    """Several lines with one identifier each."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(len(_WORD.findall(line)) == 1 and _is_identifier(line) for line in lines)
