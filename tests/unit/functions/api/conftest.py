from __future__ import annotations

import pytest

from shared.wiring import lookups
from tests.unit.core.hosting.world import World
from tests.unit.functions.api.client import Api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api()
    made.install(monkeypatch)
    return made


@pytest.fixture
def world(api: Api, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world that what the API hosts is seen in: the domain's DNS is ``api.zone`` with our zones."""
    monkeypatch.setattr(lookups, "fresh_lookups", lambda: api.hosting)
    return api.hosting
