from __future__ import annotations

import pytest

from tests.unit.core.people.world import PeopleWorld


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()
