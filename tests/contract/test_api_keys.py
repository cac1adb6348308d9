from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from shared.core.api_keys import ApiKey, create_key, hash_of
from shared.core.ids import AccountId, ApiKeyId
from tests.contract.stores import AwsStores, Stores, in_memory, on_aws

OWNER = AccountId(7)
NOON = 1_790_000_040


def made(stores: Stores, *, number: int = 1, limit: int = 3, owner: AccountId = OWNER) -> ApiKey:
    key = ApiKey(
        id=ApiKeyId(number),
        account=owner,
        name="alerts",
        shown="ps_live_abcd",
        hash=hash_of(f"secret {number}"),
        requests_per_minute=limit,
        created=NOON,
    )
    stores.api_keys.add(key)
    return key


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

    assert stores.api_keys.revoke(OWNER, key.id)
    assert stores.api_keys.spend(key.hash, NOON) is None
    assert stores.api_keys.list_of(OWNER) == []
    assert not stores.api_keys.revoke(OWNER, key.id)


def test_keys_of_other_accounts_are_out_of_reach(stores: Stores) -> None:
    key = made(stores)

    assert not stores.api_keys.revoke(AccountId(8), key.id)
    assert stores.api_keys.list_of(AccountId(8)) == []
    assert stores.api_keys.list_of(OWNER) == [key]


def test_keys_are_listed_newest_first(stores: Stores) -> None:
    keys = [made(stores, number=number) for number in (1, 20, 3)]

    assert stores.api_keys.list_of(OWNER) == sorted(keys, key=lambda key: key.id, reverse=True)


def test_create_key_returns_the_secret_that_spends_it(stores: Stores) -> None:
    _, secret = create_key(
        stores.api_keys,
        OWNER,
        "alerts",
        requests_per_minute=30,
        now=NOON,
        new_secret=lambda: "s" * 43,
        random_bits=lambda bits: 5,
    )

    assert stores.api_keys.spend(hash_of(secret), NOON) is not None


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
        key = made(real, limit=limit)
        made(fake, limit=limit)
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
