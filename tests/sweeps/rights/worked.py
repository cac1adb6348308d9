"""Messages to the workers of reports, by what they need."""

from __future__ import annotations

import time
from datetime import timedelta
from ipaddress import ip_address

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.sender_histories import DynamoSenderHistories
from shared.core.ids import DomainId
from shared.core.mail import Door
from shared.core.messages import encode_removed_domain, encode_touched_day, encode_unknown_hosts
from shared.core.queues import RemovedDomain, TouchedDay, UnknownHosts
from shared.core.senders.history import Seen, SenderHistory
from tests.sweeps.rights.asked import entry_of
from tests.sweeps.rights.scene import MANY, Scene, Try, aggregate, failure, today

_NAMED = "51.38.41.10"
"""An address that the shipped zones have a name for."""


def takes_in(scene: Scene) -> Try:
    return _delivered(scene, aggregate(scene.home))


def takes_in_large(scene: Scene) -> Try:
    return _delivered(scene, aggregate(scene.home, MANY))


def takes_in_failure(scene: Scene) -> Try:
    return _delivered(scene, failure(scene.home))


def takes_in_upload(scene: Scene) -> Try:
    return _delivered(scene, aggregate(scene.home), door=Door.UPLOAD)


def takes_in_again(scene: Scene) -> Try:
    """What it left in quarantine goes."""
    key = scene.mailed(aggregate(scene.home))
    scene.quarantine.add(entry_of(scene.account, key))
    body = scene.delivery(key, replay=True)
    return lambda: scene.works("ingest-mail", body)


def _delivered(scene: Scene, data: bytes, door: Door = Door.MAIL) -> Try:
    body = scene.delivery(scene.mailed(data), door=door)
    return lambda: scene.works("ingest-mail", body)


def rolls_up(scene: Scene) -> Try:
    """A day with an address that nobody has asked about yet. Its report comes while the right is missing: the
    deployed worker would roll the day up before us."""
    domain = scene.domain(active=True)
    roll = scene.rolls_up(domain)

    def report_and_roll() -> bool:
        scene.report(domain)
        return roll()

    return report_and_roll


def rolls_up_large(scene: Scene) -> Try:
    """A day whose report and sources lie in the data bucket, as those do that are replaced."""
    return scene.rolls_up(scene.home)


def rolls_up_newcomer(scene: Scene) -> Try:
    """A day with a source that is new to a domain that has been reported on for a month."""
    domain = scene.domain(active=True)
    month_ago = today() - timedelta(days=30)
    known = SenderHistory({"usual.example": Seen(month_ago, month_ago)})
    histories = DynamoSenderHistories(scene.table, scene.blobs, time.time)
    assert histories.replace(scene.account, domain.id, known)
    roll = scene.rolls_up(domain)

    def report_and_roll() -> bool:
        scene.report(domain)
        return roll()

    return report_and_roll


def rolls_up_nothing(scene: Scene) -> Try:
    """Of a domain that is gone: it is to be purged."""
    touched = encode_touched_day(TouchedDay(scene.account, DomainId(1), today()))
    return lambda: scene.works("rollup", touched)


def resolves(scene: Scene) -> Try:
    scene.table.delete(keys.hosts(ip_address(_NAMED).packed[:-1].hex()))
    touched = TouchedDay(scene.account, scene.home.id, today())
    body = encode_unknown_hosts(UnknownHosts(touched, (_NAMED,)))
    return lambda: scene.works("resolve-hosts", body)


def purges(scene: Scene) -> Try:
    """A removed domain with a report that came alone in its mail, and its rollup."""
    return _purges(scene, 1)


def purges_large(scene: Scene) -> Try:
    """One whose report lies in the data bucket."""
    return _purges(scene, MANY)


def _purges(scene: Scene, addresses: int) -> Try:
    domain = scene.domain(active=True)
    scene.report(domain, addresses)
    assert scene.rolls_up(domain)()
    scene.domains.remove(domain)
    body = encode_removed_domain(RemovedDomain(scene.account, domain.id))
    return lambda: scene.works("purge", body)


def reconciles(scene: Scene) -> Try:
    """An active domain without its turn, and an account whose time has come."""
    scene.accounts.close(scene.due.id, closes=int(time.time()))
    scene.turns.remove(scene.account, scene.home.id)
    return scene.runs("reconcile")
