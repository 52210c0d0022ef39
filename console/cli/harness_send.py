"""`signalbox harness send`: run a scenario, or send a message, a file or a folder of messages."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli import harness_send_message
from console.cli.data_folder import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.harness.load.commands import Commands
    from console.harness.load.conductor import Sink
    from console.harness.load.ending import Finished
    from console.harness.scenario.model import Scenario
    from console.harness.scenario.overrides import Overrides

_USAGE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="SCENARIO",
        help="a scenario file (.toml) or the name of a shipped one; or a message: a file, a folder, - for stdin",
    )
    parser.add_argument(
        "--target", metavar="HOST:PORT", action="append", help="where to send instead; repeatable: each gets its share"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="what every draw is made from")
    parser.add_argument(
        "--starts", metavar="TIME", help="hospital time of the first message (ISO 8601 with zone, or now)"
    )
    parser.add_argument("--scale", metavar="X", type=float, help="every rate and burst times X")
    parser.add_argument("--messages", metavar="N", type=int, help="send at most so many")
    parser.add_argument("--duration", metavar="T", help="how long, e.g. 30s or 2m")
    parser.add_argument("--connections", metavar="N", type=int, help="so many connections")
    parser.add_argument("--script", metavar="FILE|NAME", help="start a receiver with this script and send to it")
    parser.add_argument("--duplicates", metavar="SHARE", help="share of messages sent twice, e.g. 5%%")
    parser.add_argument("--out-of-order", metavar="SHARE", help="share of messages sent after a later one")
    parser.add_argument("--malformed", metavar="SHARE", help="share of messages broken on purpose")
    parser.add_argument("--engine", metavar="URL", help="the engine to ask afterwards what arrived")
    parser.add_argument("--no-verify", action="store_true", help="ask nobody what arrived")
    parser.add_argument("--report", metavar="FILE", type=Path, help="write the report as JSON there too")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the report as one HTML page there too")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write checks as JUnit XML")
    parser.add_argument("--data", metavar="DIR", help="data folder, for runs and the list of allowed targets")
    parser.add_argument("--i-confirm", metavar="HOST:PORT", action="append", default=[], help="for other machines")
    parser.add_argument("--live-json", action="store_true", help="print the state as JSON lines, four a second")
    parser.add_argument("--quiet", action="store_true", help="print nothing but what is wrong")
    parser.add_argument("--json", action="store_true", help="print the report as JSON at the end")
    harness_send_message.configure(parser)
    for part in ("worker", "feeder"):
        parser.add_argument(f"--as-{part}", metavar="K", type=int, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """0 passed, 1 failed, invalid or stopped, 2 an invalid scenario or command line, 3 unreachable or refused."""
    for part, number in (("worker", arguments.as_worker), ("feeder", arguments.as_feeder)):
        if number is not None:  # a frozen program has no modules to start
            code: int = importlib.import_module(f"console.harness.load.{part}").main([arguments.what, str(number)])
            return code
    if _is_message(arguments.what):
        return harness_send_message.run(arguments)
    from console.harness.scenario.problems import ScenarioError

    try:
        scenario, words = _scenario(arguments)
        return _run(arguments, scenario, words)
    except ScenarioError as error:
        for problem in error.problems:
            print(f"signalbox: {problem}", file=sys.stderr)
        return _USAGE


def _is_message(what: str) -> bool:
    """Not a scenario: standard input, a folder, or a file that is no TOML."""
    path = Path(what).expanduser()
    return what == "-" or path.is_dir() or (path.is_file() and path.suffix.lower() != ".toml")


# ---- the scenario ----


def _scenario(arguments: argparse.Namespace) -> tuple[Scenario, dict[str, Any]]:
    """The scenario as the command line changes it, and the words it changed it with. Raises ScenarioError and
    UsageError."""
    from console.harness.scenario.reading import read_scenario
    from console.harness.scenario.shipped import find

    path = find(arguments.what)
    overrides = _overrides(arguments)
    scenario = read_scenario(path, overrides=overrides)
    words = overrides.words()
    if arguments.target and len(arguments.target) > 1:
        scenario = _with_targets(scenario, arguments.target)
        words["target"] = ", ".join(arguments.target)
    for warning in scenario.warnings:
        print(f"signalbox: note: {warning}", file=sys.stderr)
    return scenario, words


def _overrides(arguments: argparse.Namespace) -> Overrides:
    from console.harness.listener.reading import find_script
    from console.harness.scenario import units
    from console.harness.scenario.overrides import Overrides

    given: dict[str, Any] = {
        "seed": arguments.seed,
        "scale": arguments.scale,
        "messages": arguments.messages,
        "connections": arguments.connections,
        "script": find_script(arguments.script).absolute() if arguments.script else None,
        "verify": "none" if arguments.no_verify else None,
        "target": arguments.target[0] if arguments.target and len(arguments.target) == 1 else None,
        "starts": "now" if arguments.starts == "now" else _read("--starts", arguments.starts, units.moment),
        "duration": _read("--duration", arguments.duration, units.duration),
        "duplicates": _read("--duplicates", arguments.duplicates, units.ratio),
        "out_of_order": _read("--out-of-order", arguments.out_of_order, units.ratio),
        "malformed": _read("--malformed", arguments.malformed, units.ratio),
    }
    return Overrides(**{name: value for name, value in given.items() if value is not None})


def _read(option: str, text: str | None, reader: Any) -> Any:
    """An option's value; a bare number is one. Raises UsageError."""
    from console.cli.main import UsageError

    if text is None:
        return None
    try:
        return reader(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError as error:
        raise UsageError(f"{option} cannot be {text!r}. See signalbox harness send --help") from error


def _with_targets(scenario: Scenario, targets: list[str]) -> Scenario:
    """Several targets: the first takes every kind that no other claims, so only the kinds of the scenario's own targets
    are shared out, in their order."""
    from dataclasses import replace

    from console.harness.scenario.model import Target
    from console.harness.scenario.overrides import parse_target

    made = []
    for number, text in enumerate(targets):
        host, port = parse_target(text)
        like = scenario.targets[number] if number < len(scenario.targets) else Target()
        made.append(replace(like, host=host, port=port, name=""))
    receiver = scenario.receiver
    own = receiver is not None and receiver.role == "target"
    return replace(scenario, targets=tuple(made), receiver=None if own else receiver)


# ---- the run ----


def _run(arguments: argparse.Namespace, scenario: Scenario, words: dict[str, Any]) -> int:
    from console.connections.engine_http import checked_address
    from console.core.errors import SignalboxError
    from console.harness.load.commands import Commands, standard_input_is_a_pipe
    from console.harness.load.ending import Wishes
    from console.harness.load.run import Request, refusal, run
    from console.harness.load.sinks import as_line

    commands = Commands()
    data = data_folder(arguments.data)
    wishes = Wishes(
        engine=checked_address(arguments.engine) if arguments.engine else "",
        report=arguments.report,
        html=arguments.html,
        junit=arguments.junit,
    )
    request = Request(scenario, data, words, arguments.i_confirm, wishes)
    if standard_input_is_a_pipe() and not _parent_is_watched():
        commands.listen_to(sys.stdin.buffer, end_means_gone=arguments.live_json)
    with commands.interrupts(), _views(arguments, commands) as sinks:
        try:
            finished = run(request, commands=commands, sinks=sinks)
        except SignalboxError as error:
            if arguments.live_json:
                sys.stdout.write(as_line(refusal(scenario, error.text)))
                sys.stdout.flush()
            raise
    _tell(arguments, finished)
    return finished.code


def _parent_is_watched() -> bool:
    """Standard input is read for its end already."""
    import os

    from console.cli.parent_watch import VARIABLE

    return os.environ.get(VARIABLE) == "1"


@contextlib.contextmanager
def _views(arguments: argparse.Namespace, commands: Commands) -> Iterator[list[Sink]]:
    from console.harness.load.sinks import JsonLines
    from console.harness.load.terminal import LineView, TerminalView

    if arguments.live_json:
        yield [JsonLines(sys.stdout)]
    elif arguments.quiet:
        yield []
    elif arguments.json:
        yield [LineView(sys.stderr)]
    elif sys.stdout.isatty():
        with TerminalView(commands) as view:
            yield [view]
    else:
        yield [LineView(sys.stdout)]


def _tell(arguments: argparse.Namespace, finished: Finished) -> None:
    """The last word. With --live-json it has been told already."""
    from console.cli.text import clean
    from console.harness.load.terminal import summary

    if arguments.live_json:
        return
    if arguments.json:
        print(finished.report_json())
    elif arguments.quiet:
        if finished.code:
            print(f"signalbox: {clean(finished.text)}", file=sys.stderr)
    else:
        if not sys.stdout.isatty():
            print(clean_lines(summary(finished.snapshot)))
        print(f"run folder: {finished.folder}")
        print(clean(finished.text))


def clean_lines(text: str) -> str:
    from console.cli.text import clean

    return "\n".join(clean(line) for line in text.split("\n"))
