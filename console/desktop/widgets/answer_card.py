"""What came back: the verdict on the answer in a sentence, what to do, and the answer read field by field."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.desktop.formats import Formats
from console.desktop.presenters.exchange_words import TONES, outcome_words, took_words
from console.desktop.presenters.message_desk import Told
from console.desktop.theme import px
from console.desktop.widgets.kit import IconLabel, Surface, Text, clear_layout, column, row


class AnswerCard(QWidget):
    """A toned strip with the verdict; below it each answer with MSA and ERR in words."""

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self.strip = Surface("info")
        self.icon = IconLabel("info", "info_fg", 20)
        self.headline = Text("", "body_strong", wrap=True, selectable=True)
        self.sentence = Text("", "body", "text2", wrap=True, selectable=True)
        said = column(self.headline, self.sentence, gap=1)
        inside = row(self.icon, said, gap=10, margins=(12, 8, 12, 8))
        inside.setStretchFactor(said, 1)
        self.strip.setLayout(inside)
        self.details = QVBoxLayout()
        self.details.setSpacing(px(4))
        self.details.setContentsMargins(px(12), px(2), px(12), px(8))
        self.setLayout(column(self.strip, self.details, None, gap=6))
        self.show_nothing()

    def show_nothing(self) -> None:
        """Before anything was sent."""
        self.strip.set_surface("info")
        self.icon.set_icon("info", "info_fg")
        self.headline.setText(self.tr("Nothing was sent yet"))
        self.sentence.setText(self.tr("Ctrl+Enter sends the message; the answer shows here, read and judged."))
        clear_layout(self.details)

    def show_sending(self) -> None:
        self.strip.set_surface("info")
        self.icon.set_icon("loader-circle", "info_fg")
        self.headline.setText(self.tr("Waiting for the answer"))
        self.sentence.setText("")

    def show_told(self, told: Told) -> None:
        """A judged exchange."""
        judgement, exchange = told.judgement, told.exchange
        icon, family = TONES[str(judgement.severity)]
        self.strip.set_surface(family)
        self.icon.set_icon(icon, f"{family}_fg")
        outcome = outcome_words().get(str(judgement.outcome), str(judgement.outcome))
        took = took_words(None if exchange.took is None else exchange.took * 1000, self._formats)
        tries = self.tr("%n attempt(s)", "", told.attempts) if told.attempts > 1 else ""
        self.headline.setText(
            " · ".join(part for part in (outcome, took if exchange.took is not None else "", tries) if part)
        )
        self.sentence.setText(f"{judgement.sentence} {judgement.advice}".strip())
        clear_layout(self.details)
        for reply in judgement.replies:
            head = f"MSA-1 {reply.code or '–'}  {reply.meaning}"
            ours = self.tr("this message") if reply.ours else self.tr("another message")
            lines = [f"MSA-2 {reply.control_id or '–'}  ({ours})"]
            if reply.text:
                lines.append(f"MSA-3 {reply.text}")
            for problem in reply.problems:
                place = f"{problem.path} {problem.place}".strip()
                lines.append(f"ERR  {problem.severity} {problem.code}  {place}  {problem.text}".strip())
            if reply.fault:
                lines.append(reply.fault)
            self.details.addWidget(Text(head, "body_strong", wrap=True, selectable=True))
            self.details.addWidget(Text("\n".join(lines), "mono", "text2", wrap=True, selectable=True))
        for note in judgement.notes:
            self.details.addWidget(Text(note, "small", "warn_fg", wrap=True, selectable=True))
