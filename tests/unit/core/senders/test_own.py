from __future__ import annotations

from typing import Any

import pytest

from shared.core.access import administer
from shared.core.errors import Invalid, NotFound, Outdated, PlanLimit
from shared.core.senders.catalogue import builtin
from shared.core.senders.own import LARGEST, MOST, Catalogues, OwnSenders, put_sender, remove_sender
from shared.core.senders.sender import Sender
from tests.fakes import FakeSenderExtensions
from tests.unit.core.world import ACCOUNT, CALLER

RIGHT = administer(CALLER)
ACME: dict[str, Any] = {"name": "Acme", "domain": "acme.example", "category": "crm", "hosts": ["h.example"]}


def put(extensions: FakeSenderExtensions, id_: str = "acme", **changes: Any) -> tuple[Sender, bool]:
    return put_sender(extensions, RIGHT, id_, {**ACME, **changes})


def test_an_entry_is_added_replaced_and_removed() -> None:
    extensions = FakeSenderExtensions()
    added, is_new = put(extensions)
    assert (added.id, added.hosts, is_new) == ("acme", ("h.example",), True)
    changed, is_new = put(extensions, name="Acme again")
    assert (changed.name, is_new) == ("Acme again", False)
    assert extensions.get(ACCOUNT.id).senders == (changed,)
    assert remove_sender(extensions, RIGHT, "acme") == changed
    assert extensions.get(ACCOUNT.id) == OwnSenders((), 3)


def test_an_account_has_its_entries_on_top_of_the_catalogue() -> None:
    extensions = FakeSenderExtensions()
    catalogues = Catalogues(builtin(), extensions)
    assert catalogues.of(ACCOUNT.id) is builtin()
    put(extensions)
    put(extensions, "mailchimp", domain="chimp.example", hosts=[])
    made = catalogues.of(ACCOUNT.id)
    assert made.by_host("mx.h.example") is made.senders["acme"]
    assert made.senders["mailchimp"].domain == "chimp.example"
    assert made.by_dkim("mcsv.net") is None
    assert catalogues.of(ACCOUNT.id) is made
    remove_sender(extensions, RIGHT, "acme")
    assert catalogues.of(ACCOUNT.id).by_host("mx.h.example") is None


@pytest.mark.parametrize(
    ("id_", "changes", "param"),
    [
        ("Acme!", {}, "id"),
        ("acme", {"name": ""}, "name"),
        ("acme", {"category": "spam"}, "category"),
        ("acme", {"domain": "com"}, "domain"),
        ("acme", {"hosts": ["H.example"]}, "hosts"),
        ("acme", {"networks": [0]}, "networks"),
        ("acme", {"alignment": {"dkim": "x", "spf": "none", "how": "So."}}, "alignment.dkim"),
        ("b", {}, "domain"),
        ("b", {"domain": "b.example"}, "hosts"),
        ("b", {"domain": "b.example", "hosts": [], "domains": ["h.example"]}, "domains"),
        ("b", {"domain": "b.example", "hosts": [], "dkim": ["acme.example"]}, "dkim"),
        ("b", {"domain": "b.example", "hosts": [], "selectors": ["s"]}, "selectors"),
        ("b", {"domain": "b.example", "hosts": [], "network_names": ["net"]}, "network_names"),
    ],
)
def test_what_is_wrong_names_its_field(id_: str, changes: dict[str, Any], param: str) -> None:
    extensions = FakeSenderExtensions()
    put(extensions, selectors=["s"], network_names=["Net"])
    with pytest.raises(Invalid) as refused:
        put(extensions, id_, **changes)
    assert refused.value.param == param
    assert extensions.get(ACCOUNT.id).version == 1


def test_one_name_twice_within_an_entry_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        put(FakeSenderExtensions(), domains=["acme.example"])
    assert refused.value.param == "domains"
    with pytest.raises(Invalid) as refused:
        put(FakeSenderExtensions(), networks=[1, 1])
    assert refused.value.param == "networks"


def test_entries_are_bounded_in_number_and_size() -> None:
    extensions = FakeSenderExtensions()
    for n in range(MOST):
        put(extensions, f"s{n}", domain=f"s{n}.example", hosts=[])
    with pytest.raises(PlanLimit):
        put(extensions)
    put(extensions, "s1", domain="s1.example", hosts=[])
    large = [f"{'a' * 60}{n}.example" for n in range(LARGEST // 60)]
    with pytest.raises(PlanLimit):
        put(extensions, "s1", domain="s1.example", hosts=large)


def test_what_is_not_the_accounts_cannot_be_removed() -> None:
    for id_ in ("mailchimp", "nobody"):
        with pytest.raises(NotFound):
            remove_sender(FakeSenderExtensions(), RIGHT, id_)


def test_who_is_overtaken_again_and_again_is_told() -> None:
    class Overtaken(FakeSenderExtensions):
        def replace(self, *arguments: Any, **named: Any) -> bool:
            return False

    with pytest.raises(Outdated):
        put(Overtaken())
