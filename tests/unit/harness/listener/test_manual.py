"""The page of the manual about the listener says what is true, in both languages."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from console.core.resources import resource_path
from console.harness.listener.reading import read_script, shipped_scripts
from console.harness.listener.running import obey
from console.harness.listener.script import Script
from console.harness.listener.server import ScriptedListener
from console.harness.listener.tables import SCRIPT
from console.harness.scenario.kinds import Many, Text
from console.harness.scenario.shape import Shape, shapes_in

PAGES = {
    language: resource_path("docs", name).read_text(encoding="utf-8")
    for language, name in (("en", "harness-listener.md"), ("es", "harness-listener.es.md"))
}
SHAPES = (SCRIPT, *shapes_in(SCRIPT).values())


def tables_of(page: str) -> list[dict[str, list[str]]]:
    """Every table of a page: first column (without its marks) -> the other columns."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", page, re.M):
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()]
        found.append({row[0].strip("`"): row[1:] for row in rows[2:]})
    return found


def written(value: Any) -> str:
    """A default as the page has it."""
    if isinstance(value, tuple):
        return "[]" if not value else str(list(value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_that_every_key_stands_in_the_page_with_its_default_and_its_words(shape: Shape, language: str) -> None:
    (table,) = [table for table in tables_of(PAGES[language]) if list(table) == [key.name for key in shape.keys]]
    for key in shape.keys:
        default, words = table[key.name]
        own = shape.default(key.name)
        if key.required:
            assert default in ("needed", "obligatoria")
        elif key.sentinel or dataclasses.is_dataclass(own) or own is None:
            assert default == "—"
        else:
            assert default.strip("`") == written(own)
        kind = key.kind.item if isinstance(key.kind, Many) else key.kind
        if isinstance(kind, Text) and kind.choices and shape.tag != key.name:
            assert [choice for choice in kind.choices if f"`{choice}`" not in words] == []
        if language == "en":
            assert words.startswith(key.words)
        assert words.endswith(".")


@pytest.mark.parametrize("language", PAGES)
def test_that_every_law_and_shipped_script_stands_in_the_page(language: str) -> None:
    tables = tables_of(PAGES[language])
    (spread,) = [shape for shape in SHAPES if shape.variants]
    (laws,) = [table for table in tables if list(table) == list(spread.variants)]
    for law, variant in spread.variants.items():
        assert tuple(re.findall(r"`(\w+)`", laws[law][0])) == variant.needs
        assert tuple(re.findall(r"`(\w+)`", laws[law][1])) == variant.takes
    assert list(shipped_scripts()) in [list(table) for table in tables]


@pytest.mark.parametrize("language", PAGES)
async def test_that_every_switch_in_the_page_is_obeyed(language: str) -> None:
    (switches,) = [table for table in tables_of(PAGES[language]) if "silence on" in table]
    listener = ScriptedListener(Script())
    lines = [*switches, *re.findall(r"`(outage on [\w-]+)`", PAGES[language])]
    assert len(lines) == 9
    for line in lines:
        if "outage on" not in line or line.endswith(("refuse", "hang")):
            assert obey(listener, lambda: None, line) == ""


def test_that_both_languages_have_the_same_sections() -> None:
    assert [line.count("#") for line in re.findall(r"^#+ ", PAGES["en"], re.M)] == [
        line.count("#") for line in re.findall(r"^#+ ", PAGES["es"], re.M)
    ]


@pytest.mark.parametrize("language", PAGES)
def test_that_every_example_can_be_read(language: str, tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGES[language], re.S)
    assert examples
    for text in examples:
        (tmp_path / "example.toml").write_text(text, encoding="utf-8")
        assert read_script(tmp_path / "example.toml").rules
