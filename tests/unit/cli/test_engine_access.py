"""Which engine a command asks, and which token it sends there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from console.cli.engine_access import USUAL, address_in, reach
from console.connections.tokens import ensure_token
from console.core.errors import Refused


def arguments(**given: str | None) -> argparse.Namespace:
    return argparse.Namespace(**{"engine": None, "data": None, **given})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SIGNALBOX_TOKEN", raising=False)
    monkeypatch.setenv("SIGNALBOX_DATA", str(tmp_path / "default"))


def test_that_the_engine_of_the_data_folder_is_asked(tmp_path: Path) -> None:
    assert address_in(tmp_path) == USUAL
    (tmp_path / "settings.toml").write_text('[engine.http]\nlisten = "127.0.0.1:9999"\n')
    assert address_in(tmp_path) == "http://127.0.0.1:9999"
    (tmp_path / "running.json").write_text(json.dumps({"http": "http://127.0.0.1:40000/"}))
    assert address_in(tmp_path) == "http://127.0.0.1:40000"
    (tmp_path / "running.json").write_text("[")
    assert address_in(tmp_path) == "http://127.0.0.1:9999"


def test_that_the_token_comes_from_the_environment_or_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = ensure_token(tmp_path)
    assert reach(arguments(data=str(tmp_path))).token == token
    monkeypatch.setenv("SIGNALBOX_TOKEN", "t" * 43)
    assert reach(arguments(data=str(tmp_path))).token == "t" * 43


def test_that_the_folders_token_is_not_sent_to_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ensure_token(tmp_path / "default")
    assert reach(arguments(engine="localhost:8585")).token == token
    with pytest.raises(Refused, match="SIGNALBOX_TOKEN"):
        reach(arguments(engine="https://engine.example"))
    assert reach(arguments(engine="https://engine.example", data=str(tmp_path / "default"))).token == token
    monkeypatch.setenv("SIGNALBOX_TOKEN", "t" * 43)
    assert reach(arguments(engine="https://engine.example")).token == "t" * 43


def test_that_without_any_token_it_is_said_where_one_comes_from(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"api\.token"):
        reach(arguments(data=str(tmp_path)))
