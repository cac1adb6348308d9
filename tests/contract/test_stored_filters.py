from __future__ import annotations

from shared.core.ids import DomainId, FilterId
from shared.core.stored_filters import StoredFilter
from tests.contract import given as make
from tests.contract.stores import Stores


def test_filters_are_kept_by_account_and_purpose(stores: Stores) -> None:
    owner, stranger = make.account(stores), make.account(stores)
    made = StoredFilter(FilterId(7), owner.id, (DomainId(1), DomainId(2)), 1_000)
    later = StoredFilter(FilterId(12), owner.id, (DomainId(3),), 2_000)
    for each in (later, made):
        stores.policy_filters.add(each)
    assert stores.policy_filters.list_of(owner.id) == [made, later]
    assert stores.policy_filters.get(owner.id, made.id) == made
    assert stores.policy_filters.get(stranger.id, made.id) is None
    assert stores.policy_filters.list_of(stranger.id) == []
    assert stores.source_filters.list_of(owner.id) == []

    for _ in range(2):
        stores.policy_filters.remove(made)
    assert stores.policy_filters.list_of(owner.id) == [later]
