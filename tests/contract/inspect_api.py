"""``/inspect`` of the API, asking a DNS server whose answers a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import pytest

from shared import settings
from shared.wiring import lookups
from tests.contract.dns_server import Script, serving
from tests.unit.functions.api.client import Answer, Api

DOMAIN = "vines.example"
POLICY_HOST, IMAGE_HOST, EVIDENCE_HOST = (f"{label}.{DOMAIN}" for label in ("mta-sts", "logo", "mark"))
HOSTS = (POLICY_HOST, IMAGE_HOST, EVIDENCE_HOST)
PUBLIC = "93.184.216.34"


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


def zone(
    addresses: Sequence[str], *, image: str = f"https://{IMAGE_HOST}/logo.svg", cname: str = ""
) -> dict[tuple[str, str], list[str]]:
    """A domain with an MTA-STS policy and a brand indicator, at hosts of these addresses."""
    records = {
        (f"{DOMAIN}.", "MX"): [f"10 mx.{DOMAIN}."],
        (f"_dmarc.{DOMAIN}.", "TXT"): ['"v=DMARC1; p=reject"'],
        (f"_mta-sts.{DOMAIN}.", "TXT"): ['"v=STSv1; id=1"'],
        (f"default._bimi.{DOMAIN}.", "TXT"): [f'"v=BIMI1; l={image}; a=https://{EVIDENCE_HOST}/mark.pem"'],
    }
    for host in (f"{cname}.",) if cname else (f"{host}." for host in HOSTS):
        for version, type_ in ((4, "A"), (6, "AAAA")):
            if held := [address for address in addresses if ip_address(address).version == version]:
                records[host, type_] = held
    if cname:
        records |= {(f"{host}.", "CNAME"): [f"{cname}."] for host in HOSTS}
    return records
