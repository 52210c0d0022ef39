"""`signalbox engine`: the engine as a program."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli import engine_demo
from console.cli.data_folder import data_folder
from console.cli.parent_watch import watch_if_asked
from console.core.errors import Refused

if TYPE_CHECKING:
    from console.engine.settings import Address, EngineSettings


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    serve = commands.add_parser("serve", help="run until stopped", description="Runs the engine until it is stopped.")
    serve.add_argument("--data", metavar="DIR", help="data folder (default: SIGNALBOX_DATA, or the platform's place)")
    serve.add_argument("--mllp", metavar="HOST:PORT", help="where to receive HL7 v2 (default 127.0.0.1:2575; 0 = free)")
    serve.add_argument("--http", metavar="HOST:PORT", help="where to serve the API (default 127.0.0.1:8585; 0 = free)")
    serve.add_argument("--expose-http", action="store_true", help="allow --http on an address others can reach")
    serve.add_argument(
        "--fhir",
        metavar="URL",
        action="append",
        help="a FHIR R4 server to deliver to, besides the built-in store; repeatable",
    )
    serve.add_argument("--database", metavar="URL", help="where the journal lies (default: in the data folder)")
    serve.add_argument(
        "--ready-file", metavar="FILE", type=Path, help="written once work is accepted: addresses as JSON"
    )

    demo = commands.add_parser(
        "demo",
        help="send the traffic of a small hospital",
        description="Sends the traffic of a small simulated hospital into a running engine, until stopped.",
    )
    engine_demo.configure(demo)


def run(arguments: argparse.Namespace) -> int:
    return engine_demo.run(arguments) if arguments.action == "demo" else _serve(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    from console.engine.app import serve
    from console.engine.log import log_to

    folder = data_folder(arguments.data)
    settings = _settings(arguments, folder)
    log_to()
    watch_if_asked()
    serve(folder, settings, ready_file=arguments.ready_file)
    return 0


def _settings(arguments: argparse.Namespace, folder: Path) -> EngineSettings:
    """settings.toml with the command line's word over it."""
    from console.engine.settings import FILE_NAME, read_settings

    settings = read_settings(folder / FILE_NAME)
    if arguments.mllp:
        settings = replace(settings, mllp=replace(settings.mllp, listen=_address(arguments.mllp, "--mllp")))
    if arguments.http:
        settings = replace(settings, http=_address(arguments.http, "--http"))
    if arguments.expose_http:
        settings = replace(settings, http_exposed=True)
    if arguments.fhir:
        settings = replace(settings, fhir_urls=tuple(dict.fromkeys(map(_web_address, arguments.fhir))))
    if arguments.database:
        settings = replace(settings, storage=replace(settings.storage, database=arguments.database))
    return settings


def _address(text: str, option: str) -> Address:
    from console.cli.main import UsageError
    from console.engine.settings import parse_address

    try:
        return parse_address(text, option)
    except Refused as refused:
        raise UsageError(refused.text) from refused


def _web_address(text: str) -> str:
    from urllib.parse import urlsplit

    from console.cli.main import UsageError

    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--fhir must be an http or https URL, not {text!r}")
    return text.rstrip("/")
