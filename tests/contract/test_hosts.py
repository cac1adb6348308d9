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


def test_more_than_one_batch(stores: Stores) -> None:
    many = {f"192.0.2.{number}": FOUND for number in range(230)}
    stores.hosts.put_many(many)

    assert stores.hosts.get_many(many) == many


def test_what_a_batch_did_not_get_to_is_asked_for_again(
    aws: AwsStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"192.0.2.{number}": FOUND for number in range(40)}
    client, name = aws.table.client, aws.table.name
    write, read = client.batch_write_item, client.batch_get_item

    def write_half(RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        done, left = RequestItems[name][:7], RequestItems[name][7:]
        write(RequestItems={name: done})
        return {"UnprocessedItems": {name: left} if left else {}}

    def read_half(RequestItems: dict[str, dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        request = RequestItems[name]
        wanted = request["Keys"]
        some: Any = {name: {**request, "Keys": wanted[:7]}}
        answer = read(RequestItems=some)
        left = {name: {**request, "Keys": wanted[7:]}} if wanted[7:] else {}
        return {**answer, "UnprocessedKeys": left}

    monkeypatch.setattr(client, "batch_write_item", write_half)
    monkeypatch.setattr(client, "batch_get_item", read_half)
    aws.hosts.put_many(many)

    assert aws.hosts.get_many(many) == many
