"""The command `signalbox`: finds the group that was asked for, loads only that, and turns every error into one line.

A command group is a module `console.cli.<name>` with two functions:

    configure(parser)        adds the group's options and sub-commands to an argparse parser
    run(arguments) -> int    does it; 0 done or passed, 1 the answer is no, 2 usage, 3 unreachable or refused

`run` raises the house's errors; they become one line on stderr here. Nothing but the standard library is imported
before the group is known, so `signalbox --help` costs no more than Python's own start.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from console import __version__
from console.core.errors import Bug, Refused, SignalboxError

DONE, NO, USAGE, REFUSED = 0, 1, 2, 3
INTERRUPTED = 130


class UsageError(SignalboxError):
    """The command line itself is wrong: exit code 2."""


class Parser(argparse.ArgumentParser):
    """argparse whose errors are one line, as all of ours are."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. See {self.prog} --help")


@dataclass(frozen=True, slots=True)
class Group:
    module: str
    help: str


GROUPS = {
    "desktop": Group("console.cli.desktop", "open the window (what `signalbox` alone does)"),
    "engine": Group("console.cli.engine", "run the engine: receive, map and deliver messages"),
    "find": Group("console.cli.find", "paste anything: which cases it means, with the evidence"),
    "timeline": Group("console.cli.timeline", "everything that happened to the messages of one encounter"),
    "trace": Group("console.cli.trace", "one message, hop by hop, with the proof of each"),
    "message": Group("console.cli.message", "a message as it arrived, as a tree, or as the FHIR it became"),
    "harness": Group(
        "console.cli.harness", "test an MLLP interface: load, faults, a scripted receiver, probes, a verdict"
    ),
    "gameday": Group("console.cli.gameday", "play incidents into a hospital and time how they are found and mended"),
    "audit": Group("console.cli.audit", "who looked at what, and whether the log of it is whole"),
    "doctor": Group("console.cli.doctor", "is everything here that Signalbox needs, and does it work"),
}
"""Every command there is, in the order of the help."""

_DEFAULT = "desktop"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit code. Never shows a traceback unless SIGNALBOX_DEBUG is set."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if os.environ.get("SIGNALBOX_ENDS_WITH_PARENT"):
            importlib.import_module("console.cli.parent_watch").watch_if_asked()
        code = _dispatch(words)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse: --help, --version, usage errors
        return leaving.code if isinstance(leaving.code, int) else USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except SignalboxError as error:
        return _say(error)
    except Exception as error:
        if os.environ.get("SIGNALBOX_DEBUG"):
            raise
        return _say(
            Bug(f"a fault of Signalbox itself ({type(error).__name__}). SIGNALBOX_DEBUG=1 shows where it happened.")
        )
    return code


def _dispatch(words: list[str]) -> int:
    name = words[0] if words and not words[0].startswith("-") else ""
    if not name and not {"-h", "--help", "--version"} & set(words) and _DEFAULT in GROUPS:
        name, words = _DEFAULT, [_DEFAULT, *words]
    if name not in GROUPS:
        _top_parser().parse_args(words or ["--help"])
        raise UsageError(f"there is no command {name!r}; signalbox --help lists them")
    group = GROUPS[name]
    module = importlib.import_module(group.module)
    parser = Parser(prog=f"signalbox {name}", description=_sentence(group.help))
    module.configure(parser)
    code: int = module.run(parser.parse_args(words[1:]))
    return code


def _top_parser() -> Parser:
    width = max(map(len, GROUPS)) + 2
    commands = "\n".join(f"  {name:<{width}}{group.help}" for name, group in GROUPS.items())
    parser = Parser(
        prog="signalbox",
        usage="signalbox [COMMAND] [OPTIONS]",
        description="Operations console for hospital messages: what happened to this patient's result, with the proof.",
        epilog=f"commands:\n{commands}\n\nsignalbox COMMAND --help tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=True,
    )
    parser.add_argument("--version", action="version", version=f"signalbox {__version__}")
    parser.add_argument("command", nargs="?", choices=list(GROUPS), metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _say(error: SignalboxError) -> int:
    """One line on stderr: what happened and what to do. What does not exist is the answer "no", not a failure."""
    print(f"signalbox: {' '.join(error.text.split())}", file=sys.stderr)
    if isinstance(error, UsageError):
        return USAGE
    return NO if isinstance(error, Refused) and error.code == "not-found" else REFUSED


if __name__ == "__main__":
    sys.exit(main())
