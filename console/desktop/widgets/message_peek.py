"""One message that came, to be read: parsed as a tree, or raw; persons hidden in privacy mode."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from console.desktop.models.live_listener import message_nodes
from console.desktop.models.privacy import masked_message
from console.desktop.session import Session
from console.desktop.widgets.kit import Surface, Text, column
from console.desktop.widgets.message_contents import mask_persons
from console.desktop.widgets.message_texts import RawView
from console.desktop.widgets.parsed_tree import ParsedTree


class MessagePeek(Surface):
    """`show_raw` takes the text as it came, '' where there was no room to keep it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._session = session
        self.head = Text("", "body_strong", selectable=True)
        self.note = Text("", "small", "text2", wrap=True)
        self.tree, self.raw = ParsedTree(), RawView()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("The message"))
        self.tabs.addTab(self.tree, self.tr("Parsed"))
        self.tabs.addTab(self.raw, self.tr("Raw"))
        heads = column(self.head, self.note, gap=1, margins=(12, 8, 12, 2))
        whole = column(heads, self.tabs, gap=0, margins=(1, 1, 1, 1))
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._text = ""
        session.privacy_changed.connect(lambda _: self._fill())
        self.show_nothing()

    def show_nothing(self) -> None:
        self.show_raw("", "", self.tr("Choose a message to read it."))

    def show_raw(self, head: str, text: str, note: str) -> None:
        self.head.setText(head)
        self.head.setVisible(bool(head))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._text = text
        self._fill()

    def _fill(self) -> None:
        self.tabs.setVisible(bool(self._text))
        nodes = message_nodes(self._text) if self._text else []
        if self._session.privacy:
            mask_persons(nodes)
        self.tree.show_nodes(nodes)
        for root in nodes:
            if root.path[:3] not in ("MSH", "EVN"):
                self.tree.expand(self.tree.tree.index_of(root))
        self.raw.show_message(masked_message(self._text) if self._session.privacy else self._text)
