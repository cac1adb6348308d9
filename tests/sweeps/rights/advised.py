"""Advice, for the rights that it takes."""

from __future__ import annotations

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from shared.adapters.dynamodb.advices import DynamoAdvices
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.core import ids
from shared.core.advice.advices import Advice
from shared.core.advice.ledger import Kind, Matter, matter_number
from shared.core.domains import Domain
from shared.core.messages import encode_advice_due
from shared.core.queues import AdviceDue
from shared.core.watching.states import DnsState, Known, Part
from shared.mailauth.evaluate.inspection import State
from tests.sweeps.rights.scene import Scene, Try

_LATER = 900


def creates_filter(scene: Scene) -> Try:
    body = {"domains": [scene.home.name]}
    return scene.asks("POST", "/policy-filters", HTTPStatus.CREATED, json=body)


def deletes_filter(scene: Scene) -> Try:
    made = scene.tenant.ask("POST", "/policy-filters", json={"domains": [scene.home.name]}).json()
    return scene.asks("DELETE", f"/policy-filters/{made['data']['id']}", HTTPStatus.NO_CONTENT)


def ignores(scene: Scene) -> Try:
    matter = _found(scene, scene.domain(active=True))
    path = f"/issues/{ids.render(ids.ISSUE, matter.id)}"
    return scene.asks("PATCH", path, json={"ignore": True})


def advises(scene: Scene) -> Try:
    """About a domain without a record: an issue is opened, and told."""
    domain = scene.domain(active=True)
    _knows(scene, domain, State.MISSING)
    return _advises(scene, domain)


def advises_twice(scene: Scene) -> Try:
    """About one that has a record now: that is to be seen a second time."""
    domain = scene.domain(active=True)
    _found(scene, domain)
    _knows(scene, domain, State.VALID, "v=DMARC1; p=none")
    return _advises(scene, domain)


def advises_solved(scene: Scene) -> Try:
    """The second time: what was listed as open is listed there no more."""
    domain = scene.domain(active=True)
    _found(scene, domain, fading=int(time.time()) - _LATER)
    _knows(scene, domain, State.VALID, "v=DMARC1; p=none")
    return _advises(scene, domain)


def advises_on_many(scene: Scene) -> Try:
    """The sources of a day lie in the data bucket."""
    return _advises(scene, scene.home)


def _advises(scene: Scene, domain: Domain) -> Try:
    body = encode_advice_due(AdviceDue(domain.account, domain.id))
    return lambda: scene.works("advise", body)


def _found(scene: Scene, domain: Domain, **changes: Any) -> Matter:
    number = matter_number(domain.id, Kind.ISSUE, "dmarc_missing", "")
    matter = replace(Matter(number, Kind.ISSUE, "dmarc_missing", "", "", int(time.time())), **changes)
    advice = Advice(domain.account, domain.id, domain.name, (matter,))
    assert DynamoAdvices(scene.table).replace(None, advice)
    return matter


def _knows(scene: Scene, domain: Domain, state: State, *records: str) -> None:
    """As after a look at the DMARC record."""
    inspection = {"domain": domain.name, "state": state, "records": list(records), "findings": []}
    known = Known(Part.DMARC, state, inspection, records, settled=records)
    states = DynamoDnsStates(scene.table, time.time)
    assert states.replace(
        DnsState(domain.account, domain.id, {Part.DMARC: known}, version=1), (), expires=2**40
    )
    assert scene.domains.note_check(replace(domain, dns_checked=int(time.time())))
