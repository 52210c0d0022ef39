"""An engine that says AA before the message is on the disk: the control that the kill test must catch.

python -m tests.fakes.hasty_engine engine serve ...
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from console.cli.main import main
from console.engine.intake import Intake
from console.storage.messages import Stored, accept


def _submit(self: Any) -> None:
    judged, self._new = self._new, []
    arrivals = [arrival for _, judgement in judged for arrival in judgement.arrivals()]
    self._settle(judged, [Stored(arrival.event_id, arrival.trace_id) for arrival in arrivals])

    def done(_outcomes: Sequence[Any]) -> None: ...

    self._journal.submit_group(accept, arrivals, done)


if __name__ == "__main__":
    Intake._submit = _submit  # type: ignore[method-assign]
    sys.exit(main())
