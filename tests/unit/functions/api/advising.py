"""An issue, a task and a policy filter of ``ACCOUNT``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.core import ids
from shared.core.advice.advices import Advice
from shared.core.advice.advising import with_row
from shared.core.advice.ledger import RULES, Kind, Matter, matter_number
from shared.core.advice.planning import Recommendation
from shared.core.advice.world import Stance
from shared.core.domains import Domain
from tests.unit.core.advice.worlds import plan_row
from tests.unit.core.world import DOMAIN, NOW
from tests.unit.functions.api.client import Api


def matter(kind: Kind, rule: str, *, domain: Domain = DOMAIN, subject: str = "", **changes: Any) -> Matter:
    number = matter_number(domain.id, kind, rule, subject)
    made = Matter(number, kind, rule, subject, "Details.", int(NOW), category=RULES[kind][rule].category)
    return replace(made, **changes)


def advise(api: Api, *matters: Matter, domain: Domain = DOMAIN, **row: Any) -> Advice:
    """The ledger of a domain with these and nothing else."""
    before = api.advices.get(domain.account, domain.id)
    version = before.version if before is not None else 0
    stance = Stance("none", since=int(NOW) - 86_400 * 40)
    advice = Advice(domain.account, domain.id, domain.name, matters, stance, None, version)
    drawn = {"recommendation": Recommendation.NONE, "since": stance.since, "policy": "none", **row}
    assert api.advices.replace(before, with_row(advice, plan_row(domain, **drawn)))
    return api.advices.stored[domain.account, domain.id]


def advice(api: Api) -> dict[str, str]:
    """By the parameters of routes that take their ids."""
    issue, task = matter(Kind.ISSUE, "spf_ptr"), matter(Kind.TASK, "publish_dmarc")
    advise(api, issue, task)
    made = api.post("/policy-filters", {"domains": ["ud_19"]})
    assert made.status == 201
    return {
        "issue_id": ids.render(ids.ISSUE, issue.id),
        "task_id": ids.render(ids.TASK, task.id),
        "policy_filter_id": made.data["id"],
    }
