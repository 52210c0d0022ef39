"""Templates read and judged: what they hold, which kinds of message they make, and that they are marked as test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from console.core.errors import Refused
from console.harness.content.lettering import Lettering
from console.harness.content.placeholders import Field, Token, tokens
from console.harness.content.tables import Table
from console.harness.scenario.model import AcknowledgmentMode, Content

_MOST_KINDS = 64


@dataclass(frozen=True, slots=True)
class Setting:
    """What a template is drawn with. `index` is the ingredient's place in the mix, `mark` begins its numbers."""

    content: Content
    acknowledgment: AcknowledgmentMode
    lettering: Lettering
    options: Mapping[str, str | float | bool]
    folder: Path
    index: int
    mark: str
    run: str
    seed: int


class Template:
    """A template that has been read and found good. `kinds` are the message kinds it can make.

    MSH-4, 11, 15, 16 and 18 say what the scenario says, whatever the template holds (option `marked` false leaves
    them); a MSH-10 without a placeholder becomes `{control_id}` (option `keep_control_id`)."""

    def __init__(self, text: str, origin: str, setting: Setting) -> None:
        self.origin = origin
        self.setting = setting
        found = [_settled(token, setting) for token in tokens(text, origin=origin)]
        named = str(setting.options["csv"])
        self.table = Table(setting.folder / named) if named else None
        header, rest = _header(found, origin)
        self._mark_header(header)
        encoding = "".join(t for t in header.of(2) if isinstance(t, str))
        self.component = encoding[:1] or "^"
        self.before_kind = header.before(9)
        self.control_id = header.of(10)
        self.tokens = [*header.tokens(), *rest]
        self._check()
        self.kind = header.of(9)
        self.kinds = self._all_kinds()

    def _mark_header(self, header: _Header) -> None:
        setting = self.setting
        content, mode = setting.content, setting.acknowledgment
        if not setting.options["keep_control_id"] and not any(isinstance(t, Field) for t in header.of(10)):
            header.set(10, Field("control_id", "", 1))
        if not setting.options["marked"]:
            return
        header.set(4, content.facility)
        header.set(11, content.processing_id)
        header.set(15, mode.accept if mode.enhanced else "")
        header.set(16, mode.application if mode.enhanced else "")
        header.set(18, content.charset)

    def _check(self) -> None:
        numbered = False
        for token in self.tokens:
            if not isinstance(token, Field):
                continue
            where = f"{self.origin}, line {token.line}"
            if token.name == "csv":
                if self.table is None:
                    raise Refused(
                        f"{where}: {{csv:...}} needs a CSV file; name it in the ingredient's option csv",
                        code="template-invalid",
                    )
                self.table.column(token.argument.strip(), asked_by=where)
            if token.name == "flag" and not numbered:
                raise Refused(f"{where}: {{flag}} has no {{number:...}} before it", code="template-invalid")
            numbered = numbered or token.name == "number"

    def _all_kinds(self) -> tuple[str, ...]:
        values: list[list[str]] = []
        for token in self.kind:
            if isinstance(token, str):
                values.append([token])
            elif token.name == "choice":
                values.append(choices_of(token))
            elif token.name == "csv" and self.table is not None:
                values.append(list(dict.fromkeys(self.table.column(token.argument.strip(), asked_by=self.origin))))
            else:
                raise Refused(
                    f"{self.origin}, line {token.line}: MSH-9 may hold {{choice:...}} or {{csv:...}}, "
                    f"not {{{token.name}}}",
                    code="template-invalid",
                )
        kinds = list(dict.fromkeys("^".join("".join(one).split(self.component)[:2]) for one in product(*values)))
        if len(kinds) > _MOST_KINDS:
            raise Refused(f"{self.origin}: MSH-9 has more than {_MOST_KINDS} values", code="template-invalid")
        return tuple(kinds)

    @property
    def about_patients(self) -> bool:
        """Whether it draws patients: then they are the lanes; else each message has its own."""
        by_patient = self.setting.options["csv_order"] == "patient"
        fields = [token for token in self.tokens if isinstance(token, Field)]
        return any(f.name.startswith("patient.") or (f.name == "csv" and by_patient) for f in fields)


def _settled(token: Token, setting: Setting) -> Token:
    """The token, or the text it stands for throughout the run."""
    if isinstance(token, str):
        return token
    content = setting.content
    constants = {
        "facility": content.facility,
        "receiver": content.receiving_application,
        "processing_id": content.processing_id,
        "version": content.version,
        "charset": content.charset,
        "run": setting.run,
    }
    return constants.get(token.name, token)


class _Header:
    """MSH as fields of tokens; number as in the standard (MSH-1 is the separator)."""

    def __init__(self, separator: str, fields: list[list[Token]]) -> None:
        self._separator = separator
        self._fields = fields

    def of(self, number: int) -> list[Token]:
        return self._fields[number - 1] if number <= len(self._fields) else []

    def before(self, number: int) -> int:
        """How many placeholders stand before a field."""
        return sum(isinstance(token, Field) for parts in self._fields[: number - 1] for token in parts)

    def set(self, number: int, token: Token) -> None:
        while len(self._fields) < number:
            self._fields.append([])
        self._fields[number - 1] = [token] if token else []

    def tokens(self) -> list[Token]:
        while self._fields and not self._fields[-1]:
            self._fields.pop()
        out: list[Token] = []
        for number, parts in enumerate(self._fields):
            out += [self._separator, *parts] if number else parts
        return out


def _header(found: list[Token], origin: str) -> tuple[_Header, list[Token]]:
    first = found[0] if found else ""
    if not isinstance(first, str) or not first.startswith("MSH") or len(first) < 8:
        raise Refused(f"{origin}, line 1: a template begins with MSH and its delimiters", code="template-invalid")
    separator = first[3]
    fields: list[list[Token]] = [[]]
    for place, token in enumerate(found):
        if isinstance(token, Field):
            fields[-1].append(token)
            continue
        line, ended, more = token.partition("\r")
        parts = line.split(separator)
        if parts[0]:
            fields[-1].append(parts[0])
        fields += [[part] if part else [] for part in parts[1:]]
        if ended:
            return _Header(separator, fields), ["\r" + more, *found[place + 1 :]]
    return _Header(separator, fields), []


def choices_of(field: Field) -> list[str]:
    return [choice.strip() for choice in field.argument.split(",")]
