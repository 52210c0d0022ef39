"""The scenario to run: which one, to whom, and the few settings that are changed for this once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from console.desktop.models.scenario_card import ScenarioCard
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.presenters.run_targets import LISTENER, OTHER, split_address
from console.desktop.theme import px
from console.desktop.widgets.chart_curve import CurveChart
from console.desktop.widgets.kit import Button, Choice, Surface, Text, clear_layout, column, row
from console.desktop.widgets.pill import Pill

SCALES = ("1", "10", "100")


class ScenarioPanel(Surface):
    """Asks the desk; whatever is typed goes to it at once. `open_wanted`: choose a file; `folder_wanted`: show one."""

    open_wanted = Signal()
    folder_wanted = Signal(object)

    def __init__(self, desk: RunDesk, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._desk = desk
        self._filling = False
        formats = desk.session.formats
        self.setAcceptDrops(True)
        self.scenario = QComboBox()
        self.scenario.setAccessibleName(self.tr("Scenario"))
        self.scenario.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.scenario.setMinimumContentsLength(8)
        self.scenario.activated.connect(self._picked)
        self.open_file = Button(
            icon_name="file-search", kind="icon", name=self.tr("Open a scenario file…"), run=self.open_wanted.emit
        )
        self.reload = Button(
            icon_name="refresh-cw", kind="icon", name=self.tr("Read the file again"), run=desk.read_again
        )
        self.description = Text("", "small", "text2", wrap=True)
        self.facts = Text("", "small", "text3", wrap=True)
        self.problems = QWidget()
        self._problem_list = column(gap=2)
        self.problems.setLayout(self._problem_list)
        self.target = Choice(self.tr("Target"), ())
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.target.setMinimumContentsLength(8)
        self.target.chosen.connect(desk.choose_target)
        self.environment = Pill("", token="quiet")
        self.address = QLineEdit(desk.typed_target)
        self.address.setPlaceholderText("127.0.0.1:2575")
        self.address.setAccessibleName(self.tr("Address of the target, HOST:PORT"))
        self.address.textEdited.connect(desk.type_target)
        self.curve = CurveChart(self.tr("Planned rate over time"), formats)
        self.fields: dict[str, QLineEdit] = {}
        self.scale = Choice(self.tr("Load"), tuple((f, self.tr("%1 × the plan").replace("%1", f)) for f in SCALES), "1")
        self.scale.chosen.connect(lambda value: desk.change(scale=float(value)))
        self.seed = QLineEdit()
        self.seed.setPlaceholderText(self.tr("a new one"))
        self.seed.setAccessibleName(self.tr("Seed: the same seed gives the same bytes"))
        self.seed.textEdited.connect(self._seed_typed)
        self.new_seed = Button(icon_name="rotate-cw", kind="icon", name=self.tr("Draw a new seed"), run=desk.new_seed)
        self.verify = Choice(self.tr("Check afterwards"), ())
        self.verify.chosen.connect(lambda value: desk.change(verify=value))
        self.script = Choice(
            self.tr("Listener script"), tuple((str(path), path.stem.replace("-", " ")) for path in desk.scripts())
        )
        self.script.chosen.connect(lambda value: desk.change(script=value))
        self.start = Button("", icon_name="play", kind="primary", run=desk.ask_to_start)
        self.safety = Text(
            self.tr(
                "This computer only, unless the allow-list names another and you confirm it. A target marked "
                "PRODUCTION is refused."
            ),
            "caption",
            "text3",
            wrap=True,
        )
        self._build()
        desk.cards_changed.connect(self._show_cards)
        desk.card_changed.connect(self._show_card)
        desk.draft_changed.connect(self._show_draft)
        self._show_cards()
        self._show_card()

    # ---- building -------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        pick = row(self.scenario, self.open_file, self.reload, gap=4)
        pick.setStretch(0, 1)
        self._script_box = self._labelled(self.tr("Listener script"), self.script)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(6))
        seed = QWidget()
        line = row(self.seed, self.new_seed, gap=2)
        line.setStretch(0, 1)
        seed.setLayout(line)
        for choice in (self.scale, self.verify, self.script):
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(4)
        boxes = (
            self._labelled(self.tr("Senders"), self._number("connections", whole=True)),
            self._labelled(self.tr("Duplicates"), self._number("duplicates")),
            self._labelled(self.tr("Out of order"), self._number("out_of_order")),
            self._labelled(self.tr("Malformed"), self._number("malformed")),
            self._labelled(self.tr("Seed"), seed, buddy=self.seed),
            self._labelled(self.tr("Load"), self.scale),
        )
        for number, box in enumerate(boxes):
            grid.addWidget(box, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        target_head = row(Text(self.tr("Target"), "label"), None, self.environment)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(px(14), px(8), px(14), px(6))
        body.setSpacing(px(7))
        for part in (
            Text(self.tr("Scenario"), "heading"),
            pick,
            self.description,
            self.problems,
            column(target_head, self.target, self.address, gap=3),
            self._script_box,
            column(Text(self.tr("Rate over time"), "label"), self.curve, self.facts, gap=2),
            grid,
            self._labelled(self.tr("Check afterwards"), self.verify),
        ):
            if isinstance(part, QWidget):
                body.addWidget(part)
            else:
                body.addLayout(part)
        body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(self.tr("Settings of the run"))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        foot = column(self.start, self.safety, gap=6, margins=(14, 8, 14, 10))
        whole = column(scroll, foot, gap=0, margins=(1, 1, 1, 1))
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _labelled(self, label: str, control: QWidget, *, buddy: QWidget | None = None) -> QWidget:
        words = Text(label, "label")
        words.setBuddy(buddy or control)
        box = QWidget()
        box.setLayout(column(words, control, gap=3))
        return box

    def _number(self, name: str, *, whole: bool = False) -> QLineEdit:
        """A field of the draft: a whole number or a share in per cent; empty means as the scenario has it."""
        field = QLineEdit()
        words = {
            "connections": self.tr("Senders: connections at the same time"),
            "duplicates": self.tr("Duplicates: share of messages sent twice, in per cent"),
            "out_of_order": self.tr("Out of order: share of messages that change places, in per cent"),
            "malformed": self.tr("Malformed: share of messages broken on purpose, in per cent"),
        }
        field.setAccessibleName(words[name])
        field.setToolTip(words[name])
        read: Callable[[str], float | int | None] = _whole if whole else _share

        def typed(text: str) -> None:
            try:
                value = read(text)
            except ValueError:
                self._mark(field, True)
                return
            self._mark(field, False)
            self._desk.change(**{name: value})

        field.textEdited.connect(typed)
        self.fields[name] = field
        return field

    @staticmethod
    def _mark(field: QLineEdit, wrong: bool) -> None:
        if bool(field.property("invalid")) is not wrong:
            field.setProperty("invalid", wrong)
            field.style().unpolish(field)
            field.style().polish(field)

    # ---- showing --------------------------------------------------------------------------------------------------
    def _show_cards(self) -> None:
        """The list: shipped ones, then own files used lately."""
        self.scenario.clear()
        for card in self._desk.cards:
            self.scenario.addItem(card.title, card.path)
        own = [path for path in self._desk.recent if all(card.path != path for card in self._desk.cards)]
        current = self._desk.card
        if current is not None and not current.shipped and current.path not in own:
            own.insert(0, current.path)
        if own and self._desk.cards:
            self.scenario.insertSeparator(self.scenario.count())
        for path in own:
            self.scenario.addItem(path.name, path)
            self.scenario.setItemData(self.scenario.count() - 1, str(path), Qt.ItemDataRole.ToolTipRole)
        if self._desk.failure:
            self.description.setText(self._desk.failure)
            self.description.set_tone("fail")
        self._select()

    def _select(self) -> None:
        card = self._desk.card
        for number in range(self.scenario.count()):
            if card is not None and self.scenario.itemData(number) == card.path:
                self.scenario.setCurrentIndex(number)
                return
        self.scenario.setCurrentIndex(-1)

    def _picked(self, number: int) -> None:
        path = self.scenario.itemData(number)
        if isinstance(path, Path):
            self._desk.choose(path)

    def _show_card(self) -> None:
        card = self._desk.card
        if card is not None and not card.shipped:
            self._show_cards()
        self._select()
        self.reload.setVisible(card is not None and not card.shipped)
        usable = card is not None and card.usable
        self.description.setVisible(usable or bool(self._desk.failure) or card is None)
        if card is not None:
            self.description.set_tone("text2")
            self.description.setText(card.description)
        elif not self._desk.failure:
            self.description.setText(self.tr("Reading the scenarios…"))
        self._show_problems(card)
        self.target.clear()
        for option in self._desk.targets():
            self.target.addItem(option.text, option.key)
            self.target.setItemData(self.target.count() - 1, option.text, Qt.ItemDataRole.ToolTipRole)
        self._show_verification(card)
        for field in self.fields.values():
            field.clear()
            self._mark(field, False)
        if card is not None:
            self._show_defaults(card)
        self._show_draft()

    def _show_problems(self, card: ScenarioCard | None) -> None:
        clear_layout(self._problem_list)
        problems = card.problems if card is not None else ()
        self.problems.setVisible(bool(problems))
        if card is None or not problems:
            return
        title = Text(self.tr("%n error(s) in the file", "", len(problems)), "body_strong", "fail", wrap=True)
        self._problem_list.addWidget(title)
        for problem in problems[:12]:
            place = self.tr("line %1").replace("%1", str(problem.line)) if problem.line else ""
            said = ": ".join(part for part in (place, problem.path, problem.text) if part)
            if problem.suggestion:
                said = f"{said}; {self.tr('did you mean %1?').replace('%1', problem.suggestion)}"
            self._problem_list.addWidget(Text(said, "small", "text2", wrap=True, selectable=True))
        path = card.path
        show = Button(
            self.tr("Show the file"), icon_name="external-link", kind="link", run=lambda: self.folder_wanted.emit(path)
        )
        self._problem_list.addLayout(row(show, None))

    def _show_verification(self, card: ScenarioCard | None) -> None:
        words = {
            "none": self.tr("nothing"),
            "signalbox": self.tr("a Signalbox engine"),
            "fhir": self.tr("a FHIR server"),
            "mirth": self.tr("Mirth Connect"),
            "listener": self.tr("the harness's own listener"),
        }
        self.verify.clear()
        if card is not None:
            planned = words.get(card.verification, card.verification)
            self.verify.addItem(self.tr("As planned: %1").replace("%1", planned), "")
        if card is None or card.verification != "none":
            self.verify.addItem(self.tr("Nothing: only the answers count"), "none")
        if self._desk.session.local_engine is not None and card is not None and card.verification == "signalbox":
            self.verify.addItem(self.tr("The engine of this computer"), "engine")
        self.verify.set_value(self._desk.draft.verify)

    def _show_defaults(self, card: ScenarioCard) -> None:
        formats = self._desk.session.formats
        self.fields["connections"].setPlaceholderText(formats.number(card.connections) if card.connections else "")
        for name, share in card.shares.items():
            self.fields[name].setPlaceholderText(f"{100 * share:g} %".replace(".", self._point))
        self.seed.setPlaceholderText(str(card.seed) if card.seed is not None else self.tr("a new one"))

    @property
    def _point(self) -> str:
        return "," if self._desk.session.formats.language == "es" else "."

    def _show_draft(self) -> None:
        desk, draft, card = self._desk, self._desk.draft, self._desk.card
        self.target.set_value(desk.target_key)
        option = desk.target
        self.address.setVisible(desk.target_key == OTHER)
        self._mark(self.address, bool(desk.typed_target) and split_address(desk.typed_target) is None)
        environment = option.environment if option is not None else ""
        words = {"demo": self.tr("DEMO"), "test": self.tr("TEST"), "production": self.tr("PRODUCTION")}
        tokens = {"demo": "info", "test": "review", "production": "fail"}
        self.environment.setVisible(environment in words)
        if environment in words:
            self.environment.show_status(
                words[environment], icon_name="", token=tokens[environment], solid=environment == "production"
            )
        self._script_box.setVisible(desk.target_key == LISTENER)
        self.script.set_value(draft.script)
        self.scale.set_value(f"{draft.scale:g}")
        if not self.seed.hasFocus():
            self.seed.setText("" if draft.seed is None else str(draft.seed))
        if card is not None:
            self.curve.nothing = self.tr("The plan does not say how fast it will be: as fast as the target answers.")
            self.curve.show_curve([(second, rate * draft.scale) for second, rate in card.curve])
            self.facts.setText(self._facts(card, draft.scale))
        reason = desk.why_not()
        target = desk.target_text
        text = self.tr("Send to %1").replace("%1", target) if target else self.tr("Start")
        self.start.setText(self.start.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, px(210)))
        self.start.setAccessibleName(text)
        if reason:
            self.start.set_off(reason)
        else:
            self.start.setEnabled(not desk.checking)
            self.start.setToolTip(f"{text} (Ctrl+Enter)")

    def _facts(self, card: ScenarioCard, scale: float) -> str:
        """`168,000 messages in 5min 30sec · stops by itself on …`."""
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
        self.facts.setToolTip("\n".join(card.thresholds))
        return " · ".join([*parts, *card.warnings])

    def _seed_typed(self, text: str) -> None:
        text = text.strip()
        wrong = bool(text) and not (text.isascii() and text.isdigit() and len(text) < 19)
        self._mark(self.seed, wrong)
        if not wrong:
            self._desk.change(seed=int(text) if text else None)

    # ---- dropping a file ------------------------------------------------------------------------------------------
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


def _whole(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    value = int(text)
    if not 1 <= value <= 10_000:
        raise ValueError(text)
    return value


def _share(text: str) -> float | None:
    text = text.strip().removesuffix("%").strip().replace(",", ".")
    if not text:
        return None
    value = float(text) / 100
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value
