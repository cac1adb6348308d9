from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.core.errors import Conflict, NotFound, Outdated
from shared.core.ids import AccountId, UserId
from shared.core.members import User
from shared.core.people.tickets import Purpose, Shown, Ticket
from tests.contract.stores import AwsStores, Stores

NOON = 1_790_000_040
ANNA = User(UserId(19), "Anna@orchard.example", NOON)
BO = User(UserId(20), "bo@orchard.example", NOON)
INVITATION = Ticket(Purpose.INVITATION, ANNA.id, "hash", ANNA.email, NOON + 60, AccountId(7))
RESET = Ticket(Purpose.RESET, ANNA.id, "hash", ANNA.email, NOON + 60)


def shown(ticket: Ticket) -> Shown:
    return Shown(ticket.purpose, ticket.user, ticket.hash, ticket.account)


def test_a_user_is_found_by_id_and_by_address_in_any_case(stores: Stores) -> None:
    stores.users.add(ANNA)

    assert stores.users.get(ANNA.id) == ANNA
    assert stores.users.with_email("aNNa@orchard.example") == ANNA
    assert stores.users.many([ANNA.id, BO.id]) == {ANNA.id: ANNA}
    assert stores.users.with_email(BO.email) is None
    assert stores.users.get(BO.id) is None


@pytest.mark.parametrize("second", [replace(BO, email="anna@ORCHARD.example"), replace(BO, id=ANNA.id)])
def test_ids_and_addresses_are_given_once(stores: Stores, second: User) -> None:
    stores.users.add(ANNA)

    with pytest.raises(Conflict):
        stores.users.add(second)

    assert stores.users.get(ANNA.id) == ANNA
    assert stores.users.with_email(BO.email) is None


def test_what_a_user_becomes_is_stored(stores: Stores) -> None:
    stores.users.add(ANNA)
    wanted = replace(ANNA, activated=NOON + 1, provider="Corp", totp=True)

    changed = stores.users.change(wanted)

    assert changed == replace(wanted, version=ANNA.version + 1)
    assert stores.users.get(ANNA.id) == changed


def test_an_address_moves_and_frees_the_old_one(stores: Stores) -> None:
    stores.users.add(ANNA)

    moved = stores.users.change(replace(ANNA, email="new@orchard.example"))

    assert stores.users.with_email("new@orchard.example") == moved
    assert stores.users.with_email(ANNA.email) is None
    stores.users.add(replace(BO, email=ANNA.email))


def test_an_address_may_change_its_case(stores: Stores) -> None:
    stores.users.add(ANNA)

    changed = stores.users.change(replace(ANNA, email=ANNA.email.lower()))

    assert stores.users.with_email(ANNA.email) == changed


def test_the_address_of_another_is_not_to_be_had(stores: Stores) -> None:
    stores.users.add(ANNA)
    stores.users.add(BO)

    with pytest.raises(Conflict):
        stores.users.change(replace(BO, email=ANNA.email.upper()))

    assert stores.users.get(BO.id) == BO
    assert stores.users.with_email(ANNA.email) == ANNA


def test_a_user_is_changed_as_it_was_read(stores: Stores) -> None:
    stores.users.add(ANNA)
    stores.users.change(replace(ANNA, totp=True))

    with pytest.raises(Outdated):
        stores.users.change(replace(ANNA, activated=NOON))
    with pytest.raises(NotFound):
        stores.users.change(BO)


def test_a_removed_user_leaves_nothing(stores: Stores) -> None:
    stores.users.add(ANNA)
    for ticket in (INVITATION, RESET):
        stores.tickets.put(ticket)

    assert stores.users.remove(ANNA)

    assert stores.users.get(ANNA.id) is None
    assert stores.users.with_email(ANNA.email) is None
    assert [stores.tickets.take(shown(ticket), NOON) for ticket in (INVITATION, RESET)] == [None, None]
    assert not stores.users.remove(ANNA)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda stores: stores.users.hold(ANNA.id, AccountId(7)),
        lambda stores: stores.users.change(replace(ANNA, totp=True)),
    ],
)
def test_a_user_that_was_held_or_changed_since_stays(
    stores: Stores, meanwhile: Callable[[Stores], object]
) -> None:
    stores.users.add(ANNA)
    stores.tickets.put(RESET)
    meanwhile(stores)

    assert not stores.users.remove(ANNA)

    assert stores.users.with_email(ANNA.email) is not None
    assert stores.tickets.take(shown(RESET), NOON) == RESET


def test_nobody_holds_a_user_that_is_gone(stores: Stores) -> None:
    assert not stores.users.hold(ANNA.id, AccountId(7))
    assert stores.users.get(ANNA.id) is None


def test_a_user_knows_the_accounts_that_it_was_made_a_member_of(stores: Stores) -> None:
    stores.users.add(ANNA)
    for account in (7, 8, 7):
        stores.users.hold(ANNA.id, AccountId(account))

    found = stores.users.get(ANNA.id)

    assert found == replace(ANNA, accounts=frozenset({AccountId(7), AccountId(8)}), version=4)
    left = stores.users.change(replace(found, accounts=frozenset()))
    assert stores.users.get(ANNA.id) == left


def test_of_many_who_take_an_address_at_once_one_has_it(aws: AwsStores) -> None:
    def attempt(number: int) -> bool:
        try:
            aws.users.add(User(UserId(number), ANNA.email, NOON))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(1, 17)))

    assert won.count(True) == 1


@pytest.mark.parametrize("ticket", [INVITATION, RESET])
def test_a_ticket_is_good_once(stores: Stores, ticket: Ticket) -> None:
    stores.tickets.put(ticket)

    assert stores.tickets.take(shown(ticket), NOON) == ticket
    assert stores.tickets.take(shown(ticket), NOON) is None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(shown(INVITATION), hash="other"),
        replace(shown(INVITATION), purpose=Purpose.RESET),
        replace(shown(INVITATION), user=BO.id),
        replace(shown(INVITATION), account=AccountId(8)),
        replace(shown(INVITATION), account=None),
    ],
)
def test_a_wrong_token_takes_nothing(stores: Stores, wrong: Shown) -> None:
    stores.tickets.put(INVITATION)

    assert stores.tickets.take(wrong, NOON) is None
    assert stores.tickets.take(shown(INVITATION), NOON) == INVITATION


def test_a_ticket_runs_out(stores: Stores) -> None:
    stores.tickets.put(RESET)

    assert stores.tickets.take(shown(RESET), RESET.expires) is None


def test_a_newer_ticket_replaces_the_older(stores: Stores) -> None:
    newer = replace(RESET, hash="newer")
    stores.tickets.put(RESET)
    stores.tickets.put(newer)
    stores.tickets.give_back(RESET)

    assert stores.tickets.take(shown(RESET), NOON) is None
    assert stores.tickets.take(shown(newer), NOON) == newer


def test_a_ticket_that_was_given_back_is_good_again(stores: Stores) -> None:
    stores.tickets.put(RESET)
    taken = stores.tickets.take(shown(RESET), NOON)
    assert taken is not None

    stores.tickets.give_back(taken)

    assert stores.tickets.take(shown(RESET), NOON) == RESET


def test_a_dropped_ticket_is_void_and_the_others_are_not(stores: Stores) -> None:
    elsewhere = replace(INVITATION, account=AccountId(8))
    for ticket in (INVITATION, elsewhere, RESET):
        stores.tickets.put(ticket)

    stores.tickets.drop(Purpose.INVITATION, ANNA.id, AccountId(7))
    stores.tickets.drop(Purpose.ADDRESS, ANNA.id)

    assert stores.tickets.take(shown(INVITATION), NOON) is None
    assert stores.tickets.take(shown(elsewhere), NOON) == elsewhere
    assert stores.tickets.take(shown(RESET), NOON) == RESET


def test_of_many_who_show_a_ticket_at_once_one_takes_it(aws: AwsStores) -> None:
    aws.tickets.put(RESET)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: aws.tickets.take(shown(RESET), NOON), range(16)))

    assert [each for each in taken if each is not None] == [RESET]


def test_attempts_are_counted_by_what_and_by_stretch_of_time(stores: Stores) -> None:
    def spend(what: str, now: int) -> int | None:
        allowance = stores.attempts.spend(what, 2, seconds=3_600, now=now)
        assert allowance.reset == now // 3_600 * 3_600 + 3_600
        return None if allowance.exceeded else allowance.remaining

    assert [spend("guess#19", NOON) for _ in range(4)] == [1, 0, None, None]
    assert spend("guess#20", NOON) == 1
    assert spend("guess#19", NOON + 3_600) == 1


def test_attempts_at_once_are_counted_exactly(aws: AwsStores) -> None:
    def exceeded(_: int) -> bool:
        return aws.attempts.spend("guess#19", 5, seconds=3_600, now=NOON).exceeded

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(exceeded, range(20)))

    assert refused.count(False) == 5
