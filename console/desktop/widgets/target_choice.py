"""Whom a run goes to, with its environment; the address or the listener script where one is needed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from console.desktop.presenters.run_desk import RunDesk
from console.desktop.presenters.run_targets import LISTENER, OTHER, split_address
from console.desktop.widgets.kit import Choice, Text, column, mark_invalid, row
from console.desktop.widgets.pill import Pill


class TargetChoice(QWidget):
    """Asks the desk which targets there are; what is picked or typed goes to it at once."""

    def __init__(self, desk: RunDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.box = Choice(self.tr("Target"), ())
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.chosen.connect(desk.choose_target)
        self.environment = Pill("", token="quiet")
        self.address = QLineEdit(desk.typed_target)
        self.address.setPlaceholderText("127.0.0.1:2575")
        self.address.setAccessibleName(self.tr("Address of the target, HOST:PORT"))
        self.address.textEdited.connect(desk.type_target)
        self.script = Choice(
            self.tr("Listener script"), tuple((str(path), path.stem.replace("-", " ")) for path in desk.scripts())
        )
        self.script.chosen.connect(lambda value: desk.change(script=value))
        label = Text(self.tr("Target"), "label")
        label.setBuddy(self.box)
        self.setLayout(column(row(label, None, self.environment), self.box, self.address, self.script, gap=3))
        desk.card_changed.connect(self._show_options)
        desk.draft_changed.connect(self._show_draft)
        self._show_options()

    def _show_options(self) -> None:
        self.box.clear()
        for option in self._desk.targets():
            self.box.addItem(option.text, option.key)
            self.box.setItemData(self.box.count() - 1, option.text, Qt.ItemDataRole.ToolTipRole)
        self._show_draft()

    def _show_draft(self) -> None:
        desk, option = self._desk, self._desk.target
        self.box.set_value(desk.target_key)
        self.address.setVisible(desk.target_key == OTHER)
        mark_invalid(self.address, bool(desk.typed_target) and split_address(desk.typed_target) is None)
        self.script.setVisible(desk.target_key == LISTENER)
        if desk.draft.script:
            self.script.set_value(desk.draft.script)
        environment = option.environment if option is not None else ""
        words = {"demo": self.tr("DEMO"), "test": self.tr("TEST"), "production": self.tr("PRODUCTION")}
        tokens = {"demo": "info", "test": "review", "production": "fail"}
        self.environment.setVisible(environment in words)
        if environment in words:
            self.environment.show_status(
                words[environment], icon_name="", token=tokens[environment], solid=environment == "production"
            )
