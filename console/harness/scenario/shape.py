"""Tables of a file as data: which keys they have and what each may hold; for reading and for the schema alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.harness.scenario.kinds import BAD, Kind, Notes
from console.harness.scenario.places import KeyPath
from console.harness.scenario.problems import Finding, nearest, shown, under


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table. Its default is that of the model's field of the same name; `words` say what it is for.
    `sentinel`: the default cannot be written in a file (no limit, not set) and is left out of the schema."""

    name: str
    kind: Kind
    words: str
    required: bool = False
    sentinel: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """What else a table has for one value of its tag key. `one_of`: exactly one of these. `kinds` are the kinds of
    keys that mean something else here."""

    words: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset((*self.needs, *self.takes, *self.one_of))


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: a frozen dataclass and its keys. With a `tag`, the value of that key chooses a variant; keys that no
    variant names are common to all. `elsewhere`: names that people write here and where they belong. `check`: what is
    impossible in a table although each of its values is allowed."""

    name: str
    words: str
    model: type[Any]
    keys: tuple[Key, ...]
    tag: str = ""
    variants: Mapping[str, Variant] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[Any], Iterator[Finding]] | None = None

    def key(self, name: str) -> Key:
        return next(key for key in self.keys if key.name == name)

    def default(self, name: str) -> Any:
        """The model's default of a key; dataclasses.MISSING where there is none."""
        found = next(f for f in dataclasses.fields(self.model) if f.name == name)
        return found.default_factory() if found.default_factory is not dataclasses.MISSING else found.default

    @property
    def variant_keys(self) -> frozenset[str]:
        return frozenset().union(*(variant.keys for variant in self.variants.values()))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a shape, as a kind of value."""

    shape: Shape

    @property
    def words(self) -> str:
        return "a table"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if not isinstance(value, dict):
            return notes.wrong(path, f"must be a table, not {shown(value)}")
        given = read_keys(self.shape, value, path, notes)
        needed = {f.name for f in dataclasses.fields(self.shape.model) if _has_no_default(f)}
        if not needed <= given.keys():
            return BAD
        read = self.shape.model(**given)
        if self.shape.check is not None:
            for finding in under(path, self.shape.check(read)):
                notes.found(finding)
        return read

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.shape.name}"}


@dataclass(frozen=True, slots=True)
class OrShort:
    """A table, or one value instead of it that means the table's plainest form."""

    short: Kind
    make: Callable[[Any], Any]
    table: Table

    @property
    def words(self) -> str:
        return f"{self.short.words}, or a table"

    def read(self, value: object, path: KeyPath, notes: Notes) -> Any:
        if isinstance(value, dict):
            return self.table.read(value, path, notes)
        read = self.short.read(value, path, notes)
        return BAD if read is BAD else self.make(read)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.short.schema(), self.table.schema()]}


def _has_no_default(of: dataclasses.Field[Any]) -> bool:
    return of.default is dataclasses.MISSING and of.default_factory is dataclasses.MISSING


def read_keys(shape: Shape, raw: Mapping[str, object], path: KeyPath, notes: Notes) -> dict[str, Any]:
    """The arguments of the model from a table: what is there and right. Every problem of the table is noted."""
    variant = _variant(shape, raw)
    common = {key.name for key in shape.keys} - shape.variant_keys
    allowed = common | variant.keys if variant else {key.name for key in shape.keys}
    given: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in allowed:
            _refuse_key(shape, name, allowed, (*path, name), notes, raw)
            continue
        kind = variant.kinds.get(name) if variant else None
        read = (kind or shape.key(name).kind).read(value, (*path, name), notes)
        if read is not BAD:
            given[name] = read
    needed = [key.name for key in shape.keys if key.required] + list(variant.needs if variant else ())
    for name in dict.fromkeys(needed):
        if name not in raw:
            words = shape.key(name).words
            why = f"; {_called(shape, raw)} needs it" if variant and name in variant.needs else ""
            notes.wrong((*path, name), f"is missing{why}: {words[:1].lower()}{words[1:].rstrip('.')}", at_key=True)
    if variant and variant.one_of and sum(name in raw for name in variant.one_of) != 1:
        listed = ", ".join(variant.one_of[:-1]) + " or " + variant.one_of[-1]
        notes.wrong(path, f"{_called(shape, raw)} needs exactly one of {listed}", at_key=True)
    return given


def _variant(shape: Shape, raw: Mapping[str, object]) -> Variant | None:
    """The variant that applies; None without one, or when the tag itself is missing or wrong."""
    if not shape.tag:
        return None
    tag: object = raw[shape.tag] if shape.tag in raw else shape.default(shape.tag)
    return shape.variants.get(tag) if isinstance(tag, str) else None


def _called(shape: Shape, raw: Mapping[str, object]) -> str:
    """`a stage of kind ramp`, for sentences."""
    tag = raw[shape.tag] if shape.tag in raw else shape.default(shape.tag)
    return f"{'an' if shape.name[0] in 'aeiou' else 'a'} {shape.name} of {shape.tag} {tag}"


def _refuse_key(
    shape: Shape, name: str, allowed: set[str], path: KeyPath, notes: Notes, raw: Mapping[str, object]
) -> None:
    if name in {key.name for key in shape.keys}:
        takes = ", ".join(key.name for key in shape.keys if key.name in allowed)
        notes.wrong(path, f"has no meaning in {_called(shape, raw)}; it takes {takes}", at_key=True)
        return
    if where := shape.elsewhere.get(name) or notes.misplaced.get(name, ""):
        notes.wrong(path, f"does not belong here: {where}", at_key=True)
        return
    order = [key.name for key in shape.keys if key.name in allowed]
    listed = f"; known are {', '.join(order)}" if not (meant := nearest(name, order)) else ""
    notes.wrong(path, f"is no key of this table{listed}", meant, at_key=True)


def shape_schema(shape: Shape) -> dict[str, Any]:
    """JSON Schema 2020-12 of a table; refers to the shapes inside it as `#/$defs/NAME`."""
    schema: dict[str, Any] = {
        "description": shape.words,
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _key_schema(shape, key) for key in shape.keys},
    }
    if required := [key.name for key in shape.keys if key.required]:
        schema["required"] = required
    if shape.variants:
        schema["allOf"] = [_variant_schema(shape, tag, variant) for tag, variant in shape.variants.items()]
    return schema


def _key_schema(shape: Shape, key: Key) -> dict[str, Any]:
    special = any(key.name in variant.kinds for variant in shape.variants.values())
    schema = {"description": key.words, **({} if special else key.kind.schema())}
    default = shape.default(key.name)
    if not (key.sentinel or key.required or dataclasses.is_dataclass(default)):
        schema["default"] = {} if schema.get("type") == "object" else _plain(default)
    return schema


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def _variant_schema(shape: Shape, tag: str, variant: Variant) -> dict[str, Any]:
    default = shape.default(shape.tag) == tag
    condition: dict[str, Any] = {"properties": {shape.tag: {"const": tag}}}
    if not default:
        condition["required"] = [shape.tag]
    foreign = [key.name for key in shape.keys if key.name in shape.variant_keys - variant.keys]
    properties: dict[str, Any] = dict.fromkeys(foreign, False)
    properties |= {name: kind.schema() for name, kind in variant.kinds.items()}
    then: dict[str, Any] = {"properties": properties} if properties else {}
    if variant.needs:
        then["required"] = list(variant.needs)
    if variant.one_of:
        then["oneOf"] = [{"required": [name]} for name in variant.one_of]
    return {"$comment": variant.words, "if": condition, "then": then}


def shapes_in(shape: Shape) -> dict[str, Shape]:
    """Every shape inside this one by name, itself not included, innermost last."""
    found: dict[str, Shape] = {}

    def look(kind: object) -> None:
        if isinstance(kind, Table):
            if kind.shape.name not in found:
                found[kind.shape.name] = kind.shape
                for key in kind.shape.keys:
                    look(key.kind)
        elif isinstance(kind, OrShort):
            look(kind.table)
        else:
            look(getattr(kind, "item", None)) if hasattr(kind, "item") else None

    for key in shape.keys:
        look(key.kind)
    return found
