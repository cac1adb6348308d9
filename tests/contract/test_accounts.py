from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.adapters.dynamodb.counting import counted, uncountable, uncounted
from shared.adapters.dynamodb.table import Cancelled
from shared.core.accounts import Account, Counted, Recipient, Status
from shared.core.accounts import Terms as AccountTerms
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.ids import AccountId, UserId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.members import Member
from shared.core.operating import put_on_terms
from shared.core.plans import plan_named
from tests.contract import given
from tests.contract.stores import AwsStores, Stores


def test_an_account_is_found_by_id_and_token(stores: Stores) -> None:
    account = given.account(stores)

    assert stores.accounts.get(account.id) == account
    assert stores.accounts.recipient(account.token) == Recipient(account.id)


def test_strangers_are_nobody(stores: Stores) -> None:
    assert stores.accounts.get(AccountId(999)) is None
    assert stores.accounts.recipient("nobody") is None
    assert stores.accounts.operator() is None


def test_an_account_is_never_overwritten(stores: Stores) -> None:
    account = given.account(stores)

    with pytest.raises(Conflict):
        stores.accounts.add(account)


def test_a_token_belongs_to_one_account(stores: Stores) -> None:
    account = given.account(stores)
    other = replace(account, id=AccountId(12_345))

    with pytest.raises(Conflict):
        stores.accounts.add(other)
    assert stores.accounts.get(other.id) is None


def test_the_first_operator_stays_the_operator(stores: Stores) -> None:
    given.account(stores)
    first = given.account(stores, operator=True)
    given.account(stores, operator=True)

    assert stores.accounts.operator() == first.id


def test_all_accounts_are_listed(stores: Stores) -> None:
    accounts = [given.account(stores) for _ in range(3)]

    assert stores.accounts.list_all() == accounts


def test_accounts_are_paged_in_the_order_of_their_ids(stores: Stores) -> None:
    accounts = [given.account(stores) for _ in range(5)]

    first = stores.accounts.page(after=None, limit=2)
    second = stores.accounts.page(after=first.items[-1].id, limit=3)

    assert stores.accounts.total() == 5
    assert (first.items, first.more) == (accounts[:2], True)
    assert (second.items, second.more) == (accounts[2:], False)


def test_an_account_is_renamed(stores: Stores) -> None:
    account = given.account(stores)

    renamed = stores.accounts.describe(account.id, name="Orchard", email="new@example.com")

    assert renamed == replace(account, name="Orchard", email="new@example.com")
    assert stores.accounts.get(account.id) == renamed


def test_terms_are_agreed_upon(stores: Stores) -> None:
    account = given.account(stores)

    terms = AccountTerms(plan_named("pro"), 7, Status.SUSPENDED, 9_000)
    stores.accounts.agree(account.id, terms)
    suspended = stores.accounts.get(account.id)
    stores.accounts.agree(account.id, replace(terms, status=Status.ACTIVE, current_period_end=None))

    changed = replace(account, plan=plan_named("pro"), extra_domains=7)
    assert suspended == replace(changed, status=Status.SUSPENDED, current_period_end=9_000)
    assert stores.accounts.get(account.id) == changed


def test_what_is_not_there_cannot_be_changed(stores: Stores) -> None:
    nobody = AccountId(999)
    terms = AccountTerms(plan_named("pro"), 0, Status.ACTIVE, None)

    changes: list[Callable[[], Account]] = [
        lambda: stores.accounts.describe(nobody, name="x", email="x@example.com"),
        lambda: stores.accounts.agree(nobody, terms),
        lambda: stores.accounts.close(nobody, closes=5),
        lambda: stores.accounts.reopen(nobody),
    ]
    for change in changes:
        with pytest.raises(NotFound):
            change()
    assert stores.accounts.begin_deletion(nobody, 5) is None
    stores.accounts.remove(nobody)
    assert stores.accounts.get(nobody) is None


def test_a_closing_account_is_what_it_was_when_it_is_reopened(stores: Stores) -> None:
    account = given.account(stores)
    stores.accounts.agree(account.id, AccountTerms(account.plan, 0, Status.EXPIRED, 5))

    closing = stores.accounts.close(account.id, closes=100)
    again = stores.accounts.close(account.id, closes=900)

    assert (closing.status, closing.closes) == (Status.CLOSING, 100)
    assert again == closing
    with pytest.raises(Conflict):
        stores.accounts.agree(account.id, AccountTerms(account.plan, 9, Status.ACTIVE, None))
    stores.accounts.remove(account.id)
    reopened = stores.accounts.reopen(account.id)
    assert (reopened.status, reopened.closes) == (Status.EXPIRED, None)
    with pytest.raises(Conflict):
        stores.accounts.reopen(account.id)


def test_a_deletion_begins_when_its_time_has_come_and_there_is_no_way_back(stores: Stores) -> None:
    account = given.account(stores)
    assert stores.accounts.begin_deletion(account.id, 1_000) is None
    stores.accounts.close(account.id, closes=100)

    assert stores.accounts.begin_deletion(account.id, 99) is None
    assert stores.accounts.recipient(account.token) is not None
    begun = stores.accounts.begin_deletion(account.id, 100)

    assert begun is not None
    assert begun.status is Status.DELETING
    assert stores.accounts.begin_deletion(account.id, 101) == begun
    assert stores.accounts.recipient(account.token) is None
    with pytest.raises(Conflict):
        stores.accounts.reopen(account.id)
    stores.accounts.remove(account.id)
    stores.accounts.remove(account.id)
    assert stores.accounts.get(account.id) is None
    assert stores.accounts.list_all() == []


@pytest.mark.parametrize("what", Counted)
def test_of_many_who_race_for_the_last_places_only_so_many_get_one(aws: AwsStores, what: Counted) -> None:
    account = given.account(aws)

    def take(_: int) -> bool:
        try:
            aws.table.transact(counted(account.id, what, most=3))
        except Cancelled as cancelled:
            refusal = uncountable(cancelled.failed[0], what, most=3)
            assert isinstance(refusal, Invalid)
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 3
    found = aws.accounts.get(account.id)
    assert found is not None
    assert getattr(found, what) == 3
    aws.table.transact(uncounted(account.id, what))
    assert take(9)


def test_nobody_counts_nothing(aws: AwsStores) -> None:
    with pytest.raises(Cancelled) as cancelled:
        aws.table.transact(counted(AccountId(999), Counted.TAGS, most=3))

    assert isinstance(uncountable(cancelled.value.failed[0], Counted.TAGS, most=3), NotFound)


def test_rates_change_of_keys_and_members_that_are_there(stores: Stores) -> None:
    owner = given.account(stores)
    minting = Minting(1_000, lambda: "s" * 43, lambda _: 1)
    key, _ = create_key(stores.api_keys, owner, Terms("CI"), minting)
    member = Member(owner.id, UserId(3), "a@example.com", 1, requests_per_minute=30)
    stores.members.add(member, most=9)
    terms = AccountTerms(plan_named("msp"), 0, Status.ACTIVE, None)

    agreed = put_on_terms(stores.accounts, stores.api_keys, stores.members, owner, terms)

    assert agreed.plan.name == "msp"
    found = stores.api_keys.get(owner.id, key.id)
    joined = stores.members.get(owner.id, member.user)
    assert found is not None
    assert joined is not None
    assert found.requests_per_minute == joined.requests_per_minute == agreed.plan.requests_per_minute
    stores.api_keys.revoke(owner.id, key.id)
    stores.api_keys.set_rate(key, 5)
    stores.members.set_rate(replace(member, user=UserId(4)), 5)
    assert stores.api_keys.list_of(owner.id) == []
    assert stores.members.get(owner.id, UserId(4)) is None
