"""The few settings of a run that are changed for this once; an empty field leaves what the scenario says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from console.desktop.models.scenario_card import ScenarioCard
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Choice, Text, column, mark_invalid, row

SCALES = ("1", "10", "100")


class RunSettings(QWidget):
    """Whatever is typed goes to the desk at once; what cannot be is marked and not taken."""

    def __init__(self, desk: RunDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.fields: dict[str, QLineEdit] = {}
        scales = tuple((factor, self.tr("%1 × the plan").replace("%1", factor)) for factor in SCALES)
        self.scale = Choice(self.tr("Load"), scales, "1")
        self.scale.chosen.connect(lambda value: desk.change(scale=float(value)))
        self.seed = QLineEdit()
        self.seed.setAccessibleName(self.tr("Seed: the same seed gives the same bytes"))
        self.seed.textEdited.connect(self._seed_typed)
        self.new_seed = Button(icon_name="rotate-cw", kind="icon", name=self.tr("Draw a new seed"), run=desk.new_seed)
        self.verify = Choice(self.tr("Check afterwards"), ())
        self.verify.chosen.connect(lambda value: desk.change(verify=value))
        for choice in (self.scale, self.verify):
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(4)
        seed = QWidget()
        line = row(self.seed, self.new_seed, gap=2)
        line.setStretch(0, 1)
        seed.setLayout(line)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(6))
        boxes = (
            _labelled(self.tr("Senders"), self._number("connections", _whole)),
            _labelled(self.tr("Duplicates"), self._number("duplicates", _share)),
            _labelled(self.tr("Out of order"), self._number("out_of_order", _share)),
            _labelled(self.tr("Malformed"), self._number("malformed", _share)),
            _labelled(self.tr("Seed"), seed, buddy=self.seed),
            _labelled(self.tr("Load"), self.scale),
        )
        for number, box in enumerate(boxes):
            grid.addWidget(box, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.setLayout(column(grid, _labelled(self.tr("Check afterwards"), self.verify), gap=7))
        desk.card_changed.connect(self._show_card)
        desk.draft_changed.connect(self._show_draft)
        self._show_card()

    def _number(self, name: str, read: Callable[[str], float | int | None]) -> QLineEdit:
        """A field of the draft, read by `read`."""
        field = QLineEdit()
        words = {
            "connections": self.tr("Senders: connections at the same time"),
            "duplicates": self.tr("Duplicates: share of messages sent twice, in per cent"),
            "out_of_order": self.tr("Out of order: share of messages that change places, in per cent"),
            "malformed": self.tr("Malformed: share of messages broken on purpose, in per cent"),
        }
        field.setAccessibleName(words[name])
        field.setToolTip(words[name])

        def typed(text: str) -> None:
            try:
                value = read(text)
            except ValueError:
                mark_invalid(field, True)
                return
            mark_invalid(field, False)
            self._desk.change(**{name: value})

        field.textEdited.connect(typed)
        self.fields[name] = field
        return field

    def _seed_typed(self, text: str) -> None:
        text = text.strip()
        wrong = bool(text) and not (text.isascii() and text.isdigit() and int(text) < 2**63)
        mark_invalid(self.seed, wrong)
        if not wrong:
            self._desk.change(seed=int(text) if text else None)

    # ---- showing ----------------------------------------------------------------------------------------------
    def _show_card(self) -> None:
        """Another scenario: its own values as placeholders, nothing changed yet."""
        card = self._desk.card
        for field in self.fields.values():
            field.clear()
            mark_invalid(field, False)
        if card is not None:
            point = "," if self._desk.session.formats.language == "es" else "."
            self.fields["connections"].setPlaceholderText(str(card.connections or ""))
            for name, share in card.shares.items():
                self.fields[name].setPlaceholderText(f"{100 * share:g} %".replace(".", point))
        fixed = card.seed if card is not None else None
        self.seed.setPlaceholderText(self.tr("a new one") if fixed is None else str(fixed))
        self._show_verification(card)
        self._show_draft()

    def _show_verification(self, card: ScenarioCard | None) -> None:
        words = {
            "none": self.tr("nothing"),
            "signalbox": self.tr("a Signalbox engine"),
            "fhir": self.tr("a FHIR server"),
            "mirth": self.tr("Mirth Connect"),
            "listener": self.tr("the harness's own listener"),
        }
        self.verify.clear()
        if card is None:
            return
        planned = words.get(card.verification, card.verification)
        self.verify.addItem(self.tr("As planned: %1").replace("%1", planned), "")
        if card.verification != "none":
            self.verify.addItem(self.tr("Nothing: only the answers count"), "none")
        if self._desk.session.local_engine is not None and card.verification == "signalbox":
            self.verify.addItem(self.tr("The engine of this computer"), "engine")
        self.verify.set_value(self._desk.draft.verify)

    def _show_draft(self) -> None:
        draft = self._desk.draft
        factor = f"{draft.scale:g}"
        if self.scale.findData(factor) < 0:
            self.scale.addItem(self.tr("%1 × the plan").replace("%1", factor), factor)
        self.scale.set_value(factor)
        if not self.seed.hasFocus():
            self.seed.setText("" if draft.seed is None else str(draft.seed))


def _labelled(label: str, control: QWidget, *, buddy: QWidget | None = None) -> QWidget:
    words = Text(label, "label")
    words.setBuddy(buddy or control)
    box = QWidget()
    box.setLayout(column(words, control, gap=3))
    return box


def _whole(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    value = int(text)
    if not 1 <= value <= 10_000:
        raise ValueError(text)
    return value


def _share(text: str) -> float | None:
    """`5`, `5 %` and `7,5` are per cent."""
    text = text.strip().removesuffix("%").strip().replace(",", ".")
    if not text:
        return None
    value = float(text) / 100
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value
