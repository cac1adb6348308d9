"""Advice on the local stack: an issue, a task and a filter of a tenant, and a policy as old as is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from shared.adapters.dynamodb.advices import DynamoAdvices
from shared.adapters.dynamodb.table import Table
from shared.core import ids
from shared.core.advice.advices import Advice
from shared.core.advice.ledger import RULES, Kind, Matter, matter_number
from shared.core.advice.world import Stance
from shared.core.clock import DAY_SECONDS
from shared.core.ids import AccountId, DomainId
from tests.local.tenants import Tenant


def advice(tenant: Tenant, table: Table) -> dict[str, str]:
    """By the parameters of routes that take their ids."""
    home = _domain(tenant)
    issue, task = _matter(home, Kind.ISSUE, "spf_ptr"), _matter(home, Kind.TASK, "publish_dmarc")
    _change(tenant, table, lambda known: _with(known, issue, task))
    made = tenant.ask("POST", "/policy-filters", json={"domains": [tenant.domain]})
    assert made.status_code == 201, made.text
    return {
        "issue_id": ids.render(ids.ISSUE, issue.id),
        "task_id": ids.render(ids.TASK, task.id),
        "policy_filter_id": str(made.json()["data"]["id"]),
    }


def has_been_at(tenant: Tenant, table: Table, policy: str, days: int) -> None:
    """As if the policy had been published for so long."""
    stance = Stance(policy, since=int(time.time()) - days * DAY_SECONDS)
    _change(tenant, table, lambda known: replace(known, stance=stance))


def _change(tenant: Tenant, table: Table, change: Callable[[Advice], Advice]) -> None:
    account = AccountId(ids.parse(ids.ACCOUNT, str(tenant.data("/account")["id"])))
    stored, home = DynamoAdvices(table), _domain(tenant)
    for _ in range(20):
        before = stored.get(account, home)
        if stored.replace(before, change(before or Advice(account, home, tenant.domain))):
            return
    raise AssertionError("others keep changing the advice")


def _domain(tenant: Tenant) -> DomainId:
    return DomainId(ids.parse(ids.DOMAIN, str(tenant.data(f"/domains/{tenant.domain}")["id"])))


def _matter(home: DomainId, kind: Kind, rule: str) -> Matter:
    number = matter_number(home, kind, rule, "")
    return Matter(number, kind, rule, "", "", int(time.time()), category=RULES[kind][rule].category)


def _with(known: Advice, *added: Matter) -> Advice:
    matters = {each.id: each for each in (*known.matters, *added)}
    return replace(known, matters=tuple(matters[number] for number in sorted(matters)))
