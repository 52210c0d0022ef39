"""Writes the overview of the rooms into README.md, from the module docstrings; `--check` only compares."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- overview: made by `make overview` -->", "<!-- end of overview -->"
FLOORS = (
    ("cli",),
    ("desktop", "engine", "harness"),
    ("investigation",),
    ("storage", "connections"),
    ("fhir",),
    ("hl7v2", "identity", "evidence", "delivery"),
    ("core",),
)


def first_line(path: Path) -> str:
    """The one idea of a module. Raises SystemExit when a file does not say it."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not said:
        sys.exit(f"{path.relative_to(ROOT)}: the module has no docstring that says its one idea")
    return said.splitlines()[0]


def overview() -> str:
    lines = ["| floor | room | what it is | files |", "|---|---|---|---|"]
    for floor, rooms in zip(range(len(FLOORS) - 1, -1, -1), FLOORS, strict=True):
        for room in rooms:
            folder = ROOT / "console" / room
            if not (folder / "__init__.py").exists():
                continue
            files = [p for p in sorted(folder.rglob("*.py")) if p.name != "__init__.py"]
            lines.append(f"| {floor} | `{room}` | {first_line(folder / '__init__.py')} | {len(files)} |")
    lines += ["", "<details><summary>Every file and its one idea</summary>", ""]
    for rooms in FLOORS:
        for room in rooms:
            folder = ROOT / "console" / room
            for path in sorted(folder.rglob("*.py")):
                if path.name != "__init__.py":
                    lines.append(f"- `{path.relative_to(ROOT / 'console')}`: {first_line(path)}")
    return "\n".join([*lines, "", "</details>"])


def main() -> int:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    new = f"{head}{BEGIN}\n{overview()}\n{END}{tail}"
    if "--check" in sys.argv:
        if new != text:
            print("README.md: the overview is out of date; run `make overview`", file=sys.stderr)
            return 1
        return 0
    readme.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
