"""The scenario file as JSON Schema 2020-12, made from the same tables that reading works with."""

from __future__ import annotations

import json
from typing import Any

from console.harness.scenario.shape import Shape, shape_schema, shapes_in
from console.harness.scenario.tables import SCENARIO

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file, for editors and other programs. Dates are RFC 3339 texts in it; what a scenario
    may not be as a whole (windows behind its end, sums over 1) is said by `harness scenarios check` alone."""
    return document_schema(SCENARIO, "urn:signalbox:schema:scenario", "A load scenario of the Signalbox harness")


def document_schema(shape: Shape, identity: str, title: str) -> dict[str, Any]:
    """A whole schema document of one shape, the shapes in it under `$defs`."""
    return {
        "$schema": DIALECT,
        "$id": identity,
        "title": title,
        **shape_schema(shape),
        "$defs": {name: shape_schema(inner) for name, inner in sorted(shapes_in(shape).items())},
    }


def written(schema: dict[str, Any]) -> str:
    """As it stands in resources/schemas."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
