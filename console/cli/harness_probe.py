"""`signalbox harness probe HOST:PORT`: some eighty probes against a receiver within a minute, and a report."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console import __version__
from console.cli.data_folder import data_folder
from console.cli.main import UsageError
from console.cli.text import clean
from console.core.errors import EnvironmentFault

if TYPE_CHECKING:
    from console.harness.probe.bench import Receiver
    from console.harness.probe.model import Probe, ProbeReport, Result
    from console.harness.safety import Clearance

_FAILED, _REFUSED = 1, 3


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", metavar="HOST:PORT", help="the receiver")
    parser.add_argument("--list", action="store_true", help="list the probes and end")
    parser.add_argument("--only", metavar="ID,...", default="", help="only these probes or groups (framing, size, ...)")
    parser.add_argument("--kind", metavar="MSH-9", default="", help="message type to send, e.g. ADT^A01^ADT_A01")
    parser.add_argument("--timeout", type=float, default=3.0, metavar="S", help="longest wait for an answer (3)")
    parser.add_argument("--budget", type=float, default=56.0, metavar="S", help="time for the whole suite (56)")
    parser.add_argument("--tls", action="store_true", help="the port speaks TLS")
    parser.add_argument("--ca", metavar="FILE", default="", help="authorities to trust, PEM")
    parser.add_argument("--certificate", metavar="FILE", default="", help="our own certificate, PEM (mutual TLS)")
    parser.add_argument("--key", metavar="FILE", default="", help="its key, PEM")
    parser.add_argument("--no-verify", action="store_true", help="take any certificate (test benches)")
    parser.add_argument("--i-confirm", metavar="HOST:PORT", action="append", default=[], help="for other machines")
    parser.add_argument("--data", metavar="DIR", help="data folder with harness-targets.toml")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--live-json", action="store_true", help="print a JSON line for each finished probe")
    parser.add_argument("--report", metavar="FILE", help="write the report as JSON")
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page, for the vendor")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")


def run(arguments: argparse.Namespace) -> int:
    """0 all passed, 1 some failed or did not run, 3 unreachable or refused."""
    from console.harness.probe.catalogue import PROBES, chosen
    from console.harness.probe.terminal import catalogue_lines

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that knows no ✓ shows ?
    if arguments.list:
        print("\n".join(catalogue_lines(PROBES)))
        return 0
    if not arguments.target:
        raise UsageError("which receiver? Give HOST:PORT. See signalbox harness probe --help")
    if arguments.timeout <= 0 or arguments.budget <= 0:
        raise UsageError("--timeout and --budget are seconds, more than 0")
    if arguments.ca or arguments.certificate or arguments.no_verify:
        arguments.tls = True
    for where in (arguments.report, arguments.html, arguments.junit):
        if where and not Path(where).expanduser().absolute().parent.is_dir():
            raise UsageError(f"{clean(where)}: there is no such folder to write to")
    probes = chosen([name for name in arguments.only.split(",") if name.strip()], tls=arguments.tls)
    clearance = _clear(arguments)
    report = _run(arguments, clearance, probes)
    _write(arguments, report)
    if arguments.json:
        from console.harness.probe.report import as_json

        print(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    if not report.reachable:
        if not arguments.json:
            print(f"signalbox: {clean(report.greeting)}", file=sys.stderr)
        return _REFUSED
    return 0 if report.passed else _FAILED


def _clear(arguments: argparse.Namespace) -> Clearance:
    from console.harness.allow_list import FILE_NAME, read_allow_list
    from console.harness.safety import check_target
    from console.harness.scenario.model import Target

    host, _, port = arguments.target.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"{clean(arguments.target)} is not HOST:PORT, e.g. 127.0.0.1:2575 or [::1]:2575")
    allow_list = read_allow_list(data_folder(arguments.data) / FILE_NAME)
    return check_target(Target(host, int(port)), allow_list=allow_list, confirmed=arguments.i_confirm)


def _receiver(arguments: argparse.Namespace, clearance: Clearance) -> Receiver:
    from console.harness.probe.bench import Receiver
    from console.harness.single.line import client_tls

    tls = None
    more: dict[str, str] = {}
    if arguments.tls:
        tls = client_tls(
            ca=arguments.ca, certificate=arguments.certificate, key=arguments.key, verify=not arguments.no_verify
        )
        more = {"ca": arguments.ca, "certificate": arguments.certificate, "key": arguments.key}
    target = clearance.target
    return Receiver(
        clearance.address, target.port, tls=tls, server_name=target.host, patience=arguments.timeout, more=more
    )


def _run(arguments: argparse.Namespace, clearance: Clearance, probes: tuple[Probe, ...]) -> ProbeReport:
    import asyncio
    import secrets
    from dataclasses import replace
    from datetime import UTC, datetime

    from console.harness.probe import report as reporting
    from console.harness.probe import terminal
    from console.harness.probe.model import Outcome
    from console.harness.probe.runner import run_probes
    from console.harness.run_audit import append_run

    mark = "P" + secrets.token_hex(3).upper()
    started = datetime.now(UTC)
    target = clearance.target.address
    append_run(
        data_folder(arguments.data), at=started, what="probe", run=mark, targets=[target], digest="", seed=0,
        probes=len(probes),
    )  # fmt: skip
    done = 0
    quiet = arguments.json or arguments.live_json
    colour = sys.stdout.isatty()

    def told(result: Result) -> None:
        nonlocal done
        done += 1
        if arguments.live_json:
            _say_json(reporting.live_probe(result, done, len(probes)))
        elif not arguments.json and result.finding.outcome is not Outcome.NOT_RUN:
            print(_safe(terminal.line(result), colour, result), flush=True)

    if arguments.live_json:
        _say_json(reporting.live_begin(target, mark, probes))
    elif not quiet:
        print(f"{clean(target)}: {len(probes)} probes, run {mark}", flush=True)
    report = asyncio.run(
        run_probes(
            _receiver(arguments, clearance),
            probes,
            run=mark,
            started=started,
            told=told,
            kinds=[arguments.kind] if arguments.kind else (),
            budget=arguments.budget,
            version=__version__,
        )
    )
    report = replace(report, target=target)
    if arguments.live_json:
        _say_json(reporting.live_end(report))
    elif not quiet and report.reachable:
        print(clean(report.greeting))
        print("\n".join(clean(line) for line in terminal.closing(report)))
    return report


def _safe(text: str, colour: bool, result: Result) -> str:
    """Nothing that a terminal would obey, except our own colour for the mark."""
    from console.harness.probe.terminal import COLOURS

    text = clean(text)
    return f"\x1b[{COLOURS[result.finding.outcome]}m{text[:1]}\x1b[0m{text[1:]}" if colour else text


def _say_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _write(arguments: argparse.Namespace, report: ProbeReport) -> None:
    from console.harness.probe.report import as_json, as_junit
    from console.harness.probe.report_html import as_html

    if arguments.report:
        _put(arguments.report, json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n")
    if arguments.html:
        _put(arguments.html, as_html(report))
    if arguments.junit:
        _put(arguments.junit, as_junit(report))


def _put(where: str, text: str) -> None:
    try:
        Path(where).expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(
            f"{where} cannot be written: {error.strerror or error}. Choose another place.", code="file-not-writable"
        ) from error
