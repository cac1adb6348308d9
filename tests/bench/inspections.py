"""Inspections of whole domains through the API of the local stack, the time that the DNS takes apart.

The names are served by the stack's own DNS server, and no answer is kept from one request to the next. What
the API says it took is beside what the client saw; between the two lies what stands in for API Gateway and
for Lambda.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles

import dns.message
import dns.query

from infra.local.stack_file import Listener
from infra.local.zone_files import remove_zone, write_zone
from tests.bench.local_stack import local_stack
from tests.bench.tables import Report
from tests.bench.zones import SELECTORS, domains, zone
from tests.local.tenants import Tenant

INSPECTIONS = 100
_DOMAINS = 20
_ORIGIN = "example"
_PATIENCE = 30.0
Taken = dict[str, float]


def run(report: Report) -> None:
    with local_stack() as stack, _served():
        tenant = Tenant(f"{stack.api_url}/v1", stack.api_key, "")
        names = domains(_DOMAINS)
        _wait_for(names[-1], stack.dns)
        first = _inspect(tenant, names[0])
        taken = [_inspect(tenant, names[number % _DOMAINS]) for number in range(INSPECTIONS)]
    rows = [(what, first[what], *_percentiles([each[what] for each in taken])) for what in first]
    report.table(
        f"{INSPECTIONS} inspections of whole domains through the local API, one at a time, ms",
        ("", "the very first", "p50", "p99"),
        rows,
    )


def _inspect(tenant: Tenant, domain: str) -> Taken:
    started = time.perf_counter()
    answer = tenant.ask("GET", "/inspect", params={"domain": domain, "selector": ",".join(SELECTORS)})
    seen = (time.perf_counter() - started) * 1_000
    meta = answer.raise_for_status().json()["meta"]
    return {
        "seen by the client": seen,
        "of that in the inspection": meta["total_ms"],
        "of that waiting for the DNS": meta["dns_ms"],
        "of that our own work": meta["total_ms"] - meta["dns_ms"],
    }


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    hundredths = quantiles(values, n=100, method="inclusive")
    return hundredths[49], hundredths[98]


@contextmanager
def _served() -> Iterator[None]:
    """The domains in the DNS of the stack, in the zone above them: the walk for a policy asks there, too."""
    records = (
        f"{name}. IN {type_} {text}" for (name, type_), texts in zone(_DOMAINS).items() for text in texts
    )
    write_zone(_ORIGIN, records)
    try:
        yield
    finally:
        remove_zone(_ORIGIN)


def _wait_for(name: str, server: Listener) -> None:
    deadline = time.monotonic() + _PATIENCE
    query = dns.message.make_query(name, "MX")
    while not dns.query.udp(query, server.host, port=server.port, timeout=5).answer:
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: the stack's DNS server does not know {name}")
        time.sleep(0.2)


if __name__ == "__main__":
    run(Report())
