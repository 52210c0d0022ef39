"""What a person asks of a run before it starts: the scenario with the few settings that are changed for this once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunRequest:
    """`None` and '' mean: as the scenario has it. `scale` multiplies all rates; shares are 0 to 1. `script` is a
    listener script that answers instead of `target`. `confirmed` is the address a person typed to allow it."""

    scenario: Path
    title: str = ""
    target: str = ""
    seed: int | None = None
    scale: float = 1.0
    connections: int | None = None
    duplicates: float | None = None
    out_of_order: float | None = None
    malformed: float | None = None
    script: str = ""
    verify: str = ""
    """'' as the scenario has it; `none` leaves the check out; `engine` asks the engine at `engine`."""
    engine: str = ""
    """URL of the engine to ask afterwards instead of the scenario's."""
    token_file: Path | None = None
    """Where that engine's access token lies."""
    confirmed: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything differs from the scenario as it stands."""
        return self != RunRequest(self.scenario, self.title)
