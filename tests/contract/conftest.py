from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.builders.engine_api import EngineApi, engine_api
from tests.builders.store import Store, Stored, ward


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> dict[str, Stored]:
    return ward(store)


@pytest.fixture
async def api(store: Store, filled: dict[str, Stored]) -> AsyncIterator[EngineApi]:
    async with engine_api(store) as opened:
        yield opened
