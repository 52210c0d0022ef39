"""settings.toml: bad values are reported and kept in the file, good ones used, comments and other tables untouched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault
from console.desktop.settings import Appearance, Connection, SettingsStore, checked_url

WRITTEN = """\
# our hospital
active_connection = "Ward test"

[appearance]
theme = "dark"   # night shift
scale = 250

[engine]
mllp = "0.0.0.0:2575"

[[connections]]
name = "Ward test"
kind = "engine"
url = "https://engine.example.org:8585/"
environment = "production"

[[connections]]
name = "Broken"
url = "ftp://x"
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(WRITTEN, encoding="utf-8")
    return tmp_path


def test_that_no_file_means_defaults_and_no_problem(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path).load()
    assert store.value.appearance == Appearance()
    assert store.problems == []


def test_that_each_bad_value_is_named_and_the_good_ones_hold(written: Path) -> None:
    store = SettingsStore(written).load()
    assert store.value.appearance.theme == "dark"
    assert store.value.appearance.scale == 100
    assert store.value.connections == (
        Connection("Ward test", "engine", "https://engine.example.org:8585", "production"),
    )
    assert [p.path for p in store.problems] == ["appearance.scale", "connections[2]"]
    assert "90 to 200" in store.problems[0].text


def test_that_saving_keeps_comments_other_tables_and_bad_values_nobody_touched(written: Path) -> None:
    store = SettingsStore(written).load()
    store.change(appearance=replace(store.value.appearance, language="es"))
    text = store.path.read_text(encoding="utf-8")
    for kept in ("# our hospital", "# night shift", "scale = 250", "[engine]", 'url = "ftp://x"'):
        assert kept in text
    assert SettingsStore(written).load().value.appearance.language == "es"


def test_that_an_unreadable_file_is_put_aside_before_the_first_save(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theme = = dark\n", encoding="utf-8")
    store = SettingsStore(tmp_path).load()
    assert store.problems[0].path == "settings.toml"
    assert "line 1" in store.problems[0].text
    assert path.read_text(encoding="utf-8") == "theme = = dark\n"
    store.change(appearance=replace(store.value.appearance, theme="dark"))
    assert (tmp_path / "settings.broken-1.toml").read_text(encoding="utf-8") == "theme = = dark\n"
    assert SettingsStore(tmp_path).load().value.appearance.theme == "dark"


def test_that_a_file_that_is_no_text_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00broken")
    store = SettingsStore(tmp_path).load()
    assert store.problems
    store.change(active="")
    assert (tmp_path / "settings.broken-1.toml").exists()


@pytest.mark.parametrize("kind", ["appearance = 3", "connections = 'x'", "[keyboard]\nsingle_letters = 'yes'"])
def test_that_a_value_of_the_wrong_kind_never_stops_the_start(tmp_path: Path, kind: str) -> None:
    (tmp_path / "settings.toml").write_text(kind, encoding="utf-8")
    store = SettingsStore(tmp_path).load()
    assert len(store.problems) == 1
    store.change(appearance=replace(store.value.appearance, scale=150))
    assert SettingsStore(tmp_path).load().value.appearance.scale == 150


def test_that_listeners_hear_old_and_new_and_a_change_holds_although_it_cannot_be_saved(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = SettingsStore(tmp_path / "file")
    heard: list[tuple[int, int]] = []
    store.on_change(lambda old, new: heard.append((old.appearance.scale, new.appearance.scale)))
    with pytest.raises(EnvironmentFault, match="could not be saved"):
        store.change(appearance=replace(store.value.appearance, scale=120))
    assert heard == [(100, 120)]
    assert store.value.appearance.scale == 120


def test_that_connections_survive_a_round_trip(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path).load()
    wanted = (
        Connection("Demo hospital", "demo", "", "demo"),
        Connection("A", "engine", "http://127.0.0.1:8585", "test"),
    )
    store.change(connections=wanted, active="A")
    again = SettingsStore(tmp_path).load()
    assert again.value.connections == wanted
    assert again.value.active == "A"
    assert again.problems == []


@pytest.mark.parametrize(
    "bad", ["", "engine", "ftp://x", "http://", "http://host:notaport", "http://user:secret@host", 5]
)
def test_that_an_address_that_cannot_work_is_refused_with_a_reason(bad: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        checked_url(bad)


def test_that_an_address_is_kept_without_its_last_slash() -> None:
    assert checked_url(" https://engine.example.org:8585/ ") == "https://engine.example.org:8585"
