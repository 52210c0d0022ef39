"""Every string can be translated and is: no f-string inside tr(), a Spanish text for each, placeholders kept."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QLocale

from console.desktop.i18n import Translators, chosen_language
from console.desktop.resources import resource

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "console" / "desktop").rglob("*.py"))
TRANSLATING = {"tr", "translate"}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Every call of tr() or translate(), but not inside a method that is itself called tr (it passes texts on)."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and child.name == "tr":
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr in TRANSLATING:
            yield child
        yield from _calls(child)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_that_texts_given_to_tr_are_plain_literals() -> None:
    """An f-string, a sum or a variable cannot be extracted. Only words of a table marked for translation may vary."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}
    tables = set()
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QT_TRANSLATE_NOOP":
                tables.add(ast.literal_eval(node.args[0]))
    wrong = []
    for path, tree in trees.items():
        for call in _calls(tree):
            attribute = call.func
            assert isinstance(attribute, ast.Attribute)
            whole = attribute.attr == "translate"
            if whole and not any(_is_text(argument) for argument in call.args):
                continue  # a painter's translate
            texts = call.args[:2] if whole else call.args[:1]
            from_table = whole and _is_text(texts[0]) and ast.literal_eval(texts[0]) in tables
            if not from_table and not (texts and all(_is_text(text) for text in texts)):
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert wrong == []


def test_that_every_text_has_a_spanish_translation_and_the_compiled_files_are_up_to_date(tool: ModuleType) -> None:
    assert tool.problems() == []


def test_that_translations_keep_the_placeholders_and_the_words_that_stay() -> None:
    wrong = []
    for message in ElementTree.parse(resource("translations", "signalbox_es.ts")).getroot().iter("message"):
        source = message.findtext("source", "")
        translation = message.find("translation")
        assert translation is not None
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        for form in forms:
            wrong += [
                f"{source!r} -> {form!r}" for mark in re.findall(r"%\d|HL7|FHIR|MLLP", source) if mark not in form
            ]
        if "%n" in source and "%n" not in forms[-1]:
            wrong.append(source)
    assert wrong == []


def test_that_the_language_can_be_changed_and_changed_back(spanish: Translators) -> None:
    assert QCoreApplication.translate("Pages", "Settings") == "Ajustes"
    spanish.use("en")
    assert QCoreApplication.translate("Pages", "Settings") == "Settings"


@pytest.mark.parametrize(
    ("number", "english", "spanish_text"), [(1, "1 waiting", "1 pendiente"), (2, "2 waiting", "2 pendientes")]
)
def test_that_numbers_take_the_right_plural_form(
    spanish: Translators, number: int, english: str, spanish_text: str
) -> None:
    assert QCoreApplication.translate("RailButton", "%n waiting", "", number) == spanish_text
    spanish.use("en")
    assert QCoreApplication.translate("RailButton", "%n waiting", "", number) == english


def test_that_the_setting_wins_over_the_desktops_language() -> None:
    assert chosen_language("es") == "es"
    assert chosen_language("en") == "en"
    assert chosen_language("system") in {"en", "es"}


def test_that_numbers_of_qt_itself_follow_the_chosen_language(spanish: Translators) -> None:
    assert QLocale().language() == QLocale.Language.Spanish
