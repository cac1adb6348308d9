"""The rules about people on both stores, and several people at once on the real one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest

from shared.core.accounts import Account
from shared.core.callers import Caller
from shared.core.errors import Conflict, Forbidden, Invalid, Limited, NotFound, Outdated, PlanLimit
from shared.core.ids import AccountId, UserId
from shared.core.members import Member
from shared.core.people.inviting import invite, invite_owner, take_up
from shared.core.people.leaving import hand_over, remove_member
from shared.core.people.passwords import PasswordChange, ask_reset, change_password, confirm_reset
from shared.core.people.people import People, Person
from shared.core.people.profiles import Changes, confirm_address, update_person
from shared.core.people.roles import Roles
from tests import fakes
from tests.contract import given
from tests.contract.stores import AwsStores, Stores
from tests.letters import token_in

NO_ROLES = Roles()
PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "another horse and another battery"


def people_of(stores: Stores) -> People:
    secrets, numbers = count(1), count(1)
    return People(
        users=stores.users,
        members=stores.members,
        directory=fakes.FakeDirectory(),
        letters=fakes.FakeLetters(),
        tickets=stores.tickets,
        attempts=stores.attempts,
        pages="https://postseal.example/v1",
        providers=(),
        new_secret=lambda: f"{next(secrets):043d}",
        random_bits=lambda bits: next(numbers),
    )


def last_token(people: People, address: str, purpose: str = "_") -> str:
    assert isinstance(people.letters, fakes.FakeLetters)
    texts = [letter.text for letter in people.letters.sent if letter.to == address]
    return token_in([text for text in texts if purpose in text][-1])


def owned(stores: Stores, people: People) -> tuple[Account, Caller]:
    account = given.account(stores)
    invite_owner(people, account, account.email, now=stores.clock())
    taken = take_up(people, last_token(people, account.email), PASSWORD, now=stores.clock())
    return account, caller(stores, account, taken.person.user.id)


def caller(stores: Stores, account: Account, user: UserId) -> Caller:
    return Caller(account, None, stores.clock(), got(stores, account.id, user).rights, user)


def got(stores: Stores, account: AccountId, user: UserId) -> Member:
    found = stores.members.get(account, user)
    assert found is not None
    return found


def joined(stores: Stores, people: People, by: Caller, address: str, roles: Roles = NO_ROLES) -> Person:
    invite(people, by, address, roles, now=stores.clock())
    return take_up(people, last_token(people, address), PASSWORD, now=stores.clock()).person


def outcomes(*attempts: Callable[[], object]) -> list[type[Exception] | None]:
    """What each of them came to, all at once."""

    def tried(attempt: Callable[[], object]) -> type[Exception] | None:
        try:
            attempt()
        except (Conflict, Forbidden, Invalid, Limited, NotFound, Outdated) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(tried, attempts))


def test_a_life_in_an_account(stores: Stores) -> None:
    people = people_of(stores)
    account, owner = owned(stores, people)
    who = joined(stores, people, owner, "Anna@orchard.example", Roles(admin=True))
    anna = caller(stores, account, who.user.id)

    changes = Changes(email="anna@vineyard.example", settings='{"theme":"dark"}')
    update_person(people, anna, "me", changes, now=stores.clock())
    confirm_address(people, last_token(people, "anna@vineyard.example"), now=stores.clock())
    change = PasswordChange(PASSWORD, NEW_PASSWORD, NEW_PASSWORD)
    change_password(people, anna, "me", change, now=stores.clock())
    ask_reset(people, "ANNA@vineyard.example", now=stores.clock())
    confirm_reset(people, last_token(people, "anna@vineyard.example", "pwd_"), PASSWORD, now=stores.clock())
    hand_over(people, owner, str(who.user.id))

    member = got(stores, account.id, who.user.id)
    assert (member.owner, member.email, member.settings) == (
        True,
        "anna@vineyard.example",
        '{"theme":"dark"}',
    )
    assert member.sessions_from == stores.clock()
    assert people.directory.check_password(who.user.id, PASSWORD)


def test_who_leaves_the_last_account_leaves_nothing(aws: AwsStores) -> None:
    people = people_of(aws)
    _, owner = owned(aws, people)
    before = everything(aws)

    who = joined(aws, people, owner, "anna@orchard.example")
    ask_reset(people, "anna@orchard.example", now=aws.clock())
    remove_member(people, owner, str(who.user.id))

    assert {key for key in everything(aws) if not key[0].startswith("TRY#")} == before
    assert who.user.id not in people.directory.known  # type: ignore[attr-defined]


def everything(stores: AwsStores) -> set[tuple[str, str]]:
    """The keys of all items."""
    found = stores.table.client.scan(TableName=stores.table.name)["Items"]
    return {(item["pk"]["S"], item["sk"]["S"]) for item in found}


def test_of_two_admins_who_remove_each_other_at_once_one_stays(aws: AwsStores) -> None:
    people = people_of(aws)
    account, owner = owned(aws, people)
    for round_ in range(4):
        first, second = (
            joined(aws, people, owner, f"{name}{round_}@orchard.example", Roles(admin=True)).user.id
            for name in ("anna", "bo")
        )
        callers = [caller(aws, account, each) for each in (first, second)]

        came = outcomes(
            lambda: remove_member(people, callers[0], str(second)),  # noqa: B023
            lambda: remove_member(people, callers[1], str(first)),  # noqa: B023
        )

        assert came.count(None) == 1
        left = [each for each in (first, second) if aws.members.get(account.id, each)]
        assert len(left) == 1
        remove_member(people, owner, str(left[0]))


def test_the_last_places_of_a_plan_are_given_once(aws: AwsStores) -> None:
    people = people_of(aws)
    account, owner = owned(aws, people)
    limited = replace(owner, account=replace(account, plan=replace(account.plan, members=3)))

    came = outcomes(
        *(
            lambda number=number: invite(
                people, limited, f"user{number}@orchard.example", NO_ROLES, now=aws.clock()
            )
            for number in range(8)
        )
    )

    assert (came.count(None), came.count(PlanLimit)) == (2, 6)
    assert len(aws.members.list_of(account.id)) == 3


def test_an_address_that_several_accounts_invite_at_once_is_one_user(aws: AwsStores) -> None:
    people = people_of(aws)
    owners = [owned(aws, people)[1] for _ in range(4)]

    came = outcomes(
        *(
            lambda by=by: invite(people, by, "anna@orchard.example", NO_ROLES, now=aws.clock())
            for by in owners
        )
    )

    assert came == [None] * 4
    user = aws.users.with_email("anna@orchard.example")
    assert user is not None
    assert user.accounts == {by.account_id for by in owners}


def test_no_member_is_left_without_a_user(aws: AwsStores) -> None:
    """One account removes somebody while another one invites."""
    people = people_of(aws)
    (here, first), (there, second) = (owned(aws, people) for _ in range(2))
    for _ in range(6):
        who = invite(people, first, "anna@orchard.example", NO_ROLES, now=aws.clock())

        outcomes(
            lambda: remove_member(people, first, str(who.user.id)),  # noqa: B023
            lambda: invite(people, second, "anna@orchard.example", NO_ROLES, now=aws.clock()),
        )

        user = aws.users.with_email("anna@orchard.example")
        assert user is not None
        assert got(aws, there.id, user.id).email == "anna@orchard.example"
        assert aws.members.get(here.id, user.id) is None
        remove_member(people, second, str(user.id))
        assert aws.users.with_email("anna@orchard.example") is None


def test_guesses_at_once_are_as_few_as_one_after_the_other(aws: AwsStores) -> None:
    people = people_of(aws)
    _, owner = owned(aws, people)
    wrong = PasswordChange("wrong", NEW_PASSWORD, NEW_PASSWORD)

    came = outcomes(*[lambda: change_password(people, owner, "me", wrong, now=aws.clock())] * 12)

    assert (came.count(Invalid), came.count(Limited)) == (5, 7)


def test_an_invitation_that_is_taken_up_twice_at_once_is_taken_up_once(aws: AwsStores) -> None:
    people = people_of(aws)
    _, owner = owned(aws, people)
    invite(people, owner, "anna@orchard.example", NO_ROLES, now=aws.clock())
    token = last_token(people, "anna@orchard.example")

    came = outcomes(*[lambda: take_up(people, token, PASSWORD, now=aws.clock())] * 6)

    assert (came.count(None), came.count(Invalid)) == (1, 5)


def test_an_account_has_one_owner(stores: Stores) -> None:
    people = people_of(stores)
    account, _ = owned(stores, people)

    with pytest.raises(Conflict):
        invite_owner(people, account, "more@orchard.example", now=stores.clock())

    assert [member.owner for member in stores.members.list_of(account.id)] == [True]
