"""``/domains/{id}/hosting/dmarc``: the DMARC record behind a CNAME."""

from __future__ import annotations

from typing import Any

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
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.names import Service
from shared.core.hosting.wishes import default_record, require_on, wanted_record
from shared.edge.openapi import answers
from shared.edge.schemas import Single
from shared.wiring import hosting
from shared.wiring.api import idempotent

_PATH = "/domains/<domain_id>/hosting/dmarc"
_COMMON: dict[str, Any] = {"tags": ["Hosting"]}
_REFUSED = (400, 404, 409, 412, 422)
_SWITCHED_ON = answers(200, "As it is now.", Single[schemas.HostedDmarc], refusals=(*_REFUSED, 413, 415))
_SWITCHED_OFF = answers(200, "As it is now.", Single[schemas.HostedDmarc], refusals=_REFUSED)
_VERIFIED = answers(200, "What was found.", Single[schemas.DmarcVerification], refusals=(404, 409))


@app.get(
    _PATH,
    summary="Read hosted DMARC",
    description="The record, the CNAME that leads to it, and how both were last seen.",
    operation_id="read_hosted_dmarc",
    responses=answers(200, "As it is now.", Single[schemas.HostedDmarc], refusals=(404,)),
    middlewares=[tagged],
    **_COMMON,
)
def read(domain_id: DomainParam) -> Single[schemas.HostedDmarc]:
    domain = readable(domain_id)[1]
    return _shown(hosted(domain), domain)


@app.put(
    _PATH,
    summary="Host a DMARC record",
    description="Switches hosted DMARC on, or changes its record. The domain has to be verified. Make the "
    "CNAME that the answer names; the record is `published` minutes later.",
    operation_id="host_dmarc",
    responses=_SWITCHED_ON,
    middlewares=[tagged],
    **_COMMON,
)
def switch_on(
    domain_id: DomainParam, body: schemas.HostDmarc, if_match: IfMatchParam = None
) -> Single[schemas.HostedDmarc]:
    revision = revision_of(if_match)
    right = owned(writable(domain_id))
    domain = right.domain
    switches, before = hosting.switches(), hosted(domain)
    if body.record is None and revision is None:
        revision = before.dmarc.revision
    record = wanted_record(before, body.record, _default(domain))
    return _shown(switches.dmarc_on(right, record, now=int(app.now), revision=revision), domain)


@app.delete(
    _PATH,
    summary="Stop hosting a DMARC record",
    description="The record goes on answering as long as your CNAME leads to it, and is kept for 30 days "
    "after that.",
    operation_id="unhost_dmarc",
    responses=_SWITCHED_OFF,
    middlewares=[tagged],
    **_COMMON,
)
def switch_off(domain_id: DomainParam, if_match: IfMatchParam = None) -> Single[schemas.HostedDmarc]:
    revision = revision_of(if_match)
    right = writable(domain_id)
    after = hosting.switches().dmarc_off(right, now=int(app.now), revision=revision)
    return _shown(after, right.domain)


@app.get(
    f"{_PATH}/verify",
    summary="Verify hosted DMARC",
    description="Looks now at the CNAME, and at the record from outside.",
    operation_id="verify_hosted_dmarc",
    responses=_VERIFIED,
    **_COMMON,
)
def verify(domain_id: DomainParam) -> Single[schemas.DmarcVerification]:
    return _verified(readable(domain_id)[1])


@app.post(
    f"{_PATH}/verify",
    summary="Verify hosted DMARC, and go on",
    description="As GET; what is to follow upon it is done at once, not with the next scheduled look.",
    operation_id="verify_hosted_dmarc_now",
    responses=_VERIFIED,
    middlewares=[idempotent()],
    **_COMMON,
)
def verify_now(domain_id: DomainParam) -> Single[schemas.DmarcVerification]:
    right = writable(domain_id)
    answer = _verified(right.domain)
    hosting.switches().look_again(right)
    return answer


def _verified(domain: Domain) -> Single[schemas.DmarcVerification]:
    present = hosted(domain)
    require_on(present, Service.DMARC)
    shown = render.dmarc_verification(present, look_now(present), int(app.now))
    return Single(data=shown, meta=app.meta)


def _shown(present: Hosting, domain: Domain) -> Single[schemas.HostedDmarc]:
    return Single(data=render.dmarc(present, _default(domain), int(app.now)), meta=app.meta)


def _default(domain: Domain) -> str:
    return default_record(domain, hosting.switches().own_address(domain))
