"""Where a run keeps its things: one folder a run below the data folder, names that say what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`<data>/harness/runs/<run id>/`. The run id (`H-7KQ2M9`) is a hash of scenario, seed and hospital time, so the
    same bytes carry the same id; a second run of the same gets a folder with `-2` behind it."""

    path: Path

    @property
    def scenario(self) -> Path:
        """The scenario file as it was."""
        return self.path / "scenario.toml"

    @property
    def plan(self) -> Path:
        """What was settled before the first byte: run id, seed, starts, targets, overrides (JSON)."""
        return self.path / "plan.json"

    def ledger(self, worker: int) -> Path:
        return self.path / f"ledger-{worker}.bin"

    def problems(self, worker: int) -> Path:
        """Answers that were not plainly positive, one JSON object a line: see load.live.Problem."""
        return self.path / f"problems-{worker}.jsonl"

    def events(self, worker: int) -> Path:
        """What a worker did to its connections on purpose, one JSON object a line: `kind` (a FaultKind), `label` (a
        sentence), `at_s` and `until_s` (seconds of the run; a line is written when it begins, and once more, with the
        same `at_s` and `kind`, when its end or its result is known: the later line counts)."""
        return self.path / f"events-{worker}.jsonl"

    def looks(self, worker: int) -> Path:
        """What the clock said (seconds of the run, little-endian doubles) whenever a closed run asked it for a fault's
        window: with it the run can be made again. Only there when that happened."""
        return self.path / f"looks-{worker}.bin"

    def faults(self, worker: int) -> Path:
        """Each row that a fault of messages happened to and what was done to it, one JSON object a line, as they were
        made (see fault_notes). Only there when that happened."""
        return self.path / f"faults-{worker}.jsonl"

    @property
    def capture(self) -> Path:
        """What the run's own receiver took, if it had one."""
        return self.path / "capture"

    @property
    def snapshots(self) -> Path:
        """The live snapshots as they were told, one JSON object a line."""
        return self.path / "snapshots.jsonl"

    @property
    def report(self) -> Path:
        return self.path / "report.json"

    @property
    def html(self) -> Path:
        return self.path / "report.html"
