"""What letting somebody in takes of our own: the time beyond the SDK's calls, for each way in.

All of it is counted: reading the headers, verifying an access token, building requests and reading answers,
making the caller with its rights. The table is one in memory, whose time is not counted. None of this waits
for anything, so it is measured as time of the processor, whatever else the machine does.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from typing import Any

from shared.adapters.tokens import PoolTokens
from shared.core.api_keys import hash_of
from shared.core.callers import Caller, level_in
from shared.core.domains import Domain
from shared.core.ids import GroupId, UserId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.member_tokens import new_token
from shared.core.members import Member
from shared.core.rights import Level
from shared.edge.caller import Doors, admit
from tests.bench.tables import Report
from tests.contract import given
from tests.contract.stores import AwsStores, on_aws
from tests.fixtures.tokens import CLIENT, ISSUER, Pool

REQUESTS = 300
MOST_MS = 5.0
_PER_MINUTE = 100_000
_GROUPS = tuple(GroupId(number) for number in range(2, 62))


@dataclass
class Watch:
    """The seconds that a client's calls took."""

    spent: float = 0.0

    def on(self, client: Any) -> None:
        call = client._make_api_call

        def timed(*arguments: object) -> object:
            began = time.thread_time()
            try:
                return call(*arguments)
            finally:
                self.spent += time.thread_time() - began

        client._make_api_call = timed


def run(report: Report) -> None:
    with on_aws() as stores:
        gc.disable()  # What moto leaves behind is not ours to collect.
        watch = Watch()
        watch.on(stores.table.client)
        pool = Pool()
        ways, domain = _ways(stores, pool)
        rows = []
        for what, asked in ways.items():
            doors = _doors(stores, pool)
            first, taken = _own_ms(stores, doors, watch, asked, domain)
            p50, p99 = taken[49], taken[98]
            held = report.holds(f"letting somebody in with {what}: {MOST_MS:.0f} ms", p99 < MOST_MS)
            gc.collect()
            rows.append((what, f"{first:.2f}", f"{p50:.2f}", f"{p99:.2f}", f"p99 < {MOST_MS:.0f} ms", held))
        gc.enable()
    report.table(
        f"Letting somebody in, without the SDK's calls: {REQUESTS} requests each, ms of processor",
        ("with", "the very first", "p50", "p99", "promised", "holds"),
        rows,
    )


def _ways(stores: AwsStores, pool: Pool) -> tuple[dict[str, dict[str, Any]], Domain]:
    account = given.account(stores)
    domain = given.domain(stores, account)
    now = stores.clock()
    _, secret = create_key(
        stores.api_keys, account, Terms("bench"), Minting(now, lambda: "k" * 43, lambda bits: 1)
    )
    user = UserId(19)
    token = new_token(account.id, user, lambda: "t" * 43)
    stores.members.add(
        Member(
            account.id,
            user,
            "anna@orchard.example",
            int(now),
            _PER_MINUTE,
            active=True,
            levels=dict.fromkeys(_GROUPS, Level.READ),
            token_hash=hash_of(token),
        ),
        most=1,
    )
    named = {"x-postseal-account": f"usr_{account.id}"}
    ways = {
        "an API key": _event(secret),
        "a user's API token, levels in 60 groups": _event(token),
        "an access token, levels in 60 groups": _event(pool.token(now), named),
        "an access token that names no account": _event(pool.token(now)),
    }
    return ways, domain


def _doors(stores: AwsStores, pool: Pool) -> Doors:
    tokens = PoolTokens(ISSUER, CLIENT, pool.document)
    return Doors(stores.api_keys, stores.accounts, stores.members, stores.address_limits, lambda: tokens)


def _own_ms(
    stores: AwsStores, doors: Doors, watch: Watch, asked: Mapping[str, Any], domain: Domain
) -> tuple[float, list[float]]:
    """Of the very first request, and the percentiles of all others."""
    taken = [
        _timed(watch, partial(_let_in, asked, doors, stores.clock() + 2 * number, domain))
        for number in range(REQUESTS + 1)
    ]
    return taken[0], quantiles(taken[1:], n=100, method="inclusive")


def _timed(watch: Watch, work: Callable[[], object]) -> float:
    watch.spent, began = 0.0, time.thread_time()
    work()
    return (time.thread_time() - began - watch.spent) * 1_000


def _let_in(asked: Mapping[str, Any], doors: Doors, now: float, domain: Domain) -> Level:
    caller: Caller | None = admit(asked, doors, now).caller
    if caller is None:
        raise SystemExit("bench: a request was not let in")
    return level_in(caller, domain)


def _event(secret: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "headers": {"authorization": f"Bearer {secret}", "accept": "application/json", **(headers or {})},
        "requestContext": {"http": {"sourceIp": "192.0.2.1", "method": "GET"}},
    }


if __name__ == "__main__":
    run(Report())
