from __future__ import annotations

import csv
import io

import pytest

from shared.core.senders.numbers import source_number
from tests.unit.core.world import FORGED, fact, row, said
from tests.unit.functions.api.client import Api, day_of

DAILY = ("date", "total_messages", "spf_pass", "spf_fail", "dkim_pass", "dkim_fail")


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode())))


@pytest.fixture
def filled(api: Api) -> Api:
    api.file(
        fact(said(row(count=3), row("192.0.2.2", 1, dkim="fail", spf="fail", disposition="reject"))),
        fact(
            said(row("198.51.100.7", 10, dkim="fail", disposition="quarantine"), day=day_of(-5)),
            verdicts=FORGED,
        ),
        fact(said(row(count=2), day=day_of(-20), reporter="other.example")),
    )
    return api


def test_every_day_is_there_in_order_and_zero_without_data(filled: Api) -> None:
    data = filled.get("/domains/ud_19/stats").data
    assert (data["start_date"], data["end_date"]) == ("2026-10-22", "2026-11-21")
    days = data["daily_stats"]
    assert [day["date"] for day in days] == [day_of(offset).isoformat() for offset in range(-30, 1)]
    assert {name: days[-1][name] for name in DAILY} == {
        "date": "2026-11-21",
        "total_messages": 4,
        "spf_pass": 3,
        "spf_fail": 1,
        "dkim_pass": 3,
        "dkim_fail": 1,
    }
    assert (days[-1]["accepted"], days[-1]["rejected"], days[-1]["dmarc_fail"]) == (3, 1, 1)
    assert days[-2]["total_messages"] == 0
    assert data["totals"]["total_messages"] == 16


def test_what_did_not_authenticate_can_be_left_out(filled: Api) -> None:
    data = filled.get("/domains/ud_19/stats", trust="authenticated,unverified").data
    assert data["totals"]["total_messages"] == 6
    assert filled.get("/domains/ud_19/stats", trust="failed").data["totals"]["quarantined"] == 10


def test_days_beyond_the_retention_and_to_come_are_cut_off(filled: Api) -> None:
    data = filled.get("/domains/ud_19/stats", start_date="2020-01-01", end_date="2029-12-31").data
    assert (data["start_date"], data["end_date"]) == ("2026-08-23", "2026-11-21")
    assert len(data["daily_stats"]) == 91


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"start_date": "2026-11-20", "end_date": "2026-11-19"}, "start_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"end_date": "0001-01-01"}, "end_date"),
        ({"end_date": "9999-12-31"}, "end_date"),
        ({"end_date": "1763700000"}, "end_date"),
        ({"end_date": "2026-11-21T00:00:00Z"}, "end_date"),
        ({"end_date": "2026-11-21,2026-11-20"}, "end_date"),
        ({"end_date": "\N{FULLWIDTH DIGIT TWO}026-11-21"}, "end_date"),
        ({"trust": "all"}, "trust"),
        ({"format": "xml"}, "format"),
    ],
)
def test_bad_questions_about_days_are_400(api: Api, query: dict[str, str], param: str) -> None:
    answer = api.get("/domains/ud_19/stats", **query)
    assert (answer.status, answer.error["code"], answer.error["param"]) == (400, "bad_request", param)


def test_sources_group_addresses_by_sender(filled: Api) -> None:
    data = filled.get("/domains/ud_19/sources", range="30d").data
    assert data["domain"] == "orchard.example"
    assert (data["range"], data["date"]) == ("30d", None)
    assert data["source_count"] == len(data["sources"])
    assert sum(source["total_messages"] for source in data["sources"]) == 16
    for source in data["sources"]:
        assert source["ip_count"] == len(source["ips"])
        assert source["total_messages"] == sum(address["total_messages"] for address in source["ips"])
        assert 0 <= source["spf_alignment"] <= 100
        assert {"sender_domain", "rejected", "quarantined", "accepted"} <= source.keys()
    by_address = {address["ip"]: address for source in data["sources"] for address in source["ips"]}
    assert by_address["192.0.2.1"]["first_seen"] == "2026-11-01"
    assert by_address["192.0.2.1"]["last_seen"] == "2026-11-21"
    assert by_address["198.51.100.7"]["quarantined"] == 10


def test_sources_tell_standing_evidence_and_how_to_align(api: Api) -> None:
    misaligned = row(
        count=6, dkim="fail", spf="fail", signed_by="sendgrid.net", returned_to="u1.sendgrid.net"
    )
    api.file(fact(said(misaligned, row("192.0.2.9", 2, dkim="fail", spf="fail", raw="fail"))))
    known, unknown = api.get("/domains/ud_19/sources").data["sources"]
    assert (known["sender_domain"], known["standing"]) == ("sendgrid.com", "dmarc_capable")
    assert known["source_id"] == source_number("sendgrid.com")
    assert (known["evidence"], known["evidence_value"], known["confidence"]) == (
        "dkim",
        "sendgrid.net",
        "high",
    )
    assert known["alignment"]["spf"] == "custom_return_path"
    assert known["standings"] == known["ips"][0]["standings"] == {
        "dmarc_capable": 6, "non_compliant": 0, "forwarders": 0, "threat_unknown": 0,
    }  # fmt: skip
    assert (unknown["standing"], unknown["confidence"], unknown["alignment"]) == (
        "threat_unknown",
        "low",
        None,
    )


def test_sources_tell_since_and_until_when_they_were_ever_seen(filled: Api) -> None:
    (source,) = filled.get("/domains/ud_19/sources", date="2026-11-21").data["sources"]
    first, *_ = source["ips"]
    assert (source["first_seen"], source["first_seen_ever"]) == ("2026-11-21", "2026-11-01")
    assert (first["ip"], first["first_seen"], first["first_seen_ever"]) == (
        "192.0.2.1", "2026-11-21", "2026-11-01",
    )  # fmt: skip
    (source,) = filled.get("/domains/ud_19/sources", date="2026-11-01").data["sources"]
    assert (source["last_seen"], source["last_seen_ever"]) == ("2026-11-01", "2026-11-21")


def test_ranges_count_days_and_a_date_overrides_them(filled: Api) -> None:
    messages = {
        wanted: sum(
            source["total_messages"]
            for source in filled.get("/domains/ud_19/sources", range=wanted).data["sources"]
        )
        for wanted in ("48h", "7d", "30d")
    }
    assert messages == {"48h": 4, "7d": 14, "30d": 16}
    default = filled.get("/domains/ud_19/sources").data
    assert (default["range"], default["start_date"]) == ("7d", "2026-11-14")
    one = filled.get("/domains/ud_19/sources", range="48h", date="2026-11-16").data
    assert (one["range"], one["date"]) == (None, "2026-11-16")
    assert sum(source["total_messages"] for source in one["sources"]) == 10


def test_an_unknown_range_is_400_and_a_day_before_the_retention_403(api: Api) -> None:
    answer = api.get("/domains/ud_19/sources", range="1y")
    assert (answer.status, answer.error["param"]) == (400, "range")
    answer = api.get("/domains/ud_19/sources", date="2020-01-01")
    assert (answer.status, answer.error["code"]) == (403, "retention_exceeded")


def test_an_answer_holds_so_many_addresses_and_counts_all(api: Api) -> None:
    api.file(fact(said(*(row(f"10.0.{n // 250}.{n % 250}", dkim="fail") for n in range(300)))))
    sources = api.get("/domains/ud_19/sources").data["sources"]
    assert sum(source["ip_count"] for source in sources) == 300
    assert all(len(source["ips"]) <= 100 for source in sources)


def test_reporters_are_listed_with_their_counts(filled: Api) -> None:
    answer = filled.get("/domains/ud_19/reporters")
    assert answer.data == [
        _reporter("reporter.example", 2, accepted=3, quarantined=10, rejected=1),
        _reporter("other.example", 1, accepted=2),
    ]
    assert answer.json["meta"]["total_count"] == 2


def _reporter(name: str, reports: int, **done: int) -> dict[str, object]:
    what = {"accepted": 0, "quarantined": 0, "rejected": 0, **done}
    return {"reporter": name, "reports": reports, "messages": sum(what.values()), **what}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "accepted"}, ["reporter.example", "other.example"]),
        ({"status": "rejected"}, ["reporter.example"]),
        ({"date_from": "2026-11-01", "date_to": "2026-11-02"}, ["other.example"]),
        ({"date_from": "1793500000", "status": "quarantined"}, ["reporter.example"]),
        ({"date_to": "2026-11-02", "range": "48h"}, ["other.example"]),
        ({"date_to": "2026-11-02", "status": "rejected"}, []),
        ({"range": "48h", "status": "quarantined"}, []),
    ],
)
def test_reporters_by_days_and_by_what_was_done(
    filled: Api, query: dict[str, str], expected: list[str]
) -> None:
    assert [each["reporter"] for each in filled.get("/domains/ud_19/reporters", **query).data] == expected


@pytest.mark.parametrize(
    ("query", "param"),
    [({"status": "none"}, "status"), ({"date_from": "2026-09-01", "date_to": "2026-11-01"}, "date_from")],
)
def test_bad_questions_about_reporters_are_400(api: Api, query: dict[str, str], param: str) -> None:
    answer = api.get("/domains/ud_19/reporters", **query)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_figures_as_csv(filled: Api) -> None:
    stats = filled.get("/domains/ud_19/stats", format="csv")
    assert stats.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert stats.headers["Content-Disposition"] == 'attachment; filename="stats.csv"'
    rows = rows_of(stats.body)
    assert len(rows) == 31
    assert next(iter(rows[0])) == "date"
    assert rows[-1]["total_messages"] == "4"
    sources = rows_of(filled.get("/domains/ud_19/sources", format="csv", range="30d").body)
    assert sum(int(source["total_messages"]) for source in sources) == 16
    assert "ips" not in sources[0]
    asked = filled.call("GET", "/domains/ud_19/reporters", headers={"accept": "text/csv"})
    assert rows_of(asked.body)[0]["reporter"] == "reporter.example"
