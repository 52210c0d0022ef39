"""`signalbox harness send MESSAGE.hl7|FOLDER|-`: the options that are about messages and not about scenarios."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.data_folder import data_folder
from console.cli.main import UsageError

if TYPE_CHECKING:
    from console.harness.scenario.model import Tls

DEFAULT_TARGET = "127.0.0.1:2575"


def configure(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("for a message, a file or a folder")
    group.add_argument("--fresh", action="store_true", help="give each message a new MSH-10 and MSH-7")
    group.add_argument("--wire", action="store_true", help="show every byte sent and received")
    group.add_argument("--timeout", metavar="S", type=float, default=30.0, help="how long to wait for an answer (30)")
    group.add_argument("--resend", metavar="N", type=int, default=0, help="send again when no answer comes (0)")
    group.add_argument("--tls", action="store_true", help="the port speaks TLS")
    group.add_argument("--ca", metavar="FILE", help="authorities to trust, PEM")
    group.add_argument("--certificate", metavar="FILE", help="our own certificate, PEM (mutual TLS)")
    group.add_argument("--key", metavar="FILE", help="its key, PEM")
    group.add_argument("--any-certificate", action="store_true", help="take any certificate (test benches)")
    group.add_argument("--no-history", action="store_true", help="do not write down what was sent")


def run(arguments: argparse.Namespace) -> int:
    """0 all accepted, 1 one was not, 3 nobody answered or refused."""
    from console.harness.single.sending import Options, send_messages

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that knows no ✓ shows ?

    named = arguments.target or [DEFAULT_TARGET]
    if len(named) > 1:
        raise UsageError("messages go to one receiver: give --target once")
    if arguments.timeout <= 0 or arguments.resend < 0:
        raise UsageError("--timeout is seconds, more than 0; --resend is 0 or more")
    return send_messages(
        [arguments.what],
        target=named[0],
        data=data_folder(arguments.data),
        confirmed=arguments.i_confirm,
        tls=_tls(arguments),
        options=Options(
            patience=arguments.timeout,
            resend=arguments.resend,
            fresh=arguments.fresh,
            wire=arguments.wire,
            quiet=arguments.quiet,
            json=arguments.json,
            live_json=arguments.live_json,
            keep=not arguments.no_history,
        ),
        report=arguments.report,
    )


def _tls(arguments: argparse.Namespace) -> Tls | None:
    from console.harness.scenario.model import Tls

    given = (arguments.ca, arguments.certificate, arguments.key)
    if not (arguments.tls or arguments.any_certificate or any(given)):
        return None
    ca, certificate, key = (Path(one).expanduser() if one else None for one in given)
    return Tls(ca, certificate, key, verify=not arguments.any_certificate)
