"""Members as items. One is written with every request of the member: it is to stay below a kilobyte, also
with levels in 60 groups, so those are two sets of numbers, and settings stand elsewhere."""

from __future__ import annotations

from typing import Final

from shared.adapters.dynamodb import keys, minutes
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.core.ids import GroupId, UserId
from shared.core.members import Member
from shared.core.rights import Level

CHANGED: Final = frozenset(
    {
        "active",
        "admin",
        "billing",
        "email",
        "ended",
        "forensic",
        "requests_per_minute",
        "shown",
        "token_hash",
        "version",
    }
)
"""What ``Members.change`` stores: the rest has operations of its own."""


def item_of(member: Member) -> Item:
    return {
        **keys.member(member.account, member.user)._asdict(),
        **in_index(keys.memberships_of(member.user, member.account)),
        "email": member.email,
        "joined": member.joined,
        "requests_per_minute": member.requests_per_minute,
        "owner": member.owner,
        "admin": member.admin,
        "forensic": member.forensic,
        "billing": member.billing,
        "active": member.active,
        "reads": _with(member, Level.READ),
        "writes": _with(member, Level.WRITE),
        "token_hash": None if member.token_hash is None else bytes.fromhex(member.token_hash),
        "shown": member.token_shown,
        "login": member.last_login or 0,
        "ended": member.sessions_from,
        "version": member.version,
        **minutes.EMPTY,
    }


def member_of(item: Item) -> Member:
    """Without the settings."""
    reads, writes = item.get("reads", frozenset()), item.get("writes", frozenset())
    return Member(
        account=keys.account_of_members(item["pk"]),
        user=UserId(int(item["sk"])),
        email=item["email"],
        joined=item["joined"],
        requests_per_minute=item["requests_per_minute"],
        owner=item["owner"],
        admin=item["admin"],
        forensic=item["forensic"],
        billing=item["billing"],
        active=item["active"],
        levels={GroupId(number): Level.READ for number in reads}
        | {GroupId(number): Level.WRITE for number in writes},
        token_hash=item["token_hash"].hex() if "token_hash" in item else None,
        token_shown=item.get("shown"),
        last_login=item["login"] or None,
        sessions_from=item.get("ended"),
        version=item["version"],
    )


def _with(member: Member, level: Level) -> frozenset[int]:
    return frozenset(group for group, granted in member.levels.items() if granted is level)
