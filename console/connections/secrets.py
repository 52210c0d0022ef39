"""Secrets of this user: in the operating system's keyring, or, where there is none, in a 0600 file that says so.

Only keyrings of the operating system are used. Others that may be installed (keyrings.alt, cryptfile) can ask for a
passphrase on standard input, which a service does not have.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson

from console.connections.private_file import read_private, write_private
from console.core.errors import EnvironmentFault, Refused

SERVICE = "signalbox"
FILE = "secrets.json"

_SYSTEM_KEYRINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)


class SecretStore(Protocol):
    """Named secrets. Calls may wait for the system (a locked keyring asks its owner): not for a GUI thread.

    All raise EnvironmentFault when the keyring or file cannot be used.
    """

    @property
    def described(self) -> str:
        """Where the secrets are, for a person."""
        ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None:
        """Removes the secret; nothing happens when there is none."""
        ...


class KeyringSecrets:
    """The operating system's keyring."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    @property
    def described(self) -> str:
        return f"the system's keyring ({getattr(self._backend, 'name', type(self._backend).__name__)})"

    def get(self, name: str) -> str | None:
        found = self._call(lambda: self._backend.get_password(SERVICE, name))
        return found if isinstance(found, str) else None

    def set(self, name: str, value: str) -> None:
        self._call(lambda: self._backend.set_password(SERVICE, name, value))

    def delete(self, name: str) -> None:
        if self.get(name) is not None:
            self._call(lambda: self._backend.delete_password(SERVICE, name))

    def _call(self, what: Callable[[], Any]) -> Any:
        from keyring.errors import KeyringError

        try:
            return what()
        except (KeyringError, OSError, RuntimeError) as error:
            raise EnvironmentFault(
                "The system's keyring does not answer. Unlock it, or set SIGNALBOX_KEYRING=file to keep secrets in a "
                "file only you can read.",
                code="keyring-locked",
                detail=type(error).__name__,
            ) from error


class FileSecrets:
    """A file of mode 0600: protects against other users of the machine, not against a stolen disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    @property
    def described(self) -> str:
        return f"a file only you can read ({self._path})"

    def get(self, name: str) -> str | None:
        return self._read().get(name)

    def set(self, name: str, value: str) -> None:
        self._write({**self._read(), name: value})

    def delete(self, name: str) -> None:
        kept = self._read()
        if kept.pop(name, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        text = read_private(self._path)
        if text is None:
            return {}
        try:
            body = orjson.loads(text)
        except ValueError as error:
            raise EnvironmentFault(
                f"{self._path} is damaged. Remove it; connections then ask for their secrets again.",
                code="secrets-damaged",
                retryable=False,
            ) from error
        return {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}

    def _write(self, kept: Mapping[str, str]) -> None:
        write_private(self._path, orjson.dumps(dict(sorted(kept.items()))).decode() + "\n")


def open_secrets(folder: Path, *, choice: str = "", backend: Any = None) -> SecretStore:
    """The keyring of the system, or the file in `folder` where there is none. `choice` is that of SIGNALBOX_KEYRING.

    `choice` "file" takes the file, "system" refuses to, "" takes what there is. Raises Refused for any other, and when
    "system" was asked for and there is no keyring.
    """
    if choice not in ("", "file", "system"):
        raise Refused("SIGNALBOX_KEYRING must be file or system (or not set).", code="bad-keyring-choice")
    if choice == "file":
        return FileSecrets(folder)
    found = _system_keyring(backend)
    if found is not None:
        return KeyringSecrets(found)
    if choice == "system":
        raise Refused(
            "This system has no keyring (no desktop session?). Start one, or set SIGNALBOX_KEYRING=file.",
            code="no-keyring",
        )
    return FileSecrets(folder)


def _system_keyring(backend: Any = None) -> Any:
    """The backend, if it is one of the operating system's; the first such one of a chain."""
    if backend is None:
        import keyring

        backend = keyring.get_keyring()
    for candidate in getattr(backend, "backends", None) or [backend]:
        if type(candidate).__module__ in _SYSTEM_KEYRINGS:
            return candidate
    return None


def ensure_secret(store: SecretStore, name: str, *, bytes_: int = 32) -> str:
    """The secret of this name as hexadecimal digits, made on the first call."""
    found = store.get(name)
    if found is None:
        found = secrets.token_hex(bytes_)
        store.set(name, found)
    return found
