"""However a receiver's answers are cut into reads, every row meets the same fate."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.harness.load.answers import Answers
from console.harness.load.books import Books
from console.harness.load.ledger import Ledger, Outcome
from console.harness.load.lines import Line, Outlet, Reach
from console.harness.load.problems import Problems
from console.harness.scenario.model import AcknowledgmentMode, Connections, Target
from tests.fakes.scripted_receiver import ack

ROWS = 12
IDS = [b"ID%04d" % n for n in range(ROWS)]

ANSWERS = st.one_of(
    st.builds(
        ack,
        st.sampled_from([*IDS, b"NOBODY", b""]),
        st.sampled_from([b"AA", b"AA", b"AA", b"AE", b"AR", b"CA", b"ZZ"]),
        st.sampled_from([b"", b"some text", b"a \\F\\ b"]),
    ),
    st.sampled_from(IDS).map(lambda one: b"\x0bMSH#^~\\&#R#R#S#S#2026##ACK#1#T#2.5\rMSA#AA#" + one + b"#x\r\x1c\r"),
    st.sampled_from(IDS).map(lambda one: b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\nMSA|AA|" + one + b"\n\x1c\r"),
    st.sampled_from(
        [b"\x0bnot HL7\x1c\r", b"\x0b\x1c\r", b"stray", b"\r\n", b"\x0b\x0bMSH|^~\\&|R\rMSA|AA|ID0003\r\x1c\r"]
    ),
)


class _Supply:
    """Which rows went out under an id: what the real one remembers."""

    def __init__(self) -> None:
        self.specials: dict[int, Any] = {}

    def row_of(self, control_id: bytes) -> int | None:
        return IDS.index(control_id) if control_id in IDS else None


def fates(stream: bytes, cuts: list[int], *, window: int, enhanced: bool) -> dict[str, Any]:
    """Feeds the pieces to a line on which messages wait, `window` at a time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        problems = Problems(path / "p", path / "e")
        with Ledger.create(path / "l", ROWS, {}) as ledger:
            books = Books(ledger, problems, worker=0, kinds=("A",))
            outlet = Outlet()
            line = Line(0, Reach(Target(), 2, None), outlet)
            answers = Answers(
                books,
                _Supply(),  # type: ignore[arg-type]
                Connections(),
                AcknowledgmentMode(enhanced=enhanced),
                lambda *_: False,
            )
            todo = [(row, IDS[row], b"", outlet) for row in range(ROWS)]

            def refill() -> None:
                while todo and len(line.waiting) < window:
                    row = todo[0][0]
                    ledger.column("sent")[row] = 1
                    line.waiting.append(todo.pop(0))

            refill()
            at = 0
            for cut in [*sorted(set(cuts)), len(stream)]:
                if stream[at:cut]:
                    answers.take(line, stream[at:cut], 1)
                    if window == ROWS:
                        refill()
                at = cut
            waiting = [entry[0] for entry in line.waiting]
            found = {
                name: ledger.array(name, 0, ROWS).tolist() for name in ("outcome", "code", "flags", "answered")
            } | {"waiting": waiting, "unsolicited": books.unsolicited, "duplicates": books.duplicates}
        problems.close()
        return found


@given(st.lists(ANSWERS, min_size=1, max_size=ROWS), st.data(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_that_any_chunking_of_the_answers_gives_the_same_ledger(
    parts: list[bytes], data: st.DataObject, enhanced: bool
) -> None:
    stream = b"".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=20))
    whole = fates(stream, [], window=ROWS, enhanced=enhanced)
    assert fates(stream, cuts, window=ROWS, enhanced=enhanced) == whole
    assert fates(stream, list(range(len(stream))), window=ROWS, enhanced=enhanced) == whole


@given(st.permutations(range(ROWS)), st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=80, deadline=None)
def test_that_answers_in_any_order_and_any_pieces_find_their_rows(order: list[int], cuts: list[int]) -> None:
    codes = [b"AE" if row % 3 == 0 else b"AA" for row in range(ROWS)]
    stream = b"".join(ack(IDS[row], codes[row]) for row in order)
    found = fates(stream, [cut for cut in cuts if cut < len(stream)], window=ROWS, enhanced=False)
    wanted = [Outcome.FAILED if row % 3 == 0 else Outcome.ACCEPTED for row in range(ROWS)]
    assert found["outcome"] == wanted
    assert found["waiting"] == []
    assert found["unsolicited"] == found["duplicates"] == 0
