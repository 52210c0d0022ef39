"""`signalbox harness`: send a scenario or a message, listen with a script, verify a run again, probe a receiver."""

from __future__ import annotations

import argparse
import importlib
import sys

ACTIONS = {
    "send": ("console.cli.harness_send", "run a scenario, or send a message, a file or a folder"),
    "show": ("console.cli.harness_show", "one message of a run, as it went out, and what became of it"),
    "listen": ("console.cli.harness_listen", "a receiver that answers as its script says"),
    "verify": ("console.cli.harness_verify", "check again what became of a run"),
    "compare": ("console.cli.harness_compare", "what changed between two runs"),
    "probe": ("console.cli.harness_probe", "try a receiver's framing, acknowledgments and recovery"),
    "scenarios": ("console.cli.harness_scenarios", "list, show, check and export scenarios"),
}
"""Every action: the module with `configure(parser)` and `run(arguments) -> int`, and its line in the help."""


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, (module, words) in ACTIONS.items():
        action = actions.add_parser(name, help=words, description=f"{words[:1].upper()}{words[1:]}.")
        importlib.import_module(module).configure(action)


def run(arguments: argparse.Namespace) -> int:
    """2 with a line for every problem when a scenario, a script or the allow-list cannot be used."""
    from console.harness.scenario.problems import ScenarioError

    try:
        code: int = importlib.import_module(ACTIONS[arguments.action][0]).run(arguments)
    except ScenarioError as error:
        print(error.text, file=sys.stderr)
        return 2
    return code
