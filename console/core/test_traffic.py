"""Whether a message is test traffic: the harness names itself as the sending facility (MSH-4) of all it makes.

What asks for a person (failures, silent senders, counts in red) leaves such messages out and says how many; everything
else keeps them and marks them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

HARNESS_FACILITY: Final = "HARNESS"
_HEADER: Final = 512
_NAMED: Final = re.compile(rb"(?<![A-Za-z0-9])HARNESS(?![A-Za-z0-9])")


def is_test_traffic(facility: str) -> bool:
    """By MSH-4.1, as it was sent."""
    return facility.strip() == HARNESS_FACILITY


def says_test(payload: bytes) -> bool:
    """Whether a message whose header cannot be read still names the harness in its first segment: the harness breaks
    headers on purpose, and that must not wake anybody either."""
    return _NAMED.search(payload[:_HEADER].partition(b"\r")[0]) is not None


def sent_as_test(sender: Mapping[str, Any] | None) -> bool:
    """By the `sender` in the detail of `message.received`: {"application", "facility"}."""
    return bool(sender) and is_test_traffic(str((sender or {}).get("facility") or ""))
