"""A page of a group, of a tag, of what somebody may see: as dear in a large account as in a small one."""

from __future__ import annotations

from shared.core.callers import Caller
from shared.core.domain_lists import DomainFilter, list_domains
from shared.core.ids import DomainId
from shared.core.paging import Cursor, PageRequest
from shared.core.rights import ALL, DEFAULT_GROUP, Level, Rights, Scope
from tests.bench.metering import Meter, Units
from tests.contract import given
from tests.contract.crowds import EMPTY, EVEN, TAG, THIRD, Crowd, crowd
from tests.contract.stores import AwsStores

LIMIT = 25
MEMBER = Rights(frozenset({Scope.READ}), {EVEN: Level.READ, THIRD: Level.WRITE, EMPTY: Level.READ})
PAGES = {
    "all": (ALL, DomainFilter()),
    "a group": (ALL, DomainFilter(group=EVEN)),
    "the default group": (ALL, DomainFilter(group=DEFAULT_GROUP)),
    "a tag": (ALL, DomainFilter(tag=TAG)),
    "in some group": (ALL, DomainFilter(assigned=True)),
    "in no group": (ALL, DomainFilter(assigned=False)),
    "a group and a tag": (ALL, DomainFilter(group=THIRD, tag=TAG)),
    "of three groups": (MEMBER, DomainFilter()),
    "of three groups, with a tag": (MEMBER, DomainFilter(tag=TAG)),
}


def meant(size: int, rights: Rights, wanted: DomainFilter) -> list[int]:
    def fits(number: int) -> bool:
        groups = {EVEN} if number % 2 == 0 else set()
        groups |= {THIRD} if number % 3 == 0 else set()
        return (
            (rights.sees_all or bool(groups))
            and (wanted.group in (None, DEFAULT_GROUP) or wanted.group in groups)
            and wanted.assigned in (None, bool(groups))
        )

    return [number for number in range(1, size + 1) if fits(number)]


def units_of(stores: AwsStores, here: Crowd, what: str, cursor: Cursor | None) -> Units:
    """Of one page, which is the right one."""
    rights, wanted = PAGES[what]
    meter = Meter()
    meter.watch(stores.table.client)
    caller = Caller(here.owner, None, 1_000.0, rights)
    with meter.measure() as units:
        page = list_domains(here.shelves, caller, wanted, PageRequest(LIMIT, cursor))
    expected = meant(here.size, rights, wanted)
    after = cursor.id if cursor else 0
    assert [domain.id for domain in page.items] == [number for number in expected if number > after][:LIMIT]
    assert page.total == (cursor.total if cursor else len(expected))
    return units


def test_a_page_costs_the_same_in_any_account(aws: AwsStores) -> None:
    small, large = crowd(aws, given.account(aws), 160), crowd(aws, given.account(aws), 480)

    for what in PAGES:
        inside = Cursor(DomainId(40), 9)
        spent = units_of(aws, small, what, inside).read
        assert units_of(aws, large, what, inside).read == spent, what
        assert spent <= 3.5 * LIMIT, what
        later = units_of(aws, large, what, Cursor(large.middle, 9)).read
        assert later <= spent + 2, what
        # The first page counts as well: what is counted already, or ids alone.
        assert units_of(aws, large, what, None).read <= spent + large.size * 3 * 60 / 4_096 + 8, what
