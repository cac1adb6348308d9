"""``python -m tests.bench.checks_child PORT DOMAINS``: checks domains by our evaluations.

Prints one JSON object: domains per second, how many were valid, questions per domain; then, for one SPF
record of ten nested includes, the times the server was waited for, the milliseconds, and the look-ups found.
"""

from __future__ import annotations

import json
import sys
import time

from shared.adapters.dns_servers import Server
from shared.adapters.dns_upstream import Upstream
from shared.adapters.resolver import ResolvedLookups
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Type, ask
from shared.mailauth.evaluate.spf_tree import inspect_spf
from shared.mailauth.evaluate.whole import DomainInspection, inspect_domain
from tests.bench.name_server import COUNTERS
from tests.bench.zones import NESTED, SELECTORS, domains


def _is_whole(seen: DomainInspection) -> bool:
    parts = (seen.spf, seen.dmarc, seen.tls_rpt, seen.mx, seen.mta_sts)
    return all(part.state is State.VALID for part in parts) and len(seen.dkim.keys) == len(SELECTORS)


def _counters(lookups: ResolvedLookups) -> tuple[int, int]:
    """Queries, and round trips, of the server so far."""
    (queries, waves) = lookups.run(ask(COUNTERS, Type.TXT)).records[0].split()
    return int(queries), int(waves)


def main() -> None:
    lookups = ResolvedLookups(Upstream((Server("127.0.0.1", int(sys.argv[1])),)))
    names = domains(int(sys.argv[2]))
    _, waves = _counters(lookups)
    started = time.perf_counter()
    nested = lookups.run(inspect_spf(NESTED))
    nested_spent = time.perf_counter() - started
    queries, waves_after = _counters(lookups)
    started = time.perf_counter()
    seen = lookups.run_all([inspect_domain(name, SELECTORS, now=time.time()) for name in names], within=300)
    spent = time.perf_counter() - started
    queries_after, _ = _counters(lookups)
    figures = {
        "rate": len(names) / spent,
        "found": sum(map(_is_whole, seen)),
        "questions": (queries_after - queries) / len(names),
        "round_trips": waves_after - waves,
        "nested_ms": nested_spent * 1_000,
        "nested_lookups": nested.lookups,
    }
    print(json.dumps(figures))


main()
