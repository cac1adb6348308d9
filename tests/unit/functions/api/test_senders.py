from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from shared.core.senders.catalogue import builtin
from tests.unit.core.world import fact, row, said
from tests.unit.functions.api.client import Answer, Api

PRESS: dict[str, Any] = {
    "name": "Cider press",
    "domain": "press.example",
    "category": "commerce",
    "dkim": ["signs.example"],
    "alignment": {"dkim": "txt", "spf": "none", "how": "Ask the press for its key."},
}


def put(api: Api, id_: str = "press", **changes: Any) -> Answer:
    return api.call("PUT", f"/senders/{id_}", body=json.dumps({**PRESS, **changes}))


def test_the_catalogue_is_listed_page_by_page(api: Api) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = api.get("/senders", limit=100, **cursor)
        assert answer.json["meta"]["total_count"] == len(builtin().senders)
        seen += [sender["id"] for sender in answer.data]
        if not answer.json["meta"]["has_more"]:
            break
        cursor = {"cursor": answer.json["meta"]["next_cursor"]}
    assert seen == sorted(builtin().senders)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "mcsv"}, ["mailchimp"]),
        ({"q": "SENDGRID"}, ["sendgrid"]),
        ({"q": "nobody.invalid"}, []),
        ({"own": "true"}, ["press"]),
        ({"own": "false", "q": "press"}, ["automattic"]),
        ({"category": "commerce", "q": "press"}, ["automattic", "press"]),
        ({"category": "marketing", "capable": "false"}, ["substack"]),
    ],
)
def test_the_list_is_looked_through(api: Api, query: dict[str, str], expected: list[str]) -> None:
    put(api)
    answer = api.get("/senders", **query)
    assert [sender["id"] for sender in answer.data] == expected
    assert answer.json["meta"]["total_count"] == len(expected)


def test_a_sender_says_what_its_customers_do(api: Api) -> None:
    data = api.get("/senders/mailchimp").data
    assert (data["name"], data["category"], data["own"]) == ("Mailchimp", "marketing", False)
    assert data["alignment"]["capable"] is True
    assert (data["alignment"]["dkim"], data["alignment"]["spf"]) == ("cname", "none")
    assert data["alignment"]["docs"].startswith("https://mailchimp.com/")
    assert data["spf"] == ["servers.mcsv.net"]
    assert api.get("/senders/nobody").status == 404


def test_the_list_as_csv(api: Api) -> None:
    answer = api.get("/senders", limit=100, format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert len(rows) == 100
    assert {"id", "domain", "category"} <= rows[0].keys()


def test_an_accounts_own_sender_names_its_sources(api: Api) -> None:
    assert put(api).data["own"] is True
    api.file(fact(said(row(dkim="fail", spf="fail", signed_by="signs.example", returned_to="x.example"))))
    (source,) = api.get("/domains/ud_19/sources", range="30d").data["sources"]
    assert (source["sender_domain"], source["sender_name"]) == ("press.example", "Cider press")
    assert (source["evidence"], source["evidence_value"], source["confidence"]) == (
        "dkim",
        "signs.example",
        "high",
    )
    assert source["standing"] == "dmarc_capable"
    assert source["alignment"]["how"] == "Ask the press for its key."


def test_an_entry_takes_the_place_of_the_catalogues_until_it_is_removed(api: Api) -> None:
    assert put(api, "mailchimp").status == 200
    assert api.get("/senders/mailchimp").data["name"] == "Cider press"
    assert api.call("DELETE", "/senders/mailchimp").status == 204
    assert api.get("/senders/mailchimp").data["name"] == "Mailchimp"
    assert api.call("DELETE", "/senders/mailchimp").status == 404


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"domain": "com"}, "domain"),
        ({"domain": "signs.example", "dkim": ["signs.example"]}, "dkim"),
        ({"hosts": ["-"]}, "hosts"),
        ({"networks": [-1]}, "networks"),
        ({"alignment": {**PRESS["alignment"], "docs": "http://x.example"}}, "alignment.docs"),
    ],
)
def test_what_is_wrong_names_its_field(api: Api, changes: dict[str, Any], param: str) -> None:
    answer = put(api, **changes)
    assert (answer.status, answer.error["param"]) == (422, param)


def test_names_of_one_sender_are_not_those_of_another(api: Api) -> None:
    put(api)
    answer = put(api, "other", domain="other.example")
    assert (answer.status, answer.error["param"]) == (422, "dkim")
