"""Where the audit log keeps its key and its anchor: two 0600 files beside the database."""

from __future__ import annotations

import secrets
from pathlib import Path

import orjson

from console.connections.private_file import read_private, write_private
from console.core.errors import Refused
from console.evidence.audit_chain import Anchor

KEY_FILE = "audit.key"
ANCHOR_FILE = "audit.anchor"


def ensure_audit_key(data_folder: Path) -> bytes:
    """The key that seals the audit log of this folder; made on the first call.

    Raises Refused when the file may be read by others or holds no key.
    """
    key = read_audit_key(data_folder)
    if key is None:
        key = secrets.token_bytes(32)
        write_private(data_folder / KEY_FILE, key.hex() + "\n")
    return key


def read_audit_key(data_folder: Path) -> bytes | None:
    """The key, None when there is none yet. Raises as `ensure_audit_key`."""
    text = read_private(data_folder / KEY_FILE)
    if text is None:
        return None
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < 32:
        raise Refused(
            f"{data_folder / KEY_FILE} holds no key. Restore it from a backup: nothing else can check the audit log.",
            code="audit-key-unusable",
        )
    return key


class FileAnchor:
    """The anchor in a file of the data folder."""

    def __init__(self, data_folder: Path) -> None:
        self._path = data_folder / ANCHOR_FILE

    def read(self) -> Anchor | None:
        """The kept anchor, None when the file is gone; one that nobody can read is an anchor that matches nothing."""
        text = read_private(self._path)
        if text is None:
            return None
        try:
            body = orjson.loads(text)
            return Anchor(int(body["seq"]), str(body["hash"]), str(body["mac"]))
        except (ValueError, KeyError, TypeError):
            return Anchor(-1, "", "")

    def write(self, kept: Anchor) -> None:
        write_private(self._path, orjson.dumps({"seq": kept.seq, "hash": kept.hash, "mac": kept.mac}).decode() + "\n")
