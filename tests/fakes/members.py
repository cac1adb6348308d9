from __future__ import annotations

from dataclasses import replace

from shared.core.emails import identity
from shared.core.errors import Conflict, Forbidden, InvalidToken, NotFound, Outdated, PlanLimit
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.members import Entered, Member
from shared.core.rights import Level
from tests.fakes.api_keys import FakeMinutes


class FakeMembers:
    def __init__(self) -> None:
        self.stored: dict[tuple[AccountId, UserId], Member] = {}
        self._minutes: dict[tuple[AccountId, UserId], FakeMinutes] = {}

    def add(self, member: Member, *, most: int) -> None:
        if (member.account, member.user) in self.stored:
            raise Conflict("The user is a member already", param="email")
        if member.owner and self.owner_of(member.account) is not None:
            raise Conflict("The account has an owner")
        if len(self.list_of(member.account)) >= most:
            raise PlanLimit(f"The plan allows {most} members")
        self.stored[member.account, member.user] = member
        self._minutes[member.account, member.user] = FakeMinutes()

    def enter(self, account: AccountId, user: UserId, *, signed_in: int, now: int) -> Entered | None:
        member = self.get(account, user)
        if member is None or not member.active:
            return None
        if signed_in < (member.sessions_from or 0):
            raise InvalidToken("The session has ended: sign in again")
        entered = self._counted(member, now)
        if signed_in > (member.last_login or 0) and not entered.allowance.exceeded:
            self.stored[account, user] = replace(member, last_login=signed_in)
        return entered

    def enter_with_token(
        self, account: AccountId, user: UserId, token_hash: str, *, now: int
    ) -> Entered | None:
        member = self.get(account, user)
        if member is None or not member.active or member.token_hash != token_hash:
            return None
        return self._counted(member, now)

    def get(self, account: AccountId, user: UserId) -> Member | None:
        return self.stored.get((account, user))

    def list_of(self, account: AccountId) -> list[Member]:
        mine = [member for member in self.stored.values() if member.account == account]
        return sorted(mine, key=lambda member: identity(member.email))

    def owner_of(self, account: AccountId) -> UserId | None:
        return next((member.user for member in self.list_of(account) if member.owner), None)

    def accounts_of(self, user: UserId) -> list[AccountId]:
        return sorted(member.account for member in self.stored.values() if member.user == user)

    def change(self, member: Member, *, by: UserId | None) -> Member:
        found = self._current(member)
        if found is None:
            raise NotFound("The requested resource could not be found", param="id")
        self._require_admin(member.account, by)
        changed = replace(
            member,
            owner=found.owner,
            levels=found.levels,
            last_login=found.last_login,
            version=member.version + 1,
        )
        self.stored[member.account, member.user] = changed
        return changed

    def set_rate(self, member: Member, requests_per_minute: int) -> None:
        current = self.get(member.account, member.user)
        if current is not None:
            self.stored[member.account, member.user] = replace(
                current, requests_per_minute=requests_per_minute
            )

    def grant(self, account: AccountId, user: UserId, group: GroupId, level: Level) -> Member:
        member = self.get(account, user)
        if member is None:
            raise NotFound("The requested resource could not be found", param="id")
        levels = {**member.levels, group: level}
        changed = replace(
            member, levels={number: held for number, held in levels.items() if held is not Level.NONE}
        )
        self.stored[account, user] = changed
        return changed

    def forget(self, account: AccountId, group: GroupId) -> None:
        for member in self.list_of(account):
            self.grant(account, member.user, group, Level.NONE)

    def remove(self, member: Member, *, by: UserId | None) -> None:
        found = self._current(member)
        if found is None:
            return
        if found.owner and found.active:
            raise Conflict("The owner cannot be removed")
        self._require_admin(member.account, by)
        del self.stored[member.account, member.user]

    def hand_over(self, account: AccountId, *, owner: UserId, to: UserId) -> None:
        before, after = self.get(account, owner), self.get(account, to)
        if owner == to or before is None or after is None or not (before.owner and after.active):
            raise Conflict("The account cannot be handed over like that")
        for changed in (replace(before, owner=False, admin=True), replace(after, owner=True)):
            self.stored[account, changed.user] = replace(changed, version=changed.version + 1)

    def _current(self, member: Member) -> Member | None:
        found = self.get(member.account, member.user)
        if found is not None and found.version != member.version:
            raise Outdated("The member was changed meanwhile")
        return found

    def _require_admin(self, account: AccountId, by: UserId | None) -> None:
        who = None if by is None else self.get(account, by)
        if by is not None and not (who is not None and who.active and (who.admin or who.owner)):
            raise Forbidden("This needs the admin right")

    def _counted(self, member: Member, now: int) -> Entered:
        minutes = self._minutes[member.account, member.user]
        allowance = minutes.count(member.requests_per_minute, now)
        return Entered(member.user, member.email, member.rights, allowance)
