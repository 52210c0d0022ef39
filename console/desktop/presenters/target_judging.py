"""Whether a run may go to its targets, and which receivers the allow-list names. Blocks: for the io thread.

Names are looked up and a file is read, by the same rules as the command itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from console.core.errors import EnvironmentFault
from console.desktop.presenters.run_targets import ListedTarget, split_address


def listed_targets(data: Path) -> tuple[ListedTarget, ...]:
    """Blocks: reads the allow-list. Raises ScenarioError when it is wrong."""
    from console.harness.allow_list import FILE_NAME, read_allow_list

    return tuple(
        ListedTarget(
            entry.name,
            f"[{entry.host}]:{entry.port}" if ":" in entry.host else f"{entry.host}:{entry.port}",
            entry.environment.value,
        )
        for entry in read_allow_list(data / FILE_NAME).entries
        if entry.port
    )


def judge_targets(addresses: Sequence[str], data: Path, confirmed: str) -> None:
    """Blocks: looks names up and reads the allow-list. Raises what `safety.check_target` raises."""
    from console.harness.allow_list import FILE_NAME, read_allow_list
    from console.harness.safety import check_target
    from console.harness.scenario.model import Target

    allow_list = read_allow_list(data / FILE_NAME)
    for address in addresses:
        parts = split_address(address)
        if parts is None:
            raise EnvironmentFault(f"{address} is no address like 127.0.0.1:2575.", code="bad-address", retryable=False)
        check_target(
            Target(host=parts[0], port=parts[1]), allow_list=allow_list, confirmed=(confirmed,) if confirmed else ()
        )
