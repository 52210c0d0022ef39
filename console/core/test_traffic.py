"""Whether a message is test traffic: the harness names itself as the sending facility (MSH-4) of all it makes.

What asks for a person (failures, silent senders, counts in red) leaves such messages out and says how many; everything
else keeps them and marks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

HARNESS_FACILITY: Final = "HARNESS"


def is_test_traffic(facility: str) -> bool:
    """By MSH-4.1, as it was sent."""
    return facility.strip() == HARNESS_FACILITY


def sent_as_test(sender: Mapping[str, Any] | None) -> bool:
    """By the `sender` in the detail of `message.received`: {"application", "facility"}."""
    return bool(sender) and is_test_traffic(str((sender or {}).get("facility") or ""))
