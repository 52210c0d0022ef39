"""The message corpus, where there is one: SIGNALBOX_CORPUS, else ../shared/corpus beside the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path | None:
    """The folder that holds `messages/`; None when there is none."""
    named = os.environ.get("SIGNALBOX_CORPUS")
    found = Path(named) if named else _ROOT.parent / "shared" / "corpus"
    return found if (found / "messages").is_dir() else None


def required() -> Path:
    """`folder`, or the test is skipped."""
    found = folder()
    if found is None:
        pytest.skip("no message corpus: set SIGNALBOX_CORPUS to a folder with messages/<category>/*.hl7")
    return found


@cache
def files() -> tuple[tuple[str, bytes], ...]:
    """Every file: its path below the folder, and its bytes."""
    root = required()
    return tuple(
        (path.relative_to(root).as_posix(), path.read_bytes()) for path in sorted(root.glob("messages/*/*.hl7"))
    )


def messages(*categories: str) -> Iterator[tuple[str, bytes]]:
    """Every single message of the categories (all when none are named), batches taken apart: name and bytes."""
    from console.hl7v2.batch import is_batch, split

    for name, raw in files():
        if categories and name.split("/")[1] not in categories:
            continue
        if not is_batch(raw):
            yield name, raw
            continue
        for index, part in enumerate(split(raw).messages, start=1):
            yield f"{name}#{index}", part
