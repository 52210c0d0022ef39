"""How query commands reach an engine: which address, which token, one question, one answer or one error."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from console.cli.data_folder import data_folder
from console.core.errors import Refused

if TYPE_CHECKING:
    from console.connections.engine_source import EngineSource

T = TypeVar("T")

RUNNING_FILE = "running.json"
"""Where the desktop and the headless demo leave their engine's address, in the data folder."""

USUAL = "http://127.0.0.1:8585"


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """The options of every query command."""
    parser.add_argument("--engine", metavar="URL", help="the engine to ask (default: the one on this machine)")
    parser.add_argument("--data", metavar="DIR", help="data folder of the engine, for its address and token")
    parser.add_argument("--json", action="store_true", help="print JSON with stable names")


@dataclass(frozen=True, slots=True)
class Reached:
    """The engine a command speaks to."""

    address: str
    token: str


def reach(arguments: argparse.Namespace) -> Reached:
    """Address and token. Raises Refused when there is no token to use.

    The data folder's token is never sent to another machine unless the folder was named with --data.
    """
    from console.connections.engine_http import checked_address
    from console.connections.tokens import TOKEN_VARIABLE, find_token

    folder = data_folder(arguments.data)
    address = checked_address(arguments.engine) if arguments.engine else address_in(folder)
    local = (urlsplit(address).hostname or "") in ("127.0.0.1", "localhost", "::1")
    if not local and not arguments.data and not os.environ.get(TOKEN_VARIABLE, "").strip():
        raise Refused(
            f"No access token for {address}. Set {TOKEN_VARIABLE} to that engine's token.",
            code="no-token",
        )
    return Reached(address, find_token(os.environ, folder))


def address_in(folder: Path) -> str:
    """The address of the engine of this data folder: where it said it runs, where its settings put it, or the usual."""
    try:
        running = json.loads((folder / RUNNING_FILE).read_text(encoding="utf-8"))
        if isinstance(running.get("http"), str):
            return str(running["http"]).rstrip("/")
    except (OSError, ValueError, AttributeError):
        pass
    if (folder / "settings.toml").is_file():
        from console.engine.settings import FILE_NAME, read_settings

        listen = read_settings(folder / FILE_NAME).http
        if listen.port:
            return f"http://{listen}".replace("//0.0.0.0:", "//127.0.0.1:")
    return USUAL


def ask(arguments: argparse.Namespace, question: Callable[[EngineSource], Awaitable[T]]) -> T:
    """Puts one question to the engine. Raises Refused or EnvironmentFault."""
    from console.connections.engine_source import EngineSource

    reached = reach(arguments)

    async def asking() -> T:
        source = EngineSource(reached.address, reached.token)
        try:
            return await question(source)
        finally:
            await source.close()

    return asyncio.run(asking())


def print_json(body: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(body, ensure_ascii=False, indent=2))
