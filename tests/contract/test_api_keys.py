from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from shared.adapters.dynamodb import keys as places
from shared.adapters.dynamodb.minutes import SLOTS
from shared.core.accounts import Account
from shared.core.api_keys import ApiKey, hash_of
from shared.core.errors import Conflict, NotFound, PlanLimit
from shared.core.ids import AccountId, ApiKeyId, GroupId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.rights import Level, Scope
from tests.bench.metering import Meter, item_size
from tests.contract import given
from tests.contract.stores import AwsStores, Stores, in_memory, on_aws

NOON = 1_790_000_040
MOST = 1_000


def made(stores: Stores, *, number: int = 1, limit: int = 3, owner: Account | None = None) -> ApiKey:
    key = ApiKey(
        id=ApiKeyId(number),
        account=(owner or given.account(stores)).id,
        name="alerts",
        shown="ps_live_abcd",
        hash=hash_of(f"secret {number}"),
        requests_per_minute=limit,
        created=NOON,
    )
    stores.api_keys.add(key, most=MOST)
    return key


def successor_of(key: ApiKey) -> ApiKey:
    return replace(
        key, id=ApiKeyId(key.id + 1_000), hash=hash_of(f"successor of {key.hash}"), shown="ps_live_efgh"
    )


def test_a_request_is_counted_and_noted(stores: Stores) -> None:
    key = made(stores)

    spent = stores.api_keys.spend(key.hash, NOON)

    assert spent is not None
    assert spent.key.last_used == NOON
    assert (spent.allowance.limit, spent.allowance.remaining) == (3, 2)
    assert spent.allowance.reset == NOON // 60 * 60 + 60
    assert not spent.allowance.exceeded


def test_the_limit_of_a_minute_is_exact_and_the_next_minute_is_new(stores: Stores) -> None:
    key = made(stores)

    remaining = [_spend(stores, key, NOON) for _ in range(5)]

    assert remaining == [2, 1, 0, None, None]
    assert _spend(stores, key, NOON + 60) == 2


def test_a_clock_that_is_behind_counts_in_the_minute_that_others_have_reached(stores: Stores) -> None:
    key = made(stores)

    assert [_spend(stores, key, NOON + 60 * late) for late in (1, 0, 1, 0)] == [2, 1, 0, None]


def test_what_is_refused_is_not_counted(stores: Stores) -> None:
    key = made(stores, limit=1)
    _spend(stores, key, NOON)

    spent = stores.api_keys.spend(key.hash, NOON + 5)

    assert spent is not None
    assert spent.allowance.exceeded
    assert spent.key.last_used == NOON


def test_a_key_that_does_not_exist_spends_nothing(stores: Stores) -> None:
    assert stores.api_keys.spend(hash_of("nobody's"), NOON) is None


def test_revoking_takes_effect_with_the_next_request(stores: Stores) -> None:
    key = made(stores)

    assert stores.api_keys.revoke(key.account, key.id)
    assert stores.api_keys.spend(key.hash, NOON) is None
    assert stores.api_keys.list_of(key.account) == []
    assert not stores.api_keys.revoke(key.account, key.id)


def test_keys_of_other_accounts_are_out_of_reach(stores: Stores) -> None:
    key = made(stores)

    assert not stores.api_keys.revoke(AccountId(8), key.id)
    assert stores.api_keys.list_of(AccountId(8)) == []
    assert stores.api_keys.list_of(key.account) == [key]


def test_keys_are_listed_newest_first(stores: Stores) -> None:
    owner = given.account(stores)
    keys = [made(stores, number=number, owner=owner) for number in (1, 20, 3)]

    assert stores.api_keys.list_of(owner.id) == sorted(keys, key=lambda key: key.id, reverse=True)


def test_create_key_returns_the_secret_that_spends_it(stores: Stores) -> None:
    minting = Minting(NOON, lambda: "s" * 43, lambda bits: 5)
    _, secret = create_key(stores.api_keys, given.account(stores), Terms("alerts"), minting)

    assert stores.api_keys.spend(hash_of(secret), NOON) is not None


@pytest.mark.parametrize("rest", [1, 2, 59, 60, SLOTS - 1, SLOTS, SLOTS + 1, 3 * SLOTS, 1_440, 10_080])
def test_a_key_that_rested_has_its_whole_minute(stores: Stores, rest: int) -> None:
    key = made(stores)
    spent = [_spend(stores, key, NOON + 60 * minute) for minute in (0, 0, 0, 0, rest, rest, rest, rest)]

    assert spent == [2, 1, 0, None] * 2


def test_the_last_use_is_the_minute_of_it(stores: Stores) -> None:
    key = made(stores)
    for second in (0, 17, 59):
        _spend(stores, key, NOON + second)

    (listed,) = stores.api_keys.list_of(key.account)
    assert listed.last_used == NOON


def test_an_expired_key_is_none_and_is_never_counted(stores: Stores) -> None:
    owner = given.account(stores)
    key = replace(made(stores, owner=owner), id=ApiKeyId(2), hash=hash_of("short"), expires=NOON + 60)
    stores.api_keys.add(key, most=MOST)

    assert [_spend(stores, key, NOON + second) for second in (0, 59, 59)] == [2, 1, 0]
    assert stores.api_keys.spend(key.hash, NOON + 60) is None
    assert stores.api_keys.spend(key.hash, NOON + 59 + 3_600) is None
    assert stores.api_keys.spend(key.hash, NOON + 59) == stores.api_keys.spend(key.hash, NOON + 59)
    listed = stores.api_keys.get(owner.id, key.id)
    assert listed is not None
    assert (listed.expires, listed.last_used) == (NOON + 60, NOON)


def test_a_key_keeps_its_terms(stores: Stores) -> None:
    owner = given.account(stores)
    key = replace(
        made(stores, owner=owner),
        id=ApiKeyId(2),
        hash=hash_of("terms"),
        scopes=frozenset({Scope.READ, Scope.FORENSIC}),
        group=GroupId(77),
        expires=NOON + 5,
    )
    stores.api_keys.add(key, most=MOST)

    assert stores.api_keys.get(owner.id, key.id) == key
    spent = stores.api_keys.spend(key.hash, NOON)
    assert spent is not None
    assert spent.key == replace(key, last_used=NOON)
    assert spent.key.rights.levels == {GroupId(77): Level.WRITE}


def test_a_key_of_before_scopes_may_all(aws: AwsStores) -> None:
    key = made(aws)
    where = places.api_key(key.hash)
    aws.table.update(where, "SET #last_used = :now, #used = :two REMOVE #scopes", "", {"now": 5, "two": 2})

    spent = aws.api_keys.spend(key.hash, NOON)
    assert spent is not None
    assert (spent.key.scopes, spent.key.group, spent.key.expires) == (frozenset(Scope), None, None)
    assert spent.allowance.remaining == 2


def test_no_key_takes_the_place_of_another(stores: Stores) -> None:
    key = made(stores)
    with pytest.raises(Conflict):
        stores.api_keys.add(replace(key, id=ApiKeyId(9)), most=MOST)
    assert stores.api_keys.list_of(key.account) == [key]


def test_a_key_is_renamed(stores: Stores) -> None:
    key = made(stores)

    assert stores.api_keys.rename(key, "exports").name == "exports"
    assert [listed.name for listed in stores.api_keys.list_of(key.account)] == ["exports"]
    stores.api_keys.revoke(key.account, key.id)
    with pytest.raises(NotFound):
        stores.api_keys.rename(key, "again")
    assert stores.api_keys.list_of(key.account) == []


def test_a_rotated_key_works_until_then_and_its_successor_on(stores: Stores) -> None:
    key = made(stores)
    successor = successor_of(key)
    stores.api_keys.rotate(key, successor, until=NOON + 60, most=MOST)

    assert _spend(stores, key, NOON + 59) == 2
    assert stores.api_keys.spend(key.hash, NOON + 60) is None
    assert _spend(stores, successor, NOON + 60) == 2
    newer, older = stores.api_keys.list_of(key.account)
    assert (newer.id, older.successor, older.expires) == (successor.id, successor.id, NOON + 60)


def test_a_key_is_rotated_once_and_not_after_it_was_revoked(stores: Stores) -> None:
    owner = given.account(stores)
    key, other = made(stores, owner=owner), made(stores, number=2, owner=owner)
    stores.api_keys.rotate(key, successor_of(key), until=NOON, most=MOST)
    stores.api_keys.revoke(owner.id, other.id)

    for rotated in (key, other):
        with pytest.raises(Conflict):
            stores.api_keys.rotate(rotated, replace(successor_of(rotated), hash="h"), until=NOON, most=MOST)
    assert len(stores.api_keys.list_of(owner.id)) == 2


def test_there_are_as_many_keys_as_the_plan_allows(stores: Stores) -> None:
    owner = given.account(stores)
    first = made(stores, owner=owner)
    keys = [replace(first, id=ApiKeyId(n), hash=f"h{n}") for n in range(2, 5)]
    stores.api_keys.add(keys[0], most=2)

    with pytest.raises(PlanLimit):
        stores.api_keys.add(keys[1], most=2)
    with pytest.raises(PlanLimit):
        stores.api_keys.rotate(keys[0], keys[1], until=NOON, most=2)
    assert stores.api_keys.revoke(owner.id, keys[0].id)
    stores.api_keys.add(keys[2], most=2)
    assert {key.id for key in stores.api_keys.list_of(owner.id)} == {1, 4}


def test_keys_made_at_once_never_exceed_the_plan(aws: AwsStores) -> None:
    owner = given.account(aws)
    key = made(aws, owner=owner)

    def add(number: int) -> bool:
        try:
            aws.api_keys.add(replace(key, id=ApiKeyId(number), hash=f"h{number}"), most=5)
        except PlanLimit:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(2, 18))) == 4
    assert len(aws.api_keys.list_of(owner.id)) == 5


def test_the_key_of_an_account_that_is_gone_can_be_revoked(aws: AwsStores) -> None:
    key = made(aws)
    aws.table.delete(places.account(key.account))

    assert aws.api_keys.revoke(key.account, key.id)
    with pytest.raises(NotFound):
        aws.api_keys.add(key, most=MOST)


def test_a_request_costs_one_write_unit_and_one_read_unit(aws: AwsStores) -> None:
    """Whichever request of a minute it is, also the first of a new one."""
    key = replace(
        made(aws),
        id=ApiKeyId(2**53 - 1),
        hash=hash_of("large"),
        name="n" * 100,
        requests_per_minute=30,
        group=GroupId(2**53 - 1),
        expires=2**40,
        successor=ApiKeyId(2**53 - 2),
    )
    aws.api_keys.add(key, most=MOST)
    meter = Meter()
    meter.watch(aws.table.client)
    for second in (0, 1, 59, 60, 61, 3_600, 86_400):
        with meter.measure() as units:
            spent = aws.api_keys.spend(key.hash, NOON + second)
            assert spent is not None
            aws.accounts.get(spent.key.account)
        assert (units.read, units.calls) == (1, {"UpdateItem": 1, "GetItem": 1})
    item = aws.table.client.get_item(
        TableName=aws.table.name, Key={"pk": {"S": places.api_key(key.hash).pk}, "sk": {"S": "KEY"}}
    )["Item"]
    assert item_size(item) < 1_024


def test_a_key_that_is_revoked_among_requests_is_refused_from_then_on(aws: AwsStores) -> None:
    key, revoked = made(aws, limit=1_000), Event()

    def request(number: int) -> tuple[bool, bool]:
        """Whether it began after the key was revoked, and whether it got through."""
        late = revoked.is_set()
        through = aws.api_keys.spend(key.hash, NOON) is not None
        if number == 20:
            aws.api_keys.revoke(key.account, key.id)
            revoked.set()
        return late, through

    with ThreadPoolExecutor(8) as pool:
        found = Counter(pool.map(request, range(100)))

    assert found[False, True] >= 20
    assert found[True, False] > 0
    assert found[True, True] == 0


def test_fifty_requests_at_once_on_a_limit_of_thirty_let_thirty_through(aws: AwsStores) -> None:
    key = made(aws, limit=30)

    with ThreadPoolExecutor(10) as pool:
        remaining = list(pool.map(lambda _: _spend(aws, key, NOON), range(50)))

    through = [left for left in remaining if left is not None]
    assert sorted(through) == list(range(30))


@settings(max_examples=15)
@examples(st.lists(st.integers(0, 4), max_size=25), st.integers(1, 4))
def test_the_real_limit_and_the_fake_agree_on_any_sequence(minutes: list[int], limit: int) -> None:
    with on_aws() as real:
        fake = in_memory()
        owner = given.account(real)
        key = made(real, limit=limit, owner=owner)
        made(fake, limit=limit, owner=owner)
        for minute in minutes:
            now = NOON + 60 * minute
            assert real.api_keys.spend(key.hash, now) == fake.api_keys.spend(key.hash, now)


def test_addresses_are_counted_each_in_each_bucket(stores: Stores) -> None:
    def spend(address: str, bucket: str, now: int = NOON) -> int | None:
        allowance = stores.address_limits.spend(address, bucket, 2, now)
        return None if allowance.exceeded else allowance.remaining

    assert [spend("192.0.2.1", "docs") for _ in range(4)] == [1, 0, None, None]
    assert spend("192.0.2.1", "keys") == 1
    assert spend("2001:db8::1", "docs") == 1
    assert spend("192.0.2.1", "docs", NOON + 60) == 1


def _spend(stores: Stores, key: ApiKey, now: int) -> int | None:
    """What remains; None when the limit was exceeded."""
    spent = stores.api_keys.spend(key.hash, now)
    assert spent is not None
    return None if spent.allowance.exceeded else spent.allowance.remaining
