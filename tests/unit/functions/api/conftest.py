from __future__ import annotations

import pytest

from tests.unit.functions.api.client import Api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api()
    made.install(monkeypatch)
    return made
