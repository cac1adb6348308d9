from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from shared.core.errors import Conflict, Forbidden, Invalid, InvalidToken, Limited, NotFound
from shared.core.ids import UserId
from shared.core.people.passwords import (
    GUESSES_AN_HOUR,
    RESETS_AN_HOUR,
    PasswordChange,
    ask_reset,
    change_password,
    confirm_reset,
    mail_reset,
)
from shared.core.people.tickets import Purpose
from shared.core.rights import Scope
from tests.letters import link_in
from tests.unit.core.people.world import (
    ADMIN,
    EMAILS,
    MEMBER,
    NEW_PASSWORD,
    OTHER,
    OWNER,
    PASSWORD,
    PENDING,
    STRANGER,
    PeopleWorld,
    with_key,
)
from tests.unit.core.world import ACCOUNT

RIGHT = PasswordChange(PASSWORD, NEW_PASSWORD, NEW_PASSWORD)


def changed(world: PeopleWorld, change: PasswordChange = RIGHT, who: UserId = MEMBER) -> None:
    change_password(world.people, world.caller(who), "me", change, now=world.now)


def single_sign_on(world: PeopleWorld, number: UserId) -> None:
    world.users.stored[number] = replace(world.user(number), provider="Corp")


def test_who_knows_the_old_password_sets_a_new_one(world: PeopleWorld) -> None:
    changed(world)

    assert world.password(MEMBER) == NEW_PASSWORD
    assert world.directory.known[MEMBER].sessions == 0
    (letter,) = world.letters_to(EMAILS[MEMBER])
    assert letter.subject == "Your password was changed"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        (replace(RIGHT, old="wrong"), "password_old"),
        (replace(RIGHT, confirmed="different"), "password_confirm"),
        (PasswordChange(PASSWORD, PASSWORD, PASSWORD), "password"),
        (PasswordChange(PASSWORD, "short", "short"), "password"),
        (PasswordChange(PASSWORD, "", ""), "password"),
        (PasswordChange(PASSWORD, f" {NEW_PASSWORD}", f" {NEW_PASSWORD}"), "password"),
        (PasswordChange(PASSWORD, "x" * 257, "x" * 257), "password"),
    ],
)
def test_what_is_wrong_with_a_change_is_named(world: PeopleWorld, change: PasswordChange, param: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(world, change)

    assert refused.value.param == param
    assert world.password(MEMBER) == PASSWORD
    assert world.directory.known[MEMBER].sessions == 1
    assert world.letters.sent == []


def test_a_new_password_ends_sessions_in_every_account(world: PeopleWorld) -> None:
    world.join(MEMBER, OTHER)
    changed(world)

    for account in (ACCOUNT, OTHER):
        entering = partial(world.members.enter, account.id, MEMBER, now=int(world.now))
        with pytest.raises(InvalidToken):
            entering(signed_in=int(world.now) - 1)
        assert entering(signed_in=int(world.now)) is not None


def test_secrets_are_in_no_representation() -> None:
    assert PASSWORD not in repr(RIGHT)


def test_guesses_are_limited_for_each_user_and_each_hour(world: PeopleWorld) -> None:
    for _ in range(GUESSES_AN_HOUR):
        with pytest.raises(Invalid):
            changed(world, replace(RIGHT, old="wrong"))

    with pytest.raises(Limited) as refused:
        changed(world)
    assert 0 < refused.value.retry_after <= 3_600
    assert world.password(MEMBER) == PASSWORD
    changed(world, who=ADMIN)
    world.now += refused.value.retry_after
    changed(world)
    assert world.password(MEMBER) == NEW_PASSWORD


def test_a_password_is_changed_in_person(world: PeopleWorld) -> None:
    for caller, reference, refusal in (
        (world.caller(OWNER), str(MEMBER), Forbidden),
        (world.caller(MEMBER), str(OWNER), Forbidden),
        (with_key(*Scope), str(MEMBER), Forbidden),
        (with_key(*Scope), "me", Forbidden),
    ):
        with pytest.raises(refusal):
            change_password(world.people, caller, reference, RIGHT, now=world.now)
    assert world.password(MEMBER) == PASSWORD


def test_who_signs_in_elsewhere_has_no_password_here(world: PeopleWorld) -> None:
    single_sign_on(world, MEMBER)

    with pytest.raises(Conflict):
        changed(world)
    with pytest.raises(Conflict):
        mail_reset(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)

    assert world.letters.sent == []


def test_a_notice_that_cannot_be_sent_changes_nothing(world: PeopleWorld) -> None:
    world.letters.refused.add(EMAILS[MEMBER])

    changed(world)

    assert world.password(MEMBER) == NEW_PASSWORD


@pytest.mark.parametrize("email", [EMAILS[MEMBER], EMAILS[MEMBER].upper()])
def test_whoever_reads_the_mail_sets_a_new_password(world: PeopleWorld, email: str) -> None:
    ask_reset(world.people, email, now=world.now)
    token = world.token(EMAILS[MEMBER])

    confirm_reset(world.people, token, NEW_PASSWORD, now=world.now + 3_599)

    assert link_in(world.letters.sent[0].text).endswith(f"/reset-password#{token}")
    assert world.password(MEMBER) == NEW_PASSWORD
    assert world.directory.known[MEMBER].sessions == 0
    assert world.letters_to(EMAILS[MEMBER])[-1].subject == "Your password was changed"
    with pytest.raises(Invalid):
        confirm_reset(world.people, token, PASSWORD, now=world.now + 3_599)


def test_a_reset_is_good_for_an_hour(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)

    with pytest.raises(Invalid) as refused:
        confirm_reset(world.people, world.token(EMAILS[MEMBER]), NEW_PASSWORD, now=world.now + 3_600)

    assert refused.value.param == "token"
    assert world.password(MEMBER) == PASSWORD


def test_a_refused_password_leaves_the_reset(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    token = world.token(EMAILS[MEMBER])

    for bad in ("short", ""):
        with pytest.raises(Invalid) as refused:
            confirm_reset(world.people, token, bad, now=world.now)
        assert refused.value.param == "password"
    confirm_reset(world.people, token, NEW_PASSWORD, now=world.now)


def test_a_changed_password_voids_the_resets_before(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    token = world.token(EMAILS[MEMBER])
    changed(world)

    with pytest.raises(Invalid):
        confirm_reset(world.people, token, PASSWORD, now=world.now)


@pytest.mark.parametrize("email", ["nobody@orchard.example", EMAILS[PENDING]])
def test_nothing_tells_who_has_no_password(world: PeopleWorld, email: str) -> None:
    ask_reset(world.people, email, now=world.now)

    assert world.letters.sent == []
    assert world.tickets.stored == {}


def test_nothing_tells_that_a_letter_was_not_sent(world: PeopleWorld) -> None:
    world.letters.refused.add(EMAILS[ADMIN])
    for _ in range(RESETS_AN_HOUR + 2):
        ask_reset(world.people, EMAILS[MEMBER], now=world.now)
        ask_reset(world.people, EMAILS[ADMIN], now=world.now)

    assert len(world.letters_to(EMAILS[MEMBER])) == RESETS_AN_HOUR
    with pytest.raises(Invalid):
        ask_reset(world.people, "no address", now=world.now)


def test_an_admin_mails_a_reset_and_sees_the_limit(world: PeopleWorld) -> None:
    for _ in range(RESETS_AN_HOUR):
        mail_reset(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)
    with pytest.raises(Limited):
        mail_reset(world.people, world.caller(ADMIN), str(MEMBER), now=world.now)

    assert len(world.letters_to(EMAILS[MEMBER])) == RESETS_AN_HOUR


def test_resets_are_mailed_to_members_by_admins_and_to_oneself(world: PeopleWorld) -> None:
    mail_reset(world.people, world.caller(MEMBER), "me", now=world.now)
    for caller, reference, refusal in (
        (world.caller(MEMBER), str(ADMIN), Forbidden),
        (world.caller(ADMIN), str(STRANGER), NotFound),
        (world.caller(ADMIN), str(PENDING), Conflict),
        (world.caller(ADMIN), "nobody", NotFound),
    ):
        with pytest.raises(refusal):
            mail_reset(world.people, caller, reference, now=world.now)
    assert [letter.to for letter in world.letters.sent] == [EMAILS[MEMBER]]


def test_a_reset_reaches_nobody_who_left_or_moved(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    token = world.token(EMAILS[MEMBER])
    world.users.stored[MEMBER] = replace(world.user(MEMBER), email="elsewhere@orchard.example")

    with pytest.raises(Invalid) as refused:
        confirm_reset(world.people, token, NEW_PASSWORD, now=world.now)

    assert refused.value.param == "token"
    assert world.password(MEMBER) == PASSWORD


def test_a_reset_makes_good_what_the_pool_forgot(world: PeopleWorld) -> None:
    ask_reset(world.people, EMAILS[MEMBER], now=world.now)
    world.directory.remove(MEMBER)

    confirm_reset(world.people, world.token(EMAILS[MEMBER]), NEW_PASSWORD, now=world.now)

    assert world.password(MEMBER) == NEW_PASSWORD
    assert (MEMBER, Purpose.RESET, None) not in world.tickets.stored
