"""What the FHIR tests share: the shipped concept maps, read once."""

from pathlib import Path

import pytest

from console.fhir import concept_map
from console.fhir.concept_map import ConceptMaps

FOLDER = Path(__file__).parents[3] / "resources" / "concept_maps"


@pytest.fixture(scope="session")
def shipped_maps() -> ConceptMaps:
    return ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(FOLDER.glob("*.json")))
