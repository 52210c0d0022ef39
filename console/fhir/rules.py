"""What `fhir.resources` lets through and a FHIR server would not: our own rules, written plainly.

Required bindings, absolute systems, empty things, control characters, exact decimals, base64 that decodes, periods in
order, references that resolve, and the R4 invariants our mappings could break (obs-6, qty-3, cpt-2, ext-1). Measured:
the package accepts each of these faults, and turns 4.10 into 4.1 on the way out, so it is a gate and never a writer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from console.fhir import primitives
from console.fhir.model import ElementType, elements, model_of


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of a resource. `path` as `Observation.value.unit` with list indices; `text` never holds the value of a
    patient's element."""

    path: str
    code: str
    text: str


Known = Callable[[str, str], bool]
"""(resource type, id) -> whether the resource exists: in the bundle, or known before."""

SYSTEM_OF: Final = frozenset((("Identifier", "system"), ("Coding", "system"), ("Quantity", "system")))
"""(type, element) whose URI must be absolute."""

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})")
_ELSEWHERE = re.compile(r"(?:https?://|urn:(?:uuid|oid):)\S+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def own_issues(body: Mapping[str, Any], known: Known) -> Iterator[Issue]:
    """Every breach of our own rules in one resource."""
    resource_type = str(body.get("resourceType", ""))
    model = model_of(resource_type)
    if model is None:
        yield Issue(resource_type or "?", "unknown-type", "R4 has no resource of this type")
        return
    if not primitives.identifier(body.get("id")):
        yield Issue(f"{resource_type}.id", "id", "the id is missing or is not 1-64 of A-Z a-z 0-9 - .")
    contained = {f"#{c.get('id')}" for c in body.get("contained", ()) if isinstance(c, dict)}
    yield from _element(model, body, resource_type, _Resolver(known, contained))


@dataclass(frozen=True, slots=True)
class _Resolver:
    known: Known
    contained: set[str]

    def resolves(self, reference: str) -> bool:
        if reference.startswith("#"):
            return reference in self.contained
        if local := _LOCAL.fullmatch(reference):
            return self.known(local[1], local[2])
        return _ELSEWHERE.fullmatch(reference) is not None


def _element(model: Any, node: Mapping[str, Any], path: str, resolver: _Resolver) -> Iterator[Issue]:
    if not node:
        yield Issue(path, "empty", "an element without content")
    types = elements(model)
    for name, value in node.items():
        here = f"{path}.{name}"
        kind = types.get(name)
        if isinstance(value, list):
            if not value:
                yield Issue(here, "empty", "a list without members")
            for index, item in enumerate(value):
                yield from _member(model, name, kind, item, f"{here}[{index}]", resolver)
        else:
            yield from _member(model, name, kind, value, here, resolver)
    yield from _invariants(model.__name__, node, path)


def _member(
    model: Any, name: str, kind: ElementType | None, value: Any, path: str, resolver: _Resolver
) -> Iterator[Issue]:
    if isinstance(value, dict):
        inner = kind.model if kind else None
        if inner is None and "resourceType" in value:
            inner = model_of(str(value["resourceType"]))
        if inner is not None:
            targets = kind.targets if kind and inner.__name__ == "Reference" else None
            if inner.__name__ == "Reference":
                yield from _reference(value, targets, path, resolver)
            yield from _element(inner, value, path, resolver)
        return
    yield from _leaf(model, name, kind, value, path)


def _leaf(model: Any, name: str, kind: ElementType | None, value: Any, path: str) -> Iterator[Issue]:
    if value is None:
        yield Issue(path, "null", "null where a value should be")
    elif isinstance(value, float):
        yield Issue(path, "decimal", "a binary float: the digits sent are lost")
    elif isinstance(value, Decimal) and not value.is_finite():
        yield Issue(path, "decimal", "not a finite number")
    elif isinstance(value, str):
        if not value.strip():
            yield Issue(path, "blank", "an empty or blank text")
        elif _CONTROL.search(value):
            yield Issue(path, "control-character", "a control character, which no FHIR string may hold")
        elif kind and kind.codes is not None and value not in kind.codes:
            yield Issue(path, "binding", f"a code outside the required value set of {model.__name__}.{name}")
        elif kind and kind.primitive in ("uri", "canonical", "url") and not primitives.uri(value):
            yield Issue(path, "uri", "a URI with blanks or non-ASCII characters")
        elif (model.__name__, name) in SYSTEM_OF and not primitives.absolute_uri(value):
            yield Issue(path, "relative-system", "a system that is no absolute URI")
        elif kind and kind.primitive == "id" and not primitives.identifier(value):
            yield Issue(path, "id", "an id that is not 1-64 of A-Z a-z 0-9 - .")
        elif kind and kind.primitive == "base64Binary" and not primitives.base64(value):
            yield Issue(path, "base64", "base64 that does not decode")


def _reference(
    node: Mapping[str, Any], targets: frozenset[str] | None, path: str, resolver: _Resolver
) -> Iterator[Issue]:
    reference = node.get("reference")
    if isinstance(reference, str) and reference:
        if not resolver.resolves(reference):
            yield Issue(f"{path}.reference", "unresolved", "a reference to a resource that is neither here nor known")
        local = _LOCAL.fullmatch(reference)
        if local and targets is not None and local[1] not in targets:
            yield Issue(
                f"{path}.reference", "target-type", f"a reference to {local[1]}, which this element may not name"
            )
    stated = node.get("type")
    if isinstance(stated, str) and targets is not None and stated not in targets:
        yield Issue(f"{path}.type", "target-type", f"a reference to {stated}, which this element may not name")


def _invariants(name: str, node: Mapping[str, Any], path: str) -> Iterator[Issue]:
    if name == "Period":
        start, end = node.get("start"), node.get("end")
        if primitives.date_time(start) and primitives.date_time(end) and not primitives.in_order(str(start), str(end)):
            yield Issue(path, "period-order", "the period ends before it starts")
    elif name == "Quantity" and "code" in node and "system" not in node:
        yield Issue(path, "qty-3", "a coded unit without its system")
    elif name == "ContactPoint" and "value" in node and "system" not in node:
        yield Issue(path, "cpt-2", "a contact value without its system")
    elif name == "Observation" and "dataAbsentReason" in node and any(k.startswith("value") for k in node):
        yield Issue(path, "obs-6", "a value and a reason for its absence")
    elif name == "Extension" and ("extension" in node) == any(k.startswith("value") for k in node):
        yield Issue(path, "ext-1", "an extension must have either a value or extensions")
