"""What a listener is to be: its script, its port, TLS, and whether what comes is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QGridLayout, QLineEdit, QWidget

from console.core.errors import SignalboxError
from console.desktop.listener_runner import ADDRESS, PLAIN_SCRIPT, ListenerRunner, Listening
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Card, Choice, Text
from console.harness.listener.reading import read_script, shipped_scripts

_OWN = "own"


class ListenerSetup(Card):
    """`wanted` gives it as the runner takes it."""

    start_wanted = Signal()

    def __init__(self, runner: ListenerRunner, parent: QWidget | None = None) -> None:
        super().__init__(gap=6, parent=parent)
        self.body.addWidget(Text(self.tr("The receiver"), "heading"))
        self._runner = runner
        self._own: Path | None = None
        self._about: dict[str, str] = {}
        options = []
        for name, path in shipped_scripts().items():
            script = read_script(path)
            options.append((name, script.title))
            self._about[name] = " ".join(script.description.split())
        self.script = Choice(self.tr("Script"), [*options, (_OWN, self.tr("A script of mine…"))], PLAIN_SCRIPT)
        self.script.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.script.setMinimumContentsLength(12)
        self.script.chosen.connect(self._picked)
        self.about = Text("", "small", "text2", wrap=True)
        self.address = QLineEdit(ADDRESS)
        self.address.setAccessibleName(self.tr("Where to listen: HOST:PORT; port 0 is a free one"))
        self.address.setToolTip(self.address.accessibleName())
        self.address.returnPressed.connect(self.start_wanted)
        self.keep = QCheckBox(self.tr("Keep every message in a folder"))
        self.tls = QCheckBox(self.tr("TLS"))
        self.tls.toggled.connect(self._follow)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(6))
        self.files: list[QLineEdit] = []
        for number, label in enumerate(
            (self.tr("Certificate"), self.tr("Its key"), self.tr("Authority of the clients (optional)"))
        ):
            field = QLineEdit()
            field.setAccessibleName(label)
            field.setPlaceholderText(label)
            field.setToolTip(label)
            browse = Button("…", name=self.tr("Choose: %1").replace("%1", label))
            browse.clicked.connect(
                lambda _=False, f=field: self._browse(f.setText, self.tr("PEM files (*.pem *.crt *.key)"))
            )
            grid.addWidget(field, number, 0)
            grid.addWidget(browse, number, 1)
            self.files.append(field)
        self.files_box = QWidget()
        self.files_box.setLayout(grid)
        for widget in (
            Text(self.tr("Script"), "label", "text2"),
            self.script,
            self.about,
            Text(self.tr("Where"), "label", "text2"),
            self.address,
            self.tls,
            self.files_box,
            self.keep,
        ):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        note = self.tr("Only this computer can reach it. What arrives is for tests: never send real patients here.")
        self.body.addWidget(Text(note, "small", "text3", wrap=True))
        self._follow()
        self._tell()

    @property
    def wanted(self) -> Listening:
        tls = [field.text().strip() if self.tls.isChecked() else "" for field in self.files]
        name = self.script.value()
        script = str(self._own) if name == _OWN and self._own is not None else name
        keep = self._runner.new_capture() if self.keep.isChecked() else None
        return Listening(self.address.text().strip() or ADDRESS, script, keep, *tls)

    def set_busy(self, busy: bool) -> None:
        """What cannot change while it listens is off."""
        for widget in (self.script, self.address, self.keep, self.tls, self.files_box):
            widget.setEnabled(not busy)

    def choose_own(self, path: str) -> None:
        """A script file of the person's; what is wrong with it is said at once, with its lines."""
        self._own = Path(path)
        self.script.setItemText(self.script.findData(_OWN), self.tr("Mine: %1").replace("%1", self._own.name))
        self.script.set_value(_OWN)
        self._tell()

    def _picked(self, value: str) -> None:
        if value == _OWN:
            self._browse(self.choose_own, self.tr("Listener scripts (*.toml)"))
        self._tell()

    def _tell(self) -> None:
        name, tone = self.script.value(), "text2"
        text = self._about.get(name, self.tr("Choose a file; until then it answers AA to everything."))
        if name == _OWN and self._own is not None:
            try:
                text = read_script(self._own).description or str(self._own)
            except SignalboxError as error:
                text, tone = error.text, "fail"
        elif name == _OWN:
            self.script.set_value(PLAIN_SCRIPT)
        self.about.setText(text)
        self.about.set_tone(tone)

    def _follow(self) -> None:
        self.files_box.setVisible(self.tls.isChecked())

    def _browse(self, take: Callable[[str], None], kinds: str) -> None:
        dialog = QFileDialog(self, self.tr("Choose a file"), "", f"{kinds};;{self.tr('All files')} (*)")
        dialog.fileSelected.connect(take)
        dialog.open()
