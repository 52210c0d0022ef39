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

from console.connections.private_file import private_folder
from console.core.clock import Clock
from console.core.errors import EnvironmentFault, Refused

if TYPE_CHECKING:
    from console.connections.source import Source
    from console.investigation.desk import Desk
    from console.storage.cache import Cache

_log = logging.getLogger(__name__)

CACHE_FILE = "cache.db"
TOKEN_VARIABLE = "SIGNALBOX_TOKEN"
KEYRING_VARIABLE = "SIGNALBOX_KEYRING"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to look.

    The token is `token` (just entered: to be kept), else what `token_file` of an engine of ours holds, else what
    SIGNALBOX_TOKEN says, else what was kept under `url`, else what `last_file` holds (another engine on this computer).
    """

    name: str
    url: str
    cache_folder: Path
    secrets_folder: Path
    token: str = ""
    token_file: Path | None = None
    last_file: Path | None = None


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

    keys = await asyncio.to_thread(_keys, address)
    source = EngineSource(address.url, keys.token)
    folder = address.cache_folder
    path = folder / CACHE_FILE if keys.cache_key_is_kept else None
    private_folder(folder)
    cache = await asyncio.to_thread(lambda: Cache(path, keys.cache_key, clock=clock))
    notice = " ".join(text for text in (keys.notice, cache.notice.text) if text)
    return Opened(Desk([source], cache, clock=clock), (source,), cache, notice)


@dataclass(frozen=True, slots=True)
class _Keys:
    token: str
    cache_key: bytes
    cache_key_is_kept: bool
    notice: str = ""


def _keys(address: Address) -> _Keys:
    """The token and the copy's key. Blocks: a keyring may ask its owner.

    Where the keyring does not answer, the copy lives in memory for this run: nothing is written without a kept key.
    """
    from console.connections.secrets import ensure_secret, open_secrets
    from console.connections.tokens import read_token_file

    kept = open_secrets(address.secrets_folder, choice=os.environ.get(KEYRING_VARIABLE, ""))
    token, notice = address.token, ""
    if not token and address.token_file is not None:
        token = read_token_file(address.token_file) or ""
    token = token or os.environ.get(TOKEN_VARIABLE, "").strip()
    try:
        if address.token:
            kept.set(f"token {address.url}", address.token)
        token = token or kept.get(f"token {address.url}") or ""
        cache_key, is_kept = bytes.fromhex(ensure_secret(kept, "cache key")), True
    except EnvironmentFault as fault:
        cache_key, is_kept, notice = os.urandom(32), False, fault.text
    if not token and address.last_file is not None:
        token = read_token_file(address.last_file) or ""
    if not token:
        raise Refused(
            f"There is no access token for {address.name}. Enter it in Settings, or set {TOKEN_VARIABLE}.",
            code="no-token",
        )
    return _Keys(token, cache_key, is_kept, notice)
