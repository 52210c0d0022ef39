"""On the real road: what the harness sends and what stops of it is marked all the way, and asks nobody."""

from __future__ import annotations

from pathlib import Path

from console.core.events import Kind
from console.storage.failure_reading import failure_groups, kept_out, queue_depths
from tests.builders.road import on_the_road, result

UNKNOWN = "K-PL^Potassium (plasma)^L-LIS"


def test_that_a_stopped_message_of_the_harness_is_kept_out_and_a_real_one_is_not(tmp_path: Path) -> None:
    with on_the_road(tmp_path / "data") as road:
        real = result("P1", "F", "4.1", code=UNKNOWN)
        test = result("P2", "F", "4.2", code=UNKNOWN).replace("|LIS|STB|EHR|", "|LIS|HARNESS|EHR|", 1)
        stopped = road.go(real, test)
        assert [road.outcome(trace).kind for trace in stopped] == [Kind.DEAD_LETTERED] * 2
        rows = road.reader.execute("SELECT trace_id, test FROM dead_letters").fetchall()
        assert {str(trace): bool(marked) for trace, marked in rows} == {stopped[0]: False, stopped[1]: True}
        with road.database.reader() as connection:
            [group] = failure_groups(connection)
            assert group["count"] == 1
            assert [g["count"] for g in failure_groups(connection, test=True)] == [1]
            assert queue_depths(connection)["dead_letters"] == 1
            assert kept_out(connection) == 1
