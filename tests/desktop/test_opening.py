"""Opening a desk: whose token, where the copy's key is kept, and what happens when a keyring does not answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.connections import secrets
from console.core.errors import EnvironmentFault, Refused
from console.desktop.opening import Address, open_engine

TOKEN = "t" * 43
URL = "http://127.0.0.1:9"


def _clock() -> datetime:
    return datetime(2026, 11, 21, 3, 7, tzinfo=UTC)


def _address(folder: Path, **more: object) -> Address:
    return Address("Ward", URL, folder / "cache" / "ward", folder, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_system_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_KEYRING", "file")
    monkeypatch.delenv("SIGNALBOX_TOKEN", raising=False)


async def _open_and_close(address: Address) -> str:
    opened = await open_engine(address, _clock)
    notice = opened.notice
    await opened.close()
    return notice


def test_that_without_a_token_it_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Enter it in Settings") as refused:
        asyncio.run(_open_and_close(_address(tmp_path)))
    assert refused.value.code == "no-token"


def test_that_a_token_entered_once_is_found_the_next_time(tmp_path: Path) -> None:
    assert asyncio.run(_open_and_close(_address(tmp_path, token=TOKEN))) == ""
    assert asyncio.run(_open_and_close(_address(tmp_path))) == ""
    assert TOKEN not in "".join(p.read_text(errors="replace") for p in (tmp_path / "cache").rglob("*") if p.is_file())


def test_that_an_engine_of_this_computer_needs_only_its_token_file(tmp_path: Path) -> None:
    path = tmp_path / "api.token"
    path.write_text(TOKEN + "\n", encoding="utf-8")
    path.chmod(0o600)
    assert asyncio.run(_open_and_close(_address(tmp_path, token_file=path))) == ""


def test_that_another_engine_on_this_computer_may_use_the_data_folders_token_last(tmp_path: Path) -> None:
    path = tmp_path / "api.token"
    path.write_text(TOKEN + "\n", encoding="utf-8")
    path.chmod(0o600)
    assert asyncio.run(_open_and_close(_address(tmp_path, last_file=path))) == ""


def test_that_the_copy_is_encrypted_and_opens_again_with_the_kept_key(tmp_path: Path) -> None:
    asyncio.run(_open_and_close(_address(tmp_path, token=TOKEN)))
    copy = tmp_path / "cache" / "ward" / "cache.db"
    assert not copy.read_bytes().startswith(b"SQLite format 3")
    assert asyncio.run(_open_and_close(_address(tmp_path))) == ""
    assert [p.name for p in copy.parent.iterdir() if "unsound" in p.name or "damaged" in p.name] == []


def test_that_without_a_keyring_that_answers_the_copy_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Locked:
        described = "locked"

        def get(self, name: str) -> str | None:
            raise EnvironmentFault("The system's keyring does not answer.", code="keyring-locked")

        set = delete = get  # type: ignore[assignment]

    monkeypatch.setattr(secrets, "open_secrets", lambda *_, **__: Locked())
    monkeypatch.setenv("SIGNALBOX_TOKEN", TOKEN)
    notice = asyncio.run(_open_and_close(_address(tmp_path)))
    assert "keyring does not answer" in notice
    assert not (tmp_path / "cache" / "ward" / "cache.db").exists()
