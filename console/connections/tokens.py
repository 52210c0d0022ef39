"""The engine's access token: made on first start, kept in a 0600 file, never a default, never on a command line."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from console.connections.private_file import read_private, write_private
from console.core.errors import Refused

TOKEN_FILE = "api.token"
TOKEN_VARIABLE = "SIGNALBOX_TOKEN"
SHORTEST = 32
"""Characters. Ours have 43: 256 bits in URL-safe base 64."""


def make_token() -> str:
    return secrets.token_urlsafe(32)


def ensure_token(data_folder: Path) -> str:
    """The token of this data folder; makes it (and the file) on the first call.

    Raises Refused when the file may be read by others or holds something too short to be a secret.
    """
    path = data_folder / TOKEN_FILE
    token = read_token_file(path)
    if token is None:
        token = make_token()
        write_private(path, token + "\n")
    return token


def read_token_file(path: Path) -> str | None:
    """The token in the file, None when there is no file. Raises as `ensure_token`."""
    text = read_private(path)
    if text is None:
        return None
    token = text.strip()
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise Refused(
            f"{path} holds no usable token. Remove the file; the engine makes a new one at its next start.",
            code="token-unusable",
        )
    return token


def find_token(environment: Mapping[str, str], data_folder: Path) -> str:
    """The token a client uses: from SIGNALBOX_TOKEN, else from the data folder's file.

    Raises Refused (code `no-token`) when there is neither, saying where to get one.
    """
    given = environment.get(TOKEN_VARIABLE, "").strip()
    if given:
        return given
    token = read_token_file(data_folder / TOKEN_FILE)
    if token is None:
        raise Refused(
            f"No access token. Set {TOKEN_VARIABLE}, or name the engine's data folder with --data "
            f"(it keeps the token in {TOKEN_FILE}).",
            code="no-token",
        )
    return token
