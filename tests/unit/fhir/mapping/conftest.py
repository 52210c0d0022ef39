"""A hospital that remembers, for mapping tests."""

import pytest

from tests.fakes.hospital_state import HospitalState


@pytest.fixture
def hospital(shipped_maps):
    return HospitalState(shipped_maps)
