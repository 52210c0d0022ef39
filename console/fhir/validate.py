"""The gate: nothing leaves for a FHIR server that `fhir.resources` or our own rules refuse.

It judges and never writes. One resource costs `fhir.resources` 0.15-0.3 ms; a small result has eight. So the gate
learns *shapes*: when a resource passes, the arrangement of its elements is remembered together with a check for each
leaf. The next resource of the same shape needs only its leaves checked; the models' verdict depends on nothing else
(structure: once per shape; value: per leaf). A leaf check is at most stricter than the rules, and whatever it doubts is
judged in full by the real models, so the verdict is the same on both roads; a differential test holds that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from pydantic import ValidationError

from console.fhir import document, primitives
from console.fhir.context import Action, Change
from console.fhir.model import elements, model_of
from console.fhir.rules import SYSTEM_OF, Issue, Known, own_issues

SHAPES: Final = 4096
"""How many shapes are remembered; the oldest goes first."""

_OPEN, _CLOSE, _LIST, _END, _TEXT = 1, 2, 3, 4, 5


def gate(changes: Sequence[Change], known: Callable[[str, str], bool]) -> list[Issue]:
    """Judges the resources that would be written; [] is a pass. `known(type, id)` says whether a resource outside this
    message exists. Unique identities are part of the verdict. Thread: one at a time."""
    issues: list[Issue] = []
    here = {change.reference for change in changes}
    seen: set[str] = set()
    for change in changes:
        if change.action is Action.NONE:
            continue
        if change.reference in seen:
            issues.append(Issue(change.type, "identity", "two resources of one message have the same identity"))
        seen.add(change.reference)
        issues += judge(change.body, here, known)
    return issues


def judge(body: Mapping[str, Any], here: set[str], known: Known) -> list[Issue]:
    """The verdict on one resource, by the quick road where its shape is known."""
    shape: list[object] = [str(body.get("resourceType"))]
    leaves: list[Any] = []
    _flatten(body, shape, leaves)
    key = tuple(shape)
    plan = _judged.get(key)
    if plan is not None and plan.passes(leaves, here, known):
        return []
    issues = judge_in_full(body, here, known)
    if not issues and plan is None:
        _remember(key, _plan(body))
    return issues


def judge_in_full(body: Mapping[str, Any], here: set[str], known: Known) -> list[Issue]:
    """The verdict of the models themselves and of our rules. The reference for `judge`."""
    resource_type = str(body.get("resourceType", ""))
    model = model_of(resource_type)
    issues: list[Issue] = []
    if model is not None:
        try:
            model.model_validate(document.from_bytes(document.to_bytes(body)))
        except ValidationError as fault:
            issues += [
                Issue(
                    _path(resource_type, error["loc"]), f"model-{error['type']}".replace("_", "-"), _said(error["type"])
                )
                for error in fault.errors(include_input=False, include_url=False, include_context=False)
            ]
        except (AttributeError, KeyError, TypeError, ValueError):  # no JSON, or the model's own validator fell over it
            issues.append(Issue(resource_type, "model-failure", "a structure the R4 model cannot even read"))
    return issues + list(own_issues(body, lambda kind, name: f"{kind}/{name}" in here or known(kind, name)))


# ---------------------------------------------------------------- shapes


def _flatten(node: Mapping[str, Any], shape: list[object], leaves: list[Any]) -> None:
    """Appends the arrangement of a node to `shape` (names and marks, no values) and its values to `leaves`."""
    for name, value in node.items():
        shape.append(name)
        kind = value.__class__
        if kind is str:
            leaves.append(value)
        elif kind is dict:
            shape.append(_OPEN)
            _flatten(value, shape, leaves)
            shape.append(_CLOSE)
        elif kind is list:
            shape.append(_LIST)
            for item in value:
                item_kind = item.__class__
                if item_kind is dict:
                    shape.append(_OPEN)
                    _flatten(item, shape, leaves)
                    shape.append(_CLOSE)
                elif item_kind is str:
                    shape.append(_TEXT)
                    leaves.append(item)
                else:
                    shape.append(item_kind)
                    leaves.append(item)
            shape.append(_END)
        else:
            shape.append(kind)
            leaves.append(value)


@dataclass(slots=True)
class _Plan:
    """How to judge the leaves of a known shape: one check per leaf in `_flatten` order, reference leaves with their
    allowed types, pairs of period ends."""

    checks: tuple[primitives.Check, ...] = ()
    references: tuple[tuple[int, frozenset[str] | None], ...] = ()
    periods: tuple[tuple[int, int], ...] = ()

    def passes(self, leaves: list[Any], here: set[str], known: Known) -> bool:
        """True: certainly valid. False: to be judged in full."""
        for check, leaf in zip(self.checks, leaves, strict=True):
            if not check(leaf):
                return False
        for index, targets in self.references:
            reference = leaves[index]
            kind, _, name = reference.partition("/")
            if targets is not None and kind not in targets:
                return False
            if reference not in here and not (primitives.identifier(name) and kind.isalpha() and known(kind, name)):
                return False
        return all(primitives.in_order(leaves[start], leaves[end]) for start, end in self.periods)


_judged: dict[tuple[object, ...], _Plan] = {}


def _remember(key: tuple[object, ...], plan: _Plan) -> None:
    if len(_judged) >= SHAPES:
        del _judged[next(iter(_judged))]
    _judged[key] = plan


def _never(_: Any) -> bool:
    """The check of a leaf whose type has no quick one: always judged in full."""
    return False


class _Planner:
    """Builds the plan of a resource that passed, walking it in `_flatten`'s order."""

    def __init__(self) -> None:
        self.checks: list[primitives.Check] = []
        self.references: list[tuple[int, frozenset[str] | None]] = []
        self.periods: list[tuple[int, int]] = []

    def element(self, model: Any, node: Mapping[str, Any], targets: frozenset[str] | None = None) -> None:
        types = elements(model)
        ends: dict[str, int] = {}
        for name, value in node.items():
            kind = types.get(name)
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, dict):
                    inner = kind.model if kind and kind.model is not None else model_of(str(item.get("resourceType")))
                    self.element(inner, item, kind.targets if kind else None)
                    continue
                ends[name] = len(self.checks)
                if name == "resourceType" and kind is None:
                    self.checks.append(partial(_equals, item))
                elif model.__name__ == "Reference" and name == "reference":
                    self.references.append((len(self.checks), targets))
                    self.checks.append(primitives.uri)
                elif model.__name__ == "Reference" and name == "type" and targets is not None:
                    self.checks.append(targets.__contains__)
                elif kind is None:
                    self.checks.append(_never)
                elif kind.codes is not None:
                    self.checks.append(kind.codes.__contains__)
                elif (model.__name__, name) in SYSTEM_OF:
                    self.checks.append(primitives.absolute_uri)
                else:
                    self.checks.append(primitives.CHECKS.get(kind.primitive, _never))
        if model.__name__ == "Period" and ends.keys() >= {"start", "end"}:
            self.periods.append((ends["start"], ends["end"]))


def _equals(expected: Any, value: Any) -> bool:
    return bool(value == expected)


def _plan(body: Mapping[str, Any]) -> _Plan:
    planner = _Planner()
    planner.element(model_of(str(body["resourceType"])), body)
    return _Plan(tuple(planner.checks), tuple(planner.references), tuple(planner.periods))


# ---------------------------------------------------------------- words


def _path(resource_type: str, loc: Sequence[str | int]) -> str:
    return resource_type + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


_WORDS: Final[Mapping[str, str]] = {
    "extra_forbidden": "an element R4 does not have here",
    "missing": "a required element is missing",
    "model_field_validation.missing": "a required element is missing",
    "string_pattern_mismatch": "a text that does not fit its type",
    "list_type": "a single value where a list is required, or a null in a list",
}


def _said(error_type: str) -> str:
    """The fault in words that never quote the value."""
    return _WORDS.get(error_type, f"refused by the R4 model ({error_type.replace('_', ' ')})")
