"""One probe to be read: what was found, what a sound receiver does, why it matters, what to change, and the bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

from console.desktop.presenters import probe_words as words
from console.desktop.widgets.code_view import CodeView
from console.desktop.widgets.kit import Surface, Text, column, row
from console.desktop.widgets.pill import Pill

_RULES = (
    (re.compile(r"^→ .*$"), "cat_order", True),
    (re.compile(r"^← .*$"), "cat_result", True),
    (re.compile(r"^[·—] .*$"), "text3", False),
    (re.compile(r"⟨[^⟩]*⟩"), "syn_num", False),
)


class ProbeDetails(QWidget):
    """`show_probe` takes a probe as the report has it; None: nothing is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Text("", "heading", wrap=True)
        self.id = Text("", "mono", "text2", selectable=True)
        self.pill = Pill("")
        self.none = Text(self.tr("Choose a probe to read what it sent and what came back."), "body", "text2", wrap=True)
        body = column(self.none, self.title, row(self.pill, self.id, None, gap=8), gap=5, margins=(14, 10, 14, 10))
        self.texts: dict[str, Text] = {}
        self.labels: dict[str, Text] = {}
        for label, name in words.details():
            self.labels[name] = Text(label, "label", "text3")
            self.texts[name] = Text(
                "", "body", "text2" if name in ("why", "source") else "text", wrap=True, selectable=True
            )
            body.addSpacing(2)
            body.addWidget(self.labels[name])
            body.addWidget(self.texts[name])
        body.addStretch(1)
        inside = Surface("card")
        inside.setLayout(body)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(inside)
        self.area.setAccessibleName(self.tr("About the probe"))
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.wire = CodeView(self.tr("What was sent and came back"), lambda: _RULES)
        self.wire.set_wrap(True)
        self.wire_card = Surface("card")
        heading = Text(self.tr("What was sent and came back"), "heading")
        inner = column(row(heading, None, margins=(12, 6, 12, 0)), self.wire, gap=2, margins=(1, 1, 1, 1))
        inner.setStretch(1, 1)
        self.wire_card.setLayout(inner)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.area)
        split.addWidget(self.wire_card)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 4)
        self.setLayout(column(split, gap=0))
        self._shown: Mapping[str, Any] | None = None
        self.show_probe(None)

    def show_probe(self, one: Mapping[str, Any] | None) -> None:
        if one is not None and one == self._shown:
            return
        self._shown = one
        self.none.setVisible(one is None)
        for widget in (self.title, self.id, self.pill, self.wire_card):
            widget.setVisible(one is not None)
        for name, text in self.texts.items():
            said = str(one.get(name, "")) if one is not None else ""
            text.setText(said)
            text.setVisible(bool(said))
            self.labels[name].setVisible(bool(said))
        if one is None:
            return
        self.title.setText(str(one["title"]))
        self.id.setText(str(one["id"]))
        icon, family = words.LOOKS[one["outcome"]]
        word = words.outcome_word(str(one["outcome"]), str(one["severity"]))
        self.pill.show_status(word, icon_name=icon, token=family)
        wire = words.wire_text(one)
        self.wire.show_text(wire or self.tr("Nothing was sent."))
