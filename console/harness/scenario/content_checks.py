"""What the content of a scenario may not be: journeys and settings nobody knows, messages that pass for real ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from console.harness.scenario.model import Content, Ingredient
from console.harness.scenario.problems import Finding, nearest, shown, under

_MSH_11 = re.compile(rb"MSH([^\w\s])(?:(?!\1)[^\r\n])*(?:\1(?:(?!\1)[^\r\n])*){8}\1([A-Z])(?![A-Za-z0-9])")
_FILES, _BYTES = 2000, 64 << 20
"""How much of a folder and of a file is looked into."""


def content_findings(content: Content) -> Iterator[Finding]:
    """What cannot be in the table [content]."""
    if content.processing_id == "P" and not content.allow_production:
        text = "P marks messages as real; use T, or set allow_production = true if the receiver takes nothing else"
        yield Finding(("content", "processing_id"), text, (("content", "allow_production"),))
    for number, part in enumerate(content.mix):
        path = ("content", "mix", number)
        yield from under(path, ingredient_findings(part))
        if not content.allow_production and _goes_out_as_real(part):
            text = "its messages are marked as real (MSH-11 = P) and would go out so; set allow_production = true"
            yield Finding((*path, "path" if part.path else "text"), f"{text} in [content], or let them be marked anew")


def ingredient_findings(part: Ingredient) -> Iterator[Finding]:
    """A journey nobody knows, or a setting that the ingredient does not have or cannot take."""
    from console.harness.content.making import CHOICES, INGREDIENT_OPTIONS

    called = part.name if part.kind == "journey" else part.kind
    settings = INGREDIENT_OPTIONS.get(called)
    journeys = [name for name in INGREDIENT_OPTIONS if name not in ("template", "files", "stream", "text")]
    if settings is None or (part.kind == "journey" and called not in journeys):
        text = f"there is no journey {shown(called)}; there are {', '.join(journeys)}"
        yield Finding(("name",), text, (), nearest(called, journeys))
        return
    for name, value in part.options:
        here = ("options", name)
        if name not in settings:
            text = f"is no setting of {called}; it has {', '.join(settings)}"
            yield Finding(here, text, (), nearest(name, settings), at_key=True)
        elif name in CHOICES and value not in CHOICES[name]:
            text = f"must be one of {', '.join(CHOICES[name])}, not {shown(value)}"
            yield Finding(here, text, (), nearest(str(value), CHOICES[name]))
        elif (wanted := _type_words(settings[name])) != _type_words(value):
            yield Finding(here, f"must be {wanted}, not {shown(value)}; left out it is {shown(settings[name])}")
        elif not isinstance(value, str) and value < 0:
            yield Finding(here, f"must be 0 or more, not {shown(value)}")


def _type_words(value: str | float | bool) -> str:
    return "true or false" if isinstance(value, bool) else "a text" if isinstance(value, str) else "a number"


def _goes_out_as_real(part: Ingredient) -> bool:
    if not keeps_processing_id(part):
        return False
    return b"P" in (processing_ids(part.path) if part.path is not None else ids_in(part.text.encode("utf-8")))


def keeps_processing_id(part: Ingredient) -> bool:
    """Whether messages of this part go out with the MSH-11 that they have in their file."""
    marked = bool(dict(part.options).get("marked", True))
    return not marked or (part.kind in ("files", "stream") and not part.renew)


def ids_in(raw: bytes) -> set[bytes]:
    """The MSH-11 of every message in these bytes, where it is a letter alone or a component."""
    return {match[2] for match in _MSH_11.finditer(raw)}


def processing_ids(path: Path) -> set[bytes]:
    """The MSH-11 (first letter) of messages in a file or a folder. What cannot be read has none: making the content
    says what is wrong with it."""
    found: set[bytes] = set()
    try:
        files = islice((p for p in path.rglob("*") if p.is_file()), _FILES) if path.is_dir() else [path]
        for file in files:
            with file.open("rb") as stream:
                found |= ids_in(stream.read(_BYTES))
    except OSError:
        return found
    return found
