"""The tables, the model and the published schema say the same."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from console.core.resources import resource_path
from console.harness.scenario.afterwards_checks import VERIFICATION_OPTIONS
from console.harness.scenario.kinds import Free, Many, Text
from console.harness.scenario.model import FaultKind, Scenario
from console.harness.scenario.problems import ScenarioError
from console.harness.scenario.reading import read_scenario
from console.harness.scenario.schema import scenario_schema, written
from console.harness.scenario.shape import Shape, shapes_in
from console.harness.scenario.tables import SCENARIO

SHAPES = {SCENARIO.name: SCENARIO, **shapes_in(SCENARIO)}
NOT_IN_THE_FILE = {"name", "text", "digest", "folder", "warnings"}
"""Fields of Scenario that say where it comes from."""

VALIDATOR = Draft202012Validator(scenario_schema())


def as_json(value: Any) -> Any:
    """What a TOML file becomes in a program that knows JSON only."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def test_that_the_published_schema_is_the_one_the_tables_make() -> None:
    published = resource_path("schemas", "scenario.schema.json").read_text(encoding="utf-8")
    assert published == written(scenario_schema()), "run: signalbox harness scenarios --schema"


def test_that_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(scenario_schema())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_that_a_table_has_every_field_of_its_model_and_no_other(shape: Shape) -> None:
    fields = {field.name for field in dataclasses.fields(shape.model)}
    keys = [key.name for key in shape.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == fields - (NOT_IN_THE_FILE if shape.model is Scenario else set())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_that_defaults_are_those_of_the_model_and_can_be_written_in_a_file(shape: Shape) -> None:
    schema = scenario_schema() if shape is SCENARIO else scenario_schema()["$defs"][shape.name]
    for key in shape.keys:
        default = shape.default(key.name)
        said = schema["properties"][key.name].get("default", dataclasses.MISSING)
        if key.required:
            assert key.name in schema["required"]
            assert said is dataclasses.MISSING
        elif key.sentinel or dataclasses.is_dataclass(default):
            assert said is dataclasses.MISSING
        elif isinstance(key.kind, Free):
            assert (said, default) == ({}, ())
        else:
            assert said == json.loads(json.dumps(as_json(list(default) if isinstance(default, tuple) else default)))
        if default is dataclasses.MISSING and not key.required:
            pytest.fail(f"{key.name} has no default and is not required")


def test_that_every_default_of_the_schema_is_valid_by_it() -> None:
    schema = scenario_schema()
    for name, table in {"": schema, **schema["$defs"]}.items():
        for key, own in table["properties"].items():
            if "default" in own:
                Draft202012Validator({**own, "$defs": schema["$defs"]}).validate(own["default"])
                assert table["properties"][key] is own, name


def test_that_every_enum_of_the_model_is_whole_in_the_tables() -> None:
    seen = set()
    for shape in SHAPES.values():
        for key in shape.keys:
            kind = key.kind.item if isinstance(key.kind, Many) else key.kind
            default = shape.default(key.name)
            if isinstance(kind, Text) and isinstance(kind.make, type) and issubclass(kind.make, StrEnum):
                assert kind.choices == tuple(kind.make)
                seen.add(kind.make.__name__)
                if shape.tag == key.name:
                    assert set(shape.variants) == set(kind.make)
            else:
                assert not isinstance(default, StrEnum)
    assert seen == {"Model", "Arrivals", "StageKind", "Affinity", "FaultKind"}


def test_that_every_key_and_fault_is_described() -> None:
    for shape in SHAPES.values():
        for key in shape.keys:
            assert key.words.endswith("."), (shape.name, key.name)
        for tag, variant in shape.variants.items():
            assert variant.words.endswith("."), (shape.name, tag)
            assert variant.keys <= {key.name for key in shape.keys}
    assert len(FaultKind) == 34


@pytest.mark.parametrize("path", sorted(resource_path("scenarios").glob("*.toml")), ids=lambda path: path.stem)
def test_that_every_shipped_scenario_is_valid_by_the_schema(path: Path) -> None:
    VALIDATOR.validate(as_json(tomllib.loads(path.read_text(encoding="utf-8"))))


SHAPELESS = [
    ("title = 5", ""),
    ("colour = 1", ""),
    ('starts = "yesterday"', ""),
    ("seed = 1.5", ""),
    ('thresholds = "x"', ""),
    ("targets = []", ""),
    ("", "[[targets]]\nport = 0"),
    ("", "[[targets]]\nkinds = ['oru']"),
    ("", "[[targets]]\ntls = { verify = 1 }"),
    ("", "[connections]\naffinity = 'doctor'"),
    ("", "[connections]\nbackoff = [1, 2, 3]"),
    ("", "[connections]\nanswer_timeout = '5 parsecs'"),
    ("", "[acknowledgment]\naccept = 'XX'"),
    ("", "[[faults]]\nkind = 'drop'"),
    ("", "[[faults]]\nkind = 'drop'\nevery = 2\nprobability = 0.1"),
    ("", "[[faults]]\nkind = 'drop'\nprobability = 2"),
    ("", "[[faults]]\nkind = 'outage'\nat = 1"),
    ("", "[[faults]]\nkind = 'outage'\namount = 1\nevery = 4"),
    ("", "[[faults]]\nkind = 'oversize'\nevery = 1\namount = '5s'"),
    ("", "[[faults]]\nkind = 'delay'\nevery = 1\namount = '5 MB'"),
    ("", "[[faults]]\nevery = 1"),
    ("", "[[faults]]\nkind = 'nonsense'\nevery = 1"),
    ("", "[receiver]\nrole = 'other'"),
    ("", "[verification]\nsource = 'fhir'"),
    ("", "[verification]\nurl = 'http://x'"),
    ("", "[verification]\nsource = 'signalbox'\nuser = 'x'"),
    ("", "[limits]\nmax_rate = 0"),
    ("", "[[bands]]\nlabel = 'x'"),
]
GOOD = """
{}
[load]
stages = [{{ kind = "constant", duration = 5, rate = 1 }}]
[content]
mix = [{{ kind = "text", text = "MSH" }}]
{}
"""
BAD_PARTS = [
    ('{ kind = "constant", duration = 5, rate = 1 }', stage)
    for stage in (
        '{ kind = "constant", duration = 5 }',
        '{ kind = "constant", duration = 5, rate = 1, to = 2 }',
        '{ kind = "constant", rate = 1 }',
        '{ kind = "constant", duration = 0, rate = 1 }',
        '{ kind = "ramp", duration = 5, rate = 1 }',
        '{ kind = "burst", duration = 5, size = 1 }',
        '{ kind = "curve", duration = 5, points = [[0, 1]] }',
        '{ kind = "curve", duration = 5, points = [[0, 1, 2], [1, 1]] }',
        '{ kind = "pause", duration = 5, rate = 3 }',
        '{ kind = "constant", duration = 5, rate = "5 per s" }',
    )
] + [
    ('{ kind = "text", text = "MSH" }', part)
    for part in (
        "",
        '{ kind = "text" }',
        '{ kind = "journey" }',
        '{ kind = "text", text = "MSH", name = "x" }',
        '{ kind = "text", text = "MSH", weight = 0 }',
        '{ kind = "journey", name = "merge", options = { x = [1] } }',
    )
]


@pytest.mark.parametrize(
    "text",
    [GOOD.format(top, rest) for top, rest in SHAPELESS]
    + [GOOD.format("", "").replace(old, new) for old, new in BAD_PARTS]
    + [
        GOOD.format("", "").replace("stages = [", 'model = "closed"\nstages = ['),
        GOOD.format("", "").replace("stages = [", "think_time = 1\nstages = ["),
        GOOD.format("", "").replace("[content]", "speed = 2\n[content]"),
        "[load]\nmodel = 'open'",
        "[content]\nmix = [{ kind = 'text', text = 'MSH' }]",
        GOOD.format("", "").replace("stages = [", "think_time = { law = 'uniform' }\nmodel = 'closed'\nx = ["),
    ],
)
def test_that_a_file_of_the_wrong_shape_is_refused_by_reading_and_by_the_schema(text: str, tmp_path: Path) -> None:
    assert not list(VALIDATOR.iter_errors(as_json(tomllib.loads(GOOD.format("", "")))))
    assert list(VALIDATOR.iter_errors(as_json(tomllib.loads(text))))
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError):
        read_scenario(path)


def test_that_settings_of_a_verification_are_those_its_source_reads() -> None:
    folder = Path(resource_path().parent, "console", "harness", "verdict", "sources")
    files = {"signalbox": "signalbox.py", "fhir": "fhir.py", "mirth": "mirth.py", "listener": "capture.py"}
    for source, file in files.items():
        text = (folder / file).read_text(encoding="utf-8") + (
            (folder / "fhir.py").read_text(encoding="utf-8") if source == "signalbox" else ""
        )
        read = set(re.findall(r'(?:said\.get\(|_number\(said, |_one_of\(said, )"(\w+)"', text))
        passed_on = {"by", "order_system", "patient_systems"} if source == "signalbox" else set()
        assert set(VERIFICATION_OPTIONS[source]) == read - passed_on
