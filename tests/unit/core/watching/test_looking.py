from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.segments import pack_document
from shared.core.watching.looking import advance, selectors_to_ask
from shared.core.watching.states import PARTS, Change, DnsState, Part
from shared.mailauth.evaluate import whole
from shared.mailauth.evaluate.inspection import State
from tests.fakes.dns import FAILED
from tests.unit.core.watching.world import DMARC, KEY, NAME, SELECTOR, SPF, Zone, dead, good_zone, seen
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

_DMARC = f"_dmarc.{NAME}", "TXT"
_SPF = NAME, "TXT"


def look(zone: Zone, previous: DnsState | None = None, now: int = NOW) -> tuple[DnsState, tuple[Change, ...]]:
    return advance(
        previous,
        seen(zone, SELECTOR),
        account=ACCOUNT.id,
        domain=DOMAIN.id,
        now=now,
        last_checked=now - 100 if previous else None,
    )


def known(zone: Zone) -> DnsState:
    return look(zone)[0]


def test_the_parts_are_those_of_an_inspection() -> None:
    assert tuple(part.value for part in PARTS) == whole.PARTS


def test_the_first_look_is_no_change() -> None:
    state, changes = look(good_zone())
    assert changes == ()
    assert state.version == 1
    assert state.records(Part.DMARC) == (DMARC,)
    assert state.state(Part.SPF) is State.VALID
    assert not state.is_unsettled


def test_a_look_that_sees_the_same_gives_the_same_state() -> None:
    zone = good_zone()
    first = known(zone)
    zone[NAME, "MX"] = [f"10 mx.{NAME}"]
    zone[_SPF] = list(reversed(zone[_SPF]))
    assert look(zone, first, NOW + 900) == (first, ())


def test_a_zone_is_looked_after_by_who_did_when_the_dns_last_said_so() -> None:
    zone = {**good_zone(), (NAME, "SOA"): ["ns.example host.example 1 2 3 4 5"]}
    first = known(zone)
    later = {**zone, (NAME, "SOA"): ["ns.example host.example 2 2 3 4 5"]}
    assert look(later, first, NOW + 900) == (first, ())
    assert look({**zone, (NAME, "SOA"): FAILED}, first, NOW + 900) == (first, ())
    moved, _ = look({**zone, (NAME, "SOA"): ["ns.other.example host.example 3 2 3 4 5"]}, first, NOW + 900)
    assert moved.inspection(Part.MX)["soa"] == "ns.other.example host.example"
    gone, _ = look({**zone, (NAME, "SOA"): []}, first, NOW + 900)
    assert gone.inspection(Part.MX)["soa"] == ""


def test_other_addresses_of_the_same_hosts_are_nothing_new() -> None:
    first = known(good_zone())
    rotated = {**good_zone(), (f"mx.{NAME}", "A"): ["192.0.2.77"]}
    assert look(rotated, first)[0] is first


def test_a_change_is_one_when_it_was_seen_twice_in_a_row() -> None:
    first = known(good_zone())
    weaker = DMARC.replace("reject", "none")
    zone = {**good_zone(), _DMARC: [weaker]}
    second, none_yet = look(zone, first, NOW + 1)
    assert second.records(Part.DMARC) == (weaker,)
    assert second.is_unsettled
    third, changes = look(zone, second, NOW + 2)
    name = f"_dmarc.{NAME} TXT"
    assert none_yet == ()
    assert [(each.part, each.at, each.before, each.after) for each in changes] == [
        (Part.DMARC, NOW + 1, (f"{name} {DMARC}",), (f"{name} {weaker}",))
    ]
    assert not third.is_unsettled
    assert look(zone, third, NOW + 3) == (third, ())


def test_what_flips_and_flips_back_is_no_change() -> None:
    first = known(good_zone())
    second, _ = look({**good_zone(), _SPF: ["v=spf1 +all"]}, first, NOW + 1)
    third, changes = look(good_zone(), second, NOW + 2)
    assert changes == ()
    assert not third.is_unsettled
    assert third.records(Part.SPF) == (SPF,)


@pytest.mark.statement("1.16")
def test_a_failure_of_the_dns_takes_nothing_away() -> None:
    first = known(good_zone())
    failed, changes = look(dead(good_zone()), first, NOW + 1_000)
    again, _ = look(dead(good_zone()), failed, NOW + 2_000)

    assert changes == ()
    assert again is failed
    assert failed.state(Part.DMARC) is State.VALID
    assert failed.records(Part.SPF) == (SPF,)
    dmarc = failed.parts[Part.DMARC]
    assert (dmarc.failing, dmarc.answered) == (NOW + 1_000, NOW + 900)
    assert dmarc.trouble
    back, changes = look(good_zone(), again, NOW + 3_000)
    assert changes == ()
    assert back.failing == ()


def test_a_failure_before_any_answer_is_not_missing() -> None:
    state = known(dead(good_zone()))
    assert {state.state(part) for part in (Part.DMARC, Part.SPF, Part.MX)} == {State.ERROR}
    later, changes = look(good_zone(), state)
    assert changes == ()
    assert later.records(Part.DMARC) == (DMARC,)


def test_a_key_that_gives_no_answer_is_kept_as_it_was() -> None:
    first = known(good_zone())
    zone = {**good_zone(), (f"{SELECTOR}._domainkey.{NAME}", "TXT"): FAILED}
    failed, _ = look(zone, first, NOW + 1)
    assert failed.inspection(Part.DKIM)["keys"][0]["records"] == [KEY]


def test_an_spf_record_that_was_read_is_news_though_its_include_failed() -> None:
    first = known(good_zone())
    record = "v=spf1 include:lame.example -all"
    zone = {**good_zone(), _SPF: [record], ("lame.example", "TXT"): FAILED}
    second, _ = look(zone, first, NOW + 1)
    third, changes = look(zone, second, NOW + 2)
    assert second.records(Part.SPF) == (record,)
    assert [each.after for each in changes] == [(f"{NAME} TXT {record}",)]
    assert third.state(Part.SPF) is State.ERROR


def test_selectors_of_reports_come_before_those_that_had_a_record() -> None:
    assert selectors_to_ask(None, ("a",)) == ("a",)
    assert selectors_to_ask(known(good_zone()), ("b",)) == ("b", SELECTOR)


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=5_000), max_size=40))
def test_a_hostile_server_cannot_fill_the_store(texts: list[str]) -> None:
    hostile = [f"v=DMARC1; {text}" for text in texts]
    zone: Zone = {
        _DMARC: hostile,
        _SPF: ["v=spf1 " + text for text in texts],
        (NAME, "MX"): [f"{place} host{place}.{NAME}" for place in range(2_000)],
        **{(f"s{number}._domainkey.{NAME}", "TXT"): texts for number in range(1, 3)},
    }
    state = known(zone)
    for part, each in state.parts.items():
        assert len(json.dumps(each.inspection)) <= (40_000 if part is Part.DKIM else 16_000)
        assert len(pack_document([each.inspection, each.lines, each.settled])) < 45_000
