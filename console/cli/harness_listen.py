"""`signalbox harness listen`: a receiver that answers as its script says, until it is stopped."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.core.errors import Refused

if TYPE_CHECKING:
    from console.harness.listener.live import ListenerSnapshot
    from console.harness.listener.running import Wanted
    from console.harness.listener.script import ListenerTls, Script

_LOOPBACK = ("127.", "::1", "localhost")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mllp", metavar="HOST:PORT", default="127.0.0.1:2576", help="where to listen (default %(default)s; 0 = free)"
    )
    parser.add_argument("--script", metavar="FILE|NAME", help="what to answer (default: AA to everything)")
    parser.add_argument("--scripts", action="store_true", help="list the scripts that come with Signalbox")
    parser.add_argument("--capture", metavar="DIR", type=Path, help="keep every message in this folder")
    parser.add_argument("--ready-file", metavar="FILE", type=Path, help="written once it listens: address as JSON")
    parser.add_argument("--live-json", action="store_true", help="print live figures, one JSON object a line, 4 Hz")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON at the end")
    parser.add_argument("--seconds", metavar="N", type=float, default=0.0, help="stop after N seconds")
    parser.add_argument("--expose", action="store_true", help="allow an address that others can reach")
    parser.add_argument("--tls-certificate", metavar="FILE", type=Path, help="TLS with this certificate (PEM)")
    parser.add_argument("--tls-key", metavar="FILE", type=Path, help="its key (PEM)")
    parser.add_argument("--tls-client-ca", metavar="FILE", type=Path, help="clients must have a certificate of these")
    parser.add_argument("--show", metavar="DIR", type=Path, help="say what a capture holds, and end")
    parser.add_argument("--export", metavar="DIR", type=Path, help="with --show: write its messages as .hl7 files")
    parser.add_argument("--data", metavar="DIR", help="data folder, for the list of allowed targets")
    parser.add_argument(
        "--i-confirm", metavar="HOST:PORT", action="append", default=[], help="confirm that other machine by typing it"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when it ended in order; 2 for a script that is invalid; 3 when it cannot listen."""
    from console.harness.listener.reading import find_script, read_script, shipped_scripts
    from console.harness.listener.script import Script

    if arguments.scripts:
        for name, path in shipped_scripts().items():
            print(f"{name:20} {read_script(path).title}")
        return 0
    if arguments.show is not None:
        return _show(arguments)
    if arguments.export is not None:
        raise _usage("--export belongs to --show: it writes the messages of a capture")
    script = read_script(find_script(arguments.script)) if arguments.script else Script()
    return _listen(arguments, script)


def _listen(arguments: argparse.Namespace, script: Script) -> int:
    import orjson

    from console.harness.listener.running import run as run_listener
    from console.harness.listener.terminal import LineView, LiveView, summary_lines

    wanted = _wanted(arguments, script)
    view: AbstractContextManager[Any]
    if arguments.live_json:

        def show(snapshot: ListenerSnapshot) -> None:
            sys.stdout.buffer.write(orjson.dumps(snapshot.as_json()) + b"\n")
            sys.stdout.buffer.flush()

        view = nullcontext()
    elif arguments.json:
        view, show = nullcontext(), lambda snapshot: None
    else:
        from rich.console import Console

        console = Console(stderr=True)
        view = LiveView(console) if console.is_terminal else LineView(sys.stderr)
        show = view.show
    with view:
        last = run_listener(wanted, show)
    if arguments.live_json or arguments.json:
        print(orjson.dumps(last.summary()).decode())
    else:
        print("\n".join(summary_lines(last)))
    return 0


def _wanted(arguments: argparse.Namespace, script: Script) -> Wanted:
    from console.cli.parent_watch import VARIABLE
    from console.engine.settings import parse_address
    from console.harness.listener.running import Wanted
    from console.harness.load.commands import standard_input_is_a_pipe

    try:
        address = parse_address(arguments.mllp, "--mllp")
    except Refused as refused:
        raise _usage(refused.text) from refused
    if not address.host.startswith(_LOOPBACK) and not arguments.expose:
        raise Refused(
            f"--mllp {address}: others could reach that address and send real messages to a test receiver. "
            "Say --expose if that is meant.",
            code="not-exposed",
        )
    if arguments.seconds < 0:
        raise _usage("--seconds wants 0 or more")
    watched = os.environ.get(VARIABLE) == "1"
    pipe = standard_input_is_a_pipe() and not watched
    typed = pipe or (sys.stdin is not None and sys.stdin.isatty() and not watched)
    return Wanted(
        script=script,
        host=address.host,
        port=address.port,
        capture=arguments.capture,
        ready_file=arguments.ready_file,
        tls=_tls(arguments),
        results_to=_results_to(arguments, script),
        seconds=arguments.seconds,
        commands=FileIO(sys.stdin.fileno(), closefd=False) if typed else None,
        gone=pipe,
    )


def _tls(arguments: argparse.Namespace) -> ListenerTls | None:
    from console.harness.listener.script import ListenerTls

    if arguments.tls_certificate is None and arguments.tls_key is None:
        if arguments.tls_client_ca is not None:
            raise _usage("--tls-client-ca needs --tls-certificate and --tls-key")
        return None
    if arguments.tls_certificate is None or arguments.tls_key is None:
        raise _usage("--tls-certificate and --tls-key belong together")
    return ListenerTls(arguments.tls_certificate, arguments.tls_key, arguments.tls_client_ca)


def _results_to(arguments: argparse.Namespace, script: Script) -> tuple[str, int] | None:
    """The judged address of a played laboratory's results."""
    if script.lab is None:
        return None
    from console.cli.data_folder import data_folder
    from console.harness.allow_list import FILE_NAME, read_allow_list
    from console.harness.safety import check_target
    from console.harness.scenario.model import Target

    host, _, port = script.lab.results_to.rpartition(":")
    target = Target(host.strip("[]"), int(port), name="results of the laboratory")
    listed = read_allow_list(data_folder(arguments.data) / FILE_NAME)
    cleared = check_target(target, allow_list=listed, confirmed=arguments.i_confirm)
    return cleared.address, target.port


def _show(arguments: argparse.Namespace) -> int:
    import orjson

    from console.harness.listener.showing import capture_summary, export

    if arguments.export is not None:
        count = export(arguments.show, arguments.export)
        print(orjson.dumps({"exported": count}).decode() if arguments.json else f"{count:,} messages written.")
        return 0
    summary = capture_summary(arguments.show)
    if arguments.json:
        print(orjson.dumps(summary).decode())
        return 0
    for name, value in summary.items():
        if name != "type" and value not in ({}, ""):
            words = ", ".join(f"{key} {count:,}" for key, count in value.items()) if isinstance(value, dict) else value
            print(f"{name:12} {words}")
    return 0


def _usage(text: str) -> Exception:
    from console.cli.main import UsageError

    return UsageError(text)
