from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.dns import FAILED
from tests.unit.core.world import fact, row, said
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.hosting import DMARC, OWN, put, refusal

RECORD = "/domains/ud_19/dmarc-record"
PARKED = "/domains/ud_19/parked-records"
EVERYTHING: dict[str, Any] = {
    "p": "reject",
    "sp": "quarantine",
    "np": "reject",
    "t": "n",
    "psd": "n",
    "adkim": "s",
    "aspf": "r",
    "fo": "1:d",
    "additional_rua_emails": ["a@b.example", "c@d.example"],
    "additional_ruf_emails": ["e@f.example"],
}
OF_EVERYTHING = (
    "v=DMARC1; p=reject; sp=quarantine; np=reject; t=n; psd=n; adkim=s; aspf=r; fo=1:d; "
    "rua=mailto:dom@reports.example,mailto:a@b.example,mailto:c@d.example; "
    "ruf=mailto:dom@reports.example,mailto:e@f.example"
)


def test_every_wish_by_get_and_by_post(api: Api) -> None:
    posted = api.post(RECORD, EVERYTHING)
    query = {name: ",".join(said) if isinstance(said, list) else said for name, said in EVERYTHING.items()}
    assert api.get(RECORD, **query).data == posted.data
    assert posted.data["record"] == OF_EVERYTHING
    assert posted.data["name"] == "_dmarc.orchard.example"
    assert (posted.data["length"], posted.data["max_length"]) == (len(OF_EVERYTHING), 1_000)
    assert posted.data["published"] is False
    assert api.hosting.hostings.stored == {}


def test_without_wishes_it_asks_for_reports_alone(api: Api) -> None:
    assert api.get(RECORD).data["record"] == api.post(RECORD, {}).data["record"] == f"v=DMARC1; p=none; {OWN}"


@pytest.mark.statement("1.17")
def test_pct_is_translated_and_it_is_said_how(api: Api) -> None:
    made = api.get(RECORD, p="reject", pct="50").data
    assert made["record"] == f"v=DMARC1; p=reject; t=y; {OWN}"
    assert "pct_not_published" in {finding["code"] for finding in made["findings"]}


@pytest.mark.parametrize(
    ("wish", "status", "param"),
    [
        ({"p": "rejec"}, 422, "p"),
        ({"p": "x" * 21}, 400, "p"),
        ({"np": "all"}, 422, "np"),
        ({"psd": "maybe"}, 422, "psd"),
        ({"fo": "2"}, 422, "fo"),
        ({"pct": 101}, 400, "pct"),
        ({"pct": "half"}, 400, "pct"),
        ({"pct": 0, "t": "n"}, 422, "pct"),
        ({"additional_rua_emails": ["nobody"]}, 422, "additional_rua_emails"),
        ({"additional_ruf_emails": ["x" * 401]}, 400, "additional_ruf_emails"),
        ({"additional_rua_emails": [f"{n}@b.example" for n in range(51)]}, 400, "additional_rua_emails"),
        (
            {"additional_rua_emails": [f"{n}{'x' * 40}@b.example" for n in range(30)]},
            422,
            "additional_rua_emails",
        ),
    ],
)
def test_wishes_that_cannot_be_met(api: Api, wish: dict[str, Any], status: int, param: str) -> None:
    refused = api.post(RECORD, wish)
    assert refused.status == status
    assert refused.error["param"].partition(".")[0] == param


def test_publishing_takes_hosted_dmarc(api: Api) -> None:
    assert refusal(api.post(RECORD, {"p": "reject", "publish": True})) == (409, "conflict", "id")
    put(api, DMARC)
    made = api.post(RECORD, {"p": "reject", "publish": True})
    assert (made.status, made.data["published"]) == (200, True)
    hosted = api.get(DMARC).data
    assert (hosted["record"], hosted["revision"]) == (made.data["record"], 2)


def test_published_once_however_often_it_is_asked_for(api: Api) -> None:
    put(api, DMARC)
    for _ in range(2):
        assert api.post(RECORD, {"p": "reject", "publish": True}, idempotency_key="k1").status == 200
    assert api.get(DMARC).data["revision"] == 2


def test_a_parked_domain_publishes_no_weak_record(api: Api) -> None:
    api.patch("/domains/ud_19", {"parked": True})
    put(api, DMARC)
    weak = api.post(RECORD, {"p": "none", "publish": True})
    assert refusal(weak) == (422, "unprocessable_entity", "record")
    assert api.post(RECORD, {"publish": True}).status == 200


@pytest.mark.statement("12.1")
def test_of_a_parked_domain_everything_is_rejected(api: Api) -> None:
    api.patch("/domains/ud_19", {"parked": True})
    made = api.get(RECORD).data["record"]
    assert made == f"v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; {OWN}"
    records = {each["name"]: each["value"] for each in api.get(PARKED).data["records"][:3]}
    assert records == {
        "orchard.example": "v=spf1 -all",
        "_dmarc.orchard.example": "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; "
        "rua=mailto:dom@reports.example",
        "*._domainkey.orchard.example": "v=DKIM1; p=",
    }
    assert api.get(PARKED).data["records"][3]["value"] == "0 ."


def test_a_hosted_record_stays_behind_its_cname(api: Api) -> None:
    put(api, DMARC)
    target = api.get(DMARC).data["cname"]["expected_value"]
    dmarc = api.get(PARKED).data["records"][1]
    assert (dmarc["name"], dmarc["type"], dmarc["value"]) == ("_dmarc.orchard.example", "CNAME", target)


@pytest.mark.statement("12.4", "12.5")
def test_a_domain_whose_own_mail_is_reported_is_not_parked(api: Api) -> None:
    api.file(fact(said(row())))
    refused = api.get(PARKED)
    assert refusal(refused) == (409, "conflict", "id")
    assert "reported as passing" in refused.error["message"]


@pytest.mark.statement("12.5")
@pytest.mark.parametrize("answer", [["10 mx.orchard.example"], FAILED])
def test_a_domain_that_receives_mail_is_not_parked(api: Api, answer: Any) -> None:
    api.zone["orchard.example", "MX"] = answer
    assert refusal(api.get(PARKED)) == (409, "conflict", "id")
