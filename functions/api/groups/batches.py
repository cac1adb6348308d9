"""Many domains put into a group, moved or taken out by one request."""

from __future__ import annotations

from dataclasses import replace

from functions.api.groups import render, schemas
from functions.api.groups.app import GroupParam, app
from shared.core.access import administer
from shared.core.domains import Domain
from shared.core.group_lists import DomainState
from shared.core.group_use import named_group
from shared.core.grouping import Grouping
from shared.core.groups import Group
from shared.core.hosting.commands import require_unhindered
from shared.core.parked_credits import ParkedCredits, parked_credits
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import entropy, queues, table
from shared.wiring.api import idempotent, report_domain

_TAGS = ["Groups"]
_REFUSALS = (400, 404, 409, 413, 415, 422)
_ACTIVE = {DomainState.ACTIVE: True, DomainState.INACTIVE: False}


@app.post(
    "/domain-groups/<group_id>/add-domains",
    summary="Add domains to a group",
    description="For admins. Names that the account does not have are added to it, as far as the plan "
    "allows. Domains that enter a parked group become parked. Each domain is treated by itself: `errors` "
    "names those that were refused. Doing it again changes nothing.",
    operation_id="add_domains_to_group",
    tags=_TAGS,
    responses=answers(200, "What became of each.", Single[schemas.AddedDomains], refusals=_REFUSALS),
    middlewares=[idempotent()],
)
def add(group_id: GroupParam, body: schemas.AddDomains) -> Single[schemas.AddedDomains]:
    active = None if body.domain_state is None else _ACTIVE.get(body.domain_state)
    done = _grouping().put_in(_group(group_id), body.domains, active=active)
    answer = schemas.AddedDomains(
        added=render.domains(done.added),
        existing=render.domains(done.placed),
        errors=render.errors(done.failures),
    )
    return Single(data=answer, meta=app.meta)


@app.post(
    "/domain-groups/<group_id>/move-domains",
    summary="Move domains into a group",
    description="For admins. Each leaves the group that it is named with and enters this one; it stays in "
    "its others. Each domain is treated by itself, as in `add-domains`.",
    operation_id="move_domains_to_group",
    tags=_TAGS,
    responses=answers(200, "What became of each.", Single[schemas.MovedDomains], refusals=_REFUSALS),
    middlewares=[idempotent()],
)
def move(group_id: GroupParam, body: schemas.MoveDomains) -> Single[schemas.MovedDomains]:
    moves = [(each.domain, each.group_id) for each in body.domains]
    done = _grouping().move(_group(group_id), moves)
    answer = schemas.MovedDomains(moved=render.domains(done.placed), errors=render.errors(done.failures))
    return Single(data=answer, meta=app.meta)


@app.post(
    "/domain-groups/<group_id>/remove-domains",
    summary="Remove domains from a group",
    description="For admins. They stay in the account, and in their other groups. Not of the default group. "
    "A domain that leaves a parked group stays parked.",
    operation_id="remove_domains_from_group",
    tags=_TAGS,
    responses=answers(200, "What became of each.", Single[schemas.TakenDomains], refusals=_REFUSALS),
    middlewares=[idempotent()],
)
def remove(group_id: GroupParam, body: schemas.RemoveDomains) -> Single[schemas.TakenDomains]:
    done = _grouping().take_out(_group(group_id), body.domains)
    answer = schemas.TakenDomains(removed=render.domains(done.placed), errors=render.errors(done.failures))
    return Single(data=answer, meta=app.meta)


def _group(reference: str) -> Group:
    return named_group(table.groups(), administer(app.caller), reference)


def _grouping() -> Grouping:
    return Grouping(
        caller=app.caller,
        domains=table.domains(),
        groups=table.groups(),
        turns=table.turns(),
        checks=queues.dns_checks(),
        require_parkable=_Parking(),
        new_token=entropy.new_token,
        random_bits=entropy.random_bits,
    )


class _Parking:
    """Looks once in a request at what the plan has left, and at what is hosted for each domain."""

    def __init__(self) -> None:
        self._credits: ParkedCredits | None = None

    def __call__(self, domain: Domain | None) -> None:
        if self._credits is None:
            self._credits = parked_credits(table.rollups(), app.caller.account, app.now)
        self._credits.require()
        if domain is not None:
            _require_unhindered(domain)


def _require_unhindered(domain: Domain) -> None:
    hosting = table.hostings().get(domain.account, domain.id)
    if hosting is not None:
        require_unhindered(hosting, replace(domain, parked=True), own=f"{domain.token}@{report_domain()}")
