"""The Run view's side without widgets: the scenarios there are, the one being prepared, and what stands in its way.

Reading a scenario and judging a target take files and names to look up; both happen elsewhere (a child process, the io
thread) and come back as signals.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from console.core.errors import Refused, SignalboxError
from console.desktop.harness_program import Program
from console.desktop.models.run_request import RunRequest
from console.desktop.models.scenario_card import FileProblem, ScenarioCard, read_cards
from console.desktop.operations import Latest
from console.desktop.presenters.run_targets import (
    AS_PLANNED,
    ENGINE,
    LISTENER,
    OTHER,
    ListedTarget,
    TargetOption,
    split_address,
    target_options,
)
from console.desktop.presenters.target_judging import judge_targets, listed_targets
from console.desktop.resources import resource
from console.desktop.send_command import LIST, describe_arguments
from console.desktop.session import Session

RECENT_KEPT: Final = 8
SEEDS: Final = 10**8
FIRST: Final = "monday-0800"
"""Shown before anything was chosen."""


class RunDesk(QObject):
    """`cards_changed`: the list of scenarios; `card_changed`: another one is chosen, or what is known of it;
    `draft_changed`: a setting. `confirmation_wanted` carries the address that must be typed and its name;
    `refused` a sentence. `ready` carries the request that may be started."""

    cards_changed = Signal()
    card_changed = Signal()
    draft_changed = Signal()
    confirmation_wanted = Signal(str, str)
    refused = Signal(str)
    ready = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.cards: tuple[ScenarioCard, ...] = ()
        self.card: ScenarioCard | None = None
        self.loading = False
        self.failure = ""
        """Why there are no scenarios."""
        self.draft = RunRequest(Path())
        self.target_key = AS_PLANNED
        self.typed_target = session.settings.value.harness.target
        self.checking = False
        self._list: Program | None = None
        self._describing: Program | None = None
        self._wanted: Path | None = None
        self._named = ""
        self.listed: tuple[ListedTarget, ...] = ()
        """Receivers the allow-list names."""
        self._judging = Latest(session.io, self)
        self._listing = Latest(session.io, self)

    # ---- scenarios ------------------------------------------------------------------------------------------------
    def load(self) -> None:
        """Reads the list, once; `cards_changed` when it is there."""
        if self.cards or self._list is not None:
            return
        self.loading, self.failure = True, ""
        self._list = Program(LIST, data=self._data, parent=self.session)
        self._list.keep_output = True
        self._list.ended.connect(self._listed)
        self._list.start()
        folder = self._data

        async def read() -> tuple[ListedTarget, ...]:
            return await asyncio.to_thread(listed_targets, folder)

        self._listing.run(read, done=self._targets_read, failed=lambda error: self.session.toast_error(error))

    def _targets_read(self, listed: tuple[ListedTarget, ...]) -> None:
        self.listed = listed
        self.card_changed.emit()

    @property
    def _data(self) -> Path:
        return self.session.settings.path.parent

    def _listed(self, code: int, words: str) -> None:
        program, self._list = self._list, None
        self.loading = False
        if program is None:
            return
        program.deleteLater()
        try:
            self.cards = read_cards(program.output)
        except ValueError:
            self.failure = words or QCoreApplication.translate("RunDesk", "The scenarios could not be read.")
        self.cards_changed.emit()
        wanted = self._wanted
        if wanted is not None:
            self.choose(wanted)
        elif self.card is None and self.cards:
            first = next((card for card in self.cards if card.name == (self._named or FIRST)), self.cards[0])
            self.choose(first.path)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Own files used lately."""
        return tuple(Path(text) for text in self.session.settings.value.harness.recent)

    def choose(self, path: Path) -> None:
        """Makes a scenario the one to run: a shipped one at once, a file after it has been read."""
        known = next((card for card in self.cards if card.path == path), None)
        if known is not None:
            self._wanted = None
            self._take(known)
            return
        self._wanted = path
        if self.loading:
            return
        if self._describing is not None:
            self._describing.ended.disconnect()
            self._describing.end(500)
        self._describing = Program(describe_arguments(path), data=self._data, parent=self.session)
        self._describing.keep_output = True
        self._describing.ended.connect(lambda code, words: self._described(path, code, words))
        self._describing.start()

    def choose_named(self, name: str) -> None:
        """By the name of a shipped scenario, for deep links; before the list is there, remembered."""
        self._named = name
        known = next((card for card in self.cards if card.name == name), None)
        if known is not None:
            self._take(known)

    def _described(self, path: Path, code: int, words: str) -> None:
        program, self._describing = self._describing, None
        if program is None:
            return
        program.deleteLater()
        self._wanted = None
        try:
            card = read_cards(program.output)[0]
        except (ValueError, IndexError):
            said = words or QCoreApplication.translate("RunDesk", "The file could not be read.")
            card = ScenarioCard(path, path.stem, path.name, problems=(FileProblem(0, 0, "", said),))
        card = replace(card, path=path, title=card.title if card.usable else path.name)
        if card.usable:
            self._remember(path)
        self._take(card)

    def read_again(self) -> None:
        """After the file was changed outside."""
        if self.card is not None and not self.card.shipped:
            self.choose(self.card.path)

    def _take(self, card: ScenarioCard) -> None:
        same = self.card is not None and self.card.path == card.path
        self.card = card
        self.draft = replace(self.draft, scenario=card.path, title=card.title) if same else card.request()
        if self.target_key not in {option.key for option in self.targets()}:
            self.target_key = AS_PLANNED
        self.card_changed.emit()

    def _remember(self, path: Path) -> None:
        value = self.session.settings.value.harness
        recent = (str(path), *(text for text in value.recent if text != str(path)))[:RECENT_KEPT]
        self._keep(recent=recent)

    def _keep(self, **values: Any) -> None:
        value = self.session.settings.value.harness
        if any(getattr(value, name) != new for name, new in values.items()):
            try:
                self.session.settings.change(harness=replace(value, **values))
            except SignalboxError as error:
                self.session.toast_error(error)

    @staticmethod
    def scripts() -> tuple[Path, ...]:
        """The listener scripts that ship with Signalbox, by name."""
        return tuple(sorted(resource("scenarios", "listeners").glob("*.toml")))

    # ---- the draft ------------------------------------------------------------------------------------------------
    def change(self, **values: Any) -> None:
        """Changes settings of the draft."""
        draft = replace(self.draft, **values)
        if draft != self.draft:
            self.draft = draft
            self.draft_changed.emit()

    def new_seed(self) -> None:
        self.change(seed=secrets.randbelow(SEEDS))

    def targets(self) -> tuple[TargetOption, ...]:
        return target_options(self.card, self.session, self.listed)

    def choose_target(self, key: str) -> None:
        if key != self.target_key:
            self.target_key = key
            self.draft_changed.emit()

    def type_target(self, text: str) -> None:
        if text != self.typed_target:
            self.typed_target = text
            self.draft_changed.emit()

    @property
    def target(self) -> TargetOption | None:
        return next((option for option in self.targets() if option.key == self.target_key), None)

    @property
    def target_text(self) -> str:
        """Short, for the Start button: the name of whom it goes to."""
        option = self.target
        if option is None or option.key == AS_PLANNED:
            if self.card is None:
                return ""
            own = QCoreApplication.translate("RunDesk", "own listener")
            return own if self.card.own_listener else ", ".join(self.card.targets)
        if option.key == LISTENER:
            return QCoreApplication.translate("RunDesk", "own listener")
        if option.key == OTHER:
            return self.typed_target.strip()
        connection = self.session.connection
        return connection.name if connection is not None else option.address

    def why_not(self) -> str:
        """Why the draft cannot be started, '' when it can."""
        translate = QCoreApplication.translate
        if self.session.harness_runs:
            return translate("RunDesk", "A run is going on. Stop it first.")
        if self.card is None:
            return translate("RunDesk", "Choose a scenario first.")
        if not self.card.usable:
            return translate("RunDesk", "The scenario file has errors. Mend it, then read it again.")
        if self.target_key == OTHER and split_address(self.typed_target) is None:
            return translate("RunDesk", "The target wants an address like 127.0.0.1:2575.")
        option = self.target
        if option is not None and option.environment == "production":
            words = translate("RunDesk", "%1 is marked PRODUCTION. The harness never sends there.")
            return words.replace("%1", option.text)
        return ""

    # ---- starting -------------------------------------------------------------------------------------------------
    def ask_to_start(self) -> None:
        """Judges the target first; then `ready`, `confirmation_wanted` or `refused`."""
        reason = self.why_not()
        if reason:
            self.refused.emit(reason)
            return
        option, draft = self.target, self.draft
        addresses: Sequence[str] = self.card.targets if self.card is not None else ()
        if option is not None and option.address:
            draft = replace(draft, target=option.address, script="")
            addresses = (option.address,)
        elif self.target_key == OTHER:
            address = self.typed_target.strip()
            self._keep(target=address)
            draft = replace(draft, target=address, script="")
            addresses = (address,)
        elif self.target_key == LISTENER:
            shipped = self.scripts()
            draft = replace(draft, script=draft.script or (str(shipped[0]) if shipped else ""))
            addresses = ()
        elif self.card is not None and self.card.own_listener:
            addresses = ()
        self._judge(self._asking(draft), tuple(addresses))

    def _asking(self, draft: RunRequest) -> RunRequest:
        """Sent to the engine of this computer, a run asks that engine afterwards: the scenario cannot know its port."""
        engine, card = self.session.local_engine, self.card
        if engine is None or card is None or card.verification != "signalbox" or draft.verify == "none":
            return draft
        if draft.verify != "engine" and self.target_key != ENGINE:
            return draft
        return replace(draft, engine=engine.http, token_file=engine.token_file)

    def repeat(self, request: RunRequest, seed: int) -> None:
        """Runs the same once more, with the seed it had: the same bytes."""
        self.draft = replace(request, seed=seed or request.seed, confirmed="")
        self._judge(self.draft, (request.target,) if request.target else self._own_targets(request))

    def _own_targets(self, request: RunRequest) -> tuple[str, ...]:
        card = next((card for card in self.cards if card.path == request.scenario), self.card)
        return card.targets if card is not None and not card.own_listener and not request.script else ()

    def confirm(self, typed: str) -> None:
        """The person typed the address that was asked for."""
        self._judge(replace(self._waiting, confirmed=typed.strip()), self._waiting_for)

    def _judge(self, draft: RunRequest, addresses: tuple[str, ...]) -> None:
        self._waiting, self._waiting_for = draft, addresses
        self.checking = True
        self.draft_changed.emit()
        folder = self._data

        async def judge() -> None:
            await asyncio.to_thread(judge_targets, addresses, folder, draft.confirmed)

        self._judging.run(judge, done=lambda _: self._may(draft), failed=self._may_not)

    def _may(self, draft: RunRequest) -> None:
        self.checking = False
        self.draft_changed.emit()
        self.ready.emit(draft)

    def _may_not(self, error: SignalboxError) -> None:
        self.checking = False
        self.draft_changed.emit()
        if isinstance(error, Refused) and error.code == "target-not-confirmed":
            address = next(iter(self._waiting_for), "")
            words = QCoreApplication.translate(
                "RunDesk", "%1 is not this computer. The allow-list names it, and everything this run sends goes there."
            )
            self.confirmation_wanted.emit(address, words.replace("%1", address))
        else:
            self.refused.emit(error.text)

    _waiting = RunRequest(Path())
    _waiting_for: tuple[str, ...] = ()
