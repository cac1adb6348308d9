from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from shared.adapters.dynamodb import keys, minutes
from shared.adapters.dynamodb.counting import OWNED, counted, uncountable, uncounted
from shared.adapters.dynamodb.expressions import Plain
from shared.adapters.dynamodb.member_items import CHANGED, item_of, member_of
from shared.adapters.dynamodb.minutes import Tally
from shared.adapters.dynamodb.table import (
    Cancelled,
    ConditionFailed,
    Range,
    Step,
    Table,
    check,
    delete,
    put,
    update,
)
from shared.core.accounts import Counted
from shared.core.emails import identity
from shared.core.errors import Conflict, Forbidden, InvalidToken, NotFound, Outdated, Refusal
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.members import NO_SETTINGS, Entered, Member
from shared.core.rights import Level

_ADMINISTERS: Final = "#active = :yes AND (#admin = :yes OR #owner = :yes)"
_VALID: Final = "#active = :yes AND (attribute_not_exists(#ended) OR #ended <= :signed_in)"
"""Of an access token: what ``_is_valid`` says of the item."""

_LEVELS: Final = {
    Level.NONE: "DELETE #reads :group, #writes :group",
    Level.READ: "ADD #reads :group DELETE #writes :group",
    Level.WRITE: "ADD #writes :group DELETE #reads :group",
}


class DynamoMembers:
    """``Members`` on the table. Settings have an item of their own beside the member's, which is written with
    every request and has to stay small."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, member: Member, *, most: int) -> None:
        steps = [
            put(item_of(member), "attribute_not_exists(#pk)"),
            counted(member.account, Counted.MEMBERS, most=most, as_owner=member.owner),
            _settings(member),
        ]
        try:
            self._table.transact(*steps)
        except Cancelled as cancelled:
            if 0 in cancelled.failed:
                raise Conflict("The user is a member already", param="email") from None
            if member.owner and OWNED in (cancelled.failed.get(1) or {}):
                raise Conflict("The account has an owner") from None
            raise uncountable(cancelled.failed.get(1), Counted.MEMBERS, most=most) from None

    def enter(self, account: AccountId, user: UserId, *, signed_in: int, now: int) -> Entered | None:
        """One write; two for the first request of a sign-in."""
        where, since = keys.member(account, user), {"yes": True, "signed_in": signed_in}
        while True:
            known = f"{_VALID} AND #login >= :signed_in"
            tally = minutes.count(self._table, where, now, condition=known, values=since)
            if tally.allowance is None and _is_valid(tally, signed_in):
                tally = minutes.count(
                    self._table,
                    where,
                    now,
                    condition=f"{_VALID} AND #login < :signed_in",
                    values=since,
                    change="#login = :signed_in",
                )
            if tally.allowance is None and tally.item and tally.item.get("ended", 0) > signed_in:
                raise InvalidToken("The session has ended: sign in again")
            if tally.allowance is not None or not _is_valid(tally, signed_in):
                return _entered(tally)

    def enter_with_token(
        self, account: AccountId, user: UserId, token_hash: str, *, now: int
    ) -> Entered | None:
        """One write."""
        token = bytes.fromhex(token_hash)
        tally = minutes.count(
            self._table,
            keys.member(account, user),
            now,
            condition="#active = :yes AND #token_hash = :token",
            values={"yes": True, "token": token},
        )
        return None if tally.item is None or tally.item.get("token_hash") != token else _entered(tally)

    def get(self, account: AccountId, user: UserId) -> Member | None:
        found = self._read(account, user)
        return found[0] if found else None

    def list_of(self, account: AccountId) -> list[Member]:
        return sorted(self._read(account), key=lambda member: identity(member.email))

    def owner_of(self, account: AccountId) -> UserId | None:
        """Who opened the account has mostly the lowest number, and is found at once."""
        everybody = Range(keys.member(account, UserId(0)).pk)
        found = self._table.query(everybody, condition="#owner = :yes", values={"yes": True}, batch=10)
        return next((UserId(int(item["sk"])) for item in found), None)

    def accounts_of(self, user: UserId) -> list[AccountId]:
        mine = Range(keys.memberships_of(user, AccountId(0)).pk, index=True)
        return [AccountId(int(item["gsi1sk"])) for item in self._table.query(mine)]

    def change(self, member: Member, *, by: UserId | None) -> Member:
        changed = replace(member, version=member.version + 1)
        item = {name: value for name, value in item_of(changed).items() if name in CHANGED}
        given = {name: value for name, value in item.items() if value is not None}
        gone = ", ".join(f"#{name}" for name in item if name not in given)
        sets = ", ".join(f"#{name} = :{name}" for name in given)
        leave = _leave(member, by)
        step = update(
            keys.member(member.account, member.user),
            f"SET {sets} REMOVE {gone}" if gone else f"SET {sets}",
            f"#version = :was{leave.condition}",
            {**given, **leave.values, "was": member.version},
        )
        try:
            self._table.transact(step, *leave.checks, _settings(member))
        except Cancelled as cancelled:
            raise _refusal(cancelled, member) or _missing() from None
        return changed

    def set_rate(self, member: Member, requests_per_minute: int) -> None:
        where = keys.member(member.account, member.user)
        with suppress(ConditionFailed):
            self._table.update(
                where,
                "SET #requests_per_minute = :rate",
                "attribute_exists(#pk)",
                {"rate": requests_per_minute},
            )

    def grant(self, account: AccountId, user: UserId, group: GroupId, level: Level) -> Member:
        values = {"group": frozenset({group})}
        try:
            self._table.update(keys.member(account, user), _LEVELS[level], "attribute_exists(#pk)", values)
        except ConditionFailed:
            raise _missing() from None
        member = self.get(account, user)
        if member is None:
            raise _missing()
        return member

    def forget(self, account: AccountId, group: GroupId) -> None:
        for member in self.list_of(account):
            if group in member.levels:
                self._forget(member, group)

    def remove(self, member: Member, *, by: UserId | None) -> None:
        leave = _leave(member, by)
        gone = delete(
            keys.member(member.account, member.user),
            f"#version = :was AND (#owner = :no OR #active = :no){leave.condition}",
            {**leave.values, "was": member.version, "no": False},
        )
        steps = [gone, *leave.checks, delete(keys.member_settings(member.account, member.user))]
        try:
            self._table.transact(*steps, uncounted(member.account, Counted.MEMBERS, as_owner=member.owner))
        except Cancelled as cancelled:
            refusal = _refusal(cancelled, member)
            if refusal is not None:
                raise refusal from None
            if 0 not in cancelled.failed:
                # The account is gone, and its member goes all the same.
                self._table.transact(*steps)

    def hand_over(self, account: AccountId, *, owner: UserId, to: UserId) -> None:
        steps = [
            update(
                keys.member(account, owner),
                "SET #owner = :no, #admin = :yes, #version = #version + :one",
                "#owner = :yes",
                {"yes": True, "no": False, "one": 1},
            ),
            update(
                keys.member(account, to),
                "SET #owner = :yes, #version = #version + :one",
                "#active = :yes",
                {"yes": True, "one": 1},
            ),
        ]
        try:
            if owner == to:
                raise Cancelled({})
            self._table.transact(*steps)
        except Cancelled:
            raise Conflict("The account cannot be handed over like that") from None

    def _read(self, account: AccountId, user: UserId | None = None) -> list[Member]:
        """All members, or one: with their settings, which sort right after them."""
        where = keys.member(account, user or UserId(0))
        wanted = Range(where.pk) if user is None else Range(where.pk, where.sk, where.sk + keys.AFTER_ALL)
        found: list[Member] = []
        for item in self._table.query(wanted, consistent=True):
            if "settings" in item:
                found[-1] = replace(found[-1], settings=item["settings"])
            else:
                found.append(member_of(item))
        return found

    def _forget(self, member: Member, group: GroupId) -> None:
        try:
            self.grant(member.account, member.user, group, Level.NONE)
        except NotFound:
            return


@dataclass(frozen=True, slots=True)
class _Leave:
    """What makes a change fail when who makes it has no right to by now."""

    condition: str = ""
    values: Mapping[str, Plain] = field(default_factory=dict)
    checks: tuple[Step, ...] = ()


def _leave(member: Member, by: UserId | None) -> _Leave:
    """A transaction takes one step for each item: on oneself, the check is part of the change."""
    if by is None:
        return _Leave()
    if by == member.user:
        return _Leave(f" AND {_ADMINISTERS}", {"yes": True})
    return _Leave(checks=(check(keys.member(member.account, by), _ADMINISTERS, {"yes": True}),))


def _refusal(cancelled: Cancelled, member: Member) -> Refusal | None:
    """Why a member was not changed; None when it is gone, or the account is."""
    if 0 not in cancelled.failed:
        return Forbidden("This needs the admin right") if 1 in cancelled.failed else None
    there = cancelled.failed[0]
    if there is None:
        return None
    if there["version"] != member.version:
        return Outdated("The member was changed meanwhile")
    return (
        Conflict("The owner cannot be removed") if there["owner"] else Forbidden("This needs the admin right")
    )


def _settings(member: Member) -> Step:
    where = keys.member_settings(member.account, member.user)
    if member.settings == NO_SETTINGS:
        return delete(where)
    return put({**where._asdict(), "settings": member.settings})


def _is_valid(tally: Tally, signed_in: int) -> bool:
    item = tally.item
    return item is not None and item["active"] and item.get("ended", 0) <= signed_in


def _entered(tally: Tally) -> Entered | None:
    if tally.item is None or tally.allowance is None or not tally.item["active"]:
        return None
    member = member_of(tally.item)
    return Entered(member.user, member.email, member.rights, tally.allowance)


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")
