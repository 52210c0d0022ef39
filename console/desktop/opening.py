"""Opens a desk on an engine: the source, the encrypted copy beside it, and the keys to both. Runs on the io thread.

Everything heavy (HTTP, SQLCipher, keyring) is imported here, after the first frame is on the screen.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.core.clock import Clock
from console.core.errors import Refused

if TYPE_CHECKING:
    from console.connections.source import Source
    from console.investigation.desk import Desk
    from console.storage.cache import Cache

_log = logging.getLogger(__name__)

CACHE_FILE = "cache.db"
TOKEN_VARIABLE = "SIGNALBOX_TOKEN"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to look. The token is `token` (just entered: to be kept), else what `token_file` holds, else what

    SIGNALBOX_TOKEN says, else what was kept under `url`.
    """

    name: str
    url: str
    cache_folder: Path
    token: str = ""
    token_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An open desk with what must be closed after it. `notice` is for a person, '' when all is well."""

    desk: Desk
    sources: tuple[Source, ...]
    cache: Cache
    notice: str = ""

    async def close(self) -> None:
        """Ends the sources and the copy; errors of one do not keep the other open."""
        results = await asyncio.gather(*(source.close() for source in self.sources), return_exceptions=True)
        await asyncio.to_thread(self.cache.close)
        for result in results:
            if isinstance(result, BaseException):
                _log.warning("source not closed", extra={"kind": type(result).__name__})


Opener = Callable[[Address, Clock], Coroutine[Any, Any, Opened]]


async def open_engine(address: Address, clock: Clock) -> Opened:
    """A desk on the engine at `address`. No contact is needed: the kept copy answers until there is some.

    Raises Refused when there is no token or the address is none.
    """
    from console.connections.engine_source import EngineSource
    from console.investigation.desk import Desk
    from console.storage.cache import Cache

    token, notice = await asyncio.to_thread(_token, address)
    key = await asyncio.to_thread(_cache_key, address)
    source = EngineSource(address.url, token)
    address.cache_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    cache = await asyncio.to_thread(lambda: Cache(address.cache_folder / CACHE_FILE, key, clock=clock))
    return Opened(
        Desk([source], cache, clock=clock), (source,), cache, " ".join(filter(None, (notice, cache.notice.text)))
    )


def _token(address: Address) -> tuple[str, str]:
    """The token and a notice about where it is kept."""
    from console.connections.tokens import read_token_file

    given = address.token or os.environ.get(TOKEN_VARIABLE, "").strip()
    if not given and address.token_file is not None:
        given = read_token_file(address.token_file) or ""
    if not given:
        raise Refused(
            f"There is no access token for {address.name}. Enter it in Settings, or set {TOKEN_VARIABLE}.",
            code="no-token",
        )
    return given, ""


def _cache_key(address: Address) -> bytes:
    from console.connections.private_file import read_private, write_private

    path = address.cache_folder / "cache.key"
    text = read_private(path)
    if text is None:
        text = os.urandom(32).hex()
        write_private(path, text)
    return bytes.fromhex(text)
