"""What a run sent, row for row: its ledger beside the content made again, read once, sorted by order number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from console.core.errors import InvalidMessage, Refused
from console.harness.content.making import make_source
from console.harness.load.ledger import NO_ORIGIN, Control, Ledger, Outcome
from console.harness.load.plan import Plan
from console.harness.load.rows import payload_of, rows_in, shots_of_run
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import Shots, Special
from console.harness.verdict.expected import Expected
from console.harness.verdict.order_numbers import put, settle_numbers
from console.harness.verdict.people import People
from console.harness.verdict.spool import Spool, parts_for
from console.harness.verdict.truth import MERGES, MessageTruth, ResultFact, read_truth
from console.harness.verdict.versions import Fate, SentRow
from console.hl7v2.acknowledgment import parse_ack

_COLUMNS = ("sent", "answered", "outcome", "code", "attempts", "kind", "size", "origin")
SMALL, LARGE = 500, 20_000
Told = Callable[[int, int], None]
"""Called with (rows read, rows there are)."""


@dataclass(slots=True)
class Survey:
    """Everything the comparison needs of a run. Close it: its spool may be on disk.

    `swaps`: rows whose acknowledgment named another row of the run. `last_answer_s` in seconds of the run; `began_us`:
    microseconds since the epoch at second 0, 0 when the ledger does not say."""

    plan: Plan
    people: People
    spool: Spool
    rows: int = 0
    results: int = 0
    swaps: list[tuple[SentRow, str, SentRow]] = field(default_factory=list)
    last_answer_s: float = 0.0
    began_us: int = 0
    loose: Spool | None = None
    """Rows with results that came without a filler number, until it is known whose they are."""
    numbered: int = 0
    """Results that came with one."""
    unreadable: int = 0
    """Sound rows that no truth could be read from: none, unless the content itself is no HL7."""

    def expected(self, part: int) -> Expected:
        """The fold over one part's rows."""
        made = Expected(self.people)
        for row, facts in self.spool.read(part):
            made.add(SentRow._make(row), (ResultFact._make(one) for one in facts))
        return made

    def close(self) -> None:
        self.spool.close()
        if self.loose is not None:
            self.loose.close()


def survey(folder: RunFolder, plan: Plan, *, told: Told | None = None) -> Survey:
    """Reads a finished run. Raises Refused when its ledger is gone (`no-ledger`) or its content has changed."""
    total = sum(rows_in(folder, worker) for worker in range(plan.workers))
    made = Survey(plan, People(), Spool(parts_for(_size(folder, plan)), folder.path))
    try:
        reader = _Reader(folder, plan, made)
        for worker in range(plan.workers):
            for _ in reader.worker(worker):
                if told is not None:
                    told(made.rows, total)
        reader.hurt_rows()
        reader.name_swaps()
        if made.loose is not None:
            made.spool, made.loose = settle_numbers(made.spool, made.loose, numbered=made.numbered), None
    except BaseException:
        made.close()
        raise
    return made


def _size(folder: RunFolder, plan: Plan) -> int:
    """About how many bytes of results the run's messages hold: a large one is one attachment."""
    total = 0
    for worker in range(plan.workers):
        with Ledger(folder.ledger(worker), writable=False) as ledger:
            total += int(np.clip(ledger.array("size"), SMALL, LARGE).sum(dtype=np.int64))
    return total


class _Reader:
    def __init__(self, folder: RunFolder, plan: Plan, survey: Survey) -> None:
        self._folder = folder
        self._plan = plan
        self._survey = survey
        self._named = _named_ids(folder, plan)
        """(worker, row) -> the control id that its acknowledgment named instead."""
        self._wanted = set(self._named.values())
        self._by_id: dict[str, SentRow] = {}
        self._misnamed: list[tuple[SentRow, str]] = []
        self._hurt: dict[int, list[tuple[SentRow, str, bytes]]] = {}
        """Broken and damaged rows by the content message they carried: its own words are read afterwards."""

    def worker(self, worker: int) -> Iterator[int]:
        """Reads a worker's rows, chunk by chunk."""
        survey = self._survey
        try:
            ledger = Ledger(self._folder.ledger(worker), writable=False)
        except (OSError, ValueError, KeyError) as error:
            raise Refused(f"The ledger {self._folder.ledger(worker)} cannot be read.", code="no-ledger") from error
        with ledger:
            kinds = [str(kind) for kind in ledger.description.get("kinds", [])]
            survey.began_us = survey.began_us or int(ledger.words[Control.STARTED_UTC])
            at = 0
            for chunk in shots_of_run(self._folder, self._plan, worker):
                cells = {name: ledger.array(name, at, at + len(chunk)).tolist() for name in _COLUMNS}
                self._chunk(worker, at, chunk, cells, kinds)
                at += len(chunk)
                survey.rows += len(chunk)
                yield at

    def _chunk(self, worker: int, first: int, chunk: Shots, cells: dict[str, list[int]], kinds: list[str]) -> None:
        survey = self._survey
        sent, answered, outcome, code, attempts, kind, size, origin = (cells[name] for name in _COLUMNS)
        for at, frame in enumerate(chunk.frames):
            if (size[at] and size[at] != len(frame)) or (size[at] and origin[at] != chunk.origins[at]):
                raise Refused(
                    f"The content of {self._folder.path} cannot be made again as it was: row {first + at} of worker "
                    f"{worker} is another message now. A file that the scenario names has changed, or the run was made "
                    "by another version of Signalbox.",
                    code="content-changed",
                )
        survey.last_answer_s = max(survey.last_answer_s, max(answered, default=0) / 1e9)
        for at, frame in enumerate(chunk.frames):
            special = chunk.specials.get(at)
            name = kinds[kind[at]] if kind[at] < len(kinds) else ""
            row = SentRow(
                worker,
                first + at,
                chunk.control_ids[at].decode("utf-8", "replace"),
                sent[at],
                answered[at],
                outcome[at],
                code[at],
                attempts[at],
                special.fault.value if special is not None else "",
                special is not None and special.broken,
                special is not None and special.damaged,
            )
            if outcome[at] == Outcome.WRONG_ID and (worker, first + at) in self._named:
                self._misnamed.append((row, self._named[worker, first + at]))
            if row.control_id in self._wanted:
                self._by_id.setdefault(row.control_id, row)
            if row.broken or row.damaged:
                self._hurt_row(row, name, frame, special, chunk.origins[at])
                continue
            truth = _truth(frame[1:-2] if special is None else payload_of(frame, special), name)
            if truth is None:
                survey.unreadable += 1
            elif truth.results or truth.patients:
                self._take(row, truth)

    def _take(self, row: SentRow, truth: MessageTruth, facts: Iterable[ResultFact] | None = None) -> None:
        survey = self._survey
        fate = row.fate
        counts = fate in (Fate.CERTAIN, Fate.OPEN, Fate.DAMAGED)  # where it may have been taken, both are right
        person = survey.people.meet(truth.patients, join=counts)
        if truth.merged and counts and truth.kind.partition("^")[2] in MERGES:
            for old in truth.merged:
                survey.people.join(person, survey.people.meet([old]))
        results = truth.results if facts is None else tuple(facts)
        if not results:
            return
        survey.results += len(results)
        whole = tuple(row._replace(person=person, time=truth.time))
        loose = [one for one in results if not one.filler]
        survey.numbered += len(results) - len(loose)
        if loose:
            if survey.loose is None:
                survey.loose = Spool(survey.spool.parts, self._folder.path)
            put(survey.loose, whole, loose)
            results = tuple(one for one in results if one.filler)
        put(survey.spool, whole, results)

    # ------------------------------------------------------------ what was broken on purpose

    def _hurt_row(self, row: SentRow, kind: str, frame: bytes, special: Special | None, origin: int) -> None:
        if origin == NO_ORIGIN:
            return
        hurt = payload_of(frame, special) if row.damaged else b""
        self._hurt.setdefault(origin, []).append((row, kind, hurt))

    def hurt_rows(self) -> None:
        """Broken and damaged rows are judged by what their content meant, and by what is left in their bytes."""
        if not self._hurt:
            return
        last = max(self._hurt)
        first = 0
        plan = self._plan
        for chunk in make_source(plan.scenario, seed=plan.seed, starts=plan.starts).chunks():
            for at, payload in enumerate(chunk.payloads):
                for row, kind, hurt in self._hurt.get(first + at, ()):
                    self._hurt_truth(row, _truth(payload, kind), _truth(hurt, kind) if hurt else None)
            first += len(chunk)
            if first > last:
                break

    def _hurt_truth(self, row: SentRow, meant: MessageTruth | None, left: MessageTruth | None) -> None:
        if meant is None:
            return
        facts = dict.fromkeys(meant.results)
        if left is not None:
            facts.update(dict.fromkeys(left.results))
            self._survey.people.meet((*meant.patients, *left.patients))
        self._take(row, meant, facts)

    def name_swaps(self) -> None:
        for row, named in self._misnamed:
            other = self._by_id.get(named)
            if other is not None and (other.worker, other.row) != (row.worker, row.row):
                self._survey.swaps.append((row, named, other))


def _truth(payload: bytes, kind: str) -> MessageTruth | None:
    try:
        return read_truth(payload, kind)
    except InvalidMessage:
        return None


def _named_ids(folder: RunFolder, plan: Plan) -> dict[tuple[int, int], str]:
    """What the acknowledgments named that named another message, from the problems the workers noted."""
    found: dict[tuple[int, int], str] = {}
    for worker in range(plan.workers):
        try:
            lines = folder.problems(worker).read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        for line in lines:
            try:
                body = json.loads(line)
            except ValueError:
                continue  # the last line of a worker that was killed
            if body.get("outcome") == "wrong-id" and int(body.get("row", -1)) >= 0:
                named = parse_ack(str(body.get("answer", "")).encode("latin-1", "replace"))
                if named.control_id:
                    found[worker, int(body["row"])] = named.control_id
    return found
