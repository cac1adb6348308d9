from __future__ import annotations

import pytest

from shared.core.errors import Forbidden
from shared.core.ids import UserId
from shared.core.paging import PageRequest
from shared.core.people.lists import Ordering, PeopleFilter, list_people
from shared.core.rights import Scope
from tests.unit.core.people.world import ADMIN, EMAILS, MEMBER, OWNER, PENDING, PeopleWorld, with_key


def listed(world: PeopleWorld, wanted: PeopleFilter, limit: int = 100) -> list[UserId]:
    found, request = [], PageRequest(limit)
    while True:
        page = list_people(world.people, world.caller(ADMIN), wanted, request)
        found += [who.user.id for who in page.items]
        if page.next is None:
            return found
        request = PageRequest(limit, page.next)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        (Ordering.EMAIL, [ADMIN, MEMBER, OWNER, PENDING]),
        (Ordering.USERNAME, [ADMIN, MEMBER, OWNER, PENDING]),
        (Ordering.EMAIL_DESCENDING, [PENDING, OWNER, MEMBER, ADMIN]),
        (Ordering.USERNAME_DESCENDING, [PENDING, OWNER, MEMBER, ADMIN]),
    ],
)
def test_pages_show_everybody_once_in_order(
    world: PeopleWorld, ordering: Ordering, expected: list[UserId], limit: int
) -> None:
    assert listed(world, PeopleFilter(ordering=ordering), limit) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (PeopleFilter(email=EMAILS[MEMBER].upper()), [MEMBER]),
        (PeopleFilter(username=f" {EMAILS[PENDING]} "), [PENDING]),
        (PeopleFilter(email=EMAILS[MEMBER], username=EMAILS[OWNER]), []),
        (PeopleFilter(email="orchard.example"), []),
    ],
)
def test_addresses_are_compared_whole_and_in_any_case(
    world: PeopleWorld, wanted: PeopleFilter, expected: list[UserId]
) -> None:
    assert listed(world, wanted) == expected


def test_the_total_counts_what_is_wanted(world: PeopleWorld) -> None:
    page = list_people(world.people, world.caller(ADMIN), PeopleFilter(), PageRequest(1))
    assert (page.total, len(page.items)) == (4, 1)


def test_people_are_for_admins_to_list(world: PeopleWorld) -> None:
    for caller in (world.caller(MEMBER), with_key(Scope.READ)):
        with pytest.raises(Forbidden):
            list_people(world.people, caller, PeopleFilter(), PageRequest())
