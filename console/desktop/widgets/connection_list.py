"""The list of connections with a form for one more; checks the address before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from console.core.errors import SignalboxError
from console.desktop.session import Session
from console.desktop.settings import Connection, checked_url
from console.desktop.theme import px, theme
from console.desktop.widgets.kit import Button, Choice, IconLabel, Surface, Text, clear_layout, column, repolish, row
from console.desktop.widgets.pill import Pill


class ConnectionList(QWidget):
    """Rows with environment, name, address and Open; below, the form. The token goes to the keyring by the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(8))
        self.form = ConnectionForm(session)
        self.form.hide()
        self._add = Button(self.tr("Add a connection…"), icon_name="plus", run=self._open_form)
        self._own = Button(self.tr("Run an engine on this computer"), icon_name="server", run=self._open_own)
        self._own.setToolTip(self.tr("For your own messages: it receives on port 2575 of this computer only."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addLayout(self._rows)
        layout.addWidget(self.form)
        layout.addLayout(row(self._add, self._own, None))
        self.form.saved = self._fill
        self._fill()

    def _open_form(self) -> None:
        self.form.show()
        self.form.name.setFocus()

    def _open_own(self) -> None:
        own = next((c for c in self._session.settings.value.connections if c.kind == "embedded"), None)
        self._session.connection_requested.emit(own or Connection(self.tr("This computer"), "embedded", "", "test"), "")

    def _fill(self) -> None:
        clear_layout(self._rows)
        settings = self._session.settings.value
        words = {"demo": self.tr("DEMO"), "test": self.tr("TEST"), "production": self.tr("PRODUCTION")}
        kinds = {"demo": self.tr("Demo hospital on this computer"), "embedded": self.tr("Engine on this computer")}
        for connection in settings.connections:
            style = theme().environments[connection.environment]
            line = Surface("sunken")
            pill = Pill(words[connection.environment], icon_name=style.icon, token=style.token)
            where = kinds.get(connection.kind, connection.url)
            open_button = Button(
                self.tr("Open"),
                name=self.tr("Open %1").replace("%1", connection.name),
                run=partial(self._session.connection_requested.emit, connection, ""),
            )
            if connection == self._session.connection:
                open_button.set_off(self.tr("This connection is open."))
            remove = Button(
                icon_name="trash-2",
                kind="icon",
                name=self.tr("Remove %1").replace("%1", connection.name),
                run=partial(self._remove, connection),
            )
            words_column = column(Text(connection.name, "body_strong"), Text(where, "small", "text2"), gap=0)
            layout = row(pill, words_column, None, open_button, remove, gap=12, margins=(12, 8, 8, 8))
            line.setLayout(layout)
            self._rows.addWidget(line)
        if not settings.connections:
            self._rows.addLayout(
                row(IconLabel("unplug", "text3"), Text(self.tr("No connection yet."), "body", "text2"), None)
            )

    def _remove(self, connection: Connection) -> None:
        settings = self._session.settings.value
        kept = tuple(c for c in settings.connections if c.name != connection.name)
        active = settings.active if settings.active != connection.name else ""
        try:
            self._session.settings.change(connections=kept, active=active)
        except SignalboxError as error:
            self._session.toast_error(error)
        self._fill()


class ConnectionForm(Surface):
    """Name, address, token and environment of an engine somewhere else."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("sunken", parent)
        self._session = session
        self.saved: Callable[[], None] | None = None
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setPlaceholderText(self.tr("e.g. St Elsewhere, test"))
        self.url = QLineEdit()
        self.url.setAccessibleName(self.tr("Address"))
        self.url.setPlaceholderText("https://signalbox.example.org:8585")
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(self.tr("Token"))
        environments = (("test", self.tr("TEST")), ("production", self.tr("PRODUCTION")))
        self.environment = Choice(self.tr("Environment"), environments)
        self.problem = Text("", "small", "fail", wrap=True)
        self.problem.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(8))
        fields = (
            (self.tr("Name"), self.name),
            (self.tr("Address"), self.url),
            (self.tr("Token"), self.token),
            (self.tr("Environment"), self.environment),
        )
        for number, (label, field) in enumerate(fields):
            words = Text(label, "body", "text2")
            words.setBuddy(field)
            grid.addWidget(words, number, 0)
            grid.addWidget(field, number, 1)
        grid.setColumnStretch(1, 1)
        save = Button(self.tr("Save and open"), kind="primary", run=self._save)
        cancel = Button(self.tr("Cancel"), run=self.hide)
        self.setLayout(column(grid, self.problem, row(None, cancel, save), gap=10, margins=(16, 12, 16, 12)))

    def _save(self) -> None:
        name = self.name.text().strip()
        settings = self._session.settings.value
        problem, field = "", None
        if not name or settings.connection(name) is not None:
            problem, field = self.tr("Give it a name that no other connection has."), self.name
        else:
            try:
                url = checked_url(self.url.text())
            except ValueError:
                problem = self.tr("The address must look like https://signalbox.example.org:8585, without a password.")
                field = self.url
        for each in (self.name, self.url):
            each.setProperty("invalid", each is field)
            repolish(each)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        if field is not None:
            field.setFocus()
            return
        connection = Connection(name, "engine", url, self.environment.value())
        try:
            self._session.settings.change(connections=(*settings.connections, connection))
        except SignalboxError as error:
            self._session.toast_error(error)
        self._session.connection_requested.emit(connection, self.token.text().strip())
        self.token.clear()
        self.hide()
        if self.saved is not None:
            self.saved()
