"""The column of what is to be run: scenario, target, planned rate, settings, and the button that starts it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from console.desktop.models.scenario_card import ScenarioCard
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.theme import px
from console.desktop.widgets.chart_curve import CurveChart
from console.desktop.widgets.kit import Button, Surface, Text, column
from console.desktop.widgets.run_settings import RunSettings
from console.desktop.widgets.scenario_choice import ScenarioChoice
from console.desktop.widgets.target_choice import TargetChoice


class ScenarioPanel(Surface):
    """Takes a dropped TOML file. `open_wanted`: choose a file; `folder_wanted`: show one."""

    open_wanted = Signal()
    folder_wanted = Signal(object)

    def __init__(self, desk: RunDesk, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._desk = desk
        self.setAcceptDrops(True)
        self.choice = ScenarioChoice(desk)
        self.choice.open_wanted.connect(self.open_wanted)
        self.choice.folder_wanted.connect(self.folder_wanted)
        self.target = TargetChoice(desk)
        self.curve = CurveChart(self.tr("Planned rate over time"), desk.session.formats)
        self.facts = Text("", "small", "text3", wrap=True)
        self.settings = RunSettings(desk)
        self.start = Button("", icon_name="play", kind="primary", run=desk.ask_to_start)
        safety = self.tr(
            "This computer only, unless the allow-list names another and you confirm it. A target marked "
            "PRODUCTION is refused."
        )
        plan = column(Text(self.tr("Rate over time"), "label"), self.curve, self.facts, gap=2)
        inside = QWidget()
        inside.setLayout(column(self.choice, self.target, plan, self.settings, None, gap=7, margins=(14, 8, 14, 6)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(self.tr("Settings of the run"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        foot = column(self.start, Text(safety, "caption", "text3", wrap=True), gap=6, margins=(14, 8, 14, 10))
        whole = column(scroll, foot, gap=0, margins=(1, 1, 1, 1))
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        desk.card_changed.connect(self._show)
        desk.draft_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        desk, card = self._desk, self._desk.card
        if card is not None:
            scale = desk.draft.scale
            self.curve.nothing = self.tr("The plan does not say how fast it will be: as fast as the target answers.")
            self.curve.show_curve([(second, rate * scale) for second, rate in card.curve])
            self.facts.setText(self._facts(card, scale))
            self.facts.setToolTip("\n".join(card.thresholds))
        reason, target = desk.why_not(), desk.target_text
        text = self.tr("Send to %1").replace("%1", target) if target else self.tr("Start")
        self.start.setText(self.start.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, px(210)))
        self.start.setAccessibleName(text)
        self.start.set_off(reason)
        if not reason:
            self.start.setEnabled(not desk.checking)
            self.start.setToolTip(f"{text} (Ctrl+Enter)")

    def _facts(self, card: ScenarioCard, scale: float) -> str:
        """`168,000 messages in 5min 30sec · 7 checks · what should be known`."""
        formats = self._desk.session.formats
        parts = []
        if card.messages:
            words = self.tr("%1 messages").replace("%1", formats.number(round(card.messages * scale)))
            if card.duration_s:
                words = self.tr("%1 in %2").replace("%1", words).replace("%2", formats.duration(card.duration_s))
            parts.append(words)
        elif card.duration_s:
            parts.append(formats.duration(card.duration_s))
        if card.thresholds:
            parts.append(self.tr("%n check(s)", "", len(card.thresholds)))
        return " · ".join([*parts, *card.warnings])

    # ---- dropping a file --------------------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_scenario(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_scenario(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self._desk.choose(path)


def dropped_scenario(data: QMimeData) -> Path | None:
    """The TOML file that is dragged over the window, if it is one."""
    urls = data.urls() if data.hasUrls() else []
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.suffix.lower() == ".toml" else None
