from __future__ import annotations

from shared.core.ids import DomainId
from tests.contract import given as make
from tests.contract.stores import Stores


def test_favourites_are_of_one_domain_and_so_many(stores: Stores) -> None:
    owner, stranger, home = make.account(stores).id, make.account(stores).id, DomainId(19)
    kept = stores.favourites
    assert kept.of(owner, home) == frozenset()
    assert not kept.remove(owner, home, "192.0.2.1")
    assert kept.add(owner, home, "192.0.2.1", most=2)
    assert kept.add(owner, home, "2001:db8::1", most=2)
    assert not kept.add(owner, home, "192.0.2.3", most=2)
    assert kept.add(owner, home, "192.0.2.1", most=2)
    assert kept.of(owner, home) == {"192.0.2.1", "2001:db8::1"}
    assert kept.of(owner, DomainId(20)) == kept.of(stranger, home) == frozenset()

    assert kept.remove(owner, home, "192.0.2.1")
    assert not kept.remove(owner, home, "192.0.2.1")
    assert kept.add(owner, home, "192.0.2.3", most=2)
    kept.forget(owner, home)
    kept.forget(owner, home)
    assert kept.of(owner, home) == frozenset()
