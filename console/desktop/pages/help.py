"""The manual inside the program: resources/docs, read-only, with a list of pages; links between pages work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTextBrowser, QWidget

from console.desktop.page import Page
from console.desktop.places import Place
from console.desktop.resources import resource
from console.desktop.session import Session
from console.desktop.theme import MONO_FAMILY, px, theme
from console.desktop.widgets.kit import Card, Surface, Text, column, row
from console.desktop.widgets.states import empty_state

MEASURE = 860
"""The widest text, in pixels at 100 %."""


FIRST = (
    "guide",
    "harness-scenarios",
    "harness-listener",
    "harness-probes",
    "harness-verdict",
    "glossary",
    "architecture",
)


def manual_pages(language: str = "en") -> dict[str, Path]:
    """Name -> file of every page of the manual; names are paths without `.md`, as in links between pages.

    `guide.es.md` is the Spanish `guide.md`: shown instead of it where the language is Spanish.
    """
    folder = resource("docs")
    pages: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.md")):
        name, _, variant = path.relative_to(folder).as_posix().removesuffix(".md").partition(".")
        if variant in ("", language) and (variant or name not in pages):
            pages[name] = path
    order = {name: number for number, name in enumerate(FIRST)}
    return dict(sorted(pages.items(), key=lambda item: (order.get(item[0], len(FIRST)), "/" in item[0], item[0])))


def page_title(path: Path) -> str:
    """The first heading of a page, or its file name."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("# "):
                return line[2:].strip()
    return path.stem.replace("-", " ")


class Manual(QTextBrowser):
    """Shows Markdown of the bundled manual only: no network, no other file, no scripts; HTML in it stays text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.setOpenExternalLinks(False)
        self.setAccessibleName(self.tr("Page of the manual"))
        self._folder = resource("docs").resolve()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures of the manual's own folder; everything else is nothing."""
        url = QUrl(name)
        if kind == QTextDocument.ResourceType.ImageResource.value and url.isRelative():
            path = (self._folder / url.path()).resolve()
            if path.is_relative_to(self._folder) and path.is_file():
                return super().loadResource(kind, QUrl.fromLocalFile(str(path)))
        return None

    def show_page(self, path: Path) -> None:
        document = self.document()
        document.setDefaultFont(theme().font("body"))
        document.setMarkdown(
            path.read_text(encoding="utf-8"),
            QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML,
        )
        document.setDocumentMargin(px(24))
        self._dress()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the lines short enough to read."""
        self.setLineWrapColumnOrWidth(min(px(MEASURE), self.viewport().width()))
        super().resizeEvent(event)

    def _dress(self) -> None:
        """Room between the blocks, and headings in the type scale: Markdown brings neither."""
        colors = theme()
        block = self.document().begin()
        cursor = QTextCursor(self.document())
        while block.isValid():
            layout = block.blockFormat()
            level = layout.headingLevel()
            listed = block.textList() is not None
            layout.setTopMargin(px(0 if block.blockNumber() == 0 else 18 if level else 2 if listed else 6))
            layout.setBottomMargin(px(6 if level else 2 if listed else 6))
            layout.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setPosition(block.position())
            cursor.setBlockFormat(layout)
            if level:
                look = QTextCharFormat()
                look.setFont(colors.font(("page", "title", "heading")[min(level, 3) - 1]))
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                cursor.mergeCharFormat(look)
            self._use_mono(block, cursor)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                table = frame.format().toTableFormat()
                table.setBorder(0)
                table.setCellPadding(px(4))
                frame.setFormat(table)

    @staticmethod
    def _use_mono(block: QTextBlock, cursor: QTextCursor) -> None:
        """Words in `code` in our own font: Markdown takes the system's."""
        look = QTextCharFormat()
        look.setFontFamilies([MONO_FAMILY])
        spans = []
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.isValid() and piece.charFormat().fontFixedPitch():
                spans.append((piece.position(), piece.length()))
            pieces += 1
        for start, length in spans:
            cursor.setPosition(start)
            cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(look)


class HelpPage(Page):
    """Pages on the left, text on the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._pages = manual_pages(session.formats.language)
        self._name = ""
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Pages of the manual"))
        self.list.setFixedWidth(px(280))
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        for name, path in self._pages.items():
            item = QListWidgetItem(page_title(path))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(item.text())
            item.setSizeHint(QSize(0, px(30)))
            self.list.addItem(item)
        self.manual = Manual()
        self.list.currentItemChanged.connect(self._picked)
        self.manual.anchorClicked.connect(self._follow)
        theme().changed.connect(self._again)
        self._build()

    def _build(self) -> None:
        if not self._pages:
            nothing = empty_state(
                self.tr("The manual is not part of this installation."),
                self.tr("Reinstall Signalbox to get it back."),
                icon_name="book-open",
            )
            self.setLayout(column(nothing, None, margins=(20, 16, 20, 16)))
            return
        card = Card(padding=0)
        card.body.addWidget(self.manual)
        left = Surface("card")
        left.setLayout(column(self.list, margins=(6, 6, 6, 6)))
        head = column(
            Text(self.tr("Manual and glossary"), "page"),
            Text(self.tr("F1 shows the keys of the screen you are on."), "small", "text3"),
            gap=2,
        )
        body = row(left, card, gap=12)
        body.setStretchFactor(card, 1)
        layout = column(head, body, gap=12, margins=(20, 16, 20, 16))
        layout.setStretchFactor(body, 1)
        self.setLayout(layout)

    def show_place(self, place: Place) -> None:
        name = place.params.get("page", self._name or self._first())
        if name in self._pages and name != self._name:
            self._open(name)
        self.settled.emit()

    def place(self) -> Place:
        return Place("help", {"page": self._name} if self._name else {})

    def _first(self) -> str:
        return next(iter(self._pages), "")

    def _open(self, name: str) -> None:
        self._name = name
        self.manual.show_page(self._pages[name])
        self.title_changed.emit(page_title(self._pages[name]))
        row_number = list(self._pages).index(name)
        if self.list.currentRow() != row_number:
            self.list.blockSignals(True)
            self.list.setCurrentRow(row_number)
            self.list.blockSignals(False)

    def _picked(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._open(str(item.data(Qt.ItemDataRole.UserRole)))
            self.place_changed.emit(self.place())

    def _follow(self, url: QUrl) -> None:
        """A link to another page of the manual opens it; a link to elsewhere is shown, not followed."""
        if url.isRelative() or not url.scheme():
            if not url.path():
                self.manual.scrollToAnchor(url.fragment())
                return
            base = Path(self._name).parent
            target = (Path("/") / base / url.path()).resolve().relative_to("/").with_suffix("").as_posix()
            if target in self._pages:
                self._open(target)
                self.place_changed.emit(self.place())
                return
        self.session.toast(self.tr("This link leads outside: %1").replace("%1", url.toString()))

    def _again(self) -> None:
        if self._name:
            self.manual.show_page(self._pages[self._name])
