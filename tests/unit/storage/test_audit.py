"""The audit log on a real database: written by the journal's writer, sealed, anchored, and telling when touched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault
from console.engine.audit_keeping import ANCHOR_FILE, FileAnchor, ensure_audit_key
from console.evidence.audit_chain import Anchor, Flaw
from console.storage import audit as audit_module
from console.storage.audit import Access, AuditLog
from console.storage.audit_reading import AuditFilter, audit_json, audit_rows
from tests.builders.store import Store

KEY = bytes(range(32))


class MemoryAnchor:
    """Keeps the anchor in memory; can be told to fail."""

    def __init__(self) -> None:
        self.kept: Anchor | None = None
        self.failures = 0
        self.written = threading.Event()

    def read(self) -> Anchor | None:
        return self.kept

    def write(self, kept: Anchor) -> None:
        if self.failures:
            self.failures -= 1
            raise EnvironmentFault("full", code="file-not-writable")
        self.kept = kept
        self.written.set()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def keeper() -> MemoryAnchor:
    return MemoryAnchor()


@pytest.fixture
def log(store: Store, keeper: MemoryAnchor) -> Iterator[AuditLog]:
    opened = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    opened.start()
    yield opened
    opened.stop()


def access(number: int, *patients: str) -> Access:
    return Access(
        at=1_700_000_000_000_000 + number,
        entry_id=f"e{number}",
        actor="owner",
        action="read",
        resource=f"GET /traces/t{number}",
        outcome="ok",
        request_id=f"r{number}",
        patient_ids=patients,
        detail={"status": 200},
    )


def record(log: AuditLog, count: int, *, first: int = 1) -> None:
    futures: list[Future[None]] = [log.record(access(n, f"p{n % 2}")) for n in range(first, first + count)]
    for future in futures:
        future.result(10)


def test_that_what_was_recorded_is_listed_and_the_chain_holds(log: AuditLog, store: Store) -> None:
    record(log, 25)
    with store.database.reader() as connection:
        rows = audit_rows(connection, AuditFilter(), after=None, limit=10)
        older = audit_rows(connection, AuditFilter(), after=rows[9].seq, limit=100)
        assert [row.seq for row in rows[:10]] + [row.seq for row in older] == list(range(25, 0, -1))
        assert len(audit_rows(connection, AuditFilter(patient_id="p1"), after=None, limit=100)) == 13
        assert audit_json(rows[0])["resource"] == "GET /traces/t25"
    answer = log.verify()
    assert answer.intact
    assert answer.entries == 25


def test_that_an_entry_about_many_patients_is_found_by_each(log: AuditLog, store: Store) -> None:
    log.record(access(1, "pat-1", "pat-2")).result(10)
    log.record(access(2, "pat-3")).result(10)
    with store.database.reader() as connection:
        for patient, count in (("pat-1", 1), ("pat-2", 1), ("pat-3", 1), ("pat-", 0), ("pat-4", 0)):
            assert len(audit_rows(connection, AuditFilter(patient_id=patient), after=None, limit=9)) == count


def test_that_the_anchor_follows_the_head_and_stays_with_it_on_stop(store: Store, keeper: MemoryAnchor) -> None:
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    record(log, 40)
    log.stop()
    assert keeper.kept is not None
    assert keeper.kept.seq == 40


def test_that_many_requests_share_a_commit(log: AuditLog, store: Store) -> None:
    held = threading.Event()
    blocked = store.journal.submit(lambda _write: held.wait(10))
    before = store.journal.commits
    futures = [log.record(access(n)) for n in range(1, 201)]
    held.set()
    blocked.result(10)
    for future in futures:
        future.result(10)
    assert store.journal.commits - before <= 4


def test_that_a_log_goes_on_after_a_restart(store: Store, keeper: MemoryAnchor) -> None:
    for start in (1, 6):
        log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
        log.start()
        record(log, 5, first=start)
        log.stop()
    assert log.verify().intact
    assert log.verify().entries == 10


def test_that_an_anchor_left_behind_by_a_crash_is_no_flaw(store: Store, keeper: MemoryAnchor) -> None:
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    record(log, 5)
    log.stop()
    kept = keeper.kept
    again = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    again.start()
    record(again, 5, first=6)
    again.stop()
    keeper.kept = kept
    assert again.verify().intact


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE seq = 3", Flaw.CHANGED),
        ("UPDATE audit SET detail = x'00' WHERE seq = 3", Flaw.CHANGED),
        ("UPDATE audit SET detail = CAST(detail AS TEXT) WHERE seq = 3", Flaw.CHANGED),
        ("UPDATE audit SET recorded_at = recorded_at + 1 WHERE seq = 3", Flaw.CHANGED),
        ("UPDATE audit SET resource = CAST(resource AS BLOB) WHERE seq = 3", Flaw.CHANGED),
        ("DELETE FROM audit WHERE seq = 3", Flaw.MISSING),
        ("DELETE FROM audit WHERE seq > 3", Flaw.TRUNCATED),
        ("DELETE FROM audit", Flaw.TRUNCATED),
        ("UPDATE audit SET seq = seq + 1 WHERE seq = 10", Flaw.MISSING),
        ("UPDATE audit SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 ELSE seq END", Flaw.OUT_OF_PLACE),
    ],
)
def test_that_tampering_in_the_table_is_found(log: AuditLog, store: Store, statement: str, flaw: Flaw) -> None:
    record(log, 10)
    log.stop()
    store.write(lambda write: write.execute(statement))
    store.write(lambda write: write.execute("UPDATE audit SET seq = -seq WHERE seq < 0"))
    answer = log.verify()
    assert not answer.intact
    if "seq = CASE" not in statement:
        assert answer.findings[0].flaw is flaw


def test_that_a_cut_log_that_goes_on_growing_is_still_found_cut(store: Store, keeper: MemoryAnchor) -> None:
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    record(log, 10)
    log.stop()
    store.write(lambda write: write.execute("DELETE FROM audit WHERE seq > 5"))
    again = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    again.start()
    assert not again.sound
    record(again, 10, first=11)
    again.stop()
    assert [f.flaw for f in again.verify().findings] == [Flaw.CHANGED]
    assert again.verify().findings[0].seq == 10


def test_that_a_cut_while_the_engine_runs_is_found_too(store: Store, keeper: MemoryAnchor) -> None:
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    record(log, 10)
    keeper.written.wait(10)
    store.write(lambda write: write.execute("DELETE FROM audit WHERE seq > 5"))
    record(log, 3, first=11)
    assert not log.sound
    log.stop()
    assert not log.verify().intact


def test_that_a_failing_anchor_does_not_stop_the_log(
    store: Store, keeper: MemoryAnchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "RETRY_S", 0.0)
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    keeper.written.clear()
    keeper.failures = 3
    record(log, 1)
    assert keeper.written.wait(10)
    log.stop()
    assert log.verify().intact


def test_that_too_many_waiting_entries_are_refused(
    log: AuditLog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "PENDING_LIMIT", 5)
    held = threading.Event()
    blocked = store.journal.submit(lambda _write: held.wait(10))
    futures = [log.record(access(n)) for n in range(1, 7)]
    with pytest.raises(EnvironmentFault, match="not shown"):
        log.record(access(7))
    held.set()
    blocked.result(10)
    for future in futures:
        future.result(10)


def test_that_a_journal_that_is_gone_is_told_to_who_waits(store: Store, keeper: MemoryAnchor) -> None:
    log = AuditLog(store.database, store.journal, key=KEY, keeper=keeper)
    log.start()
    store.journal.stop()
    with pytest.raises(EnvironmentFault):
        log.record(access(1)).result(10)
    log.stop()


def test_that_key_and_anchor_are_private_files_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = ensure_audit_key(folder)
    assert ensure_audit_key(folder) == key
    anchor = FileAnchor(folder)
    assert anchor.read() is None
    anchor.write(Anchor(3, "a" * 64, "b" * 64))
    assert anchor.read() == Anchor(3, "a" * 64, "b" * 64)
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    (folder / ANCHOR_FILE).write_text("rubbish")
    assert anchor.read() == Anchor(-1, "", "")
