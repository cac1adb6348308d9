"""``/domains/{id}/hosting/mta-sts``: the policy, its host, and the two records that go with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.hosting import render, schemas
from functions.api.hosting.app import (
    DomainParam,
    IfMatchParam,
    app,
    hosted,
    look_now,
    owned,
    readable,
    revision_of,
    tagged,
    writable,
)
from shared.core.domains import Domain
from shared.core.hosting.commands import require_mta_sts_possible
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.names import Service
from shared.core.hosting.wishes import require_on, wanted_policy
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import hosting, lookups
from shared.wiring.api import idempotent

_PATH = "/domains/<domain_id>/hosting/mta-sts"
_COMMON: dict[str, Any] = {"tags": ["Hosting"]}
_REFUSED = (400, 404, 409, 412, 422)
_SWITCHED_ON = answers(200, "As it is now.", Single[schemas.HostedMtaSts], refusals=(*_REFUSED, 413, 415))
_SWITCHED_OFF = answers(200, "As it is now.", Single[schemas.HostedMtaSts], refusals=_REFUSED)
_VERIFIED = answers(200, "What was found.", Single[schemas.MtaStsVerification], refusals=(400, 404, 409))


class Part(StrEnum):
    POLICY = "policy"
    MTA_STS = "mta_sts"
    TLS_RPT = "tls_rpt"
    ALL = "all"


_SERVICES: Final = {
    Part.POLICY: (Service.POLICY,),
    Part.MTA_STS: (Service.MTA_STS,),
    Part.TLS_RPT: (Service.TLS_RPT,),
    Part.ALL: (Service.POLICY, Service.MTA_STS, Service.TLS_RPT),
}
PartParam = Annotated[Part, Query(description="What to look at.")]


@app.get(
    _PATH,
    summary="Read hosted MTA-STS",
    description="The policy and its host, the records, the CNAMEs that lead there, and how all was last "
    "seen.",
    operation_id="read_hosted_mta_sts",
    responses=answers(200, "As it is now.", Single[schemas.HostedMtaSts], refusals=(404,)),
    middlewares=[tagged],
    **_COMMON,
)
def read(domain_id: DomainParam) -> Single[schemas.HostedMtaSts]:
    return _shown(hosted(readable(domain_id)[1]))


@app.put(
    _PATH,
    summary="Host MTA-STS",
    description="Switches hosted MTA-STS and TLS-RPT on, or changes the policy. The domain has to be "
    "verified, not to be parked, and to take TLS reports. Make the CNAMEs that the answer names: once "
    "`mta-sts` leads here, a certificate is asked for; the id of a policy follows when it is live.",
    operation_id="host_mta_sts",
    responses=_SWITCHED_ON,
    middlewares=[tagged],
    **_COMMON,
)
def switch_on(
    domain_id: DomainParam, body: schemas.HostMtaSts, if_match: IfMatchParam = None
) -> Single[schemas.HostedMtaSts]:
    revision = revision_of(if_match)
    right = owned(writable(domain_id))
    require_mta_sts_possible(right.domain)
    before = hosted(right.domain)
    if revision is None and None in (body.mode, body.mx, body.max_age):
        revision = before.mta_sts.revision
    policy = wanted_policy(before, lookups.fresh_lookups(), mode=body.mode, mx=body.mx, max_age=body.max_age)
    return _shown(hosting.switches().mta_sts_on(right, policy, now=int(app.now), revision=revision))


@app.delete(
    _PATH,
    summary="Stop hosting MTA-STS",
    description="A policy of mode none is served until every sender has forgotten the others; then the "
    "record goes, and the host once your CNAME leads elsewhere. Leave the CNAMEs until then.",
    operation_id="unhost_mta_sts",
    responses=_SWITCHED_OFF,
    middlewares=[tagged],
    **_COMMON,
)
def switch_off(domain_id: DomainParam, if_match: IfMatchParam = None) -> Single[schemas.HostedMtaSts]:
    revision = revision_of(if_match)
    right = writable(domain_id)
    return _shown(hosting.switches().mta_sts_off(right, now=int(app.now), revision=revision))


@app.get(
    f"{_PATH}/verify",
    summary="Verify hosted MTA-STS",
    description="Looks now at the CNAMEs, at the records from outside, and fetches the policy as senders do.",
    operation_id="verify_hosted_mta_sts",
    responses=_VERIFIED,
    **_COMMON,
)
def verify(domain_id: DomainParam, record: PartParam = Part.ALL) -> Single[schemas.MtaStsVerification]:
    return _verified(readable(domain_id)[1], record)


@app.post(
    f"{_PATH}/verify",
    summary="Verify hosted MTA-STS, and go on",
    description="As GET; what is to follow upon it is done at once, not with the next scheduled look.",
    operation_id="verify_hosted_mta_sts_now",
    responses=_VERIFIED,
    middlewares=[idempotent()],
    **_COMMON,
)
def verify_now(domain_id: DomainParam, record: PartParam = Part.ALL) -> Single[schemas.MtaStsVerification]:
    right = writable(domain_id)
    answer = _verified(right.domain, record)
    hosting.switches().look_again(right)
    return answer


def _verified(domain: Domain, part: Part) -> Single[schemas.MtaStsVerification]:
    present = hosted(domain)
    require_on(present, Service.POLICY)
    shown = render.mta_sts_verification(present, look_now(present), int(app.now), _SERVICES[part])
    return Single(data=shown, meta=app.meta)


def _shown(present: Hosting) -> Single[schemas.HostedMtaSts]:
    return Single(data=render.mta_sts(present, int(app.now)), meta=app.meta)
