"""Limits on the local stack: as many as the plan has, however many ask at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import uuid4

import httpx

from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_account

AT_ONCE: Final = 10
"""Requests under way at a time. The emulator starts a process for each, and all share this machine."""


def await_early_in_a_minute() -> None:
    while time.time() % 60 > 30:
        time.sleep(0.5)


def warm(tenant: Tenant, method: str, path: str) -> None:
    """Have the function's processes run: to start them takes longer than a minute has."""
    at_once(AT_ONCE, lambda _: tenant.ask(method, path))


def at_once(count: int, ask: Callable[[int], httpx.Response]) -> Counter[int]:
    """The statuses of so many requests, which do not wait for each other."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(lambda number: ask(number).status_code, range(count)))


def test_of_fifty_requests_at_once_thirty_are_let_through(stack: RunningStack) -> None:
    """On a plan with 30 a minute, within one minute."""
    tenant = open_account(stack, plan="basic")
    warm(open_account(stack), "GET", "/account")
    await_early_in_a_minute()
    statuses = at_once(50, lambda _: tenant.ask("GET", "/account"))

    assert statuses == {200: 30, 429: 20}


def test_domains_and_people_that_are_added_at_once_never_exceed_the_plan(stack: RunningStack) -> None:
    """20 domains and 2 people, in 30 requests of one minute."""
    tenant, name, other = open_account(stack, plan="basic"), uuid4().hex[:8], open_account(stack)
    warm(other, "GET", "/domains")
    warm(other, "GET", "/users")
    await_early_in_a_minute()
    domains = at_once(24, lambda n: tenant.ask("POST", "/domains", json={"domain": f"{name}{n}.example"}))
    people = at_once(4, lambda n: tenant.ask("POST", "/users", json={"email": f"{name}{n}@people.example"}))

    assert (domains[201], domains.total()) == (20, 24)
    assert (people[201], people.total()) == (2, 4)
    assert max([*domains, *people]) < 500
    listed = tenant.ask("GET", "/domains")
    assert listed.status_code == 200, listed.text
    assert listed.json()["meta"]["total_count"] == 20
