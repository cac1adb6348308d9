"""``check_host`` against the cases of tests/fixtures/spf."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from shared.mailauth.evaluate.questions import Answer, Outcome, Question, Type
from shared.mailauth.evaluate.spf_check import MOST_LOOKUPS, MOST_MX, SpfCheck, check, mx_hosts
from tests.fakes.dns import FakeDns, drive
from tests.fixtures.spf import (
    bounds,
    evaluation,
    explaining,
    hosts,
    including,
    initial,
    limits,
    macro_places,
    macros,
    networks,
    redirecting,
    selection,
)
from tests.fixtures.spf.case import SENDER, Case, Zone, of

GROUPS = {
    "domain": initial.DOMAINS,
    "identity": initial.IDENTITIES,
    "selection": selection.SELECTION,
    "syntax": evaluation.SYNTAX,
    "modifier": evaluation.MODIFIERS,
    "order": evaluation.ORDER,
    "terms": limits.TERMS,
    "hosts": bounds.HOSTS,
    "void": bounds.VOID,
    "include": including.INCLUDE,
    "redirect": redirecting.REDIRECT,
    "exp": explaining.EXPLANATION,
    "a": hosts.A,
    "mx": hosts.MX,
    "ptr": hosts.PTR,
    "exists": hosts.EXISTS,
    "ip4": networks.IP4,
    "ip6": networks.IP6_NETWORKS,
    "letter": macros.LETTERS,
    "transformer": macros.TRANSFORMERS,
    "length": macros.LENGTH,
    "validated": macro_places.VALIDATED,
    "place": macro_places.PLACES,
    "broken": macros.BROKEN,
}
MOST_QUESTIONS = 1 + MOST_LOOKUPS * (1 + MOST_MX) + (1 + 10) + 1
"""The record; each term with its hosts; the reverse DNS once; the explanation."""


def cases(*groups: str) -> pytest.MarkDecorator:
    chosen = [(group, case) for group in groups for case in GROUPS[group]]
    return pytest.mark.parametrize(
        "case", [case for _, case in chosen], ids=[f"{group}-{case.id}" for group, case in chosen]
    )


def dns_of(case: Case) -> FakeDns:
    zone = {}
    for key, held in case.zone.items():
        name, _, type_ = key.rpartition(" ")
        zone[name, type_] = held
    return FakeDns(zone)


def holds(case: Case) -> None:
    dns = dns_of(case)
    found = drive(
        check(case.ip, case.mail_from, case.helo, receiver="mail.receiver.example", now=1_700_000_000), dns
    )
    asked = {f"{each.name} {each.type}" for each in dns.asked if isinstance(each, Question)}
    assert found.result == case.result, found
    assert case.mechanism in (None, found.mechanism)
    assert case.explanation in (None, found.explanation)
    assert case.lookups in (None, found.lookups)
    assert case.void in (None, found.void_lookups)
    assert asked.issuperset(case.asked)
    assert asked.isdisjoint(case.unasked)
    assert len(dns.asked) <= MOST_QUESTIONS
    assert bool(found.problem) == (found.result in ("none", "temperror", "permerror"))


def answered(record: str, zone: Zone | None = None) -> SpfCheck:
    case = Case(id="", section="", zone=of(record, zone or {}), result="")
    return drive(check(case.ip, case.mail_from, case.helo), dns_of(case))


def every_case() -> Iterable[Case]:
    return (case for group in GROUPS.values() for case in group)


def test_there_are_as_many_cases_as_the_rules_need() -> None:
    assert len(list(every_case())) >= 300
    assert all(len({case.id for case in group}) == len(group) for group in GROUPS.values())


@cases("domain", "identity")
def test_the_domain_that_is_checked(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.1")
@cases("selection")
def test_which_record_counts(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.2")
@cases("syntax", "modifier")
def test_any_mistake_spoils_the_record_and_no_unknown_modifier_does(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.3", "9.10")
@cases("order")
def test_the_first_term_that_matches_decides(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.4", "9.13")
@cases("terms")
def test_ten_terms_may_ask(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.6")
@cases("hosts")
def test_how_many_hosts_are_looked_at(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.7")
@cases("void")
def test_two_terms_may_be_answered_with_nothing(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.8")
@cases("include")
def test_what_an_include_does_with_each_result(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.9")
@cases("redirect")
def test_when_a_redirect_counts(case: Case) -> None:
    holds(case)


@cases("exp")
def test_whose_explanation_is_given(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.3")
@cases("a", "mx", "ptr", "exists", "ip4", "ip6")
def test_mechanisms(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.12")
@cases("letter", "transformer", "length", "validated", "place", "broken")
def test_macros(case: Case) -> None:
    holds(case)


@pytest.mark.statement("9.1")
def test_no_type_is_asked_for_but_those_of_the_mechanisms() -> None:
    types: set[Type] = set()
    for case in every_case():
        dns = dns_of(case)
        drive(check(case.ip, case.mail_from, case.helo), dns)
        types |= {each.type for each in dns.asked if isinstance(each, Question)}
    assert types == {Type.TXT, Type.A, Type.AAAA, Type.MX, Type.PTR}


def test_the_check_says_what_it_was_about() -> None:
    found = answered("v=spf1 a:h.example ~all", {"h.example A": ["198.51.100.1"]})
    assert (found.ip, found.mail_from, found.helo) == ("192.0.2.10", f"user@{SENDER}", f"mx.{SENDER}")
    assert (found.domain, found.result, found.mechanism) == (SENDER, "softfail", "~all")
    assert (found.lookups, found.void_lookups, found.problem) == (1, 0, "")


def test_mechanism_is_the_text_as_published() -> None:
    assert answered("v=spf1 IP4:192.0.2.0/24 -all").mechanism == "IP4:192.0.2.0/24"


def test_a_problem_names_the_term_or_the_domain() -> None:
    assert "nonsense" in answered("v=spf1 nonsense -all").problem
    assert "include:other.example" in answered("v=spf1 include:other.example -all").problem
    assert "other.example" in answered("v=spf1 redirect=other.example").problem


def test_all_hosts_of_a_term_are_asked_at_once() -> None:
    zone = {f"{SENDER} MX": [f"10 m{n}.{SENDER}" for n in range(8)]}
    case = Case(id="", section="", zone=of("v=spf1 mx -all", zone), result="")
    dns = dns_of(case)
    drive(check(case.ip, case.mail_from, case.helo), dns)
    assert (dns.rounds, len(dns.asked)) == (3, 10)


@pytest.mark.parametrize(
    "ip", ["", "host.example", "192.0.2", "192.0.2.1/24", "192.0.2.1%eth0", "2001:db8::1::2"]
)
def test_an_address_that_is_none_is_refused(ip: str) -> None:
    with pytest.raises(ValueError, match="address"):
        check(ip, "user@sender.example", "mx.sender.example")


def test_exchangers_in_the_order_of_their_preference() -> None:
    records = (
        "20 b.example",
        "5 c.example",
        "100 a.example",
        "20 a.example",
        "5 c.example",
        "0 ",
        "x d.example",
    )
    assert mx_hosts(Answer(Outcome.FOUND, records)) == ("c.example", "a.example", "b.example")
