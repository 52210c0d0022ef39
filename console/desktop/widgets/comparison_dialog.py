"""Two runs side by side: each figure before and after, and whether the difference is more than noise."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QWidget

from console.desktop.presenters.run_after import ComparisonView
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, IconLabel, Text, column, row
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable


class ComparisonDialog(QDialog):
    """What is worse comes first in words; the table keeps the order of the report."""

    def __init__(self, view: ComparisonView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Two runs compared"))
        self.resize(px(900), px(620))
        icon = IconLabel("octagon-x" if view.worse else "circle-check", "fail_fg" if view.worse else "ok_fg", 22)
        head = row(icon, Text(view.verdict, "title", wrap=True), gap=10)
        head.setStretch(1, 1)
        said = "\n".join(
            [
                self.tr("Before: %1").replace("%1", view.before),
                self.tr("After: %1").replace("%1", view.after),
                view.content,
                *view.notes,
            ]
        )
        headers = (self.tr("Figure"), self.tr("Before"), self.tr("After"), self.tr("Ratio"), self.tr("Change"), "")
        table = PlainTable(self.tr("Two runs compared"), headers, (150, 120, 120, 150, 120, 0))
        table.show_rows(
            [
                PlainRow(
                    (
                        Cell(line.name, "body_strong", "text"),
                        Cell(line.before, tone="text"),
                        Cell(line.after, tone="text"),
                        Cell(line.ratio),
                        Cell(line.word, tone=line.tone, icon=line.icon),
                        Cell(line.note, "small"),
                    ),
                    line.name,
                    "fail_soft" if line.tone == "fail_fg" else "",
                )
                for line in view.lines
            ]
        )
        page = Button(
            self.tr("Open as a page"),
            icon_name="external-link",
            run=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(view.page))),
        )
        page.setEnabled(view.page.is_file())
        whole = column(
            head,
            Text(said, "small", "text2", wrap=True, selectable=True),
            table,
            row(None, page, Button(self.tr("Close"), run=self.close)),
            gap=10,
            margins=(18, 14, 18, 14),
        )
        whole.setStretch(2, 1)
        self.setLayout(whole)
        table.setFocus()
