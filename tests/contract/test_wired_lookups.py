from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from shared import settings
from shared.core.lookups import Lookups
from shared.mailauth.evaluate.questions import Fetching, Type, ask, fetch
from shared.wiring import lookups as wiring
from tests.contract.dns_server import Zone, serving, truthful

ZONE: Zone = {("example.com.", "TXT"): ["here"]}


@pytest.fixture(autouse=True)
def _unwired() -> Iterator[None]:
    _forget()
    yield
    _forget()


def _forget() -> None:
    for made in (wiring.lookups, wiring.fresh_lookups, wiring._upstream, wiring._fetcher):
        made.cache_clear()


def asked(monkeypatch: pytest.MonkeyPatch, times: int, *, fresh: bool) -> int:
    """The queries that ``times`` runs of one question cost."""

    async def run() -> int:
        async with serving(truthful(ZONE)) as log:
            monkeypatch.setenv(settings.DNS_SERVERS, f"127.0.0.1:{log.port}")
            for _ in range(times):
                wired = wiring.fresh_lookups() if fresh else wiring.lookups()
                answer = await asyncio.to_thread(wired.run, ask("example.com", Type.TXT))
                assert answer.records == ("here",)
            return len(log.queries)

    return asyncio.run(run())


def test_answers_outlive_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, 3, fresh=False) == 1


def test_fresh_ones_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, 3, fresh=True) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_can_be_named(host: str) -> None:
    async def run() -> tuple[str, ...]:
        async with serving(truthful(ZONE)) as log:
            wired: Lookups = wiring.lookups_at(f"{host}:{log.port}")
            return (await asyncio.to_thread(wired.run, ask("example.com", Type.TXT))).records

    assert asyncio.run(run()) == ("here",)


@pytest.mark.parametrize("setting", ["dns.example.net:53", "127.0.0.1:0", "127.0.0.1:dns"])
def test_what_names_no_server_is_refused(setting: str) -> None:
    with pytest.raises(wiring.DnsMisconfigured, match="not the address of a DNS server"):
        wiring.lookups_at(setting)


def test_the_web_is_reached_by_the_same_look_ups() -> None:
    wired = wiring.lookups_at("127.0.0.1:9")
    refused = wired.run(fetch("https://10.0.0.1/", largest=10, timeout=1.0))
    assert (refused.outcome, refused.reason != "no fetcher") == (Fetching.REFUSED, True)
