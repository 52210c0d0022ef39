"""A whole HL7 message or acknowledgment in the clipboard: its control id and keys, read as intake reads them."""

from __future__ import annotations

import re

from console.core.errors import InvalidMessage
from console.hl7v2.peek import peek, peek_keys
from console.investigation.case import ChipKind
from console.investigation.recognise import MAX_TEXT, MAX_TOKENS, Question, Token, recognise

_HEADER = re.compile(r"MSH[^\w\s]")
_SEGMENT = re.compile(r"^[A-Z][A-Z0-9]{2}[^\w\s]")
_FRAMING = str.maketrans("", "", "\x0b\x1c")


def read_pasted(text: str) -> Question:
    """The question in `text`: the keys of a message when it holds one, else its words (`recognise`)."""
    found = _HEADER.search(text[:MAX_TEXT])
    if found is None:
        return recognise(text)
    try:
        tokens = _of_message(_message_lines(text[found.start() : found.start() + MAX_TEXT]))
    except InvalidMessage:
        return recognise(text)
    if len(tokens) < 2:
        return recognise(text)
    return Question(text=text[:MAX_TEXT], tokens=tuple(tokens[:MAX_TOKENS]), any_of=True)


def _message_lines(text: str) -> str:
    """The segments from MSH on, one per CR; a log's or a mail's lines around them are left out."""
    lines = [line.strip(" \t>\"'`") for line in re.split(r"[\r\n]+", text.translate(_FRAMING))]
    if not any(_SEGMENT.match(line) for line in lines[1:]):  # a one-line field made blanks of the line ends
        lines = re.split(rf"\s(?=[A-Z][A-Z0-9]{{2}}{re.escape(text[3])})", lines[0])
    segments: list[str] = []
    for line in lines:
        if _SEGMENT.match(line):
            segments.append(line)
        elif segments and line:
            break
    return "\r".join(segments) + "\r"


def _of_message(text: str) -> list[Token]:
    payload = text.encode()
    header = peek(payload)
    acknowledged = _acknowledged(text)
    if acknowledged:
        shown = f"{header.message_type or 'ACK'} {acknowledged}"
        return [
            Token(ChipKind.ACKNOWLEDGMENT, shown, acknowledged),
            Token(ChipKind.CONTROL, acknowledged, acknowledged),
        ]
    tokens = [Token(ChipKind.MESSAGE, f"{header.message_type} {header.control_id}".strip(), header.control_id)]
    if header.control_id:
        tokens.append(Token(ChipKind.CONTROL, header.control_id, header.control_id))
    for key in peek_keys(payload, header):
        token = Token(ChipKind(key.kind.value), key.value, key.value, key.assigner)
        if token.kind is not ChipKind.CONTROL and token not in tokens:
            tokens.append(token)
    return tokens


def _acknowledged(text: str) -> str:
    """MSA-2, the control id of the message an acknowledgment answers (HL7 2.9.2), '' when it is none."""
    separator = text[3]
    for segment in text.split("\r"):
        if segment.startswith("MSA" + separator):
            fields = segment.split(separator)
            return fields[2].strip() if len(fields) > 2 else ""
    return ""
