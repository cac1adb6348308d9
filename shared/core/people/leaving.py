"""Members who leave, and an owner who hands over."""

from __future__ import annotations

from dataclasses import replace

from shared.core.access import administer
from shared.core.callers import Caller
from shared.core.errors import Forbidden, NotFound, Outdated
from shared.core.ids import AccountId, UserId
from shared.core.members import Member, User
from shared.core.people.people import People, accounts_of, find_person, nobody
from shared.core.people.tickets import Purpose

_ROUNDS = 10


def remove_member(people: People, caller: Caller, reference: str) -> None:
    """End a membership; one's own too. A user without any other is gone altogether.

    ``Forbidden``: the owner; an administrator's own, where no owner stays behind."""
    who = find_person(people, caller, reference)
    own = who.user.id == caller.user
    by = None if own else administer(caller).by
    if own and who.member.admin and not who.member.owner:
        _require_owner(people, caller.account_id)
    _remove(people, who.member, by)
    forget_membership(people, caller.account_id, who.user.id)


def forget_membership(people: People, account: AccountId, number: UserId) -> None:
    """Clear up behind a membership that is gone: its invitation, and the user where it was the last one."""
    people.tickets.drop(Purpose.INVITATION, number, account)
    forget_if_unused(people, number)


def forget_if_unused(people: People, number: UserId) -> None:
    """Remove a user who is in no account, or take those that the user has left off the user. Whoever is made
    a member meanwhile stays one: that changes the user."""
    for _ in range(_ROUNDS):
        user = people.users.get(number)
        if user is None:
            return
        live = frozenset(accounts_of(people, user))
        if not live and people.users.remove(user):
            people.directory.remove(number)
            return
        if live and _noted(people, user, live):
            return


def _noted(people: People, user: User, live: frozenset[AccountId]) -> bool:
    if live == user.accounts:
        return True
    try:
        people.users.change(replace(user, accounts=live))
    except (Outdated, NotFound):
        return False
    return True


def hand_over(people: People, caller: Caller, reference: str) -> Member:
    """Make another active member the owner; who was it stays an administrator. The owner's alone to do."""
    owner = caller.user
    if owner is None or not caller.rights.owner:
        raise Forbidden("Only the owner can hand the account over")
    who = find_person(people, caller, reference)
    if who.user.id == owner:
        return who.member
    people.members.hand_over(caller.account_id, owner=owner, to=who.user.id)
    member = people.members.get(caller.account_id, who.user.id)
    if member is None:
        raise nobody()
    return member


def _remove(people: People, member: Member, by: UserId | None) -> None:
    """Whatever else becomes of the member meanwhile, but for becoming the owner."""
    for _ in range(_ROUNDS):
        if member.owner:
            raise Forbidden("The owner cannot be removed; hand the account over first", param="id")
        try:
            people.members.remove(member, by=by)
            return
        except Outdated:
            found = people.members.get(member.account, member.user)
            if found is None:
                return
            member = found
    raise Outdated("The member is being changed; try again")


def _require_owner(people: People, account: AccountId) -> None:
    """An active owner stays one until handing over to another, so this cannot be undone meanwhile."""
    if not any(member.owner and member.active for member in people.members.list_of(account)):
        raise Forbidden("The account has no owner: another administrator has to remove you", param="id")
