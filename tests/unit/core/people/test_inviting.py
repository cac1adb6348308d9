from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, Limited, NotFound, PlanLimit
from shared.core.ids import AccountId, UserId
from shared.core.letters import Undeliverable
from shared.core.members import Member
from shared.core.people.inviting import invite, invite_owner, remind, take_up
from shared.core.people.leaving import remove_member
from shared.core.people.people import Person
from shared.core.people.roles import Roles
from shared.core.people.tickets import Purpose
from shared.core.plans import plan_named
from shared.core.rights import Scope
from tests.letters import link_in, token_in
from tests.unit.core.people.world import (
    ADMIN,
    EMAILS,
    MEMBER,
    OTHER,
    OWNER,
    PASSWORD,
    PENDING,
    STRANGER,
    PeopleWorld,
    with_key,
)
from tests.unit.core.world import ACCOUNT

NEW = "new@orchard.example"
NOBODY = Roles()


def invited(world: PeopleWorld, email: str = NEW, roles: Roles = NOBODY) -> Person:
    return invite(world.people, world.caller(OWNER), email, roles, now=world.now)


def test_an_invitation_makes_a_pending_member_and_a_letter(world: PeopleWorld) -> None:
    who = invited(world, "New@ORCHARD.example", Roles(forensic=True))

    assert (who.user.email, who.user.activated) == ("New@orchard.example", None)
    assert (who.member.active, who.member.forensic, who.member.admin) == (False, True, False)
    assert who.member.requests_per_minute == ACCOUNT.plan.requests_per_minute
    assert world.member(who.user.id) == who.member
    assert who.user.id not in world.directory.known
    (letter,) = world.letters_to("New@orchard.example")
    token = token_in(letter.text)
    assert link_in(letter.text) == f"https://postseal.example/v1/activate#{token}"
    assert token not in repr(world.tickets.stored)


def test_taking_it_up_sets_the_password_and_makes_the_member_active(world: PeopleWorld) -> None:
    who = invited(world)

    taken = take_up(world.people, world.token(NEW), PASSWORD, now=world.now + 60)

    assert taken.password_set
    assert world.member(who.user.id).active
    assert world.user(who.user.id).activated == world.now + 60
    assert world.password(who.user.id) == PASSWORD
    assert world.directory.known[who.user.id].email == NEW


@pytest.mark.parametrize("shift", [("x", "y"), ("inv_", "pwd_"), ("inv_7", "inv_8"), ("_", "-")])
def test_a_changed_token_is_no_token(world: PeopleWorld, shift: tuple[str, str]) -> None:
    invited(world)
    token = f"{world.token(NEW)[:-1]}x"
    changed = token.replace(*shift) if shift[0] != "x" else token

    with pytest.raises(Invalid) as refused:
        take_up(world.people, changed, PASSWORD, now=world.now)

    assert refused.value.param == "token"


def test_an_invitation_is_good_once_and_for_seven_days(world: PeopleWorld) -> None:
    invited(world)
    token = world.token(NEW)

    with pytest.raises(Invalid):
        take_up(world.people, token, PASSWORD, now=world.now + 7 * 86_400)
    take_up(world.people, token, PASSWORD, now=world.now + 7 * 86_400 - 1)
    with pytest.raises(Invalid):
        take_up(world.people, token, PASSWORD, now=world.now + 7 * 86_400 - 1)


@pytest.mark.parametrize("password", [None, "short"])
def test_a_refused_password_leaves_the_invitation(world: PeopleWorld, password: str | None) -> None:
    who = invited(world)
    token = world.token(NEW)

    with pytest.raises(Invalid) as refused:
        take_up(world.people, token, password, now=world.now)

    assert refused.value.param == "password"
    assert not world.member(who.user.id).active
    assert take_up(world.people, token, PASSWORD, now=world.now).person.member.active


def test_who_is_known_joins_another_account_without_a_password(world: PeopleWorld) -> None:
    who = invited(world, EMAILS[STRANGER].upper())

    taken = take_up(world.people, world.token(EMAILS[STRANGER]), None, now=world.now)

    assert (who.user.id, taken.password_set) == (STRANGER, False)
    assert world.member(STRANGER).active
    assert not world.member(STRANGER).owner
    assert world.member(STRANGER, OTHER).owner
    assert world.password(STRANGER) == PASSWORD


def test_an_invitation_changes_no_password_of_who_is_known(world: PeopleWorld) -> None:
    invited(world, EMAILS[STRANGER])
    token = world.token(EMAILS[STRANGER])

    with pytest.raises(Invalid) as refused:
        take_up(world.people, token, "a password of an intruder", now=world.now)

    assert refused.value.param == "password"
    assert world.password(STRANGER) == PASSWORD
    assert not world.member(STRANGER).active


@pytest.mark.parametrize("number", [MEMBER, PENDING])
def test_a_member_is_not_invited_again(world: PeopleWorld, number: UserId) -> None:
    with pytest.raises(Conflict):
        invited(world, EMAILS[number])
    assert world.letters.sent == []


def test_the_plan_limits_members(world: PeopleWorld) -> None:
    plan = replace(plan_named("starter"), members=5)
    caller = replace(world.caller(OWNER), account=replace(ACCOUNT, plan=plan))
    invite(world.people, caller, NEW, NOBODY, now=world.now)

    with pytest.raises(PlanLimit):
        invite(world.people, caller, "more@orchard.example", NOBODY, now=world.now)

    assert world.letters_to("more@orchard.example") == []


def test_only_who_administers_invites(world: PeopleWorld) -> None:
    for caller in (world.caller(MEMBER), with_key(Scope.READ, Scope.WRITE)):
        with pytest.raises(Forbidden):
            invite(world.people, caller, NEW, NOBODY, now=world.now)
    assert world.users.with_email(NEW) is None


@pytest.mark.parametrize(
    ("roles", "param"),
    [
        (Roles(admin=True), "is_admin"),
        (Roles(forensic=True), "has_forensic_access"),
        (Roles(billing=True), "has_billing_access"),
    ],
)
def test_nobody_gives_a_right_that_they_do_not_have(world: PeopleWorld, roles: Roles, param: str) -> None:
    with pytest.raises(Forbidden) as refused:
        invite(world.people, with_key(Scope.ADMIN), NEW, roles, now=world.now)
    assert refused.value.param == param
    assert world.users.with_email(NEW) is None


def test_an_admin_makes_admins_but_gives_no_forensic_access(world: PeopleWorld) -> None:
    caller = world.caller(ADMIN)

    assert invite(world.people, caller, NEW, Roles(admin=True), now=world.now).member.admin
    with pytest.raises(Forbidden):
        invite(world.people, caller, "more@orchard.example", Roles(forensic=True), now=world.now)


def test_an_address_that_gets_no_mail_is_not_invited(world: PeopleWorld) -> None:
    world.letters.refused.add(NEW)

    with pytest.raises(Undeliverable):
        invited(world)

    assert world.users.with_email(NEW) is None
    assert len(world.members.list_of(ACCOUNT.id)) == 4
    assert world.tickets.stored == {}


def test_an_invitation_that_was_not_mailed_leaves_who_is_known_as_before(world: PeopleWorld) -> None:
    world.letters.refused.add(EMAILS[STRANGER])

    with pytest.raises(Undeliverable):
        invited(world, EMAILS[STRANGER])

    assert world.user(STRANGER).accounts == {OTHER.id}
    assert world.tickets.stored == {}


def test_a_user_who_is_removed_meanwhile_is_made_anew(world: PeopleWorld) -> None:
    """The last membership ends between the look at the user and the new membership."""
    add = world.members.add

    def slowly(member: Member, *, most: int) -> None:
        if member.account == OTHER.id and world.users.get(PENDING) is not None:
            remove_member(world.people, world.caller(OWNER), str(PENDING))
        add(member, most=most)

    world.members.add = slowly  # type: ignore[method-assign]

    who = invite(world.people, world.caller(STRANGER, OTHER), EMAILS[PENDING], NOBODY, now=world.now)

    assert who.user.id != PENDING
    assert world.users.get(PENDING) is None
    assert world.users.with_email(EMAILS[PENDING]) is not None
    assert [member.user for member in world.members.list_of(OTHER.id) if not member.owner] == [who.user.id]


def test_two_who_invite_an_address_at_once_invite_one_user(world: PeopleWorld) -> None:
    add, first = world.users.add, []

    def slowly(user: object) -> None:
        world.users.add = add  # type: ignore[method-assign]
        first.append(invite(world.people, world.caller(STRANGER, OTHER), NEW, NOBODY, now=world.now))
        add(user)  # type: ignore[arg-type]

    world.users.add = slowly  # type: ignore[method-assign]

    second = invited(world)

    assert [each.user.id for each in first] == [second.user.id]
    assert world.user(second.user.id).accounts == {AccountId(7), AccountId(8)}


def test_both_invitations_of_one_user_can_be_taken_up(world: PeopleWorld) -> None:
    who = invited(world)
    invite(world.people, world.caller(STRANGER, OTHER), NEW, NOBODY, now=world.now)
    here, there = (token_in(letter.text) for letter in world.letters_to(NEW))

    assert take_up(world.people, here, PASSWORD, now=world.now).password_set
    assert not take_up(world.people, there, None, now=world.now).password_set
    assert world.members.accounts_of(who.user.id) == [ACCOUNT.id, OTHER.id]


def test_an_invitation_that_was_taken_back_is_void(world: PeopleWorld) -> None:
    who = invited(world)
    token = world.token(NEW)
    remove_member(world.people, world.caller(OWNER), str(who.user.id))

    with pytest.raises(Invalid):
        take_up(world.people, token, PASSWORD, now=world.now)

    assert who.user.id not in world.directory.known
    assert world.tickets.stored == {}


def test_a_membership_that_ends_while_it_is_taken_up_stays_ended(world: PeopleWorld) -> None:
    who = invited(world)
    token = world.token(NEW)
    del world.members.stored[ACCOUNT.id, who.user.id]

    with pytest.raises(Invalid) as refused:
        take_up(world.people, token, PASSWORD, now=world.now)

    assert refused.value.param == "token"


def test_a_reminder_replaces_the_letter_before(world: PeopleWorld) -> None:
    who = invited(world)
    before = world.token(NEW)

    remind(world.people, world.caller(ADMIN), str(who.user.id), now=world.now)

    assert "waiting" in world.letters_to(NEW)[-1].subject
    with pytest.raises(Invalid):
        take_up(world.people, before, PASSWORD, now=world.now)
    assert take_up(world.people, world.token(NEW), PASSWORD, now=world.now).person.member.active


def test_nobody_is_reminded_of_what_was_taken_up(world: PeopleWorld) -> None:
    with pytest.raises(Conflict):
        remind(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)
    with pytest.raises(NotFound):
        remind(world.people, world.caller(ADMIN), str(STRANGER), now=world.now)
    with pytest.raises(Forbidden):
        remind(world.people, world.caller(PENDING), "me", now=world.now)


def test_reminders_are_limited(world: PeopleWorld) -> None:
    for _ in range(10):
        remind(world.people, world.caller(ADMIN), str(PENDING), now=world.now)
    with pytest.raises(Limited):
        remind(world.people, world.caller(ADMIN), str(PENDING), now=world.now)
    remind(world.people, world.caller(ADMIN), str(PENDING), now=world.now + 86_400)


def test_an_account_has_one_owner(world: PeopleWorld) -> None:
    opened = replace(ACCOUNT, id=AccountId(9), token="opened")

    who = invite_owner(world.people, opened, NEW, now=world.now)
    take_up(world.people, world.token(NEW), PASSWORD, now=world.now)

    assert world.member(who.user.id, opened).rights.owner
    with pytest.raises(Conflict):
        invite_owner(world.people, opened, "more@orchard.example", now=world.now)


def test_an_invitation_to_own_an_account_gives_way_until_it_is_taken_up(world: PeopleWorld) -> None:
    opened = replace(ACCOUNT, id=AccountId(9), token="opened")
    world.letters.refused.add("refused@orchard.example")

    with pytest.raises(Undeliverable):
        invite_owner(world.people, opened, "refused@orchard.example", now=world.now)
    assert world.members.list_of(opened.id) == []
    first = invite_owner(world.people, opened, NEW, now=world.now)
    void = world.token(NEW)
    invite_owner(world.people, opened, "more@orchard.example", now=world.now)

    assert world.users.get(first.user.id) is None
    with pytest.raises(Invalid):
        take_up(world.people, void, PASSWORD, now=world.now)
    take_up(world.people, world.token("more@orchard.example"), PASSWORD, now=world.now)
    assert [member.email for member in world.members.list_of(opened.id)] == ["more@orchard.example"]


def test_a_token_for_something_else_is_no_invitation(world: PeopleWorld) -> None:
    url, token = world.people.url_and_token(Purpose.RESET, MEMBER, EMAILS[MEMBER], now=world.now)

    with pytest.raises(Invalid):
        take_up(world.people, token, PASSWORD, now=world.now)

    assert url.endswith(f"/reset-password#{token}")
    assert len(world.tickets.stored) == 1


def test_what_goes_wrong_with_the_pool_leaves_the_invitation(world: PeopleWorld) -> None:
    invited(world)
    token = world.token(NEW)
    admit = world.directory.admit

    def broken(user: UserId, email: str) -> None:
        raise TimeoutError

    world.directory.admit = broken  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        take_up(world.people, token, PASSWORD, now=world.now)
    world.directory.admit = admit  # type: ignore[method-assign]

    assert take_up(world.people, token, PASSWORD, now=world.now).person.member.active
