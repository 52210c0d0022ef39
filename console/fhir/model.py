"""What `fhir.resources` knows about R4 elements, as tables: types, cardinality, bindings, reference targets.

The package is imported on first use (0.3 s, 35 MB). Its top level is R5; ours is `R4B`, which for the resources we make
is R4. Its lists of codes are cut short where the specification's summary ends in `+`: those are completed here.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

# Required bindings that the package knows only in part (FHIR R4: the value set of each element).
_COMPLETED: Final[Mapping[tuple[str, str], str]] = {
    ("Encounter", "status"): "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
    ("EncounterStatusHistory", "status"): (
        "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
    ),
    ("Observation", "status"): ("registered preliminary final amended corrected cancelled entered-in-error unknown"),
    ("DiagnosticReport", "status"): (
        "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown"
    ),
    ("Quantity", "comparator"): "< <= >= >",
    ("Patient", "gender"): "male female other unknown",
}


@dataclass(frozen=True, slots=True)
class ElementType:
    """One element of a type. `primitive` is the FHIR primitive type's name or ''; `model` the model class of a complex
    one (None for a primitive, and for `contained`, whose class follows from resourceType)."""

    primitive: str
    model: Any
    is_list: bool
    codes: frozenset[str] | None
    targets: frozenset[str] | None


@lru_cache(maxsize=256)
def model_of(resource_type: str) -> Any:
    """The model class of a resource type, None when R4 has none of that name."""
    from fhir.resources.R4B import get_fhir_model_class

    try:
        model = get_fhir_model_class(resource_type)
    except (KeyError, ValueError, AttributeError):
        return None
    return model if model.has_resource_base() else None


@cache
def elements(model: Any) -> Mapping[str, ElementType]:
    """The elements of a model class by their JSON name."""
    from fhir_core.utils import get_fhir_type_name, is_list_type, is_primitive_type

    found: dict[str, ElementType] = {}
    for field in model.model_fields.values():
        name = field.alias
        if name == "fhir_comments":
            continue
        extra = field.json_schema_extra or {}
        primitive = is_primitive_type(field)
        codes = _COMPLETED.get((model.__name__, name))
        listed = frozenset(codes.split()) if codes else frozenset(extra.get("enum_values") or ())
        targets = frozenset(extra.get("enum_reference_types") or ())
        found[name] = ElementType(
            primitive=get_fhir_type_name(field, "R4B.") if primitive else "",
            model=None if primitive else _class_in(field.annotation),
            is_list=is_list_type(field),
            codes=listed if listed and "+" not in listed else None,
            targets=targets if targets and "Resource" not in targets else None,
        )
    return found


def _class_in(annotation: Any) -> Any:
    """The model class a field's annotation names, None for `Resource` (any resource)."""
    if hasattr(annotation, "get_model_klass"):
        made = annotation.get_model_klass()
        return None if made.__name__ == "Resource" else made
    for argument in typing.get_args(annotation):
        if (made := _class_in(argument)) is not None:
            return made
    return None
