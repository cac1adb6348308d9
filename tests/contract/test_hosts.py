from __future__ import annotations

from typing import Any

import pytest

from shared.core.addresses import HostName
from tests.contract.stores import AwsStores, Stores

FOUND = HostName("mail.example.com", True, 1_000)
NAMELESS = HostName(None, False, 2_000)
UNKNOWN = HostName(None, False, 3_000, failed=True)


def test_what_was_learnt_is_found_again(stores: Stores) -> None:
    learnt = {"192.0.2.1": FOUND, "2001:db8::1": NAMELESS, "192.0.2.2": UNKNOWN}
    stores.hosts.put_many(learnt)

    assert stores.hosts.get_many([*learnt, "192.0.2.9", "192.0.2.1"]) == learnt
    assert stores.hosts.get_many([]) == {}


def test_later_answers_replace_earlier_ones(stores: Stores) -> None:
    stores.hosts.put_many({"192.0.2.1": FOUND})
    stores.hosts.put_many({"192.0.2.1": NAMELESS})

    assert stores.hosts.get_many(["192.0.2.1"]) == {"192.0.2.1": NAMELESS}


def test_neighbours_do_not_disturb_each_other(stores: Stores) -> None:
    stores.hosts.put_many({"192.0.2.1": FOUND, "2001:db8::1": FOUND, "2001:db8::100": UNKNOWN})
    stores.hosts.put_many({"192.0.2.2": NAMELESS, "192.0.3.1": UNKNOWN, "2001:db8::2": NAMELESS})

    assert stores.hosts.get_many(["192.0.2.1", "192.0.2.2", "192.0.3.1", "192.0.3.2"]) == {
        "192.0.2.1": FOUND,
        "192.0.2.2": NAMELESS,
        "192.0.3.1": UNKNOWN,
    }
    assert stores.hosts.get_many(["2001:db8::1", "2001:db8::2", "2001:db8::100"]) == {
        "2001:db8::1": FOUND,
        "2001:db8::2": NAMELESS,
        "2001:db8::100": UNKNOWN,
    }


def test_more_than_one_batch(stores: Stores) -> None:
    many = {f"192.0.{number}.7": FOUND for number in range(130)}
    stores.hosts.put_many(many)

    assert stores.hosts.get_many(many) == many


def test_what_a_batch_did_not_get_to_is_asked_for_again(
    aws: AwsStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"192.0.{number}.7": FOUND for number in range(40)}
    aws.hosts.put_many(many)
    name, read = aws.table.name, aws.table.client.batch_get_item

    def read_some(RequestItems: dict[str, dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        request = RequestItems[name]
        wanted = request["Keys"]
        some: Any = {name: {**request, "Keys": wanted[:7]}}
        answer = read(RequestItems=some)
        left = {name: {**request, "Keys": wanted[7:]}} if wanted[7:] else {}
        return {**answer, "UnprocessedKeys": left}

    monkeypatch.setattr(aws.table.client, "batch_get_item", read_some)

    assert aws.hosts.get_many(many) == many


def test_a_batch_that_never_ends_is_an_error(aws: AwsStores, monkeypatch: pytest.MonkeyPatch) -> None:
    def reads_nothing(RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        return {"Responses": {}, "UnprocessedKeys": RequestItems}

    monkeypatch.setattr(aws.table.client, "batch_get_item", reads_nothing)

    with pytest.raises(TimeoutError):
        aws.hosts.get_many(["192.0.2.1"])


def test_a_whole_network_costs_one_item(aws: AwsStores) -> None:
    aws.hosts.put_many({f"192.0.2.{number}": FOUND for number in range(256)})

    assert aws.table.client.scan(TableName=aws.table.name)["Count"] == 1
