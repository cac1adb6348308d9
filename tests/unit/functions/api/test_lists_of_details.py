"""What detail reports are asked, and every order of their rows and servers, against a plain recomputation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.detail.codes import FilterOption
from shared.core.detail.questions import Filters, Question
from shared.core.ids import DomainId
from shared.core.mail import Trust
from shared.core.reports import Fact
from shared.core.senders.numbers import source_number
from tests.unit.core.detail.plain import Line, address_order, lines_of
from tests.unit.core.detail.strategies import FIRST, KNOWN, NAMES, stored_facts
from tests.unit.core.world import DOMAIN, TODAY
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.plain_lists import an_api, every_csv_page, every_page, get

OTHER = replace(DOMAIN, id=DomainId(20), name="brook.example", token="brook")
LARGEST = 2**53 - 1
SPF = {
    "n": "none",
    "?": "neutral",
    "+": "pass",
    "-": "fail",
    "~": "softfail",
    "T": "temperror",
    "P": "permerror",
}
SPF["X"] = "unknown"
DKIM = {letter: word for letter, word in SPF.items() if letter != "~"} | {"y": "policy"}
DONE = {"?": "unknown", "n": "none", "q": "quarantine", "r": "reject"}
ALIGNED = {"p": "pass", "f": "fail"}
OPTIONS = {"o": "impact", "x": "non_compliant", "d": "compliant", "n": "none"}
ROW_ORDERS = (
    *("message_count", "from_domain", "ip", "ptr", "reason", "dkim_result", "dkim_policy_result"),
    *("spf_result", "spf_policy_result", "policy_applied", "spf_d", "dkim_d"),
)
SERVER_ORDERS = ("message_count", "server_name", "ip_count")
STANDINGS = ("dmarc_capable", "non_compliant", "forwarders", "threat_unknown")
COLUMNS = {
    "Header-From": "from_domain",
    "IP": "ip",
    "PTR": "ptr",
    "CC": "country_code",
    "Count": "message_count",
    "Policy-Applied": "policy_applied",
    "OverrideReason": "reason",
    "DKIM_Alignment": "dkim_policy_result",
    "DKIM_Result": "dkim_result",
    "DKIM_Domain": "dkim_d",
    "SPF_Alignment": "spf_policy_result",
    "SPF_Result": "spf_result",
    "SPF_Domain": "spf_d",
}
LEFT_OUT = {"server", "number", "standing"}


def letters(codes: dict[str, str]) -> st.SearchStrategy[list[str]]:
    """Letters and words, mixed."""
    return st.lists(st.sampled_from([*codes, *codes.values()]), min_size=1, max_size=4)


def words(codes: dict[str, str], said: list[str]) -> tuple[str, ...]:
    return tuple(codes.get(each, each) for each in said)


numbers = st.lists(st.sampled_from(NAMES).map(source_number), min_size=1, max_size=3)
FILTERS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], dict[str, Any]]]] = {
    "filter_option": (
        st.sampled_from([*OPTIONS, *OPTIONS.values()]),
        lambda said: {
            "option": FilterOption({word: letter for letter, word in OPTIONS.items()}.get(said, said))
        },
    ),
    "providers": (
        st.lists(st.sampled_from(("Google.com", "google.COM", "yahoo.example", "isp", "none")), min_size=1),
        lambda said: {"reporters": tuple(each.lower() for each in said)},
    ),
    "trust": (
        st.lists(st.sampled_from(("authenticated", "unverified", "failed")), min_size=1, max_size=2),
        lambda said: {"trusts": tuple(map(Trust, said))},
    ),
    "ip_cidr": (
        st.sampled_from(("8.8.8.0/24", "8.8.8.8", "2620:FE::/48", "192.0.2.1/32")),
        lambda said: {"network": said},
    ),
    "country_code": (
        st.lists(st.sampled_from(("us", "CH", "De")), min_size=1),
        lambda said: {"countries": tuple(each.upper() for each in said)},
    ),
    "spf_result": (letters(SPF), lambda said: {"spf_results": words(SPF, said)}),
    "dkim_result": (letters(DKIM), lambda said: {"dkim_results": words(DKIM, said)}),
    "spf_policy": (
        st.sampled_from([*ALIGNED, *ALIGNED.values()]),
        lambda said: {"spf_aligned": ALIGNED.get(said, said)},
    ),
    "dkim_policy": (
        st.sampled_from([*ALIGNED, *ALIGNED.values()]),
        lambda said: {"dkim_aligned": ALIGNED.get(said, said)},
    ),
    "dmarc_policy": (letters(DONE), lambda said: {"dispositions": words(DONE, said)}),
    "rule_number": (numbers, lambda said: {"numbers": tuple(said)}),
    "spf_domain": (
        st.sampled_from(("orchard.example", "SendGrid.net", "example")),
        lambda said: {"spf_domain": said.lower()},
    ),
    "ptr": (
        st.sampled_from(("sendgrid.net", "OUT1.sendgrid.net", "example")),
        lambda said: {"host": said.lower()},
    ),
    "override_comment": (
        st.sampled_from(("ARC=", "list", "nothing")),
        lambda said: {"comment": said.lower()},
    ),
}
DOMAINS: dict[str, tuple[DomainId, ...] | None] = {
    "[]": None,
    '["ud_19"]': (DomainId(19),),
    '["Brook.example."]': (DomainId(20),),
    '["20", "orchard.example", "ud_20"]': (DomainId(19), DomainId(20)),
}
several = st.fixed_dictionaries({}, optional={name: drawn for name, (drawn, _) in FILTERS.items()})
asked_domains = st.sampled_from(tuple(DOMAINS))
asked_days = st.tuples(st.integers(0, 11), st.integers(0, 14)).map(sorted)
limits = st.sampled_from((1, 2, 7, 100))


@contextmanager
def finished(
    stored: list[Fact], days: list[int], domains: str, said: dict[str, Any]
) -> Iterator[tuple[Api, str, dict[Line, int]]]:
    """A finished report, the way to it, and the messages of its lines by a plain recomputation."""
    first, last = (FIRST + timedelta(days=each) for each in days)
    filters: dict[str, Any] = {}
    for name, value in said.items():
        filters |= FILTERS[name][1](value)
    facts = [_apart(number, each) for number, each in enumerate(stored)]
    question = Question(first, last, DOMAINS[domains], Filters(**filters))
    lines, timeline = lines_of(question, facts, KNOWN)
    with an_api() as api:
        api.domains.add(OTHER)
        for each in facts:
            api.reports.file(each)
        body = {"start_date": str(first), "end_date": str(last), "domains": json.loads(domains), **said}
        begun = api.post("/detail-reports", body)
        assert begun.status == 202, begun.body
        api.run_detail_jobs(KNOWN)
        way = f"/detail-reports/{begun.data['token']}"
        assert api.get(way).data["status"] == "finished"
        again = api.post("/detail-reports", body)
        assert (again.status, again.data["token"]) == (200, begun.data["token"])
        check_days(api.get(f"{way}/charts").data["timeline"], first, last, timeline)
        yield api, way, {line: min(messages, LARGEST) for line, messages in lines.items()}


def _apart(number: int, each: Fact) -> Fact:
    """Reports of different identity and content."""
    return replace(each, summary=replace(each.summary, identity=f"i{number}", content=f"c{number}"))


def check_days(
    shown: list[dict[str, Any]], first: date, last: date, timeline: dict[date, Counter[Any]]
) -> None:
    days = [first + timedelta(days=after) for after in range((min(last, TODAY) - first).days + 1)]
    assert [day["date"] for day in shown] == [str(day) for day in days]
    for day, told in zip(days, shown, strict=True):
        counted = {standing.value: count for standing, count in timeline.get(day, Counter()).items()}
        assert {name: told[name] for name in STANDINGS} == {
            name: min(counted.get(name, 0), LARGEST) for name in STANDINGS
        }


def line_in(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("message_count", "source_name")}


def plain(line: Line) -> dict[str, Any]:
    said = {name: getattr(line, name) for name in Line.__dataclass_fields__ if name not in LEFT_OUT}
    return {**said, "source_number": line.number, "standing": line.standing.value}


def key(order: str, row: dict[str, Any]) -> Any:
    return address_order(row["ip"]) if order == "ip" else row[order]


def check_rows(
    api: Api, way: str, lines: dict[Line, int], query: dict[str, Any], ordering: str | None, limit: int
) -> None:
    asked = {**query, "ordering": ordering}
    rows = every_page(api, f"{way}/domains", asked, limit=limit)
    assert Counter(_text(line_in(row), row["message_count"]) for row in rows) == Counter(
        _text(plain(line), messages) for line, messages in lines.items() if takes(line, query)
    )
    order = (ordering or "-message_count").lstrip("-+")
    down = (ordering or "-").startswith("-")
    keys = [key(order, row) for row in rows]
    assert keys == sorted(keys, reverse=down)
    assert rows == every_page(api, f"{way}/domains", asked, limit=100)
    told = every_csv_page(api, f"{way}/domains", asked, limit=limit)
    assert told == [{title: str(row[name]) for title, name in COLUMNS.items()} for row in rows]


def takes(line: Line, query: dict[str, Any]) -> bool:
    return (
        str(query.get("ptr_org", line.ptr_org)).lower() == line.ptr_org
        and int(query.get("source_number", line.number)) == line.number
        and str(query.get("standing", line.standing.value)) == line.standing.value
    )


def _text(said: dict[str, Any], messages: int) -> str:
    return json.dumps({**said, "message_count": messages}, sort_keys=True)


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_of_a_question(name: str) -> None:
    @settings(max_examples=6)
    @given(stored_facts(), FILTERS[name][0], limits)
    def one(stored: list[Fact], said: Any, limit: int) -> None:
        with finished(stored, [0, 11], "[]", {name: said}) as (api, way, lines):
            check_rows(api, way, lines, {}, None, limit)

    one()


@settings(max_examples=12)
@given(stored_facts(), asked_days, asked_domains, several, limits)
def test_questions_with_days_domains_and_several_filters(
    stored: list[Fact], days: list[int], domains: str, said: dict[str, Any], limit: int
) -> None:
    with finished(stored, [min(days[0], 11), days[1]], domains, said) as (api, way, lines):
        check_rows(api, way, lines, {}, None, limit)


@pytest.mark.parametrize("ordering", [sign + order for order in ROW_ORDERS for sign in ("", "-")])
def test_rows_in_every_order_both_ways(ordering: str) -> None:
    @settings(max_examples=4)
    @given(stored_facts(), limits)
    def one(stored: list[Fact], limit: int) -> None:
        with finished(stored, [0, 11], "[]", {}) as (api, way, lines):
            check_rows(api, way, lines, {}, ordering, limit)

    one()


@settings(max_examples=12)
@given(
    stored_facts(),
    st.fixed_dictionaries(
        {},
        optional={
            "ptr_org": st.sampled_from(("sendgrid.net", "SENDGRID.net", "orchard.example")),
            "source_number": st.sampled_from(NAMES).map(source_number),
            "standing": st.sampled_from(STANDINGS),
        },
    ),
    st.none() | st.sampled_from(ROW_ORDERS),
    limits,
)
def test_filters_of_rows(stored: list[Fact], query: dict[str, Any], ordering: str | None, limit: int) -> None:
    with finished(stored, [0, 11], "[]", {}) as (api, way, lines):
        check_rows(api, way, lines, query, ordering, limit)


def plain_servers(lines: dict[Line, int], number: int, search: str, standing: str | None) -> dict[str, Any]:
    """By their names."""
    found: dict[str, dict[Line, int]] = {}
    for line, messages in lines.items():
        if (
            line.number == number
            and standing in (None, line.standing.value)
            and search.lower() in line.server.lower()
        ):
            found.setdefault(line.server, {})[line] = messages

    def total(mine: dict[Line, int], takes: Callable[[Line], bool]) -> int:
        return min(sum(messages for line, messages in mine.items() if takes(line)), LARGEST)

    def percent(part: int, whole: int) -> float:
        return round(100 * part / whole, 2) if whole > 0 else 0.0

    shown: dict[str, Any] = {}
    for server, mine in found.items():
        messages, passed = total(mine, lambda line: True), total(mine, lambda line: line.passed)
        forwarded = total(mine, lambda line: line.forwarded)
        shown[server] = {
            "server_name": server,
            "message_count": messages,
            "ip_count": len({line.ip for line in mine}),
            "dmarc_pass_percent": percent(passed, messages),
            "dmarc_pass_percent_without_forwarded": percent(passed, messages - forwarded),
            "spf_pass_percent": percent(total(mine, lambda line: line.spf_policy_result == "pass"), messages),
            "dkim_pass_percent": percent(
                total(mine, lambda line: line.dkim_policy_result == "pass"), messages
            ),
            "affected_count": total(mine, lambda line: line.affected),
            "forwarded_count": forwarded,
        }
    return shown


searches = st.sampled_from((None, None, "out", "SENDGRID", "8.8", "%", "_", "\\"))


@pytest.mark.parametrize("ordering", [None, *(sign + order for order in SERVER_ORDERS for sign in ("", "-"))])
def test_servers_in_every_order_both_ways(ordering: str | None) -> None:
    @settings(max_examples=6)
    @given(stored_facts(), searches, st.none() | st.sampled_from(STANDINGS), limits)
    def one(stored: list[Fact], search: str | None, standing: str | None, limit: int) -> None:
        with finished(stored, [0, 11], "[]", {}) as (api, way, lines):
            for number in {line.number for line in lines}:
                check_servers(
                    api, f"{way}/sources/{number}", lines, number, search, standing, ordering, limit
                )

    one()


def check_servers(
    api: Api,
    way: str,
    lines: dict[Line, int],
    number: int,
    search: str | None,
    standing: str | None,
    ordering: str | None,
    limit: int,
) -> None:
    asked = {"search": search, "standing": standing, "ordering": ordering}
    expected = plain_servers(lines, number, search or "", standing)
    rows = every_page(api, way, asked, limit=limit)
    assert {row["server_name"]: row for row in rows} == expected
    assert len(rows) == len(expected)
    order = (ordering or "-message_count").removeprefix("-")
    keys = [row[order] for row in rows]
    assert keys == sorted(keys, reverse=(ordering or "-").startswith("-"))
    assert rows == every_page(api, way, asked, limit=100)
    told = every_csv_page(api, way, asked, limit=limit)
    assert told == [{name: str(value) for name, value in row.items()} for row in rows]


@settings(max_examples=12)
@given(stored_facts())
def test_sources_by_standing(stored: list[Fact]) -> None:
    with finished(stored, [0, 11], "[]", {}) as (api, way, lines):
        shown = get(api, f"{way}/sources", {}).data
        for standing in STANDINGS:
            sums = Counter[int]()
            for line, messages in lines.items():
                if line.standing.value == standing:
                    sums[line.number] += messages
            told = [(each["source_number"], each["message_count"]) for each in shown[standing]]
            expected = [(number, min(count, LARGEST)) for number, count in sums.items()]
            assert told == sorted(expected, key=lambda each: (-each[1], each[0]))
            assert shown["source_counts"][standing] == len(sums)
