"""The raw message and the FHIR document as text: coloured, with the field or element an error names boxed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.desktop.models.hl7_path import hl7_path
from console.desktop.models.json_lines import JsonLine, find_line
from console.desktop.models.raw_message import RawMessage, raw_message
from console.desktop.widgets.code_view import CodeView, Mark, Rules


class RawView(CodeView):
    """The message, one segment a line."""

    field_chosen = Signal(str)
    """Path of the field that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._message = RawMessage((), "|^~\\&")
        self._rules: Rules = ()
        super().__init__(self.tr("Raw message"), lambda: self._rules, parent)
        self.set_wrap(True)
        self.place_clicked.connect(self._clicked)

    def show_message(self, text: str) -> None:
        self._message = raw_message(text)
        marks = re.escape("".join(dict.fromkeys(self._message.separators.replace("\\", "") + "\\")))
        self._rules = (
            (re.compile(f"[{marks}]"), "syn_sep", False),
            (re.compile(r"^([A-Z][A-Z0-9]{2})"), "syn_seg", True),
        )
        self.setPlainText(self._message.text)

    def mark_paths(self, failed: Sequence[str], chosen: str = "") -> None:
        """Boxes the places errors name in the failure's colour, and the chosen one in the accent."""
        marks = [mark for path in failed if (mark := self._mark(path, "fail")) is not None]
        if chosen and chosen not in failed and (mark := self._mark(chosen, "accent")) is not None:
            marks.insert(0, mark)
        self.set_marks(marks)

    def _mark(self, path: str, tone: str) -> Mark | None:
        place = hl7_path(path)
        span = self._message.span(place) if place is not None else None
        if span is None:
            return None
        whole = place is not None and not place.field
        return Mark(span.line, span.start, -1 if whole else span.end, tone)

    def go_to_path(self, path: str) -> bool:
        """Scrolls to a segment or field (`PID-5.1`); False when the message has none."""
        place = hl7_path(path.upper())
        if place is None or self._message.line_of(place) < 0:
            return False
        mark = self._mark(path.upper(), "accent")
        self.set_marks([mark] if mark else [])
        return True

    def _clicked(self, line: int, column: int) -> None:
        place = self._message.path_at(line, column)
        if place is not None:
            where = f"{place.segment}[{place.ordinal}]"
            self.field_chosen.emit(f"{where}-{place.field}" if place.field else where)


_JSON_RULES: Rules = (
    (re.compile(r"[{}\[\],:]"), "syn_sep", False),
    (re.compile(r"(?<=[:\s\[])(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=[,\s\]}]|$)"), "syn_num", False),
    (re.compile(r"\b(true|false|null)\b"), "syn_bool", False),
    (re.compile(r'"(?:[^"\\]|\\.)*"'), "syn_str", False),
    (re.compile(r'("(?:[^"\\]|\\.)*")\s*:'), "syn_key", False),
)


class JsonView(CodeView):
    """A document with its elements one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("FHIR document"), lambda: _JSON_RULES, parent)
        self._lines: Sequence[JsonLine] = ()
        self.set_wrap(True)

    def show_lines(self, lines: Sequence[JsonLine], failed_path: str = "") -> None:
        self._lines = lines
        self.setPlainText("\n".join(line.text for line in lines))
        line = find_line(lines, failed_path) if failed_path else -1
        self.set_marks([Mark(line, 0, -1, "fail")] if line >= 0 else [])
