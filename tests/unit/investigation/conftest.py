from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.storage.cache import Cache
from tests.builders.hospital import NOW, Hospital, small_hospital
from tests.fakes.source import FakeSource


@pytest.fixture
def hospital() -> Hospital:
    return small_hospital()


@pytest.fixture
def source(hospital: Hospital) -> FakeSource:
    return hospital.source()


@pytest.fixture
def cache() -> Iterator[Cache]:
    kept = Cache(None, bytes(32), clock=lambda: NOW)
    yield kept
    kept.close()
