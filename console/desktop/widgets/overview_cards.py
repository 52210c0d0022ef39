"""The cards of Investigate: what needs somebody, senders, queues, deliveries, what was looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.places import Place
from console.desktop.presenters.investigate import CountLine, LookLine, NeedLine, SenderLine
from console.desktop.theme import px
from console.desktop.widgets.kit import (
    Button,
    Card,
    ElidedText,
    IconLabel,
    Surface,
    Text,
    clear_layout,
    column,
    divider,
    row,
)
from console.desktop.widgets.sparkline import Sparkline

Open = Callable[[Place], None]
SHOWN = 4
"""Needs shown before "show all"."""


class NeedsCard(Surface):
    """One row per cause, the worst first; more than `SHOWN` fold behind a button.

    While the causes stay the same only the words change, so a button keeps the focus.
    """

    def __init__(self, open_place: Open, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._open = open_place
        self._all = False
        self._needs: tuple[NeedLine, ...] = ()
        self._rows: list[_NeedRow] = []
        self._compact = False
        self._layout = column(gap=0, margins=(1, 1, 1, 1))
        self.setLayout(self._layout)
        self.setAccessibleName(self.tr("Things that need you"))

    @property
    def count(self) -> int:
        return len(self._needs)

    def show_needs(self, needs: Sequence[NeedLine]) -> None:
        before, self._needs = self._needs, tuple(needs)
        if [_shape(need) for need in before] != [_shape(need) for need in needs]:
            self._build()
        for line, need in zip(self._rows, self._needs, strict=False):
            line.show_need(need)

    def _build(self) -> None:
        clear_layout(self._layout)
        shown = self._needs if self._all else self._needs[: SHOWN - 1 if self._compact else SHOWN]
        self._rows = [_NeedRow(need, self._open, self._compact) for need in shown]
        for number, line in enumerate(self._rows):
            if number:
                self._layout.addWidget(divider())
            self._layout.addWidget(line)
        hidden = len(self._needs) - len(shown)
        if hidden > 0:
            self._layout.addWidget(divider())
            more = Button(self.tr("Show %n more", "", hidden), kind="link", run=self._show_all)
            self._layout.addLayout(row(more, None, margins=(16, 4, 16, 4)))

    def set_compact(self, compact: bool) -> None:
        """Lower rows, and one fewer of them, where space is short."""
        if compact != self._compact:
            self._compact = compact
            self._build_anew()

    def _show_all(self) -> None:
        self._all = True
        self._build_anew()

    def _build_anew(self) -> None:
        self._build()
        for line, need in zip(self._rows, self._needs, strict=False):
            line.show_need(need)


def _shape(need: NeedLine) -> tuple[str, Place | None]:
    return need.key, need.place


class _NeedRow(QWidget):
    def __init__(self, need: NeedLine, open_place: Open, compact: bool) -> None:
        super().__init__()
        self._title = Text("", "body_strong", wrap=True)
        self._facts = Text("", "small", "text2", wrap=True)
        self._age = Text("", "small", "text2")
        words = column(self._title, self._facts, gap=0)
        inner = row(IconLabel(need.icon, f"{need.tone}_fg", 20), 2, words, self._age, gap=10)
        inner.setContentsMargins(px(12), px(5 if compact else 9), px(14), px(5 if compact else 9))
        inner.setStretchFactor(words, 1)
        place = need.place
        self._button: Button | None = None
        if need.action and place is not None:
            self._button = Button(need.action, run=lambda: open_place(place))
            inner.addWidget(self._button)
        edge = Surface(f"edge-{need.tone}")
        edge.setFixedWidth(px(4))
        outer = row(edge, gap=0)
        outer.addLayout(inner, 1)
        self.setLayout(outer)

    def show_need(self, need: NeedLine) -> None:
        self._title.setText(need.title)
        self._facts.setText(need.facts)
        self._facts.setVisible(bool(need.facts))
        self._age.setText(need.age)
        if self._button is not None:
            self._button.setAccessibleName(f"{need.action}: {need.title}")


class SendersCard(Card):
    """Who sends, when last heard, how fast: with a sparkline each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", gap=0, parent=parent)
        self.body.addWidget(Text(self.tr("Sources"), "heading"))
        self.body.addSpacing(px(6))
        self._rows: dict[str, _SenderRow] = {}
        self._compact = False
        self._none = Text(self.tr("No system has sent anything yet."), "small", "text2", wrap=True)
        self.body.addWidget(self._none)

    def show_senders(self, senders: Sequence[SenderLine]) -> None:
        """Rows stay the same widgets while the senders do: only texts and lines change."""
        self._none.setVisible(not senders)
        if [s.name for s in senders] != list(self._rows):
            for old in self._rows.values():
                self.body.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._rows = {s.name: _SenderRow(s) for s in senders}
            for made in self._rows.values():
                self.body.addWidget(made)
        for sender in senders:
            self._rows[sender.name].show_sender(sender)
            self._rows[sender.name].spark.setVisible(not self._compact)

    def set_compact(self, compact: bool) -> None:
        """Where space is short the lines go: the strip of the last hours shows the same."""
        self._compact = compact
        for line in self._rows.values():
            line.spark.setVisible(not compact)


class _SenderRow(QWidget):
    def __init__(self, sender: SenderLine) -> None:
        super().__init__()
        self._icon = IconLabel(sender.icon, "text2", 16)
        self._name = ElidedText(sender.name, "body_strong")
        self._heard = ElidedText("", "caption", "text3")
        self.spark = Sparkline()
        self._rate = Text("", "small", "text2")
        self._rate.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._rate.setMinimumWidth(px(56))
        words = column(self._name, self._heard, gap=0)
        layout = row(self._icon, words, self.spark, self._rate, gap=8, margins=(0, 5, 0, 5))
        layout.setStretchFactor(words, 1)
        self.setLayout(layout)

    def show_sender(self, sender: SenderLine) -> None:
        self._name.setText(sender.name)
        self._heard.setText(sender.heard)
        self._heard.set_tone("warn" if sender.silent else "text3")
        self._icon.set_icon("unplug" if sender.silent else sender.icon, "warn_fg" if sender.silent else "text2")
        self.spark.show_values(sender.counts, "warn_solid" if sender.silent else "cat_order")
        self._rate.setText(sender.rate)
        self.setToolTip(f"{sender.name}: {sender.heard}, {sender.rate}")


class CountsCard(Card):
    """Labels with numbers: queues, or destinations with their state."""

    def __init__(self, heading: str, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__("", gap=0, parent=parent)
        self.body.addWidget(Text(heading, "heading"))
        self.body.addSpacing(px(4))
        self._list = column(gap=0)
        self._none = Text(nothing, "small", "text2", wrap=True)
        self.body.addWidget(self._none)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        self._rows: dict[str, _CountRow] = {}

    def show_counts(self, counts: Sequence[CountLine]) -> None:
        self._none.setVisible(not counts)
        if [count.label for count in counts] != list(self._rows):
            clear_layout(self._list)
            self._rows = {count.label: _CountRow(count) for count in counts}
            for made in self._rows.values():
                self._list.addWidget(made)
        for count in counts:
            self._rows[count.label].show_count(count)


class _CountRow(QWidget):
    def __init__(self, count: CountLine) -> None:
        super().__init__()
        self._icon = IconLabel(count.icon)
        self._label = Text(count.label, "body")
        self._detail = Text("", "caption", "text3")
        self._value = Text("", "body", "text2")
        self.setLayout(row(self._icon, self._label, self._detail, None, self._value, gap=8, margins=(0, 4, 0, 4)))

    def show_count(self, count: CountLine) -> None:
        self._icon.set_icon(count.icon, f"{count.tone}_fg" if count.tone else "text2")
        self._detail.setText(count.detail)
        self._detail.setVisible(bool(count.detail))
        self._value.setText(count.value)
        self._value.set_tone(count.tone or "text2")
        self.setAccessibleName(f"{count.label}: {count.value}")


class LooksCard(Card):
    """What was opened lately, one link each; clearable."""

    cleared = Signal()

    def __init__(self, open_place: Open, person: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__("", gap=0, parent=parent)
        self._open, self._person = open_place, person
        self._clear = Button(self.tr("Clear"), kind="link", name=self.tr("Forget what was looked at"))
        self._clear.clicked.connect(self.cleared)
        self.body.addLayout(row(Text(self.tr("You looked at"), "heading"), None, self._clear))
        self.body.addSpacing(px(2))
        self._none = Text(
            self.tr("Encounters and traces you open are listed here, on this computer only."),
            "small",
            "text2",
            wrap=True,
        )
        self.body.addWidget(self._none)
        self._list = column(gap=0)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        self._shown: tuple[tuple[LookLine, str], ...] = ()

    def show_looks(self, looks: Sequence[LookLine], most: int = 5) -> None:
        shown = tuple((look, self._person(look.person)) for look in looks[:most])
        self._none.setVisible(not shown)
        self._clear.setVisible(bool(shown))
        if shown == self._shown:
            return
        self._shown = shown
        clear_layout(self._list)
        for look, person in shown:
            self._list.addWidget(LinkRow(look, person, self._open))


class LinkRow(QWidget):
    """A whole row that opens something: by mouse, Enter or Space."""

    def __init__(self, look: LookLine, person: str, open_place: Open, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open, self._place = open_place, look.place
        self.setObjectName("link-row")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(part for part in (look.subject, person, look.when) if part))
        subject = Text(look.subject, "body")
        layout = row(IconLabel(look.icon), subject, gap=8, margins=(4, 4, 4, 4))
        who = Text(person, "body", "text2", wrap=True)
        layout.addWidget(who, 1)
        layout.addWidget(Text(look.when, "small", "text3"))
        self.setLayout(layout)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._open(self._place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self._place)
        else:
            super().keyPressEvent(event)
