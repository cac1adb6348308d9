from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.clock import epoch_of
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId, UserId
from shared.core.queues import SourceRefresh
from shared.core.rights import Level
from shared.core.senders.history import Seen
from shared.core.senders.numbers import source_number
from shared.core.sending.favourites import MOST_FAVOURITES
from shared.core.watching.approved import ApprovedSource
from shared.mailauth.reports.values import Override
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, NOW, TODAY, fact, row, said
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.people import as_user, join

IPS = "/domains/ud_19/ips"
FAVORITES = "/domains/ud_19/favorites"
SIXTH = "2001:db8::25"


@pytest.fixture
def filled(api: Api) -> Api:
    """Two addresses that pass, one by Google's reports alone, and a forger by an unauthenticated one."""
    week_ago = TODAY - timedelta(days=7)
    api.file(
        fact(said(row(count=8), row(SIXTH, 2, spf="fail"), reporter="google.com", report_id="g")),
        fact(said(row(count=1), day=week_ago, reporter="Yahoo", report_id="y")),
        fact(
            said(
                row("203.0.113.9", 5, dkim="fail", spf="fail", raw="fail", disposition="reject"),
                reporter="forger.example",
                report_id="f",
            ),
            verdicts=FORGED,
        ),
    )
    return api


def volumes(found: Any) -> dict[str, int]:
    return {each["ip"]: each["total_volume"] for each in found}


def test_addresses_with_what_they_sent(filled: Api) -> None:
    filled.call("PUT", f"{FAVORITES}/2001:DB8:0:0::25")
    found = filled.get(IPS).data
    assert volumes(found) == {"192.0.2.1": 9, "203.0.113.9": 5, SIXTH: 2}
    assert found[0]["passed_dmarc"] == 100.0
    assert (found[0]["first_seen"], found[0]["last_seen"]) == ("2026-11-14", "2026-11-21")
    assert (found[1]["rejected"], found[1]["standing"]) == (5, "threat_unknown")
    assert (found[2]["passed_spf"], found[2]["passed_dkim"]) == (0.0, 100.0)
    assert [each["is_favorite"] for each in found] == [False, False, True]
    assert found[0]["source_number"] == source_number(found[0]["sender_domain"])
    assert found[0]["header_from"] == ["orchard.example"]
    assert {"country", "country_code", "city", "hostname"} <= found[0].keys()
    csv = filled.get(IPS, format="csv")
    assert csv.headers["X-Total-Count"] == "3"
    assert "192.0.2.1" in csv.body.decode().splitlines()[1]


def test_every_match_has_its_evidence(api: Api) -> None:
    """An address that was once a sender's by proof of a signature is not another's by the same."""
    mailed = row(count=9, signed_by="sendgrid.net", dkim="fail", spf="fail")
    api.file(fact(said(row(count=2), mailed)))
    nothing = {"evidence": "none", "evidence_value": "", "confidence": "low"}
    signed = {"evidence": "dkim", "evidence_value": "sendgrid.net", "confidence": "high"}
    (address,) = api.get(IPS).data
    assert (address["sender_name"], signed.items() <= address.items()) == ("Twilio SendGrid", True)
    shown = {
        each["total_volume"]: (each["sender_domain"], {key: each[key] for key in nothing})
        for each in api.get(f"{IPS}/192.0.2.1").data
    }
    assert shown == {2: ("orchard.example", nothing), 9: ("sendgrid.com", signed)}
    for path in ("/sources", "/source-domains"):
        found = {each["total_volume"]: {key: each[key] for key in nothing} for each in api.get(path).data}
        assert found == {2: nothing, 9: signed}
    api.file(fact(said(row(count=20), report_id="r2")))
    (address,) = api.get(IPS).data
    assert (address["sender_domain"], nothing.items() <= address.items()) == ("orchard.example", True)


def test_addresses_have_their_first_and_last_day_of_all_time(filled: Api) -> None:
    early, late = TODAY - timedelta(days=300), TODAY - timedelta(days=200)
    known = filled.sender_histories.get(ACCOUNT.id, DOMAIN.id)
    older = {("old.example", SIXTH): Seen(early, late), ("b.example", SIXTH): Seen(late, late)}
    widened = replace(known, addresses={**known.addresses, **older})
    assert filled.sender_histories.replace(ACCOUNT.id, DOMAIN.id, widened)
    ever = {each["ip"]: (each["first_seen_ever"], each["last_seen_ever"]) for each in filled.get(IPS).data}
    assert ever[SIXTH] == (early.isoformat(), TODAY.isoformat())
    assert ever["192.0.2.1"] == ("2026-11-14", "2026-11-21")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"category": "dmarc"}, {"192.0.2.1": 9, SIXTH: 2}),
        ({"category": "spf"}, {"192.0.2.1": 9}),
        ({"category": "threat_unknown"}, {"203.0.113.9": 5}),
        ({"category": "forwarded"}, {}),
        ({"search": "2001:DB8"}, {SIXTH: 2}),
        ({"report_source": "YAHOO"}, {"192.0.2.1": 1}),
        ({"report_source": "google", "category": "spf"}, {"192.0.2.1": 8}),
        ({"trust": "authenticated"}, {"192.0.2.1": 9, SIXTH: 2}),
        ({"trust": "failed", "report_source": "e"}, {"203.0.113.9": 5}),
        ({"date_to": "2026-11-20"}, {"192.0.2.1": 1}),
        ({"date_from": "2026-11-20"}, {"192.0.2.1": 8, "203.0.113.9": 5, SIXTH: 2}),
        ({"date_from": str(epoch_of(TODAY) + 5)}, {"192.0.2.1": 8, "203.0.113.9": 5, SIXTH: 2}),
        ({"favorite": "true"}, {}),
    ],
)
def test_addresses_are_filtered(filled: Api, query: dict[str, str], expected: dict[str, int]) -> None:
    assert volumes(filled.get(IPS, **query).data) == expected


@pytest.mark.statement("13.5")
def test_compliance_is_told_with_and_without_what_was_forwarded(api: Api) -> None:
    failed = {"dkim": "fail", "spf": "fail", "raw": "fail"}
    forwarded = row(count=20, **failed, overrides=("forwarded",))
    api.file(fact(said(row(count=60), forwarded, row(count=20, **failed, overrides=("other",)))))
    (address,) = api.get(IPS).data
    (source,) = [each for each in api.get("/sources").data if each["standing"] == "dmarc_capable"]
    assert (address["passed_dmarc"], address["passed_dmarc_without_forwarded"]) == (60.0, 75.0)
    assert (address["forwarded"], source["total_volume"], source["passed_dmarc"]) == (20, 60, 100.0)


def test_addresses_come_page_by_page(filled: Api) -> None:
    first = filled.get(IPS, limit=2)
    assert (list(volumes(first.data)), first.json["meta"]["total_count"]) == (["192.0.2.1", "203.0.113.9"], 3)
    second = filled.get(IPS, limit=2, cursor=first.json["meta"]["next_cursor"])
    assert (list(volumes(second.data)), second.json["meta"]["has_more"]) == ([SIXTH], False)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"date_from": "yesterday"}, "date_from"),
        ({"date_from": "99999999999999"}, "date_from"),
        ({"date_from": "2026-11-20", "date_to": "2026-11-19"}, "date_from"),
        ({"date_from": "2026-09-01", "date_to": "2026-11-01"}, "date_from"),
        ({"category": "all"}, "category"),
        ({"search": "a" * 256}, "search"),
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_bad_questions_about_addresses_are_400(api: Api, query: dict[str, str], param: str) -> None:
    for path in (IPS, f"{IPS}/192.0.2.1"):
        answer = api.get(path, **query)
        assert (answer.status, answer.error["param"]) == (400, param)


def test_the_rows_of_an_address_have_all_that_was_reported(api: Api) -> None:
    failing = row(SIXTH, 3, dkim="fail", spf="fail", disposition="quarantine", overrides=("mailing_list",))
    override = replace(failing.evaluated, overrides=(Override("mailing_list", "a list"),))
    api.file(fact(said(row(count=7), replace(failing, evaluated=override), reporter="google.com")))
    for form in (SIXTH, "2001:DB8:0::25", "%5B2001:db8::25%5D"):
        (found,) = api.get(f"{IPS}/{form}").data
    assert found["report_id"].startswith("rpt_")
    expected = {
        "ip": SIXTH,
        "total_volume": 3,
        "domain": "orchard.example",
        "applied_policy": "quarantine",
        "published_policy": "none",
        "override_reason": "mailing_list",
        "override_comment": "a list",
        "passed_dmarc": False,
        "aligned_spf": False,
        "spf_result": "pass",
        "spf_domain": "orchard.example",
        "aligned_dkim": False,
        "dkim_domain": "orchard.example",
        "report_source": "google.com",
        "begin": "2026-11-21T00:00:00Z",
        "trust": "authenticated",
    }
    assert expected.items() <= found.items()
    one = {"domain": "orchard.example", "result": "pass", "human_result": None}
    assert found["spf_auth"] == [{**one, "type": "spf", "scope": "mfrom", "selector": None}]
    assert found["dkim_auth"] == [{**one, "type": "dkim", "scope": None, "selector": "s1"}]
    assert api.get(f"{IPS}/{SIXTH}", category="forwarded").data == [found]
    assert api.get(f"{IPS}/{SIXTH}", category="dmarc").data == []
    assert api.get(f"{IPS}/::ffff:192.0.2.1").data[0]["total_volume"] == 7
    assert api.get(f"{IPS}/198.51.100.1").data == []
    assert api.get(f"{IPS}/{SIXTH}", format="csv").status == 200


def test_rows_come_page_by_page(filled: Api) -> None:
    first = filled.get(f"{IPS}/192.0.2.1", limit=1)
    assert [each["report_source"] for each in first.data] == ["google.com"]
    second = filled.get(f"{IPS}/192.0.2.1", limit=1, cursor=first.json["meta"]["next_cursor"])
    assert [each["report_source"] for each in second.data] == ["Yahoo"]
    assert second.json["meta"]["next_cursor"] is None


@pytest.mark.parametrize("ip", ["orchard.example", "192.0.2.256", "fe80::1%25eth0", "0"])
def test_what_is_no_address_is_not_there(api: Api, ip: str) -> None:
    for method, path in (("GET", IPS), ("PUT", FAVORITES), ("DELETE", FAVORITES)):
        answer = api.call(method, f"{path}/{ip}")
        assert (answer.status, answer.error["param"]) == (404, "ip")


def test_favourites_have_one_form(api: Api) -> None:
    for form in ("2001:DB8:0:0:0:0:0:25", SIXTH, "::ffff:192.0.2.1", "192.0.2.1"):
        assert api.call("PUT", f"{FAVORITES}/{form}").status == 200
    assert [each["ip"] for each in api.get(FAVORITES).data] == ["192.0.2.1", SIXTH]
    assert api.call("DELETE", f"{FAVORITES}/::FFFF:C000:0201").status == 204
    assert api.call("DELETE", f"{FAVORITES}/192.0.2.1").status == 404
    assert [each["ip"] for each in api.get(FAVORITES).data] == [SIXTH]
    assert {entry["action"] for entry in api.get("/audit").data} == {"add_favorite", "remove_favorite"}


def test_a_domain_has_so_many_favourites(api: Api) -> None:
    for number in range(MOST_FAVOURITES):
        api.favourites.add(ACCOUNT.id, DOMAIN.id, f"192.0.2.{number}", most=MOST_FAVOURITES)
    answer = api.call("PUT", f"{FAVORITES}/{SIXTH}")
    assert (answer.status, answer.error["param"]) == (422, "ip")
    assert api.call("PUT", f"{FAVORITES}/192.0.2.0").status == 200


def test_approved_sources_against_what_was_seen(filled: Api) -> None:
    for slug, networks in {"office": ("192.0.2.0/24",), "unused": ("198.51.100.0/24",), "new": ()}.items():
        source = ApprovedSource(slug, slug.title(), f"{slug}.example", "t", 0, 0, ips=networks)
        filled.dns_states.sources.put(ACCOUNT.id, DOMAIN.id, source)
    found = filled.get("/domains/ud_19/approved-traffic").data
    assert found["total_volume"] == 16
    seen = {
        each["slug"]: (each["seen"], each["total_volume"], each["first_seen"]) for each in found["sources"]
    }
    assert seen == {
        "new": (False, 0, None),
        "office": (True, 9, "2026-11-14"),
        "unused": (False, 0, None),
    }
    assert (found["unapproved_volume"], found["unapproved_count"]) == (7, 2)
    assert volumes(found["unapproved"]) == {"203.0.113.9": 5, SIXTH: 2}
    assert filled.get("/domains/ud_19/approved-traffic", format="csv").status == 200


@pytest.fixture
def two(api: Api) -> Api:
    """A second domain, in a group of its own."""
    api.groups.add(Group(GroupId(5), ACCOUNT.id, "Customers", NOW), most=9)
    vineyard = replace(
        DOMAIN, id=DomainId(20), name="vineyard.example", token="v", groups=frozenset({GroupId(5)})
    )
    api.domains.add(vineyard)
    api.file(
        fact(said(row(count=9), row("192.0.2.2", 90, signed_by="sendgrid.net", dkim="fail", spf="fail"))),
        fact(
            said(row(count=4, signed_by="vineyard.example", header_from="vineyard.example"), report_id="v"),
            domain=vineyard,
        ),
    )
    return api


def test_the_sources_of_all_domains(two: Api) -> None:
    answer = two.get("/sources")
    assert answer.json["meta"]["refreshed"] == "2026-11-21T12:00:00Z"
    assert (answer.json["meta"]["start_date"], answer.json["meta"]["end_date"]) == (
        "2026-11-14",
        "2026-11-21",
    )
    assert [each["total_volume"] for each in answer.data] == sorted(
        (each["total_volume"] for each in answer.data), reverse=True
    )
    assert sum(each["total_volume"] for each in answer.data) == 103
    pairs = two.get("/source-domains").data
    assert sum(each["total_volume"] for each in pairs) == 103
    first = answer.data[0]
    mine = two.get(f"/sources/{first['source_number']}/domains").data
    assert mine == [each for each in pairs if each["source_number"] == first["source_number"]]
    assert mine == two.get("/source-domains", source_number=first["source_number"]).data
    assert two.get("/sources/7/domains").status == 404
    for path in ("/sources", "/source-domains"):
        assert two.get(path, format="csv").headers["X-Total-Count"]


def test_a_filter_narrows_to_its_domains(two: Api) -> None:
    made = two.post("/source-filters", {"domains": ["vineyard.example", "ud_20"]})
    assert (made.status, made.data["domains"]) == (201, ["ud_20"])
    filter_id = made.data["id"]
    assert [each["total_volume"] for each in two.get("/sources", filter_id=filter_id).data] == [4]
    assert {each["domain"] for each in two.get("/source-domains", filter_id=filter_id).data} == {
        "vineyard.example"
    }
    assert two.get("/source-filters").data == [made.data]
    assert two.get(f"/source-filters/{filter_id.removeprefix('sf_')}").data == made.data
    assert two.get("/sources", filter_id="sf_9").error["param"] == "filter_id"
    assert two.delete(f"/source-filters/{filter_id}").status == 204
    assert two.get(f"/source-filters/{filter_id}").status == 404


def test_filters_come_newest_first(two: Api) -> None:
    made = []
    for _ in range(3):
        two.now += 1
        made.append(two.post("/source-filters", {"domains": ["ud_19"]}).data["id"])
    first = two.get("/source-filters", limit=2)
    assert [each["id"] for each in first.data] == made[:0:-1]
    second = two.get("/source-filters", limit=2, cursor=first.json["meta"]["next_cursor"])
    assert ([each["id"] for each in second.data], second.json["meta"]["total_count"]) == (made[:1], 3)
    assert two.post("/source-filters", {"domains": []}).error["param"] == "domains"
    assert two.post("/source-filters", {"domains": ["nobodys.example"]}).status == 404


def test_a_member_of_one_group_sees_nothing_of_others(two: Api) -> None:
    both = two.post("/source-filters", {"domains": ["ud_19", "ud_20"]}).data["id"]
    join(two, UserId(31), levels={GroupId(5): Level.READ})

    def seen(path: str, **query: str) -> Any:
        return as_user(two, UserId(31), "GET", path, query=query).data

    assert [(each["total_volume"], each["domain_count"]) for each in seen("/sources")] == [(4, 1)]
    assert [each["domain"] for each in seen("/source-domains")] == ["vineyard.example"]
    assert [each["domains"] for each in seen("/source-filters")] == [["ud_20"]]
    assert [each["total_volume"] for each in seen("/sources", filter_id=both)] == [4]
    hidden = source_number("sendgrid.com")
    assert as_user(two, UserId(31), "GET", f"/sources/{hidden}/domains").status == 404
    assert as_user(two, UserId(31), "GET", IPS).status == 404
    assert as_user(two, UserId(31), "DELETE", f"/source-filters/{both}").status == 403


def test_a_refresh_is_asked_for_and_told(two: Api) -> None:
    assert two.get("/sources/refresh").data == {"refreshed": None, "requested": None}
    asked = two.post("/sources/refresh", {})
    assert (asked.status, asked.data) == (202, {"refreshed": None, "requested": "2026-11-21T12:00:00Z"})
    assert two.post("/sources/refresh").status == 202
    assert two.source_refreshes.sent == [(SourceRefresh(ACCOUNT.id, int(NOW)), 0)]
    two.refresher().refresh(SourceRefresh(ACCOUNT.id, int(NOW)), int(NOW) + 60)
    assert two.get("/sources/refresh").data["refreshed"] == "2026-11-21T12:01:00Z"
