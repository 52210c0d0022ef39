"""`signalbox doctor`: is everything here that Signalbox needs, and does it work."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from console.cli.engine_access import add_engine_options, print_json
from console.cli.text import clean, padded, width

if TYPE_CHECKING:
    from console.cli.doctor_checks import Check


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--selftest", action="store_true", help="also send a message through an engine of its own, end to end"
    )
    add_engine_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing failed, 1 otherwise. Warnings do not count."""
    from console.cli.doctor_checks import Verdict, examine

    checks = examine(arguments)
    failed = sum(1 for check in checks if check.verdict is Verdict.FAILED)
    if arguments.json:
        print_json({"healthy": not failed, "checks": [check.as_json() for check in checks]})
        return 1 if failed else 0
    widest = max(width(check.name) for check in checks)
    for check in checks:
        print(f"{padded(check.verdict.value, 7)} {padded(check.name, widest)}  {clean(check.text)}")
        if check.what_to_do:
            print(f"{' ' * (9 + widest)} {clean(check.what_to_do)}")
    print(f"\n{_sum(checks, failed)}")
    return 1 if failed else 0


def _sum(checks: list[Check], failed: int) -> str:
    warnings = sum(1 for check in checks if check.verdict.value == "warning")
    if failed:
        return f"{failed} of {len(checks)} checks failed."
    if warnings:
        return f"Nothing failed; {warnings} of {len(checks)} checks warn."
    return f"All {len(checks)} checks passed."
