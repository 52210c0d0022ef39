"""The corpus of real-world messages: where it lies, and its messages as bytes.

600 messages from public, licensed repositories. The folder is named by SIGNALBOX_CORPUS, else `../shared/corpus` beside
the checkout; without it these tests are skipped.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("SIGNALBOX_CORPUS", ROOT.parent / "shared" / "corpus"))

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "index.csv").exists(), reason="no corpus: set SIGNALBOX_CORPUS to its folder"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One file. `name` is `category/file.hl7`, `raw` its bytes as they are."""

    name: str
    category: str
    raw: bytes


def samples(*categories: str) -> list[Sample]:
    """Every message file of these categories (all but the flood stream by default), by name."""
    found = []
    for path in sorted((CORPUS / "messages").glob("*/*.hl7")):
        category = path.parent.name
        if category in categories or (not categories and category != "flood"):
            found.append(Sample(f"{category}/{path.name}", category, path.read_bytes()))
    return found


def flood() -> list[bytes]:
    """The messages of the flood stream, in order."""
    raw = (CORPUS / "messages" / "flood" / "simhospital_stream.hl7").read_bytes()
    body = raw.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    return [b"MSH|" + part.strip(b"\r\x0b\x1c") + b"\r" for part in body.split(b"MSH|")[1:]]
