"""What a message says, laid over what we already know: absent keeps, null deletes, a value replaces.

HL7 v2 is three-valued (chapter 2, 2.5.3): an empty field says nothing, `""` deletes, anything else replaces. A mapper
states facts (a dict whose values may be DELETE, a Slot list, or plain JSON); `Projection` lays them over the current
resource. Nothing is overwritten that the message did not speak about.

List elements have an identity: identifiers meet by system and value; elements that come from a repeating field belong
to that field's slot, and a new value of the field replaces its own slot only (home phones stay when work phones
change). Which elements came from which slot is kept in the guard, not in the resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from console.core.errors import Bug
from console.fhir import document
from console.fhir.context import Action, Body, Change, State, Stored


class Delete:
    """The HL7 null: remove the element."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "DELETE"


DELETE: Final = Delete()

Facts = dict[str, Any]
"""Element name -> JSON value | DELETE | Slots | Keyed | Nested, or `name[x]` -> Choice | DELETE. Elements that are not
in it are left alone."""


class Slots:
    """A list element fed by several fields: `{"PID-13": [...], "PID-14": DELETE}`; fields not named keep theirs."""

    __slots__ = ("by_field",)

    def __init__(self, by_field: Mapping[str, list[Any] | Delete]) -> None:
        self.by_field = by_field


class Keyed:
    """A list element whose members meet by identity: new members are added, known ones replaced, others kept.

    `key` names the members' fields that make the identity, e.g. ("system", "value") for identifiers."""

    __slots__ = ("items", "key")

    def __init__(self, items: Sequence[Body], *key: str) -> None:
        self.items = items
        self.key = key or ("system", "value")


class Choice:
    """One form of a choice element, stated under its name with [x]: `"deceased[x]": Choice("Boolean", True)`."""

    __slots__ = ("form", "value")

    def __init__(self, form: str, value: Any) -> None:
        self.form = form
        self.value = value


class Nested:
    """Facts about the members of a complex element that several fields feed (Encounter.hospitalization)."""

    __slots__ = ("facts",)

    def __init__(self, facts: Facts) -> None:
        self.facts = facts


Mode = Literal["update", "fill"]
"""`update`: the source is an authority for this resource. `fill`: it may add what is missing, never replace."""


def lay_over(body: Body, facts: Facts, guard: dict[str, Any], mode: Mode = "update") -> None:
    """Changes `body` (and the slot notes in `guard`) in place. Idempotent: the same facts twice change nothing more."""
    for name, value in facts.items():
        if isinstance(value, Keyed):
            _lay_keyed(body, name, value, mode)
        elif isinstance(value, Slots):
            _lay_slots(body, name, value, guard, mode)
        elif isinstance(value, Nested):
            _lay_nested(body, name, value, guard, mode)
        elif name.endswith("[x]"):
            _lay_choice(body, name[:-3], value, mode)
        elif value is DELETE:
            if mode == "update":
                body.pop(name, None)
        elif value in (None, "", [], {}):
            continue
        elif mode == "update" or name not in body:
            body[name] = value


def _lay_keyed(body: Body, name: str, keyed: Keyed, mode: Mode) -> None:
    current: list[Body] = list(body.get(name, ()))
    places = {tuple(_key(item, part) for part in keyed.key): index for index, item in enumerate(current)}
    for item in keyed.items:
        identity = tuple(_key(item, part) for part in keyed.key)
        place = places.get(identity)
        if place is None:
            places[identity] = len(current)
            current.append(item)
        elif mode == "update":
            current[place] = item
    if current:
        body[name] = current


def _lay_nested(body: Body, name: str, nested: Nested, guard: dict[str, Any], mode: Mode) -> None:
    inner: Body = dict(body.get(name, ()))
    lay_over(inner, nested.facts, guard, mode)
    if inner:
        body[name] = inner
    else:
        body.pop(name, None)


def _lay_choice(body: Body, prefix: str, value: Choice | Delete, mode: Mode) -> None:
    """A choice element has one form at a time: a new one takes the place of any other."""
    forms = [name for name in body if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isupper()]
    if forms and mode == "fill":
        return
    for name in forms:
        del body[name]
    if isinstance(value, Choice):
        body[prefix + value.form] = value.value


def _key(item: Mapping[str, Any], part: str) -> str:
    value = item.get(part, "")
    return value if isinstance(value, str) else document.to_bytes(value).decode()


def _lay_slots(body: Body, name: str, slots: Slots, guard: dict[str, Any], mode: Mode) -> None:
    notes: dict[str, Any] = guard.setdefault("slots", {})
    current: list[Any] = list(body.get(name, ()))
    held: dict[str, list[Any]] = {}
    start = 0
    for field_name, count in notes.get(name, ()):
        held[field_name] = current[start : start + count]
        start += count
    for field_name, items in slots.by_field.items():
        if items is DELETE:
            if mode == "update":
                held.pop(field_name, None)
        elif items and (mode == "update" or not held.get(field_name)):
            held[field_name] = list(items)  # type: ignore[arg-type]
    ordered = sorted(held)
    merged = [item for field_name in ordered for item in held[field_name]] + current[start:]
    if merged:
        body[name] = merged
        notes[name] = [[field_name, len(held[field_name])] for field_name in ordered]
    else:
        body.pop(name, None)
        notes.pop(name, None)


class _Working:
    """A resource being projected: `stored` as it was, `body` and `guard` as they become."""

    __slots__ = ("body", "guard", "stored")

    def __init__(self, body: Body, guard: dict[str, Any], stored: Stored | None) -> None:
        self.body = body
        self.guard = guard
        self.stored = stored


class Projection:
    """The resources one message touches, each read at most once, in the order in which they were first touched."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._touched: dict[tuple[str, str], _Working] = {}
        self._unknown: set[tuple[str, str]] = set()

    def known(self, resource_type: str, resource_id: str) -> bool:
        """Whether the resource exists, before the message or because of it."""
        return self._find(resource_type, resource_id) is not None

    def body(self, resource_type: str, resource_id: str) -> Body | None:
        """The resource as it stands now; changes to the dict are changes to the resource. None when unknown."""
        found = self._find(resource_type, resource_id)
        return found.body if found else None

    def guard(self, resource_type: str, resource_id: str) -> dict[str, Any]:
        """The mapping's notes of a resource, writable; {} for an unknown one (then not kept)."""
        found = self._find(resource_type, resource_id)
        return found.guard if found else {}

    def existed(self, resource_type: str, resource_id: str) -> bool:
        """Whether the resource was known before this message."""
        found = self._find(resource_type, resource_id)
        return found is not None and found.stored is not None

    def open(self, resource_type: str, resource_id: str) -> tuple[Body, dict[str, Any]]:
        """The resource to write on and its guard; a new empty one when it is unknown."""
        found = self._find(resource_type, resource_id)
        if found is None:
            found = _Working({"resourceType": resource_type, "id": resource_id}, {}, None)
            self._touched[(resource_type, resource_id)] = found
        return found.body, found.guard

    def lay(self, resource_type: str, resource_id: str, facts: Facts, *, mode: Mode = "update", rank: str = "") -> Body:
        """Lays facts over the resource (made if unknown) and notes the rank when it is the newest; gives the body."""
        body, guard = self.open(resource_type, resource_id)
        lay_over(body, facts, guard, mode)
        if rank > guard.get("rank", ""):
            guard["rank"] = rank
        return body

    def put(self, body: Body, *, guard: Mapping[str, Any] | None = None) -> Body:
        """States a resource as a whole: what was there before is replaced (by a snapshot such as OBX)."""
        found = self._find(body["resourceType"], body["id"])
        if found is None:
            found = _Working(body, {}, None)
            self._touched[(body["resourceType"], body["id"])] = found
        found.body = body
        if guard is not None:
            found.guard = dict(guard)
        return body

    def changes(self) -> tuple[Change, ...]:
        """Every touched resource as a change, in order of first touch. Raises Bug when a body lost its identity."""
        return tuple(_change(key, working) for key, working in self._touched.items())

    def _find(self, resource_type: str, resource_id: str) -> _Working | None:
        key = (resource_type, resource_id)
        found = self._touched.get(key)
        if found is None:
            if key in self._unknown:
                return None
            stored = self.state.resource(resource_type, resource_id)
            if stored is None:
                self._unknown.add(key)
                return None
            found = self._touched[key] = _Working(stored.body, _copy(stored.guard), stored)
        return found


def _copy(guard: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copy_value(value) for name, value in guard.items()}


def _copy_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _copy(value)
    return [_copy_value(item) for item in value] if isinstance(value, list | tuple) else value


def _change(key: tuple[str, str], working: _Working) -> Change:
    body, stored = working.body, working.stored
    if (body.get("resourceType"), body.get("id")) != key:
        raise Bug(f"the projection of {key[0]} lost its identity", code="projection-identity")
    raw = document.to_bytes(body)
    if stored is None:
        action = Action.CREATE
    elif raw == stored.raw:
        action = Action.NONE
    else:
        action = Action.UPDATE
    return Change(key[0], key[1], body, raw, working.guard, action, stored.version if stored else None)


def compact(body: Body) -> Body:
    """The body without empty members (None, '', [], {}), deeply: what a message did not say is not in the resource."""
    kept: Body = {}
    for name, value in body.items():
        if isinstance(value, dict):
            value = compact(value)
        elif isinstance(value, list):
            value = compact_list(value)
        if value not in (None, "", [], {}) or value is False:
            kept[name] = value
    return kept


def compact_list(items: Iterable[Any]) -> list[Any]:
    """The list without empty members, deeply."""
    kept = [compact(i) if isinstance(i, dict) else compact_list(i) if isinstance(i, list) else i for i in items]
    return [i for i in kept if i not in (None, "", [], {})]
