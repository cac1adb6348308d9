"""Requests to the API, by what they need: each makes ready, and hands back what is then tried."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from time import time
from typing import Any
from uuid import uuid4

import httpx

from shared.core import ids
from shared.core.ids import AccountId
from shared.core.mail import Door, Trust
from shared.core.quarantine import Entry, entry_number
from tests.sweeps.rights.scene import MANY, Scene, Try, aggregate

Case = Callable[[Scene], Try]


def ask(method: str, path: str, expected: HTTPStatus = HTTPStatus.OK, **options: Any) -> Case:
    """A request without anything to make ready; ``{home}`` in the path is the scene's domain."""

    def prepared(scene: Scene) -> Try:
        return scene.asks(method, path.format(home=scene.home.name), expected, **options)

    prepared.__name__ = f"{method} {path}"
    return prepared


def of_nobody(method: str, path: str, expected: HTTPStatus, **options: Any) -> Case:
    """A request without a key, outside the API's base."""

    def prepared(scene: Scene) -> Try:
        def tried() -> bool:
            url = f"{scene.stack.api_url}{path.format(token=scene.token)}"
            answer = httpx.request(method, url, timeout=60, trust_env=False, **options)
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return False
            assert answer.status_code == expected, answer.text
            return True

        return tried

    prepared.__name__ = f"{method} {path}"
    return prepared


def creates_key(scene: Scene) -> Try:
    return scene.asks("POST", "/api-keys", HTTPStatus.CREATED, json={"name": "another"})


def revokes_key(scene: Scene) -> Try:
    made = scene.tenant.ask("POST", "/api-keys", json={"name": "another"}).json()["data"]["id"]
    return scene.asks("DELETE", f"/api-keys/{made}", HTTPStatus.NO_CONTENT)


def adds_domain(scene: Scene) -> Try:
    name = f"a{uuid4().hex[:12]}.example"
    return scene.asks("POST", "/domains", HTTPStatus.CREATED, json={"domain": name})


def verifies_below(scene: Scene) -> Try:
    """A domain without proof of its own, below one that has one."""
    domain = scene.domain(below=scene.home.name, verified=False)
    return scene.asks("POST", f"/domains/{domain.name}/verify")


def removes_domain(scene: Scene) -> Try:
    return scene.asks("DELETE", f"/domains/{scene.domain().name}", HTTPStatus.ACCEPTED)


def reads_parked_records(scene: Scene) -> Try:
    return scene.asks("GET", f"/domains/{scene.domain().name}/parked-records")


def hosts_dmarc(scene: Scene) -> Try:
    return scene.asks("PUT", f"/domains/{scene.domain().name}/hosting/dmarc", json={})


def refuses_a_look(scene: Scene) -> Try:
    """Nothing is hosted: the claim of the Idempotency-Key is given back."""
    path = f"/domains/{scene.home.name}/hosting/dmarc/verify"
    return scene.asks("POST", path, HTTPStatus.CONFLICT, headers={"Idempotency-Key": uuid4().hex})


def uploads_report(scene: Scene) -> Try:
    return scene.asks("POST", "/reports", HTTPStatus.ACCEPTED, content=aggregate(scene.home))


def removes_report(scene: Scene) -> Try:
    return _removes_report(scene, 1)


def removes_large_report(scene: Scene) -> Try:
    return _removes_report(scene, MANY)


def _removes_report(scene: Scene, addresses: int) -> Try:
    stored = scene.report(scene.domain(active=True), addresses)
    return scene.asks("DELETE", f"/reports/{ids.render(ids.REPORT, stored.id)}", HTTPStatus.NO_CONTENT)


def reads_large_report(scene: Scene) -> Try:
    return scene.asks("GET", f"/reports/{ids.render(ids.REPORT, scene.large.id)}")


def reads_raw_report(scene: Scene) -> Try:
    return scene.asks("GET", f"/reports/{ids.render(ids.REPORT, scene.large.id)}/raw")


def reads_entry(scene: Scene) -> Try:
    return scene.asks("GET", f"/quarantine/{_set_aside(scene, 'inbound/none')}")


def reads_raw_entry(scene: Scene) -> Try:
    return scene.asks("GET", f"/quarantine/{_set_aside(scene, scene.mailed(b'no report'))}/raw")


def replays_entry(scene: Scene) -> Try:
    entry = _set_aside(scene, scene.mailed(b"no report"))
    path = f"/quarantine/{entry}/replay"
    return scene.asks("POST", path, HTTPStatus.ACCEPTED, headers={"Idempotency-Key": uuid4().hex})


def removes_entry(scene: Scene) -> Try:
    return scene.asks("DELETE", f"/quarantine/{_set_aside(scene, 'inbound/none')}", HTTPStatus.NO_CONTENT)


def _set_aside(scene: Scene, mail: str) -> str:
    entry = entry_of(scene.account, mail)
    scene.quarantine.add(entry)
    return ids.render(ids.QUARANTINE, entry.id)


def entry_of(account: AccountId, mail: str) -> Entry:
    now = int(time())
    return Entry(
        id=entry_number(account, mail, "", now),
        account=account,
        reason="not_a_report",
        detail="nothing in it",
        path="",
        mail=mail,
        door=Door.MAIL,
        received=now,
        expires=now + 3_600,
        trust=Trust.UNVERIFIED,
    )
