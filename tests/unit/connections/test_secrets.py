"""Secrets: the system's keyring or a stated file, and nothing that asks questions."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from keyring.errors import KeyringLocked

from console.connections.secrets import FILE, FileSecrets, KeyringSecrets, SecretStore, ensure_secret, open_secrets
from console.core.errors import EnvironmentFault, Refused


class Backend:
    """A keyring in memory that claims to be the system's."""

    name = "SecretService Keyring"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


Backend.__module__ = "keyring.backends.SecretService"


@pytest.fixture(params=["keyring", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    return KeyringSecrets(Backend()) if request.param == "keyring" else FileSecrets(tmp_path)


def test_that_secrets_are_kept_replaced_and_removed(store: SecretStore) -> None:
    assert store.get("a") is None
    store.set("a", "1")
    store.set("b", "2")
    store.set("a", "3")
    assert (store.get("a"), store.get("b")) == ("3", "2")
    store.delete("a")
    store.delete("a")
    assert (store.get("a"), store.get("b")) == (None, "2")
    assert store.described


def test_that_a_secret_is_made_once(store: SecretStore) -> None:
    made = ensure_secret(store, "cache-key")
    assert len(bytes.fromhex(made)) == 32
    assert ensure_secret(store, "cache-key") == made


def test_that_the_file_is_private(tmp_path: Path) -> None:
    FileSecrets(tmp_path).set("a", "1")
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def _alternative() -> Any:
    """What keyrings.alt would give."""
    kind = type("PlaintextKeyring", (), {"__module__": "keyrings.alt.file"})
    return kind()


def test_that_only_the_systems_keyrings_are_used(tmp_path: Path) -> None:
    assert isinstance(open_secrets(tmp_path, backend=Backend()), KeyringSecrets)
    assert isinstance(open_secrets(tmp_path, backend=_alternative()), FileSecrets)
    chain = SimpleNamespace(backends=[_alternative(), Backend()])
    assert "SecretService" in open_secrets(tmp_path, backend=chain).described
    assert isinstance(open_secrets(tmp_path, backend=SimpleNamespace(backends=[_alternative()])), FileSecrets)


def test_that_the_choice_is_respected(tmp_path: Path) -> None:
    assert isinstance(open_secrets(tmp_path, choice="file", backend=Backend()), FileSecrets)
    assert isinstance(open_secrets(tmp_path, choice="system", backend=Backend()), KeyringSecrets)
    with pytest.raises(Refused, match="no keyring"):
        open_secrets(tmp_path, choice="system", backend=_alternative())
    with pytest.raises(Refused, match="SIGNALBOX_KEYRING"):
        open_secrets(tmp_path, choice="maybe")


def test_that_a_locked_keyring_says_what_to_do() -> None:
    class Locked(Backend):
        def get_password(self, service: str, name: str) -> str | None:
            raise KeyringLocked("no")

    with pytest.raises(EnvironmentFault, match="Unlock it"):
        KeyringSecrets(Locked()).get("a")


def test_that_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = FileSecrets(tmp_path)
    store.set("a", "1")
    (tmp_path / FILE).write_text("{")
    with pytest.raises(EnvironmentFault, match="damaged"):
        store.get("a")
