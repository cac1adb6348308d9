"""Lists of an account's people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.core.access import administer
from shared.core.callers import Caller
from shared.core.emails import identity
from shared.core.members import Member
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.people.people import People, Person


class Ordering(StrEnum):
    EMAIL = "email"
    EMAIL_DESCENDING = "-email"
    USERNAME = "username"
    """People sign in with their address, so that is their name."""
    USERNAME_DESCENDING = "-username"

    @property
    def descending(self) -> bool:
        return self.value.startswith("-")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What is empty filters nothing; the rest is compared whole, in any case."""

    email: str = ""
    username: str = ""
    ordering: Ordering = Ordering.EMAIL

    def matches(self, member: Member) -> bool:
        wanted = (self.email.strip(), self.username.strip())
        return all(not text or identity(text) == identity(member.email) for text in wanted)


def list_people(people: People, caller: Caller, wanted: PeopleFilter, request: PageRequest) -> Page[Person]:
    """Who is in the account or invited, for who administers it. The cursor counts: those before are told
    by their number, since who was the last one shown may have left."""
    administer(caller)
    members = [each for each in people.members.list_of(caller.account_id) if wanted.matches(each)]
    members.sort(key=_by_address, reverse=wanted.ordering.descending)
    start = request.cursor.id if request.cursor else 0
    shown = members[start : start + request.limit]
    after = Cursor(start + len(shown)) if start + len(shown) < len(members) else None
    users = people.users.many([each.user for each in shown])
    items = [Person(each, users[each.user]) for each in shown if each.user in users]
    return Page(items, after, len(members))


def _by_address(member: Member) -> tuple[str, int]:
    return identity(member.email), member.user
