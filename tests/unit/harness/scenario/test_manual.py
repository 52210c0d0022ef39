"""The page of the manual about scenario files says what is true, in both languages."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from console.core.resources import resource_path
from console.harness.content.making import INGREDIENT_OPTIONS
from console.harness.scenario.afterwards_checks import VERIFICATION_OPTIONS
from console.harness.scenario.kinds import Free, Many, Text
from console.harness.scenario.reading import read_scenario
from console.harness.scenario.shape import Shape, shapes_in
from console.harness.scenario.shipped import shipped_scenarios
from console.harness.scenario.tables import SCENARIO
from console.harness.scenario.units import DURATIONS, RATES, SIZES, duration, rate, size
from console.harness.verdict.thresholds import METRICS

PAGES = {
    language: resource_path("docs", name).read_text(encoding="utf-8")
    for language, name in (("en", "harness-scenarios.md"), ("es", "harness-scenarios.es.md"))
}
SHAPES = (SCENARIO, *shapes_in(SCENARIO).values())


def tables_of(page: str) -> list[dict[str, list[str]]]:
    """Every table of a page: first column (without its marks) -> the other columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", page, re.M):
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in block.splitlines()]
        found.append({row[0].strip("`"): row[1:] for row in rows[2:]})
    return found


def written(value: Any) -> str:
    """A default as the page has it."""
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{element:g}" for element in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat().replace("+00:00", "Z"))
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_that_every_key_stands_in_the_page_with_its_default_and_its_words(shape: Shape, language: str) -> None:
    names = [key.name for key in shape.keys]
    (table,) = [table for table in tables_of(PAGES[language]) if list(table) == names]
    for key in shape.keys:
        default, words = table[key.name]
        own = shape.default(key.name)
        if key.required:
            assert default in ("needed", "obligatoria")
        elif key.sentinel or dataclasses.is_dataclass(own) or own is None:
            assert default == "—"
        else:
            assert default.strip("`") == ("{}" if isinstance(key.kind, Free) else written(own))
        kind = key.kind.item if isinstance(key.kind, Many) else key.kind
        if isinstance(kind, Text) and kind.choices and key.name != "charset" and shape.tag != key.name:
            assert [choice for choice in kind.choices if f"`{choice}`" not in words] == []
        assert words.endswith(".")


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.variants], ids=lambda shape: shape.name)
def test_that_every_variant_stands_in_the_page_with_what_it_needs(shape: Shape, language: str) -> None:
    (table,) = [table for table in tables_of(PAGES[language]) if list(table) == list(shape.variants)]
    for tag, variant in shape.variants.items():
        needs, takes, words = table[tag]
        assert tuple(re.findall(r"`(\w+)`", needs)) == variant.needs
        listed = set(re.findall(r"`(\w+)`", takes))
        assert listed == set(variant.takes) - ({"start", "end", "kinds"} if shape.name == "fault" else set())
        assert words.endswith(".")
        for key in ("amount", "count"):
            assert (f"`{key}`" in words) == (key in variant.keys) or (key == "count" and tag == "reorder")


@pytest.mark.parametrize("language", PAGES)
def test_that_every_metric_option_and_shipped_scenario_stands_in_the_page(language: str) -> None:
    tables = tables_of(PAGES[language])
    assert list(METRICS) in [list(table) for table in tables]
    assert [shipped.name for shipped in shipped_scenarios()] in [list(table) for table in tables]
    (options,) = [table for table in tables if list(table) == list(INGREDIENT_OPTIONS)]
    for part, known in INGREDIENT_OPTIONS.items():
        assert re.findall(r"`(\w+) = ", options[part][0]) == list(known)


@pytest.mark.parametrize("language", PAGES)
def test_that_the_settings_of_every_source_stand_in_the_page(language: str) -> None:
    known = {source: options for source, options in VERIFICATION_OPTIONS.items() if options}
    (table,) = [table for table in tables_of(PAGES[language]) if list(table) == list(known)]
    for source, options in known.items():
        assert re.findall(r"`(\w+)`", table[source][0]) == list(options)
        assert all(word in table[source][0] for words in options.values() if len(words) > 1 for word in words)
    assert "| ? |" not in PAGES[language]


def test_that_english_words_are_those_of_the_tables() -> None:
    page = PAGES["en"].replace("\\|", "|")
    for shape in SHAPES:
        for words in (*(key.words for key in shape.keys), *(variant.words for variant in shape.variants.values())):
            assert words in page, (shape.name, words)
    assert all(metric.meaning in page for metric in METRICS.values())


def test_that_both_languages_have_the_same_sections_and_examples() -> None:
    shapes = {
        language: [
            ["table", *table] for table in tables_of(page) if len(table) > 6
        ]
        + re.findall(r"^```.*$", page, re.M)
        for language, page in PAGES.items()
    }  # fmt: skip
    assert shapes["en"] == shapes["es"]
    assert PAGES["en"].count("\n## ") == PAGES["es"].count("\n## ")


EXAMPLES = [
    (language, text) for language, page in PAGES.items() for text in re.findall(r"```toml\n(.*?)```", page, re.S)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{language}-{n}" for n, (language, _) in enumerate(EXAMPLES)])
def test_that_every_example_can_be_read(example: tuple[str, str], tmp_path: Path) -> None:
    _, text = example
    if "[load" not in text:
        text += '\n[load]\nstages = [{ kind = "constant", duration = "1m", rate = 5 }]\n'
    if "[content" not in text:
        text += '\n[content]\nmix = [{ kind = "journey", name = "emergency" }]\n'
    path = tmp_path / "example.toml"
    path.write_text(text, encoding="utf-8")
    assert read_scenario(path).warnings == ()


@pytest.mark.parametrize("language", PAGES)
def test_that_quantities_are_read_as_the_page_says(language: str) -> None:
    (units,) = [table for table in tables_of(PAGES[language]) if "~" in str(table)]
    cells = [row[0] for row in list(units.values())[:4]]
    durations, rates, shares, sizes = [re.findall(r'"([^"]+)"', cell) for cell in cells]
    assert [duration(text) for text in durations] == [0.25, 5, 120, 3600, 86400, 90]
    assert [rate(text) for text in rates] == pytest.approx([800, 10, 24000 / 3600, 60000 / 86400])
    assert [size(text) for text in sizes] == [200, 65536, 5_000_000]
    assert shares == ["5 %"]


@pytest.mark.parametrize("unit", [*DURATIONS])
def test_that_every_unit_is_read(unit: str) -> None:
    assert duration(f"2{unit}") == duration(f" 2 {unit} ") == 2 * DURATIONS[unit]


def test_that_every_unit_of_rates_and_sizes_is_read() -> None:
    assert all(rate(f"3/{unit}") == 3 / seconds for unit, seconds in RATES.items())
    assert all(size(f"3{unit}") == size(f"3 {unit}") == 3 * many for unit, many in SIZES.items())
