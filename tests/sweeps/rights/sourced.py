"""Sources, addresses and favourites, for the rights that showing and summing them up takes."""

from __future__ import annotations

import time
from http import HTTPStatus

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.snapshots import DynamoSnapshots
from shared.core.ids import AccountId
from shared.core.messages import encode_removed_domain, encode_source_refresh
from shared.core.queues import RemovedDomain, SourceRefresh
from shared.core.sending.snapshots import Snapshot
from tests.local.tenants import Tenant
from tests.sweeps.rights.scene import Scene, Try, today


def marks_address(scene: Scene) -> Try:
    scene.table.delete(keys.favourites(scene.account, scene.home.id))
    return scene.asks("PUT", f"/domains/{scene.home.name}/favorites/192.0.2.1")


def stores_filter(scene: Scene) -> Try:
    """Of a domain that is named by its id."""
    body = {"domains": [str(scene.home.id)]}
    return scene.asks("POST", "/source-filters", HTTPStatus.CREATED, json=body)


def removes_filter(scene: Scene) -> Try:
    made = scene.tenant.ask("POST", "/source-filters", json={"domains": [scene.home.name]}).json()
    return scene.asks("DELETE", f"/source-filters/{made['data']['id']}", HTTPStatus.NO_CONTENT)


def lists_lost(scene: Scene) -> Try:
    """The snapshot that a small account had is lost: a new one is put in its place."""
    account = scene.open_account("pro")
    tenant = Tenant(scene.tenant.url, scene.key_of(account), "")
    _lost(scene, account.id)

    def tried() -> bool:
        answer = tenant.ask("GET", "/sources")
        assert answer.status_code in {HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR}, answer.text
        return answer.status_code == HTTPStatus.OK

    return tried


def asks_refresh(scene: Scene) -> Try:
    scene.table.delete(keys.snapshot(scene.account))
    return scene.asks("POST", "/sources/refresh", HTTPStatus.ACCEPTED)


def refreshes(scene: Scene) -> Try:
    """Of an account with a domain whose day lies in the data bucket."""
    _lost(scene, scene.account)
    body = encode_source_refresh(SourceRefresh(scene.account, int(time.time())))
    return lambda: scene.works("refresh-sources", body)


def purges_from_sources(scene: Scene) -> Try:
    """A removed domain that is in the account's snapshot."""
    domain = scene.domain()
    made = Snapshot(int(time.time()), today(), today(), ((domain.id, domain.name),))
    assert DynamoSnapshots(scene.table, scene.blobs).put(scene.account, made)
    scene.domains.remove(domain)
    body = encode_removed_domain(RemovedDomain(scene.account, domain.id))
    return lambda: scene.works("purge", body)


def _lost(scene: Scene, account: AccountId) -> None:
    where = keys.snapshot(account)
    scene.table.put({**where._asdict(), "version": 1, "made": 1, "place": "sources/none"})
