from __future__ import annotations

from dataclasses import replace

from shared.core.ids import AccountId, QuarantineId
from shared.core.mail import Door, Trust
from shared.core.quarantine import NOBODY, Entry
from tests.contract.stores import Stores

OWNER, OTHER = AccountId(7), AccountId(8)


def entry(number: int, owner: AccountId = OWNER, *, mail: str = "inbound/a", expires: int = 2**40) -> Entry:
    return Entry(
        id=QuarantineId(number),
        account=owner,
        reason="unknown_domain",
        detail="example.org is nobody's",
        path="a.zip!b.xml",
        mail=mail,
        door=Door.MAIL,
        received=1_000,
        expires=expires,
        trust=Trust.UNVERIFIED,
        recipients=("x@reports.test", "y@reports.test"),
        sender="noreply@google.com",
        subject="Report domain: example.org",
        domain="example.org",
        reporter="google.com",
        report_id="17",
    )


def add(stores: Stores, *entries: Entry) -> None:
    for made in entries:
        stores.quarantine.add(made)


def test_an_entry_comes_back_to_its_owners_only(stores: Stores) -> None:
    add(stores, entry(1))

    assert stores.quarantine.get((OTHER, OWNER), QuarantineId(1)) == entry(1)
    assert stores.quarantine.get((OTHER,), QuarantineId(1)) is None
    assert stores.quarantine.get((OWNER,), QuarantineId(2)) is None


def test_the_same_entry_again_changes_its_reason_and_detail_only(stores: Stores) -> None:
    add(stores, entry(1))
    stores.quarantine.mark_replayed(entry(1), 5_000)

    add(stores, replace(entry(1), reason="domain_inactive", detail="why", subject="other", received=9))

    expected = replace(entry(1), reason="domain_inactive", detail="why", replayed=5_000)
    assert stores.quarantine.get((OWNER,), QuarantineId(1)) == expected
    assert stores.quarantine.count((OWNER,)) == 1


def test_pages_merge_owners_newest_first(stores: Stores) -> None:
    add(stores, *[entry(number) for number in (1, 4, 9)], *[entry(number, NOBODY) for number in (2, 7)])
    add(stores, entry(8, OTHER))
    owners = (OWNER, NOBODY)

    first = stores.quarantine.page(owners, after=None, limit=2)
    rest = stores.quarantine.page(owners, after=first[-1].id, limit=9)

    assert [found.id for found in (*first, *rest)] == [9, 7, 4, 2, 1]
    assert stores.quarantine.count(owners) == 5


def test_entries_of_one_delivery_are_found_together(stores: Stores) -> None:
    add(stores, entry(1), entry(2), entry(3, mail="inbound/b"), entry(4, OTHER), entry(5, NOBODY))

    found = stores.quarantine.of_delivery((OWNER, NOBODY), "inbound/a")

    assert sorted(made.id for made in found) == [1, 2, 5]


def test_what_has_expired_is_gone_and_may_come_again(stores: Stores) -> None:
    now = int(stores.clock())
    add(stores, entry(1, expires=now), entry(2, expires=now + 1))

    assert [found.id for found in stores.quarantine.page((OWNER,), after=None, limit=9)] == [2]
    assert stores.quarantine.count((OWNER,)) == 1
    assert stores.quarantine.get((OWNER,), QuarantineId(1)) is None
    assert [found.id for found in stores.quarantine.of_delivery((OWNER,), "inbound/a")] == [2]
    add(stores, entry(1))
    assert stores.quarantine.get((OWNER,), QuarantineId(1)) == entry(1)


def test_removed_entries_stay_removed(stores: Stores) -> None:
    add(stores, entry(1))

    stores.quarantine.remove(entry(1))
    stores.quarantine.remove(entry(1))
    stores.quarantine.mark_replayed(entry(1), 5_000)

    assert stores.quarantine.count((OWNER,)) == 0
