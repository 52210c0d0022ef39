"""Settings: connections, appearance and language, keys, privacy. Every change holds at once and is saved at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QScrollArea, QSlider, QVBoxLayout, QWidget

from console.core.errors import SignalboxError
from console.desktop.page import Page
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.theme import MAX_SCALE, MIN_SCALE, px
from console.desktop.widgets.connection_list import ConnectionList
from console.desktop.widgets.kit import Card, Choice, Text, row
from console.desktop.widgets.states import StateCard


class SettingsPage(Page):
    """One scrolling column of cards."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._inside = QWidget()
        self._inside.setMaximumWidth(px(880))
        body = QVBoxLayout(self._inside)
        body.setContentsMargins(px(20), px(16), px(20), px(24))
        body.setSpacing(px(16))
        body.addWidget(Text(self.tr("Settings"), "page"))
        kept = self.tr("Kept in %1").replace("%1", str(session.settings.path))
        body.addWidget(Text(kept, "small", "text3", wrap=True))
        for problem in session.settings.problems:
            body.addWidget(
                StateCard(
                    self.tr("A setting could not be used: %1").replace("%1", problem.path),
                    problem.text,
                    icon_name="triangle-alert",
                    token="warn_fg",
                )
            )
        self._connections = self._connections_card()
        body.addWidget(self._connections)
        body.addWidget(self._appearance_card())
        body.addWidget(self._keys_card())
        body.addWidget(self._privacy_card())
        body.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._inside)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._scroll.setAccessibleName(self.tr("Settings"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def show_place(self, place: Place) -> None:
        if place.params.get("part") == "connections":
            self._scroll.ensureWidgetVisible(self._connections)
        self.settled.emit()

    # ---- cards ------------------------------------------------------------------------------------------------
    def _connections_card(self) -> Card:
        card = Card(self.tr("Connections"))
        card.body.addWidget(
            Text(
                self.tr(
                    "The hospitals you look at. Tokens go to the system keyring or, without one, to a private file."
                ),
                "body",
                "text2",
                wrap=True,
            )
        )
        card.body.addWidget(ConnectionList(self.session))
        return card

    def _appearance_card(self) -> Card:
        look = self.session.settings.value.appearance
        card = Card(self.tr("Appearance and language"))
        themes = (("system", self.tr("Match system")), ("light", self.tr("Light")), ("dark", self.tr("Dark")))
        languages = (("system", self.tr("Match system")), ("en", "English"), ("es", "Español"))
        card.body.addLayout(
            self._line(
                self.tr("Theme"), self._choice(self.tr("Theme"), themes, look.theme, lambda v: self._look(theme=v))
            )
        )
        contrast = QCheckBox(self.tr("High contrast"))
        contrast.setChecked(look.high_contrast)
        contrast.toggled.connect(lambda on: self._look(high_contrast=on))
        card.body.addLayout(self._line("", contrast))
        card.body.addLayout(self._line(self.tr("Text size"), self._scale_slider(look.scale)))
        card.body.addLayout(
            self._line(
                self.tr("Language"),
                self._choice(self.tr("Language"), languages, look.language, lambda v: self._look(language=v)),
            )
        )
        return card

    def _scale_slider(self, scale: int) -> QWidget:
        holder = QWidget()
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(MIN_SCALE, MAX_SCALE)
        slider.setSingleStep(5)
        slider.setPageStep(10)
        slider.setValue(scale)
        slider.setFixedWidth(px(240))
        slider.setAccessibleName(self.tr("Text size in per cent"))
        shown = Text(f"{scale} %", "body_strong")
        slider.valueChanged.connect(lambda value: shown.setText(f"{value} %"))
        slider.sliderReleased.connect(lambda: self._look(scale=slider.value()))
        slider.actionTriggered.connect(
            lambda: None if slider.isSliderDown() else self._look(scale=slider.sliderPosition())
        )
        holder.setLayout(row(slider, shown, None, gap=12))
        return holder

    def _keys_card(self) -> Card:
        card = Card(self.tr("Keyboard"))
        single = QCheckBox(self.tr("Single-letter keys (J, K, G then T, ?)"))
        single.setChecked(self.session.settings.value.keyboard.single_letters)
        single.toggled.connect(
            lambda on: self._change(keyboard=replace(self.session.settings.value.keyboard, single_letters=on))
        )
        card.body.addWidget(single)
        card.body.addWidget(
            Text(
                self.tr("They never fire while you type. Switch them off if you use speech input."),
                "small",
                "text3",
                wrap=True,
            )
        )
        return card

    def _privacy_card(self) -> Card:
        card = Card(self.tr("Privacy"))
        mask = QCheckBox(self.tr("Hide patient details when Signalbox starts"))
        mask.setChecked(self.session.settings.value.privacy.mask_on_start)
        mask.toggled.connect(
            lambda on: self._change(privacy=replace(self.session.settings.value.privacy, mask_on_start=on))
        )
        card.body.addWidget(mask)
        card.body.addWidget(
            Text(
                self.tr(
                    "Names, numbers and birth dates are covered in lists, titles and notices. Ctrl+Shift+P switches."
                ),
                "small",
                "text3",
                wrap=True,
            )
        )
        return card

    # ---- parts ------------------------------------------------------------------------------------------------
    def _line(self, label: str, control: QWidget) -> Any:
        words = Text(label, "body", "text2")
        words.setFixedWidth(px(140))
        words.setBuddy(control)
        return row(words, control, None, gap=12)

    def _choice(
        self, name: str, options: Sequence[tuple[str, str]], value: str, chosen: Callable[[str], None]
    ) -> Choice:
        box = Choice(name, options, value)
        box.setMinimumWidth(px(240))
        box.chosen.connect(chosen)
        return box

    def _look(self, **values: Any) -> None:
        self._change(appearance=replace(self.session.settings.value.appearance, **values))

    def _change(self, **tables: Any) -> None:
        try:
            self.session.settings.change(**tables)
        except SignalboxError as error:
            self.session.toast_error(error)
