"""First run: three cards. Try the demo hospital, connect to an engine, or test an interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from console.desktop.page import Page
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.settings import Connection
from console.desktop.shell.mark import Mark
from console.desktop.theme import px, theme
from console.desktop.widgets.kit import Button, Card, IconLabel, Text, column, row

CARD_WIDTH = 240


class ChoiceCard(Card):
    """Icon, heading, a paragraph, some ticked points and one button at the bottom."""

    def __init__(
        self,
        heading: str,
        text: str,
        points: Sequence[tuple[str, str]],
        *,
        icon_name: str,
        action: str,
        run: Callable[[], object],
        primary: bool = False,
    ) -> None:
        super().__init__(padding=20, gap=8)
        self.body.addLayout(row(IconLabel(icon_name, "accent" if primary else "text2", 28), None))
        self.body.addSpacing(px(4))
        self.body.addWidget(Text(heading, "heading", wrap=True))
        self.body.addWidget(Text(text, "body", "text2", wrap=True))
        for point_icon, point in points:
            words = Text(point, "small", "text2", wrap=True)
            line = row(IconLabel(point_icon, "ok_fg" if primary else "text2", 16), words, gap=8)
            line.setStretchFactor(words, 1)
            self.body.addLayout(line)
        self.body.addStretch(1)
        self.button = Button(action, kind="primary" if primary else "secondary", run=run)
        self.body.addWidget(self.button)
        self.setMinimumHeight(px(300))
        self.setMinimumWidth(px(CARD_WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


class WelcomePage(Page):
    """Shown when no connection is chosen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(px(18))
        self.cards = self._cards()
        for card in self.cards:
            self._row.addWidget(card)
        title = Text(self.tr("See every message, from order to result"), "page", wrap=True)
        subtitle = Text(self.tr("Nothing leaves this computer until you connect it to something."), "body", "text2")
        for words in (title, subtitle):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inside = QWidget()
        middle = column(
            None,
            self._centred(Mark(58, on_rail=False)),
            12,
            title,
            subtitle,
            20,
            self._centred(self._row),
            20,
            self._centred(self._links()),
            None,
            None,
            gap=4,
            margins=(24, 24, 24, 24),
        )
        inside.setLayout(middle)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setAccessibleName(self.tr("Welcome"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards side by side where they fit, else one above the other."""
        super().resizeEvent(event)
        beside = self.width() >= px(3 * CARD_WIDTH + 2 * 18 + 2 * 24 + 16)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._row.direction() != direction:
            self._row.setDirection(direction)
        width = min(340, (self.width() * 100 // theme().scale - 100) // 3) if beside else 520
        for card in self.cards:
            card.setFixedWidth(px(width))

    def entered(self) -> None:
        self.cards[0].button.setFocus()

    def _centred(self, item: QWidget | QLayout) -> QLayout:
        return row(None, item, None)

    def _cards(self) -> tuple[ChoiceCard, ...]:
        session = self.session
        return (
            ChoiceCard(
                self.tr("Try the demo hospital"),
                self.tr("A small hospital runs on this computer and sends real HL7. Results go missing; find out why."),
                (
                    ("check", self.tr("Needs no network and no set-up")),
                    ("check", self.tr("Ready in a few seconds")),
                    ("check", self.tr("All patients are invented")),
                ),
                icon_name="hospital",
                action=self.tr("Start demo hospital"),
                run=lambda: session.connection_requested.emit(Connection("Demo hospital", "demo", "", "demo"), ""),
                primary=True,
            ),
            ChoiceCard(
                self.tr("Connect to an engine"),
                self.tr(
                    "Look at the messages of a Signalbox engine in your hospital, or let one run on this computer."
                ),
                (
                    ("lock", self.tr("Tokens go to the system keyring or a private file")),
                    ("eye", self.tr("Looking changes nothing")),
                ),
                icon_name="cable",
                action=self.tr("Connect…"),
                run=lambda: session.go("settings", part="connections"),
            ),
            ChoiceCard(
                self.tr("Test an MLLP interface"),
                self.tr("Send and receive HL7 with scripted answers, slow links, duplicates and floods."),
                (
                    ("shield-check", self.tr("Loopback unless you say otherwise")),
                    ("check", self.tr("Works with any engine, and without one")),
                    ("check", self.tr("Proves that nothing was lost or charted twice")),
                ),
                icon_name="flask-conical",
                action=self.tr("Open the harness"),
                run=lambda: session.go("harness"),
            ),
        )

    def _links(self) -> QLayout:
        def link(text: str, icon_name: str, run: Callable[[], object]) -> Button:
            return Button(text, icon_name=icon_name, kind="ghost", run=run)

        session = self.session
        return row(
            link(self.tr("Language, theme and text size"), "languages", lambda: session.go("settings")),
            link(self.tr("Manual and glossary"), "book-open", lambda: session.go("help")),
            link(self.tr("Keys"), "keyboard", lambda: session.commands["help.sheet"].run()),
            gap=8,
        )

    def place(self) -> Place:
        return Place("welcome")
