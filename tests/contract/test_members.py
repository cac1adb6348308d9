from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.adapters.dynamodb import keys
from shared.core.accounts import Account
from shared.core.api_keys import hash_of
from shared.core.errors import Conflict, Forbidden, InvalidToken, NotFound, Outdated, PlanLimit
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.members import Member
from shared.core.rights import Level, Scope
from tests.bench.metering import Meter, item_size
from tests.contract import given
from tests.contract.stores import AwsStores, Stores

NOON = 1_790_000_040
OWNER, ANNA, BEN, CARL = UserId(1), UserId(2), UserId(3), UserId(4)
MOST = 100
TOKEN = hash_of("token")


def member(
    owner: Account,
    user: UserId,
    *,
    admin: bool = False,
    active: bool = True,
    per_minute: int = 3,
    email: str = "",
    token_hash: str | None = None,
) -> Member:
    return Member(
        account=owner.id,
        user=user,
        email=email or f"user{user}@example.com",
        joined=NOON,
        requests_per_minute=per_minute,
        owner=user == OWNER,
        admin=admin,
        active=active,
        token_hash=token_hash,
        token_shown=token_hash and "ps_user_1_2_",
    )


def team(stores: Stores) -> Account:
    """The owner, two admins, and one who is none."""
    account = given.account(stores)
    for user, admin in ((OWNER, False), (ANNA, True), (BEN, True), (CARL, False)):
        stores.members.add(member(account, user, admin=admin), most=MOST)
    return account


def got(stores: Stores, account: Account, user: UserId) -> Member:
    found = stores.members.get(account.id, user)
    assert found is not None
    return found


def enter(
    stores: Stores,
    account: Account,
    user: UserId,
    *,
    signed_in: int = NOON,
    now: int = NOON,
) -> int | None:
    """What remains of the minute; -1 when it is used up, None for who is not let in."""
    entered = stores.members.enter(account.id, user, signed_in=signed_in, now=now)
    if entered is None:
        return None
    return -1 if entered.allowance.exceeded else entered.allowance.remaining


def test_a_member_is_stored_as_it_is(stores: Stores) -> None:
    account = given.account(stores)
    whole = replace(
        member(account, ANNA, admin=True, token_hash=TOKEN),
        forensic=True,
        billing=True,
        levels={GroupId(7): Level.READ, GroupId(8): Level.WRITE},
        settings='{"theme":"dark"}',
        last_login=NOON - 5,
    )
    for stored in (whole, member(account, BEN, active=False)):
        stores.members.add(stored, most=MOST)
        assert stores.members.get(account.id, stored.user) == stored
    assert stores.members.get(account.id, CARL) is None
    assert stores.members.get(AccountId(account.id + 1), ANNA) is None


def test_a_user_is_a_member_once(stores: Stores) -> None:
    account = team(stores)
    with pytest.raises(Conflict):
        stores.members.add(member(account, ANNA), most=MOST)
    assert got(stores, account, ANNA).admin


def test_there_are_as_many_members_as_the_plan_allows(stores: Stores) -> None:
    account = team(stores)
    with pytest.raises(PlanLimit):
        stores.members.add(member(account, UserId(9)), most=4)
    stores.members.remove(got(stores, account, CARL), by=None)
    stores.members.add(member(account, UserId(9)), most=4)
    assert len(stores.members.list_of(account.id)) == 4


def test_members_are_listed_by_address_and_accounts_by_age(stores: Stores) -> None:
    first, second = given.account(stores), given.account(stores)
    for user, email in ((ANNA, "zoe@a.example"), (BEN, "Adam@b.example"), (CARL, "mia@a.example")):
        stores.members.add(replace(member(first, user, email=email), settings='{"a":1}'), most=MOST)
    stores.members.add(member(second, BEN), most=MOST)

    listed = stores.members.list_of(first.id)
    assert [found.user for found in listed] == [BEN, CARL, ANNA]
    assert {found.settings for found in listed} == {'{"a":1}'}
    assert stores.members.accounts_of(BEN) == [first.id, second.id]
    assert stores.members.accounts_of(ANNA) == [first.id]
    assert stores.members.accounts_of(UserId(99)) == []


def test_entering_counts_and_says_who_it_is(stores: Stores) -> None:
    account = team(stores)
    stores.members.grant(account.id, CARL, GroupId(7), Level.WRITE)
    entered = stores.members.enter(account.id, CARL, signed_in=NOON, now=NOON)

    assert entered is not None
    assert (entered.user, entered.email) == (CARL, "user4@example.com")
    assert entered.rights.scopes == {Scope.READ, Scope.WRITE}
    assert entered.rights.levels == {GroupId(7): Level.WRITE}
    assert [enter(stores, account, CARL) for _ in range(3)] == [1, 0, -1]
    assert enter(stores, account, CARL, now=NOON + 60) == 2
    assert enter(stores, account, BEN) == 2


def test_who_is_no_active_member_does_not_get_in(stores: Stores) -> None:
    account = team(stores)
    stores.members.add(member(account, UserId(9), active=False), most=MOST)

    assert enter(stores, account, UserId(9)) is None
    assert enter(stores, account, UserId(99)) is None
    assert enter(stores, replace(account, id=AccountId(account.id + 1)), ANNA) is None
    stores.members.remove(got(stores, account, ANNA), by=OWNER)
    assert enter(stores, account, ANNA) is None


def test_who_is_shut_out_does_not_learn_of_the_rate(stores: Stores) -> None:
    account = team(stores)
    assert [enter(stores, account, CARL) for _ in range(4)] == [2, 1, 0, -1]
    stores.members.change(replace(got(stores, account, CARL), active=False), by=OWNER)
    assert enter(stores, account, CARL) is None


def test_the_latest_sign_in_is_the_last_login(stores: Stores) -> None:
    account = team(stores)
    for signed_in in (NOON - 50, NOON - 10, NOON - 30, NOON - 10):
        enter(stores, account, CARL, signed_in=signed_in, now=NOON + 60 * signed_in)
    assert got(stores, account, CARL).last_login == NOON - 10


def test_the_token_of_a_member_opens_until_it_is_another(stores: Stores) -> None:
    account = given.account(stores)
    stores.members.add(member(account, ANNA, token_hash=TOKEN), most=MOST)
    stores.members.add(member(account, BEN), most=MOST)

    entered = stores.members.enter_with_token(account.id, ANNA, TOKEN, now=NOON)
    assert entered is not None
    assert (entered.user, entered.allowance.remaining) == (ANNA, 2)
    assert got(stores, account, ANNA).last_login is None
    for user, token in ((ANNA, hash_of("other")), (BEN, TOKEN), (CARL, TOKEN)):
        assert stores.members.enter_with_token(account.id, user, token, now=NOON) is None

    renewed = replace(got(stores, account, ANNA), token_hash=hash_of("new"))
    stores.members.change(renewed, by=None)
    assert stores.members.enter_with_token(account.id, ANNA, TOKEN, now=NOON) is None
    assert stores.members.enter_with_token(account.id, ANNA, hash_of("new"), now=NOON) is not None
    stores.members.change(replace(got(stores, account, ANNA), token_hash=None, token_shown=None), by=None)
    assert stores.members.enter_with_token(account.id, ANNA, hash_of("new"), now=NOON) is None


def test_a_change_stores_what_is_of_the_member(stores: Stores) -> None:
    account = team(stores)
    before = got(stores, account, CARL)
    stores.members.grant(account.id, CARL, GroupId(7), Level.READ)
    enter(stores, account, CARL)
    wanted = replace(
        before,
        email="carl@example.net",
        forensic=True,
        settings='{"a":[1]}',
        requests_per_minute=9,
        owner=True,
        last_login=1,
    )

    changed = stores.members.change(wanted, by=ANNA)

    found = got(stores, account, CARL)
    assert (found.email, found.forensic, found.settings, found.version) == (
        "carl@example.net",
        True,
        '{"a":[1]}',
        2,
    )
    assert changed.version == 2
    assert (found.owner, found.levels, found.last_login) == (False, {GroupId(7): Level.READ}, NOON)
    stores.members.change(replace(found, settings="{}"), by=None)
    assert got(stores, account, CARL).settings == "{}"


def test_a_change_of_what_changed_meanwhile_is_refused(stores: Stores) -> None:
    account = team(stores)
    before = got(stores, account, CARL)
    stores.members.change(replace(before, forensic=True), by=None)
    with pytest.raises(Outdated):
        stores.members.change(replace(before, billing=True), by=ANNA)
    with pytest.raises(Outdated):
        stores.members.remove(before, by=ANNA)
    stores.members.remove(got(stores, account, CARL), by=ANNA)
    with pytest.raises(NotFound):
        stores.members.change(replace(before, billing=True), by=ANNA)
    stores.members.remove(before, by=ANNA)


@pytest.mark.parametrize("by", [CARL, UserId(99)])
def test_who_is_no_admin_changes_and_removes_nobody(stores: Stores, by: UserId) -> None:
    account = team(stores)
    for user in (BEN, CARL):
        found = got(stores, account, user)
        with pytest.raises(Forbidden):
            stores.members.change(replace(found, admin=True), by=by)
        with pytest.raises(Forbidden):
            stores.members.remove(found, by=by)
        assert got(stores, account, user) == found


def test_an_admin_may_leave_and_the_owner_may_not_be_removed(stores: Stores) -> None:
    account = team(stores)
    stores.members.remove(got(stores, account, ANNA), by=ANNA)
    for by in (OWNER, BEN, None):
        with pytest.raises(Conflict):
            stores.members.remove(got(stores, account, OWNER), by=by)
    assert [found.user for found in stores.members.list_of(account.id)] == [OWNER, BEN, CARL]


def test_levels_are_set_one_by_one(stores: Stores) -> None:
    account = team(stores)
    for group, level in (
        (7, Level.READ),
        (8, Level.WRITE),
        (7, Level.WRITE),
        (8, Level.NONE),
        (9, Level.READ),
    ):
        stores.members.grant(account.id, CARL, GroupId(group), level)
    found = stores.members.grant(account.id, CARL, GroupId(9), Level.READ)

    assert found.levels == {GroupId(7): Level.WRITE, GroupId(9): Level.READ}
    stores.members.grant(account.id, BEN, GroupId(9), Level.WRITE)
    stores.members.forget(account.id, GroupId(9))
    assert got(stores, account, CARL).levels == {GroupId(7): Level.WRITE}
    assert got(stores, account, BEN).levels == {}
    with pytest.raises(NotFound):
        stores.members.grant(account.id, UserId(99), GroupId(7), Level.READ)


def test_an_account_is_handed_over(stores: Stores) -> None:
    account = team(stores)
    stores.members.add(member(account, UserId(9), active=False), most=MOST)
    for owner, to in ((OWNER, UserId(9)), (OWNER, UserId(99)), (ANNA, BEN), (OWNER, OWNER)):
        with pytest.raises(Conflict):
            stores.members.hand_over(account.id, owner=owner, to=to)

    stores.members.hand_over(account.id, owner=OWNER, to=CARL)
    old, new = got(stores, account, OWNER), got(stores, account, CARL)
    assert (old.owner, old.admin, new.owner) == (False, True, True)
    stores.members.remove(old, by=CARL)


def test_of_two_admins_who_remove_each_other_one_stays(aws: AwsStores) -> None:
    account = team(aws)
    pair = {ANNA: got(aws, account, ANNA), BEN: got(aws, account, BEN)}

    def remove(by: UserId, other: UserId) -> bool:
        try:
            aws.members.remove(pair[other], by=by)
        except Forbidden:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, (ANNA, BEN), (BEN, ANNA)))

    assert sorted(done) == [False, True]
    assert len(aws.members.list_of(account.id)) == 3


def test_fifty_requests_at_once_on_a_limit_of_thirty_let_thirty_through(aws: AwsStores) -> None:
    account = given.account(aws)
    aws.members.add(member(account, ANNA, per_minute=30, token_hash=TOKEN), most=MOST)

    def request(number: int) -> bool:
        if number % 2:
            entered = aws.members.enter_with_token(account.id, ANNA, TOKEN, now=NOON)
            return entered is not None and not entered.allowance.exceeded
        return enter(aws, account, ANNA, signed_in=NOON + number // 10) != -1

    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(request, range(50))) == {True: 30, False: 20}
    assert got(aws, account, ANNA).last_login is not None


def test_members_added_at_once_never_exceed_the_plan(aws: AwsStores) -> None:
    account = given.account(aws)

    def add(number: int) -> bool:
        try:
            aws.members.add(member(account, UserId(number)), most=3)
        except PlanLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(1, 12))) == 3


def test_a_request_costs_one_write_unit_also_with_levels_in_sixty_groups(aws: AwsStores) -> None:
    """And one read unit for the account. A sign-in costs another write unit with its first request."""
    account = given.account(aws)
    large = 2**53 - 1
    user = UserId(large)
    whole = replace(
        member(account, user, email="a" * 52 + "@example.com", token_hash=TOKEN, per_minute=6_000),
        account=account.id,
        levels={GroupId(large - n): Level.READ if n % 2 else Level.WRITE for n in range(60)},
        settings='{"a":"' + "b" * 4_000 + '"}',
    )
    aws.members.add(whole, most=MOST)
    enter(aws, account, user)
    meter = Meter()
    meter.watch(aws.table.client)
    for second in (0, 1, 60, 3_600, 86_400):
        for token in (None, TOKEN):
            with meter.measure() as units:
                if token is None:
                    assert enter(aws, account, user, now=NOON + second) is not None
                else:
                    assert aws.members.enter_with_token(account.id, user, token, now=NOON + second)
                aws.accounts.get(account.id)
            assert (units.read, units.calls) == (1, {"UpdateItem": 1, "GetItem": 1})
    where = keys.member(account.id, user)
    item = aws.table.client.get_item(
        TableName=aws.table.name, Key={"pk": {"S": where.pk}, "sk": {"S": where.sk}}
    )["Item"]
    assert item_size(item) < 1_000
    with meter.measure() as units:
        enter(aws, account, user, signed_in=NOON + 1, now=NOON + 86_400)
    assert units.calls == {"UpdateItem": 2}


def test_the_member_of_an_account_that_is_gone_can_be_removed(aws: AwsStores) -> None:
    account = team(aws)
    aws.table.delete(keys.account(account.id))
    aws.members.remove(got(aws, account, CARL), by=ANNA)
    assert aws.members.get(account.id, CARL) is None


def test_the_owner_is_found_among_all(stores: Stores) -> None:
    account = given.account(stores)
    assert stores.members.owner_of(account.id) is None

    for user in (ANNA, OWNER, BEN):
        stores.members.add(member(account, user), most=MOST)

    assert stores.members.owner_of(account.id) == OWNER


def test_sign_ins_before_the_sessions_were_ended_are_over(stores: Stores) -> None:
    account = team(stores)
    stores.members.enter(account.id, ANNA, signed_in=NOON, now=NOON)

    stores.members.change(replace(got(stores, account, ANNA), sessions_from=NOON + 10), by=None)

    for signed_in in (NOON, NOON + 9):
        with pytest.raises(InvalidToken):
            stores.members.enter(account.id, ANNA, signed_in=signed_in, now=NOON + 20)
    assert got(stores, account, ANNA).sessions_from == NOON + 10
    entered = stores.members.enter(account.id, ANNA, signed_in=NOON + 10, now=NOON + 20)
    assert entered is not None
    assert entered.allowance.remaining == 1
    assert got(stores, account, ANNA).last_login == NOON + 10
