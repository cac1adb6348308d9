"""``/inspect`` of the API, asking a DNS server whose answers a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from shared import settings
from shared.wiring import lookups
from tests.contract.dns_server import Script, serving
from tests.unit.functions.api.client import Answer, Api

DOMAIN = "vines.example"


def asking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Makes one request about ``DOMAIN``, whose questions go to a server of that script."""
    wired = lookups.fresh_lookups
    api = Api()
    api.install(monkeypatch)
    monkeypatch.setattr(lookups, "fresh_lookups", wired)

    def asked(script: Script, path: str, delay: float = 0.0, **query: str) -> Answer:
        async def run() -> Answer:
            async with serving(script, delay=delay) as log:
                monkeypatch.setenv(settings.DNS_SERVERS, f"127.0.0.1:{log.port}")
                for made in (lookups.fresh_lookups, lookups._upstream, lookups._fetcher):
                    made.cache_clear()
                return await asyncio.to_thread(api.get, path, **{"domain": DOMAIN, **query})

        return asyncio.run(run())

    return asked
