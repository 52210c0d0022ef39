"""One engine per folder; the ready file is whole or not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault
from console.engine.readiness import FolderLock, Ready, write_ready_file


def test_that_a_second_engine_in_the_same_folder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "data"), pytest.raises(EnvironmentFault, match=str(os.getpid())) as refused:
        FolderLock(tmp_path / "data").__enter__()
    assert refused.value.code == "folder-in-use"
    with FolderLock(tmp_path / "data"):
        pass


def test_that_only_an_orderly_stop_clears_the_running_mark(tmp_path: Path) -> None:
    with FolderLock(tmp_path) as first:
        assert not first.unclean
    with FolderLock(tmp_path) as after_a_crash:
        assert after_a_crash.unclean
        after_a_crash.stopped_in_order()
    with FolderLock(tmp_path) as third:
        assert not third.unclean


def test_that_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="--data"):
        FolderLock(tmp_path / "file" / "data").__enter__()


def test_that_the_ready_file_has_the_contracts_names(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    write_ready_file(path, Ready(http="http://127.0.0.1:1", mllp="127.0.0.1:2", token_file="/t", pid=7))
    assert json.loads(path.read_text()) == {
        "http": "http://127.0.0.1:1",
        "mllp": "127.0.0.1:2",
        "token_file": "/t",
        "pid": 7,
    }
    assert [p.name for p in tmp_path.iterdir()] == ["ready.json"]


def test_that_a_ready_file_that_cannot_be_written_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="--ready-file"):
        write_ready_file(tmp_path / "none" / "ready.json", Ready(None, None, None, 1))
