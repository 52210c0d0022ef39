"""Two sides compared field by field: a message and what it became, or two messages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from console.core.clock import parse_iso
from console.core.errors import SignalboxError
from console.desktop.formats import MASK
from console.desktop.models.message_diff import Change, DiffRow
from console.desktop.models.privacy import PERSONAL_RESOURCES, is_personal
from console.desktop.presenters.trace import Against, Compared, Comparison, Related
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.flow import FlowLayout
from console.desktop.widgets.kit import Surface, Text
from console.desktop.widgets.part_view import PartView
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable

_ICONS = {Change.CHANGED: "pencil", Change.ADDED: "plus", Change.REMOVED: "minus", Change.SAME: "check"}
_TONES = {Change.CHANGED: "warn_fg", Change.ADDED: "info_fg", Change.REMOVED: "fail_fg", Change.SAME: "text3"}
_GROUNDS = {Change.CHANGED: "warn_soft", Change.ADDED: "info_soft", Change.REMOVED: "fail_soft", Change.SAME: ""}
_BY_ID = "by-id"


class ComparePane(Surface):
    """Says what to compare; shows what comes back."""

    wanted = Signal(object)
    """A `Comparison`."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._session = session
        self._result: Compared | None = None
        self.other = QComboBox()
        self.other.setAccessibleName(self.tr("Compare with"))
        self.other.setMinimumWidth(px(380))
        self.what = QComboBox()
        self.what.setAccessibleName(self.tr("What is compared"))
        self.what.addItem(self.tr("as HL7 messages"), Against.OTHER_HL7)
        self.what.addItem(self.tr("as FHIR resources"), Against.OTHER_FHIR)
        self.identifier = QLineEdit()
        self.identifier.setPlaceholderText(self.tr("Event or trace ID"))
        self.identifier.setAccessibleName(self.tr("ID of the other message"))
        self.identifier.setMinimumWidth(px(300))
        self.only = QCheckBox(self.tr("Differences only"))
        self.only.setChecked(True)
        self.summary = Text("", "small", "text2")
        choices = FlowLayout(px(8), px(6))
        choices.setContentsMargins(px(16), px(10), px(14), px(8))
        for part in (Text(self.tr("Compare with"), "body_strong"), self.other, self.what, self.identifier, self.only):
            choices.addWidget(part)
        choices.addWidget(self.summary)
        self.table = PlainTable(self.tr("Differences"), ["", "", "", "", ""], [34, 150, 0, 0, 0])
        self.view = PartView(self.table)
        body = QVBoxLayout(self)
        body.setContentsMargins(1, 1, 1, 1)
        body.setSpacing(0)
        body.addLayout(choices)
        body.addWidget(self.view, 1)
        session.privacy_changed.connect(lambda _: self._fill())
        self.offer(())
        self.other.currentIndexChanged.connect(lambda _: self._chosen())
        self.what.currentIndexChanged.connect(lambda _: self._chosen())
        self.identifier.returnPressed.connect(self._chosen)
        self.only.toggled.connect(lambda _: self._fill())

    def offer(self, related: Sequence[Related]) -> None:
        """Lists what there is to compare with; what was chosen stays chosen."""
        before = self.other.currentData()
        self.other.blockSignals(True)
        self.other.clear()
        self.other.addItem(self.tr("what it became (FHIR)"), "")
        for one in related:
            clock = self._session.formats.moment(parse_iso(one.at), seconds=False)
            same = self.tr("same order") if one.same_order else ""
            text = " · ".join(p for p in (f"{one.message_type}  {one.title}", clock, same) if p)
            self.other.addItem(text, one.event_id)
        self.other.addItem(self.tr("another message, by its ID…"), _BY_ID)
        place = self.other.findData(before) if before is not None else 0
        self.other.setCurrentIndex(max(place, 0))
        self.other.blockSignals(False)
        self._show_choices()

    def _show_choices(self) -> None:
        chosen = self.other.currentData()
        self.what.setVisible(chosen != "")
        self.identifier.setVisible(chosen == _BY_ID)

    def comparison(self) -> Comparison | None:
        """What is asked for now; None while the ID is missing."""
        chosen = str(self.other.currentData() or "")
        if not chosen:
            return Comparison(Against.ITS_FHIR)
        other = self.identifier.text().strip() if chosen == _BY_ID else chosen
        return Comparison(Against(self.what.currentData()), other) if other else None

    def _chosen(self) -> None:
        self._show_choices()
        wanted = self.comparison()
        if wanted is not None:
            self.wanted.emit(wanted)
        elif self.other.currentData() == _BY_ID:
            self.identifier.setFocus()

    # ---- answers ----------------------------------------------------------------------------------------------
    def show_loading(self) -> None:
        self.summary.setText("")
        self.view.show_loading(self.tr("Comparing…"))

    def show_error(self, error: SignalboxError) -> None:
        self.summary.setText("")
        self.view.show_error(error)

    def show_result(self, result: Compared) -> None:
        self._result = result
        self._fill()

    def _fill(self) -> None:
        result = self._result
        if result is None:
            return
        changed, added, removed, same = (
            result.count(c) for c in (Change.CHANGED, Change.ADDED, Change.REMOVED, Change.SAME)
        )
        if result.comparison.against is Against.ITS_FHIR:
            headers = ["", self.tr("Field"), self.tr("Name"), self.tr("Value"), self.tr("Found in FHIR as")]
            said = self.tr("%1 values arrived, %2 were not found")
            self.summary.setText(said.replace("%1", str(same)).replace("%2", str(removed)))
        else:
            headers = ["", self.tr("Place"), self.tr("Name"), self.tr("This message"), self.tr("The other")]
            said = self.tr("%1 differ, %2 only here, %3 only there, %4 equal")
            for mark, number in (("%1", changed), ("%2", removed), ("%3", added), ("%4", same)):
                said = said.replace(mark, str(number))
            self.summary.setText(said)
        rows = [row for row in result.rows if not self.only.isChecked() or row.change is not Change.SAME]
        if not rows:
            self.view.show_empty(*self._nothing(result), "check")
            return
        of_its_fhir = result.comparison.against is Against.ITS_FHIR
        self.table.show_rows([self._row(row, of_its_fhir) for row in rows], headers)
        self.view.show_content()

    def _nothing(self, result: Compared) -> tuple[str, str]:
        if not result.rows:
            if result.comparison.against is Against.ITS_FHIR:
                return self.tr("Nothing to compare"), self.tr("This message has not become FHIR.")
            return self.tr("Nothing to compare"), self.tr("One of the two sides has no content of this kind.")
        if result.comparison.against is Against.ITS_FHIR:
            return self.tr("Every value arrived"), self.tr("Each value of the message is found in its FHIR resources.")
        return self.tr("No difference"), self.tr("Both sides say the same.")

    def _row(self, row: DiffRow, of_its_fhir: bool) -> PlainRow:
        """What a message became rightly leaves much out: there, a value that is not found is no alarm."""
        tone = "text3" if of_its_fhir else _TONES[row.change]
        where = row.left_path or row.right_path
        hidden = self._session.privacy and (is_personal(where) or row.place.split("/")[0] in PERSONAL_RESOURCES)
        spoken = {
            Change.CHANGED: self.tr("differs"),
            Change.ADDED: self.tr("only there"),
            Change.REMOVED: self.tr("only here"),
            Change.SAME: self.tr("equal"),
        }[row.change]
        return PlainRow(
            (
                Cell("", "body", tone, icon=_ICONS[row.change], tip=spoken),
                Cell(row.place, "body_strong", "text", tip=row.left_path or row.right_path),
                Cell(row.name, "body", "text2"),
                Cell(MASK if hidden and row.left else row.left, "mono", "text"),
                Cell(MASK if hidden and row.right and not of_its_fhir else row.right, "mono", "text"),
            ),
            row.left_path or row.right_path,
            "" if of_its_fhir else _GROUNDS[row.change],
        )
