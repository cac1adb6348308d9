from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.adapters.dynamodb import keys
from shared.core.ids import AccountId, DomainId
from shared.core.sending.snapshots import Line, SenderName, Snapshot, SnapshotState, Sums
from tests.contract import given as make
from tests.contract.stores import AwsStores, Stores

SNAPSHOT = Snapshot(
    1_000,
    date(2026, 11, 14),
    date(2026, 11, 21),
    ((DomainId(19), "orchard.example"),),
    (SenderName("mailer.example", "Mailer", "unknown"),),
    (Line(0, 1, 0, 740_000, 740_001, Sums(*range(11)), ("dkim", "mail.test")),),
)


def test_the_newest_snapshot_is_kept(stores: Stores) -> None:
    owner, stranger = make.account(stores).id, make.account(stores).id
    assert stores.snapshots.state(owner) == SnapshotState()
    assert stores.snapshots.read(owner) is None
    assert stores.snapshots.put(owner, SNAPSHOT)
    assert stores.snapshots.read(owner) == SNAPSHOT
    assert stores.snapshots.state(owner).made == 1_000
    newer = replace(SNAPSHOT, made=1_001, lines=())
    assert stores.snapshots.put(owner, newer)
    assert not stores.snapshots.put(owner, SNAPSHOT)
    assert stores.snapshots.put(owner, newer)
    assert stores.snapshots.read(owner) == newer
    assert stores.snapshots.read(stranger) is None


def test_a_domain_that_is_gone_is_left_out(stores: Stores) -> None:
    owner = make.account(stores).id
    stores.snapshots.forget(owner, DomainId(19))
    stores.snapshots.put(owner, SNAPSHOT)
    stores.snapshots.forget(owner, DomainId(20))
    assert stores.snapshots.read(owner) == SNAPSHOT
    for _ in range(2):
        stores.snapshots.forget(owner, DomainId(19))
        assert stores.snapshots.read(owner) == replace(SNAPSHOT, domains=(), senders=(), lines=())
    assert stores.snapshots.state(owner).made == 1_000


def test_a_new_one_is_asked_for_once_in_a_while(stores: Stores) -> None:
    owner = make.account(stores).id
    assert stores.snapshots.ask(owner, 1_000, apart=300)
    assert not stores.snapshots.ask(owner, 1_299, apart=300)
    assert stores.snapshots.put(owner, SNAPSHOT)
    assert stores.snapshots.state(owner).asked == 1_000
    assert stores.snapshots.ask(owner, 1_300, apart=300)
    assert stores.snapshots.state(owner).made == 1_000
    assert stores.snapshots.ask(AccountId(9_999), 1_300, apart=300)


def test_an_account_has_one_object_and_lives_without_it(aws: AwsStores) -> None:
    owner = make.account(aws).id
    for made in (1_000, 1_001, 1_002, 1_001):
        aws.snapshots.put(owner, replace(SNAPSHOT, made=made))
    assert aws.objects("data") == 1
    aws.blobs.remove(aws.table.get(keys.snapshot(owner))["place"])  # type: ignore[index]
    assert aws.snapshots.read(owner) is None
    assert aws.snapshots.put(owner, replace(SNAPSHOT, made=1_003))
    assert aws.snapshots.read(owner) == replace(SNAPSHOT, made=1_003)
