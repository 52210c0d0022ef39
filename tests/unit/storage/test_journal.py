"""One writer, one commit for many, no lie about what is on the disk."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest

from console.core.errors import Bug, EnvironmentFault
from console.core.events import Event, Kind
from console.storage.database import Database, DriverConnection, open_database
from console.storage.journal import Journal
from console.storage.reserve import Reserve
from console.storage.write import WriteTransaction
from tests.builders.events import JournalBuilder

_builder = JournalBuilder()


def _event() -> Event:
    return _builder.add(Kind.RECEIVED)


def _events(database: Database) -> int:
    reader = database.connect_reader()
    try:
        return int(reader.execute("SELECT count(*) FROM events").fetchone()[0])
    finally:
        reader.close()


def _set(name: str, value: str) -> Any:
    def job(write: WriteTransaction) -> None:
        write.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (name, value))

    return job


def _hold(journal: Journal) -> threading.Event:
    """Keeps the writer busy until the event is set, so that what follows rides in one batch."""
    busy, release = threading.Event(), threading.Event()

    def job(_write: WriteTransaction) -> None:
        busy.set()
        release.wait(10)

    journal.submit(job)
    assert busy.wait(10)
    return release


def test_that_a_future_resolves_only_after_the_commit(database: Database) -> None:
    seen: list[int] = []

    class Watched(Journal):
        def _commit(self, connection: DriverConnection) -> None:
            seen.append(sum(future.done() for future in futures))
            super()._commit(connection)

    journal = Watched(database)
    journal.start()
    futures: list[Future[None]] = []
    release = _hold(journal)
    futures.extend(journal.submit(_set(f"name{n}", "x")) for n in range(10))
    release.set()
    wait(futures)
    assert all(count == 0 for count in seen)
    journal.stop()


def test_that_what_queued_up_shares_one_commit(journal: Journal, database: Database) -> None:
    release = _hold(journal)
    before = journal.commits
    futures = [journal.submit(lambda write: write.append([_event()])) for _ in range(100)]
    release.set()
    seqs = [future.result(10) for future in futures]
    assert [seq for row in seqs for seq in row] == list(range(1, 101))
    assert journal.commits - before <= 3
    assert _events(database) == 100


def test_that_a_batch_is_bounded(database: Database) -> None:
    journal = Journal(database, max_batch=10)
    journal.start()
    release = _hold(journal)
    before = journal.commits
    futures = [journal.submit(_set(f"n{n}", "")) for n in range(95)]
    release.set()
    wait(futures)
    assert journal.commits - before >= 10
    journal.stop()


def test_that_a_failing_job_is_undone_alone(journal: Journal, database: Database) -> None:
    def fails(write: WriteTransaction) -> None:
        write.append([_event(), _event()])
        write.execute("INSERT INTO settings (name, value) VALUES ('half', 'done')")
        raise ValueError("second thoughts")

    release = _hold(journal)
    first = journal.submit(lambda write: write.append([_event()]))
    bad = journal.submit(fails)
    last = journal.submit(lambda write: write.append([_event()]))
    release.set()
    assert first.result(10) == range(1, 2)
    with pytest.raises(ValueError, match="second thoughts"):
        bad.result(10)
    assert last.result(10) == range(2, 3)  # no gap
    assert journal.submit(lambda w: w.query("SELECT * FROM settings WHERE name = 'half'")).result(10) == []
    assert _events(database) == 2


def test_that_listeners_hear_of_each_commit_once_with_its_positions(database: Database) -> None:
    heard: list[tuple[int, int]] = []
    journal = Journal(database)

    def deaf(_first: int, _last: int) -> None:
        raise RuntimeError("not listening")

    journal.on_commit(deaf)
    journal.on_commit(lambda first, last: heard.append((first, last)))
    journal.start()
    journal.submit(lambda write: write.append([_event(), _event()])).result(10)
    journal.submit(_set("no", "events")).result(10)
    journal.submit(lambda write: write.append([_event()])).result(10)
    journal.stop()
    assert heard == [(1, 2), (3, 3)]


def test_that_positions_go_on_after_a_restart(tmp_path: Path) -> None:
    for start in (1, 4):
        database = open_database(tmp_path / "journal.db")
        journal = Journal(database)
        journal.start()
        assert journal.last_seq == start - 1
        row = journal.submit(lambda write: write.append([_event() for _ in range(3)])).result(10)
        assert row.start == start
        journal.stop()
        database.close()


def test_that_background_work_comes_last_and_each_in_a_commit_of_its_own(database: Database) -> None:
    order: list[str] = []
    batches: list[list[str]] = []

    class Watched(Journal):
        def _commit(self, connection: DriverConnection) -> None:
            super()._commit(connection)
            batches.append(order.copy())
            order.clear()

    journal = Watched(database)
    journal.start()
    release = _hold(journal)
    slow = [journal.submit_background(lambda _w, n=n: order.append(f"slow{n}")) for n in range(3)]
    fast = [journal.submit(lambda _w, n=n: order.append(f"fast{n}")) for n in range(3)]
    release.set()
    wait([*slow, *fast])
    journal.stop()
    assert batches == [[], ["slow0"], ["fast0", "fast1", "fast2"], ["slow1"], ["slow2"]]


def _grouped(journal: Journal, work: Any, *groups: list[Any]) -> list[list[Any]]:
    """Submits the groups into one batch; gives each one's outcomes."""
    answers: list[list[Any]] = [[] for _ in groups]
    told = threading.Semaphore(0)
    release = _hold(journal)
    for n, items in enumerate(groups):

        def done(outcomes: Any, n: int = n) -> None:
            answers[n] = list(outcomes)
            told.release()

        journal.submit_group(work, items, done)
    release.set()
    for _ in groups:
        assert told.acquire(timeout=10)
    return answers


def test_that_grouped_work_is_called_once_for_everybody_and_answers_each(journal: Journal) -> None:
    calls: list[list[int]] = []

    def work(_write: WriteTransaction, items: Any) -> list[int]:
        calls.append(list(items))
        return [item * 10 for item in items]

    assert _grouped(journal, work, [1, 2], [3]) == [[10, 20], [30]]
    assert calls == [[1, 2, 3]]


def test_that_one_bad_item_of_a_group_hurts_only_itself(journal: Journal) -> None:
    def work(write: WriteTransaction, items: Any) -> list[int]:
        for item in items:
            write.execute("INSERT INTO settings (name, value) VALUES (?, '')", (f"item{item}",))
            if item == 2:
                raise ValueError("two is bad")
        return list(items)

    first, second = _grouped(journal, work, [1, 2], [3])
    assert first[0] == 1
    assert isinstance(first[1], ValueError)
    assert second == [3]
    rows = journal.submit(lambda w: w.query("SELECT name FROM settings WHERE name LIKE 'item%' ORDER BY 1")).result(10)
    assert rows == [("item1",), ("item3",)]


class _Faulty:
    """A connection whose COMMIT fails as the disk would have it."""

    def __init__(self, inner: DriverConnection, faults: list[BaseException]) -> None:
        self._inner = inner
        self._faults = faults

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        if sql == "COMMIT" and self._faults:
            raise self._faults.pop()
        return self._inner.execute(sql, parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        return self._inner.executemany(sql, rows)

    def interrupt(self) -> None:
        self._inner.interrupt()

    def close(self) -> None:
        self._inner.close()


def _io_error() -> BaseException:
    from sqlcipher3 import dbapi2

    error: BaseException = dbapi2.OperationalError("disk I/O error")
    error.sqlite_errorcode = 10 | (4 << 8)  # type: ignore[attr-defined]  # SQLITE_IOERR_FSYNC
    return error


def test_that_an_io_error_at_commit_fails_the_batch_and_the_next_one_succeeds(tmp_path: Path) -> None:
    faults: list[BaseException] = []
    plain = open_database(tmp_path / "journal.db")
    database = Database(plain.path, connect=lambda path: _Faulty(plain._connect(path), faults))
    journal = Journal(database)
    journal.start()
    faults.append(_io_error())
    with pytest.raises(EnvironmentFault) as refused:
        journal.submit(lambda write: write.append([_event()])).result(10)
    assert refused.value.code == "store-io-error"
    assert refused.value.retryable
    assert journal.fault is refused.value
    assert _events(database) == 0
    assert journal.submit(lambda write: write.append([_event()])).result(10) == range(1, 2)
    assert journal.fault is None
    journal.stop()
    assert _events(database) == 1
    database.close()
    plain.close()


def test_that_a_full_disk_fails_the_batch_gives_up_the_ballast_and_recovers(database: Database, tmp_path: Path) -> None:
    now = [0.0]
    free = [10_000_000]
    reserve = Reserve(
        tmp_path / "ballast", ballast=65536, minimum_free=0, monotonic=lambda: now[0], free_bytes=lambda _p: free[0]
    )
    journal = Journal(database, reserve=reserve)
    journal.start()

    def fill(write: WriteTransaction, items: Any) -> list[bool]:
        for _ in items:
            write.execute("INSERT INTO settings (name, value) VALUES (hex(randomblob(8)), ?)", ("x" * 3000,))
        return [True] * len(items)

    assert _grouped(journal, fill, [1]) == [[True]]
    assert (tmp_path / "ballast").stat().st_size == 65536
    pages = journal.submit(lambda w: w.query("PRAGMA page_count")[0][0]).result(10)
    journal.submit(lambda w: w.query(f"PRAGMA max_page_count={pages + 4}")).result(10)
    answers = _grouped(journal, fill, list(range(50)), [1])
    assert all(
        isinstance(outcome, EnvironmentFault) and outcome.code == "store-full" for group in answers for outcome in group
    )
    assert not (tmp_path / "ballast").exists()

    free[0] = 0  # no room: grouped work is refused at once, other jobs may use what the ballast freed
    assert isinstance(_grouped(journal, fill, [1])[0][0], EnvironmentFault)
    journal.submit(lambda write: write.append([_event()])).result(10)
    assert journal.fault is not None  # health says so, though other jobs still go through
    assert journal.fault.code == "store-full"

    free[0] = 10_000_000
    now[0] += 10
    journal.submit(lambda w: w.query("PRAGMA max_page_count=1000000")).result(10)
    assert _grouped(journal, fill, [1]) == [[True]]
    assert journal.fault is None
    assert (tmp_path / "ballast").exists()
    journal.stop()


def test_that_a_job_that_ends_the_transaction_is_a_bug_and_is_survived(journal: Journal) -> None:
    def rude(write: WriteTransaction) -> None:
        write.execute("ROLLBACK")
        raise ValueError("and out")

    with pytest.raises(Bug):
        journal.submit(rude).result(10)
    assert journal.submit(lambda write: write.append([_event()])).result(10) == range(1, 2)


def test_that_stopping_commits_what_was_submitted_and_refuses_the_rest(database: Database) -> None:
    journal = Journal(database)
    journal.start()
    release = _hold(journal)
    futures = [journal.submit(lambda write: write.append([_event()])) for _ in range(20)]
    late = journal.submit_background(lambda write: write.append([_event()]))
    release.set()
    assert journal.stop(10)
    assert all(future.done() for future in [*futures, late])
    assert _events(database) == 21
    with pytest.raises(EnvironmentFault, match="stopping"):
        journal.submit(_set("too", "late"))
    assert journal.stop(1)


def test_that_an_event_is_stored_as_it_was_given(journal: Journal, database: Database) -> None:
    event = _builder.add(Kind.RECEIVED, detail={"size": 7})
    journal.submit(lambda write: write.append([event])).result(10)
    reader = database.connect_reader()
    row = reader.execute("SELECT event_id, kind, hop, state, detail, keys, error FROM events").fetchone()
    reader.close()
    assert row == (event.event_id, "message.received", "intake", "accepted", b'{"size":7}', None, None)
