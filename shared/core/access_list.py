"""The access list: which people have which level in which group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core import ids
from shared.core.access import Administration
from shared.core.errors import Invalid, NotFound
from shared.core.groups import Group
from shared.core.ids import GroupId, UserId
from shared.core.members import Member, Members
from shared.core.rights import Level

MOST_USERS: Final = 100
"""Whose level one request sets."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``level`` is what the member has; ``always`` says that owner and admins have it without the list."""

    member: Member
    level: Level
    always: bool


@dataclass(frozen=True, slots=True)
class GroupAccess:
    """Who has access to a group, by address."""

    group: Group
    entries: Sequence[Entry]


def entry_of(member: Member, group: GroupId) -> Entry:
    listed = member.levels.get(group, Level.NONE)
    always = member.rights.sees_all
    return Entry(member, Level.WRITE if always else listed, always)


def access_to(groups: Iterable[Group], members: Members, right: Administration) -> list[GroupAccess]:
    """Of each group the members that have a level in it."""
    everybody = members.list_of(right.account.id)
    return [
        GroupAccess(
            group,
            [each for member in everybody if (each := entry_of(member, group.id)).level is not Level.NONE],
        )
        for group in groups
    ]


def grant_access(
    members: Members, right: Administration, group: Group, users: Sequence[str], level: Level
) -> list[Entry]:
    """Give each of these users the level; owner and admins keep the access that they have anyway.

    ``Invalid`` names the first user that is no member, before anybody's level is changed."""
    if len(users) > MOST_USERS:
        raise Invalid(f"A request may name {MOST_USERS} users", param="users")
    meant = dict.fromkeys(_user(text) for text in users)
    known = {member.user for member in members.list_of(right.account.id)} if meant else set()
    for user in meant:
        if user not in known:
            raise Invalid(f"{ids.render(ids.USER, user)} is no user of the account", param="users")
    return [entry_of(members.grant(right.account.id, user, group.id, level), group.id) for user in meant]


def _user(text: str) -> UserId:
    try:
        return UserId(ids.parse(ids.USER, text))
    except NotFound:
        raise Invalid(f"{text[:100]!r} is no id of a user", param="users") from None
