"""The house's own rules: floors, docstrings, and what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "console").rglob("*.py"))


def _import_linter(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_that_imports_only_look_down() -> None:
    ran = _import_linter("--no-cache")
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_that_every_file_says_its_one_idea(path: Path) -> None:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said
    assert len(said.splitlines()[0]) <= 120


def test_that_nothing_in_the_package_catches_everything_or_leaves_work_undone() -> None:
    undone = re.compile(r"\b(TODO|FIXME|raise NotImplementedError)\b|#.*\bXXX\b")  # XXX alone is a code of HL7 0070
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if undone.search(line)
    ]
    assert found == []


def test_that_the_readme_overview_is_the_rooms_as_they_stand() -> None:
    ran = subprocess.run(
        [sys.executable, "packaging/overview.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_that_the_supported_qt_is_pinned_below_the_one_that_corrupts_references() -> None:
    assert "PySide6-Essentials>=6.8,<6.12" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
