"""What one receiver wants of TLS: an authority, a client certificate with its key, the name on the certificate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QGridLayout, QLineEdit, QWidget

from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Text, column, row
from console.harness.scenario.model import Tls


class TlsDialog(QDialog):
    """`take` gets the settings, or None for plain TCP."""

    def __init__(
        self, address: str, tls: Tls | None, take: Callable[[Tls | None], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("TLS to %1").replace("%1", address))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(px(560))
        self._take = take
        one = tls or Tls()
        self.on = QCheckBox(self.tr("Use TLS 1.2 or newer"))
        self.on.setChecked(tls is not None)
        self.on.toggled.connect(self._follow)
        self.verify = QCheckBox(self.tr("The receiver's certificate must be valid"))
        self.verify.setChecked(one.verify)
        self.name = QLineEdit(one.server_name)
        self.name.setPlaceholderText(self.tr("as in the address"))
        grid = QGridLayout()
        grid.setSpacing(px(8))
        self.fields: list[QLineEdit] = []
        for number, (label, path) in enumerate(
            (
                (self.tr("Authority (CA) file"), one.ca),
                (self.tr("Client certificate"), one.certificate),
                (self.tr("Its key"), one.key),
            )
        ):
            field = QLineEdit(str(path or ""))
            field.setAccessibleName(label)
            browse = Button("…", name=self.tr("Choose: %1").replace("%1", label))
            browse.clicked.connect(lambda _=False, f=field: self._browse(f))
            grid.addWidget(Text(label, "label", "text2"), number, 0)
            grid.addWidget(field, number, 1)
            grid.addWidget(browse, number, 2)
            self.fields.append(field)
        self.name.setAccessibleName(self.tr("Name on the certificate"))
        grid.addWidget(Text(self.tr("Name on the certificate"), "label", "text2"), 3, 0)
        grid.addWidget(self.name, 3, 1)
        keep = Button(self.tr("Keep"), kind="primary", run=self._keep)
        cancel = Button(self.tr("Cancel"), run=self.reject)
        self.setLayout(
            column(self.on, self.verify, 4, grid, 8, row(None, cancel, keep, gap=8), gap=8, margins=(20, 16, 20, 16))
        )
        self._follow()

    def _follow(self) -> None:
        for widget in (self.verify, self.name, *self.fields):
            widget.setEnabled(self.on.isChecked())

    def _browse(self, field: QLineEdit) -> None:
        dialog = QFileDialog(self, self.tr("Choose a PEM file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(field.setText)
        dialog.open()

    def _keep(self) -> None:
        def file(number: int) -> Path | None:
            text = self.fields[number].text().strip()
            return Path(text) if text else None

        tls = Tls(file(0), file(1), file(2), self.name.text().strip(), self.verify.isChecked())
        self._take(tls if self.on.isChecked() else None)
        self.accept()
