from __future__ import annotations

from datetime import date

import pytest

from shared.core.audit import KEPT_DAYS, Actor, ActorKind, AuditEntry, AuditFilter, Deed, record
from shared.core.clock import DAY_SECONDS, epoch_of
from shared.core.errors import Conflict
from shared.core.ids import AccountId, AuditId, mint
from tests.contract.stores import LOOKED_AT, Stores

OWNER = AccountId(7)
ADA = Actor(ActorKind.USER, "user_19", "ada@orchard.example", "2001:db8::7", "curl/8")
KEY = Actor(ActorKind.API_KEY, "key_7", "Nightly", "192.0.2.1")
EVERYTHING = AuditFilter()


def did(
    stores: Stores, action: str = "add_domain", actor: Actor = ADA, *, ago: float = 0, resource: str = "ud_19"
) -> AuditEntry:
    deed = Deed(action, resource, {"domain": "orchard.example"}, "r-1")
    at = stores.clock() - ago
    return record(stores.audit, OWNER, actor, deed, now=at, random_bits=lambda bits: 5)


def walked(stores: Stores, wanted: AuditFilter = EVERYTHING, limit: int = 3) -> list[list[AuditId]]:
    pages: list[list[AuditId]] = []
    after: AuditId | None = None
    while True:
        page = stores.audit.page(OWNER, wanted, after=after, limit=limit)
        pages.append([entry.id for entry in page.items])
        if page.after is None:
            return pages
        after = page.after


def test_an_entry_is_read_as_it_was_written(stores: Stores) -> None:
    entry = did(stores)
    assert stores.audit.page(OWNER, EVERYTHING, after=None, limit=5).items == [entry]
    assert entry.at == int(stores.clock())


def test_an_entry_is_not_overwritten(stores: Stores) -> None:
    entry = did(stores)
    changed = AuditEntry(entry.id, OWNER, entry.at, KEY, Deed("nothing"))
    with pytest.raises(Conflict):
        stores.audit.add(changed)
    assert stores.audit.page(OWNER, EVERYTHING, after=None, limit=5).items == [entry]


def test_two_at_the_same_instant_are_two_entries(stores: Stores) -> None:
    bits = iter([5, 5, 5, 6])
    both = [
        record(
            stores.audit, OWNER, ADA, Deed("a"), now=stores.clock(), random_bits=lambda bits_: next(bits)
        ).id
        for _ in range(2)
    ]
    assert both == [mint(stores.clock(), 5), mint(stores.clock(), 6)]


def test_pages_go_back_through_the_months_to_the_end(stores: Stores) -> None:
    made = [did(stores, ago=days * DAY_SECONDS).id for days in (0, 1, 2, 40, 41, 200, 399)]
    assert walked(stores) == [made[:3], made[3:6], made[6:]]


def test_a_page_that_ends_where_the_list_ends_is_the_last(stores: Stores) -> None:
    made = [did(stores, ago=days * DAY_SECONDS).id for days in (0, 40, 80)]
    assert walked(stores) == [made]


def test_an_empty_log_has_one_empty_page(stores: Stores) -> None:
    assert walked(stores) == [[]]


def test_entries_are_gone_after_400_days(stores: Stores) -> None:
    did(stores)
    stores.clock.time += KEPT_DAYS * DAY_SECONDS - 1
    assert walked(stores) != [[]]
    stores.clock.time += 1
    assert walked(stores) == [[]]


def test_another_account_sees_nothing(stores: Stores) -> None:
    did(stores)
    assert stores.audit.page(AccountId(8), EVERYTHING, after=None, limit=5).items == []
    assert stores.audit.page(AccountId(70), EVERYTHING, after=None, limit=5).items == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(action="revoke_api_key"), "B"),
        (AuditFilter(actor="user_19"), "AC"),
        (AuditFilter(actor="ada@orchard.example"), "AC"),
        (AuditFilter(actor="api_key"), "B"),
        (AuditFilter(actor="Nightly"), "B"),
        (AuditFilter(resource="key_7"), "B"),
        (AuditFilter(action="add_domain", actor="user_19", resource="ud_19"), "AC"),
        (AuditFilter(action="add_domain", actor="key_7"), ""),
        (AuditFilter(first=date(2026, 9, 20)), "AB"),
        (AuditFilter(last=date(2026, 9, 20)), "BC"),
        (AuditFilter(first=date(2026, 9, 20), last=date(2026, 9, 20)), "B"),
        (AuditFilter(first=date(2026, 9, 22)), ""),
        (AuditFilter(last=date(1970, 1, 1)), ""),
        (AuditFilter(first=date(2999, 12, 31)), ""),
        (AuditFilter(last=date(2999, 12, 31)), "ABC"),
        (AuditFilter(first=date(1970, 1, 1)), "ABC"),
    ],
)
def test_filters(stores: Stores, wanted: AuditFilter, found: str) -> None:
    stores.clock.time = float(epoch_of(date(2026, 9, 21)))
    named = {
        did(stores).id: "A",
        did(stores, "revoke_api_key", KEY, ago=1, resource="key_7").id: "B",
        did(stores, ago=1 + DAY_SECONDS).id: "C",
    }
    assert "".join(named[each] for page in walked(stores, wanted, limit=5) for each in page) == found


def test_a_filter_that_matches_little_reads_a_bounded_part_for_each_page(stores: Stores) -> None:
    rare = did(stores, "rare", ago=1_000)
    for second in range(LOOKED_AT * 2):
        did(stores, ago=second)
    pages = walked(stores, AuditFilter(action="rare"))
    assert pages[0] == []
    assert [each for page in pages for each in page] == [rare.id]
    assert len(pages) >= 3
