from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from shared.core.errors import Invalid
from shared.core.inspections import (
    LONGEST_RECORD,
    MOST_SELECTORS,
    Kind,
    TimedLookups,
    delivery_check,
    inspected_name,
    inspection,
    selectors_of,
    validation,
)
from shared.mailauth.evaluate.bimi import BimiInspection
from shared.mailauth.evaluate.dkim import DkimInspection, DkimSurvey
from shared.mailauth.evaluate.questions import Type, ask
from tests.fakes.dns import FakeDns, FakeLookups, drive

NOW = 1_795_262_400.0
NOTHING = FakeLookups(FakeDns({}))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.COM.", "example.com"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("_spf.example.com", "_spf.example.com"),
        ("co.uk", "co.uk"),
        ("com", "com"),
    ],
)
def test_any_domain_can_be_inspected(text: str, name: str) -> None:
    assert inspected_name(text) == name


@pytest.mark.parametrize("text", ["", "192.0.2.1", "::1", "a" * 254, "a@b.example", "-a.example", "a,b"])
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        inspected_name(text, param="name")
    assert refused.value.param == "name"


def test_selectors_are_told_apart_by_commas() -> None:
    assert selectors_of(" S1, s2.,,s1 ,a.b") == ("s1", "s2", "a.b")
    assert selectors_of("") == ()


TOO_MANY = ",".join(map(str, range(MOST_SELECTORS + 1)))


@pytest.mark.parametrize("text", ["a b", "*", "a..b", "ü", "x" * 64, TOO_MANY])
def test_what_can_be_no_selector_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        selectors_of(text)
    assert refused.value.param == "selector"


@pytest.mark.parametrize(
    ("selectors", "form"), [((), DkimSurvey), (("s1",), DkimInspection), (("s1", "s2"), DkimSurvey)]
)
def test_one_selector_is_one_key(selectors: Sequence[str], form: type[Any]) -> None:
    assert type(drive(inspection(Kind.DKIM, "a.example", selectors, now=NOW), NOTHING.dns)) is form


def test_bimi_takes_a_selector() -> None:
    found = drive(inspection(Kind.BIMI, "a.example", ("brand",), now=NOW), NOTHING.dns)
    assert isinstance(found, BimiInspection)
    assert found.query == "brand._bimi.a.example"


def test_addresses_of_internationalised_domains_are_checked_in_ascii() -> None:
    asking = delivery_check("192.0.2.1", "<ann@bücher.example>", "ü.example", now=NOW)
    check = drive(asking, NOTHING.dns)
    assert (check.domain, check.mail_from) == ("xn--bcher-kva.example", "ann@xn--bcher-kva.example")
    assert check.helo == "xn--tda.example"


def test_validation_asks_nothing_unless_an_spf_record_has_an_owner() -> None:
    dns = FakeDns({("b.example", "TXT"): ["v=spf1 ip4:9.9.9.0/24 -all"]})
    record = "v=spf1 include:b.example -all"
    assert validation(FakeLookups(dns), Kind.SPF, record).state == "valid"
    assert dns.asked == []
    validation(FakeLookups(dns), Kind.SPF, record, "a.example")
    assert [asked.name for asked in dns.asked if not hasattr(asked, "url")] == ["b.example"]
    validation(FakeLookups(dns), Kind.SPF, "v=spf1 nonsense", "a.example")
    assert len(dns.asked) == 1


def test_a_record_with_too_many_terms_is_looked_into_all_the_same() -> None:
    many = "v=spf1 " + " ".join(f"a:h{number}.example" for number in range(11)) + " -all"
    dns = FakeDns({})
    found = validation(FakeLookups(dns), Kind.SPF, many, "a.example")
    assert "spf_too_many_void_lookups" in [finding.code for finding in found.findings]


def test_a_text_beyond_all_records_is_refused() -> None:
    with pytest.raises(Invalid):
        validation(NOTHING, Kind.DMARC, "x" * (LONGEST_RECORD + 1))


@dataclass
class Clocks:
    """A world in which the DNS takes 40 ms, 10 of them our own work."""

    wall: float = 100.0
    work: float = 5.0

    def run_all(self, askings: Sequence[Any], *, within: float = 8.0) -> list[Any]:
        self.wall += 0.04
        self.work += 0.01
        return NOTHING.run_all(askings, within=within)

    def run(self, asking: Any, *, within: float = 8.0) -> Any:
        return self.run_all([asking], within=within)[0]


def test_only_the_time_without_work_counts_as_waiting() -> None:
    clocks = Clocks()
    timed = TimedLookups(clocks, lambda: clocks.wall, lambda: clocks.work)
    assert timed.run(ask("a.example", Type.A)).is_void
    timed.run_all([ask("b.example", Type.A), ask("c.example", Type.A)])
    assert timed.waited == pytest.approx(0.06)
