"""Keeps the Spanish translation whole: `update` reads the sources, `fill` takes texts, `compile` makes .qm files.

python packaging/translations.py update             # sources -> signalbox_es.ts, signalbox_en.ts (plural forms)
python packaging/translations.py missing            # prints what has no Spanish yet, as JSON for `fill`
python packaging/translations.py fill FILE.json     # {"Context": {"Source": "Traducción" | ["una", "muchas"]}}
python packaging/translations.py compile            # .ts -> .qm, which are shipped
python packaging/translations.py check              # exit code 1 when one of them is behind the sources
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import PySide6

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "console" / "desktop"
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("en", "es")
TOOLS = Path(PySide6.__file__).parent


def _tool(name: str, *arguments: str) -> str:
    done = subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr or done.stdout}")
    return done.stdout + done.stderr


def texts() -> list[tuple[str, str, str, bool]]:
    """(context, source, disambiguation, has plural forms) of every tr() and translate() of the desktop, sorted.

    Read by Python's own parser: lupdate loses calls whose number is an expression, and takes a named number for none.
    """
    found: set[tuple[str, str, str, bool]] = set()
    for path in sorted(SOURCES.rglob("*.py")):
        _read(ast.parse(path.read_text(encoding="utf-8")), "", found)
    return sorted(found)


def _read(node: ast.AST, class_name: str, found: set[tuple[str, str, str, bool]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            _read_call(child, class_name, found)
        _read(child, child.name if isinstance(child, ast.ClassDef) else class_name, found)


def _read_call(call: ast.Call, class_name: str, found: set[tuple[str, str, str, bool]]) -> None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments: list[ast.expr] = list(call.args)
    if name == "tr":
        arguments.insert(0, ast.Constant(class_name))
    elif name not in ("translate", "QT_TRANSLATE_NOOP"):
        return
    literals = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in arguments[:3]]
    if len(literals) < 2 or literals[0] is None or literals[1] is None:
        return
    numbered = len(arguments) > 3 or any(keyword.arg == "n" for keyword in call.keywords)
    found.add((literals[0], literals[1], (literals[2:3] or [""])[0] or "", numbered))


def update(folder: Path = FOLDER) -> None:
    """Brings the .ts files up to date with the sources; what left the sources leaves them too."""
    lines = ["from PySide6.QtCore import QCoreApplication"]
    for context, source, comment, numbered in texts():
        end = f", {comment!r}, 1)" if numbered else f", {comment!r})" if comment else ")"
        lines.append(f"QCoreApplication.translate({_quoted(context)}, {_quoted(source)}{end}".replace("''", '""'))
    with tempfile.TemporaryDirectory() as name:
        shadow = Path(name) / "texts.py"
        shadow.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for language in LANGUAGES:
            plural_only = ["-pluralonly"] if language == "en" else []
            languages = ["-source-language", "en", "-target-language", language]
            quiet = ["-silent", "-no-obsolete", "-locations", "none"]
            _tool(
                "lupdate",
                *quiet,
                *languages,
                *plural_only,
                str(shadow),
                "-ts",
                str(folder / f"signalbox_{language}.ts"),
            )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def compile_all(folder: Path = FOLDER) -> None:
    """Makes the .qm files beside the .ts files."""
    for language in LANGUAGES:
        ts = folder / f"signalbox_{language}.ts"
        _tool("lrelease", "-silent", "-nounfinished", str(ts), "-qm", str(ts.with_suffix(".qm")))


def _messages(path: Path) -> list[tuple[str, ElementTree.Element]]:
    tree = ElementTree.parse(path)
    return [
        (context.findtext("name", ""), message)
        for context in tree.getroot().iter("context")
        for message in context.iter("message")
    ]


def missing(language: str = "es", folder: Path = FOLDER) -> dict[str, dict[str, object]]:
    """Context -> source text -> '' (or a list of '' for plural forms) for all that is not translated."""
    found: dict[str, dict[str, object]] = {}
    for context, message in _messages(folder / f"signalbox_{language}.ts"):
        translation = message.find("translation")
        if translation is None:
            continue
        forms = list(translation.iter("numerusform"))
        texts = [form.text or "" for form in forms] if forms else [translation.text or ""]
        if translation.get("type") == "unfinished" or not all(texts):
            empty: object = ["", ""] if message.get("numerus") == "yes" else ""
            found.setdefault(context, {})[message.findtext("source", "")] = empty
    return found


def fill(translations: dict[str, dict[str, object]], language: str = "es", folder: Path = FOLDER) -> int:
    """Puts translations in; returns how many found their place."""
    path = folder / f"signalbox_{language}.ts"
    tree = ElementTree.parse(path)
    filled = 0
    for context in tree.getroot().iter("context"):
        wanted = translations.get(context.findtext("name", ""), {})
        for message in context.iter("message"):
            text = wanted.get(message.findtext("source", ""))
            translation = message.find("translation")
            if not text or translation is None:
                continue
            numerus = message.get("numerus") == "yes"
            if isinstance(text, list) != numerus:
                continue
            translation.attrib.pop("type", None)
            if isinstance(text, list):
                translation.text = None
                for old in list(translation):
                    translation.remove(old)
                for form in text:
                    ElementTree.SubElement(translation, "numerusform").text = form
            else:
                translation.text = str(text)
            filled += 1
    body = ElementTree.tostring(tree.getroot(), encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return filled


def problems() -> list[str]:
    """A sentence for everything that is behind: strings not in the .ts, not translated, or not compiled."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for language in LANGUAGES:
            ts = f"signalbox_{language}.ts"
            (copy / ts).write_bytes((FOLDER / ts).read_bytes())
        update(copy)
        for language in LANGUAGES:
            for context, texts in missing(language, copy).items():
                found += [f"{language}: {context}: {text!r} has no translation" for text in texts]
        compile_all(copy)
        for language in LANGUAGES:
            qm = f"signalbox_{language}.qm"
            if not (FOLDER / qm).is_file() or (copy / qm).read_bytes() != (FOLDER / qm).read_bytes():
                found.append(f"{qm} is behind: run python packaging/translations.py update compile")
    return found


def main(arguments: list[str]) -> int:
    commands = iter(arguments or ["check"])
    for command in commands:
        if command == "update":
            update()
        elif command == "compile":
            compile_all()
        elif command == "missing":
            print(json.dumps({code: missing(code) for code in LANGUAGES}, ensure_ascii=False, indent=1))
        elif command == "fill":
            given = json.loads(Path(next(commands)).read_text(encoding="utf-8"))
            for language, translations in given.items():
                print(f"{language}: {fill(translations, language)} filled")
        elif command == "check":
            found = problems()
            print("\n".join(found) or "translations: complete")
            if found:
                return 1
        else:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
