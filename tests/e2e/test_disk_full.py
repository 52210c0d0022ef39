"""R04 and R05: a store that cannot be written is never answered AA, and takes up again by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.storage.database import open_database
from tests.builders.engine_process import EngineProcess, Line, message

if sys.platform == "win32":
    pytest.skip("needs POSIX limits", allow_module_level=True)

import resource

MB = 1024 * 1024
_TEXT = "A" * 20_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB of its own, 36 of them taken by `filler`."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here; the journal's own tests fill a limited file instead")
    (disk / "filler").write_bytes(bytes(36 * MB))
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def _flood_until_refused(line: Line, acknowledged: list[str], most: int = 2000) -> None:
    for n in range(most):
        control_id = f"D{len(acknowledged)}-{n}"
        answer = line.ask(message(control_id, _TEXT))
        if answer.code == "AE":
            return
        assert answer.code == "AA"
        acknowledged.append(control_id)
    pytest.fail("the disk did not fill")


def _taken_again(line: Line, acknowledged: list[str], within: float) -> None:
    deadline = time.monotonic() + within
    while True:
        control_id = f"A{time.monotonic_ns()}"
        if line.ask(message(control_id)).code == "AA":
            acknowledged.append(control_id)
            return
        assert time.monotonic() < deadline, "messages are still refused"
        time.sleep(0.05)


def _all_there(folder: Path, acknowledged: list[str]) -> None:
    database = open_database(folder / "journal.db")
    reader = database.connect_reader()
    stored = {row[0] for row in reader.execute("SELECT control_id FROM messages")}
    sound = reader.execute("PRAGMA integrity_check").fetchall()
    reader.close()
    database.close()
    assert set(acknowledged) <= stored
    assert sound == [("ok",)]


def test_that_a_full_disk_is_answered_ae_and_messages_are_taken_again_when_there_is_room(small_disk: Path) -> None:
    acknowledged: list[str] = []
    settings = "[engine.storage]\nminimum_free_mb = 0\nballast_mb = 1\n"
    with EngineProcess(small_disk / "data", settings=settings) as engine:
        with Line(engine.mllp) as line:
            _flood_until_refused(line, acknowledged)
            assert len(acknowledged) > 20
            assert not (small_disk / "data" / "ballast").exists()
            for n in range(10):  # the line stays usable, and nothing is promised
                assert line.ask(message(f"F{n}", _TEXT)).code == "AE"
            (small_disk / "filler").unlink()
            _taken_again(line, acknowledged, within=5)
            assert (small_disk / "data" / "ballast").exists()
        assert engine.stop() == 0
    _all_there(small_disk / "data", acknowledged)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux's prlimit")
def test_that_an_io_error_is_answered_ae_and_the_next_good_write_aa(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    with EngineProcess(tmp_path / "data") as engine:
        with Line(engine.mllp) as line:
            assert line.ask(message("I0")).code == "AA"
            resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
            for n in range(5):  # every write behind the first 8 kB of a file fails now
                assert line.ask(message(f"I1-{n}")).code == "AE"
            resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            _taken_again(line, acknowledged, within=5)
        assert engine.stop() == 0
    _all_there(tmp_path / "data", [*acknowledged, "I0"])
