"""Tokens and other small secrets in 0600 files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console.connections.private_file import private_folder, read_private, write_private
from console.connections.tokens import TOKEN_FILE, ensure_token, find_token, read_token_file
from console.core.errors import EnvironmentFault, Refused

posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def test_that_the_first_start_makes_a_token_and_later_ones_keep_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    token = ensure_token(folder)
    assert len(token) == 43
    assert ensure_token(folder) == token
    assert ensure_token(tmp_path / "other") != token


@posix_only
def test_that_only_the_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ensure_token(folder)
    assert (folder / TOKEN_FILE).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / TOKEN_FILE).chmod(0o644)
    with pytest.raises(Refused, match="chmod 600") as refused:
        ensure_token(folder)
    assert refused.value.code == "file-not-private"


@posix_only
def test_that_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("x")
    target.chmod(0o600)
    (tmp_path / TOKEN_FILE).symlink_to(target)
    with pytest.raises(EnvironmentFault):
        read_private(tmp_path / TOKEN_FILE)
    write_private(tmp_path / TOKEN_FILE, "new")
    assert target.read_text() == "x"


@pytest.mark.parametrize("content", ["", "short", "with a space in it and long enough anyway", "ñ" * 50, "a" * 31])
def test_that_a_file_without_a_usable_token_is_refused(tmp_path: Path, content: str) -> None:
    write_private(tmp_path / TOKEN_FILE, content)
    with pytest.raises(Refused, match="Remove the file"):
        read_token_file(tmp_path / TOKEN_FILE)


def test_that_a_client_takes_its_token_from_the_environment_first(tmp_path: Path) -> None:
    token = ensure_token(tmp_path)
    assert find_token({"SIGNALBOX_TOKEN": " from-env "}, tmp_path) == "from-env"
    assert find_token({}, tmp_path) == token
    with pytest.raises(Refused, match="SIGNALBOX_TOKEN") as refused:
        find_token({}, tmp_path / "nothing-here")
    assert refused.value.code == "no-token"


def test_that_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    for text in ("one", "two " * 1000):
        write_private(path, text)
        assert read_private(path) == text
    assert [p.name for p in path.parent.iterdir()] == ["secret"]


def test_that_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        write_private(tmp_path / "file" / "token", "x")


@posix_only
def test_that_a_folder_and_what_was_missing_above_it_are_the_owners_alone(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b" / "logs")
    assert {stat.S_IMODE((tmp_path / part).stat().st_mode) for part in ("a", "a/b", "a/b/logs")} == {0o700}
