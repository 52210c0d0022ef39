"""The quick road and the full road give one verdict, on thousands of valid and broken resources."""

import copy
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.fhir import primitives, validate
from tests.builders.fhir import seeds

HERE = {"Patient/p1", "Patient/p2", "Observation/o1", "Observation/o2"}

# What a mapping, a sender or a bug could put in a leaf's place.
VALUES = [
    "", " ", "x", "a b", "a  b", " a", "a\n", "\x00", "a\x0bb", "\x0b", "final", "bogus", "female", "2026", "2026-02",
    "2026-02-28", "2026-02-29", "2024-02-29", "2026-02-30", "2026-13-01", "0000-01-01", "2026-02-28T10:00",
    "2026-02-28T10:00:00", "2026-02-28T10:00:00Z", "2026-02-28T10:00:60Z", "2026-02-28T24:00:00Z",
    "2026-02-28T10:00:00+14:00", "2026-02-28T10:00:00+13:59", "2026-02-28T10:00:00-00:00", "2026-02-30T10:00:00Z",
    "2026-02-28T10:00:00.1234567Z", "2026-02T10:00:00Z", "10:00:00", "25:00:00", "http://loinc.org", "my hospital",
    "urn:oid:1.2", "relative", "Patient/p1", "Patient/unknown", "Observation/o1", "Patient/", "#c", "#", "http://h/P/1",
    "urn:uuid:0", "SGVsbG8=", "@@@", "SGVsbG8", "SGVs bG8=", "é", "日本", "\u2028", "\u00a0", "x" * 65, "-", ".", "<",
    "<=", None, True, False, 0, 1, -1, 2**31, 2**31 - 1, Decimal("4.10"), Decimal("NaN"), Decimal("-0.0"),
    Decimal("1E+3"),
    4.1, {}, [], [None], {"x": 1}, {"reference": "Patient/p1"}, [{}], ["x"],
]  # fmt: skip


def places(node, path=()):
    """Every place of a resource: containers and leaves."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def broken(body, random_):
    """The resource with one to three places changed, removed, doubled or added."""
    body = copy.deepcopy(body)
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        every = list(places(body))
        if not every:
            break
        *parents, last = random_.choice(every)
        node = body
        for key in parents:
            node = node[key]
        action = random_.random()
        if action < 0.6:
            node[last] = copy.deepcopy(random_.choice(VALUES))
        elif action < 0.8:
            del node[last]
        elif isinstance(node, list):
            node.append(copy.deepcopy(node[last]))
        else:
            node[random_.choice(("extra", "status", "valueString", "_status", "extension", "period"))] = copy.deepcopy(
                random_.choice(VALUES)
            )
    return body


def known(resource_type, resource_id):
    return f"{resource_type}/{resource_id}" in HERE


def verdicts(body):
    full = validate.judge_in_full(body, set(), known)
    return validate.judge(body, set(), known), full


def test_that_the_seeds_pass_and_then_pass_quickly(monkeypatch):
    for body in seeds():
        assert verdicts(body) == ([], [])
    monkeypatch.setattr(validate, "judge_in_full", lambda *_: pytest.fail("went the slow road"))
    for body in seeds():
        assert validate.judge(body, set(), known) == []


@pytest.mark.parametrize("chance", range(8))
def test_that_both_roads_agree_on_broken_resources(chance):
    random_ = random.Random(chance)
    refused = 0
    for body in seeds():
        validate.judge(body, set(), known)
    for _ in range(120):
        for seed in seeds():
            body = broken(seed, random_)
            quick, full = verdicts(body)
            assert quick == full, body
            assert validate.judge(body, set(), known) == full, body  # now its shape may be known
            refused += bool(full)
    assert refused > 300


@pytest.mark.parametrize("name", sorted(primitives.CHECKS))
def test_that_a_quick_check_never_accepts_what_the_models_refuse(name):
    from fhir_core import types
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(getattr(types, name[0].upper() + name[1:] + "Type"))
    random_ = random.Random(name)
    shapes = [v for v in VALUES if isinstance(v, str)]
    values = VALUES + [
        "".join(random_.choice(shape + "0-9:TZ+. \t") for shape in [random_.choice(shapes)] * random_.randint(1, 12))
        for _ in range(3000)
    ]
    for value in values:
        if primitives.CHECKS[name](value):
            try:
                adapter.validate_python(value)
            except ValidationError:
                pytest.fail(f"{name} accepts {value!r}")


@given(st.datetimes(), st.integers(-13 * 60, 13 * 60), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_that_every_instant_the_quick_check_accepts_is_one_for_the_models(moment, offset, digits):
    from fhir_core.types import InstantType
    from pydantic import TypeAdapter

    sign, minutes = ("-", -offset) if offset < 0 else ("+", offset)
    fraction = "." + f"{moment.microsecond:06d}"[:digits] if digits else ""
    text = f"{moment:%Y}".zfill(4) + f"{moment:-%m-%dT%H:%M:%S}{fraction}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    if primitives.instant(text):
        TypeAdapter(InstantType).validate_python(text)
        assert primitives.date_time(text)
    else:
        assert not 1500 <= moment.year < 3000


def test_that_shapes_are_forgotten_oldest_first(monkeypatch):
    monkeypatch.setattr(validate, "SHAPES", 2)
    monkeypatch.setattr(validate, "_judged", {})
    for body in seeds()[:4]:
        validate.judge(body, set(), known)
    assert [key[0] for key in validate._judged] == ["Observation", "Observation"]
