from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.core.watching.checking import Watcher
from shared.wiring import lookups
from tests.fakes import FakeAlertEvents
from tests.fakes.dns import FakeDns, FakeLookups
from tests.unit.core.hosting.world import World
from tests.unit.core.watching.world import CHECK, good_zone
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


@pytest.fixture
def look(api: Api) -> Callable[..., None]:
    """Have the worker look at what was asked for."""
    api.zone.update(good_zone())
    watcher = Watcher(
        accounts=api.accounts,
        domains=api.domains,
        states=api.dns_states,
        turns=api.dns_states.turns,
        sources=api.dns_states.sources,
        lookups=FakeLookups(FakeDns({})),
        checks=api.dns_checks,
        report_domain="reports.example",
        alerts=FakeAlertEvents(),
    )

    def look(after: int = 0, times: int = 1) -> None:
        for _ in range(times):
            api.now += after
            asked = {check for check, _ in api.dns_checks.sent} | {CHECK}
            api.dns_checks.sent.clear()
            ready = replace(watcher, lookups=FakeLookups(FakeDns(api.zone)))
            watched = [each for check in asked if (each := ready.watched(check, api.now)) is not None]
            for looked in ready.look(watched, api.now):
                ready.put_away(looked, api.now)

    return look
