"""The listener script as JSON Schema 2020-12, made from the same tables that reading works with."""

from __future__ import annotations

from typing import Any

from console.harness.listener.tables import SCRIPT
from console.harness.scenario.schema import document_schema


def listener_script_schema() -> dict[str, Any]:
    """The schema of a listener script, for editors and other programs; stands in resources/schemas."""
    return document_schema(SCRIPT, "urn:signalbox:schema:listener-script", SCRIPT.words.rstrip("."))
