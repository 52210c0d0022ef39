"""Messages from a template, a thousand at once: one bytes format for the message, one column for each field.

Numbers of a message (control id, visit, order) differ in their last three digits within a thousand: the rest of them
stands in the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

import numpy as np

from console.harness.content.columns import (
    BEFORE,
    NOW,
    ChoiceColumn,
    LateTimes,
    NumberColumn,
    PatientColumns,
    TimeColumns,
    objects,
    taken,
)
from console.harness.content.drawing import generator
from console.harness.content.hospital_time import Stamps
from console.harness.content.mixing import One
from console.harness.content.placeholders import Field, Token, range_of
from console.harness.content.population import Population
from console.harness.content.stream import Chunk
from console.harness.content.templates import Template, choices_of
from console.synthetic.segments import text

_LOW = [b"%03d" % number for number in range(1000)]
_NUMBERED = {"visit": "V", "placer": "P", "filler": "F", "accession": "A", "control_id": ""}
_PIECE = 250
_BATCHES = (1000, 250, 50, 10, 1)
_BATCH_BYTES = 4 << 20
_OWN_LANES = 1 << 31

Column = Callable[[], list[bytes]]


class TemplateDrawing:
    """One reading of a template from its first message on. Endless. Without `stamps` the times are left open: `clocked`
    puts them in."""

    def __init__(self, template: Template, population: Population, stamps: Stamps | None) -> None:
        self._template = template
        self._setting = template.setting
        self._population = population
        self._position = 0
        self._patients = PatientColumns(population, self._setting.lettering, self._rng("patients"))
        self._times = (
            TimeColumns(stamps, float(self._setting.options["per_second"]), self._rng("time"))
            if stamps is not None
            else LateTimes()
        )
        self._row_rng = self._rng("rows")
        self._first = self._size = 0
        self._rows: np.ndarray[tuple[int], np.dtype[np.int64]] = np.zeros(0, dtype=np.int64)
        self._seen: dict[str, list[bytes]] = {}
        self._number: NumberColumn | None = None
        self._columns: list[Column] = []
        self._parts = self._compiled(template.tokens)
        self._slots = len(self._columns)

    def _rng(self, purpose: str | int) -> np.random.Generator:
        return generator(self._setting.seed, "template", self._setting.index, purpose)

    def _compiled(self, tokens: Sequence[Token], *, adds: bool = True) -> list[bytes | None]:
        """The format in parts; None stands where the thousands of the message's number go."""
        parts: list[bytes | None] = []
        for token in tokens:
            if isinstance(token, str):
                parts.append(self._literal(token))
            else:
                if token.name in _NUMBERED:
                    dash = "-" if token.name == "control_id" else ""
                    parts += [f"{_NUMBERED[token.name]}{self._setting.mark}{dash}".encode(), None]
                parts.append(b"%b")
                if adds:
                    self._columns.append(self._column(token))
        return parts

    def _literal(self, literal: str) -> bytes:
        lettering = self._setting.lettering
        return lettering.encode(lettering.fit(literal)).replace(b"%", b"%%")

    def _column(self, field: Field) -> Column:
        self._position += 1
        name = field.name
        if name in _NUMBERED:
            return self._low
        if name.startswith("patient."):
            what = name.removeprefix("patient.")
            return lambda: self._once(name, lambda: self._patients.column(what))
        if name == "now":
            return lambda: self._once("now", self._times.now)
        if name == "time":
            return lambda: self._once("time", self._times.before)
        if name == "counter":
            return lambda: self._once("counter", self._counted)
        if name == "number":
            number = NumberColumn(range_of(field, origin=self._template.origin), self._rng(self._position))
            self._number = number
            return lambda: number.draw(self._size)
        if name == "flag" and self._number is not None:
            return self._number.flags
        if name == "choice":
            values = [self._as_sent(choice) for choice in choices_of(field)]
            column = ChoiceColumn(values, self._rng(self._position))
            return lambda: column.draw(self._size)
        return self._csv_column(field)

    def _csv_column(self, field: Field) -> Column:
        table = self._template.table
        assert table is not None
        cells = table.column(field.argument.strip(), asked_by=self._template.origin)
        values = objects([self._as_sent(text(cell)) for cell in cells])
        return lambda: taken(values, self._rows)

    def _as_sent(self, value: str) -> bytes:
        lettering = self._setting.lettering
        return lettering.encode(lettering.fit(value))

    def _once(self, name: str, draw: Column) -> list[bytes]:
        found = self._seen.get(name)
        if found is None:
            found = self._seen[name] = draw()
        return found

    def _low(self) -> list[bytes]:
        at = self._first % 1000
        return _LOW if self._size == 1000 else _LOW[at : at + self._size]

    def _counted(self) -> list[bytes]:
        return [b"%d" % number for number in range(self._first + 1, self._first + self._size + 1)]

    def _draw_rows(self) -> None:
        table = self._template.table
        if table is None:
            return
        order = self._setting.options["csv_order"]
        if order == "random":
            self._rows = self._row_rng.integers(len(table), size=self._size)
        elif order == "patient":
            self._rows = self._patients.indices % len(table)
        else:
            self._rows = np.arange(self._first, self._first + self._size) % len(table)

    def chunks(self) -> Iterator[Chunk]:
        """The messages, at most 250 in a chunk."""
        template = self._template
        about = template.about_patients
        ordered = any(isinstance(t, Field) and t.name in ("placer", "filler", "accession") for t in template.tokens)
        length = sum(len(part or b"") for part in self._parts)
        size = next(batch for batch in _BATCHES if batch * length <= _BATCH_BYTES or batch == 1)
        kind_parts = self._compiled(template.kind, adds=False)
        control_parts = self._compiled(template.control_id, adds=False)
        kind_at = slice(template.before_kind, template.before_kind + kind_parts.count(b"%b"))
        control_at = slice(kind_at.stop, kind_at.stop + control_parts.count(b"%b"))
        kinds = {kind.encode(): number for number, kind in enumerate(template.kinds)}
        component = template.component.encode()
        orders_from = (self._setting.index << 40) + 1
        self._size = size
        while True:
            self._seen.clear()
            after = self._times.advance(self._first, size)
            lanes = self._patients.draw(size) if about else self._lanes()
            self._draw_rows()
            high = b"%05d" % (self._first // 1000)
            columns = [draw() for draw in self._columns]
            payloads = _filled(self._parts, high, columns, size)
            control_ids = _filled(control_parts, high, columns[control_at], size)
            if len(kinds) == 1:
                numbers = [0] * size
            else:
                written = _filled(kind_parts, high, columns[kind_at], size)
                numbers = [kinds[b"^".join(kind.split(component)[:2])] for kind in written]
            first = orders_from + self._first
            orders = list(range(first, first + size)) if ordered else [0] * size
            for at in range(0, size, _PIECE):
                cut = slice(at, at + _PIECE)
                yield Chunk(payloads[cut], control_ids[cut], lanes[cut], orders[cut], numbers[cut], after[cut])
            self._first += size

    def _lanes(self) -> list[int]:
        base = self._population.size
        return [base + number % _OWN_LANES for number in range(self._first, self._first + self._size)]


def _filled(parts: Sequence[bytes | None], high: bytes, columns: Sequence[list[bytes]], size: int) -> list[bytes]:
    pattern = b"".join(high if part is None else part for part in parts)
    if not columns:
        return [pattern % ()] * size
    return list(map(pattern.__mod__, zip(*columns, strict=True)))


def clocked(take: Callable[[], One], stamps: Stamps, clock: Callable[[], int], random: Random) -> Callable[[], One]:
    """Messages drawn without times, stamped one by one when they are taken. `clock` gives the hospital's second."""

    def stamped() -> One:
        payload, control_id, lane, order, kind, _ = take()
        second = clock()
        now = stamps(second).encode()
        payload = payload.replace(NOW, now)
        if BEFORE in payload:
            payload = payload.replace(BEFORE, stamps(second - 60 * random.randrange(5, 61)).encode())
        if NOW in control_id:
            control_id = control_id.replace(NOW, now)
        return payload, control_id, lane, order, kind, second * 1_000_000_000

    return stamped


class TicketClock:
    """The clock of templates that share it: each message moves it by what its template says."""

    def __init__(self) -> None:
        self._nanoseconds = 0

    def ticking(self, per_second: float) -> Callable[[], int]:
        """Moves on by one of so many messages a second, and gives the second."""
        step = int(1_000_000_000 / per_second)

        def tick() -> int:
            second = self._nanoseconds // 1_000_000_000
            self._nanoseconds += step
            return second

        return tick
