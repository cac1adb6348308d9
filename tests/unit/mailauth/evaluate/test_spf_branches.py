from __future__ import annotations

import time
from itertools import pairwise

import pytest

from shared.mailauth.evaluate.questions import Answer, Outcome, Question
from shared.mailauth.evaluate.spf_branch import Trouble
from shared.mailauth.evaluate.spf_branches import (
    DEEPEST,
    LONGEST_RECORD,
    MOST_NETWORKS,
    MOST_NODES,
    MOST_QUESTIONS,
    tree_of,
    tree_of_record,
)
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.unit.mailauth.evaluate.spf_world import DOMAIN, grown, published

TEN = [f"s{number}.example.net" for number in range(10)]


def test_a_record_and_its_terms() -> None:
    tree = grown(
        published(
            "v=spf1 ip4:192.0.2.0/24 a mx/28 ~all",
            more={
                (DOMAIN, "A"): ["192.0.2.7"],
                (DOMAIN, "AAAA"): ["2001:db8::7"],
                (DOMAIN, "MX"): ["20 b.example.com", "10 a.example.com"],
                ("a.example.com", "A"): ["198.51.100.7"],
                ("b.example.com", "A"): ["198.51.100.9", "198.51.100.20"],
            },
        )
    )
    assert [(each.type, each.lookups, each.networks) for each in tree.components] == [
        ("ip4", 0, ("192.0.2.0/24",)),
        ("a", 1, ("192.0.2.7/32", "2001:db8::7/128")),
        ("mx", 1, ("198.51.100.0/28", "198.51.100.16/28")),
        ("all", 0, ()),
    ]
    assert tree.components[2].hosts == ("a.example.com", "b.example.com")
    assert (tree.lookups, tree.all, tree.ttl, tree.trouble) == (2, "~", 300, Trouble.NONE)


def test_an_include_of_ten_nested_ones_takes_few_rounds() -> None:
    """Three levels: what stands beside each other is asked for at once."""
    zone = published(
        "v=spf1 include:s0.example.net include:s1.example.net include:s2.example.net mx -all",
        {
            "s0.example.net": "v=spf1 include:s3.example.net include:s4.example.net include:s5.example.net",
            "s1.example.net": "v=spf1 include:s6.example.net include:s7.example.net a:host.example.net",
            "s2.example.net": "v=spf1 include:s8.example.net include:s9.example.net",
            **dict.fromkeys(TEN[3:], "v=spf1 ip4:192.0.2.1 a"),
        },
        {(DOMAIN, "MX"): ["10 mx.example.com"], ("mx.example.com", "A"): ["192.0.2.5"]},
    )
    dns = FakeDns(zone)
    tree = drive(tree_of(DOMAIN), dns)
    assert tree.lookups == 3 + 1 + 3 + 3 + 2 + 7
    assert dns.rounds == 4 < 6
    assert len(dns.asked) == len(set(dns.asked))


def test_ten_includes_side_by_side_are_one_round() -> None:
    record = f"v=spf1 {' '.join(f'include:{name}' for name in TEN)} -all"
    dns = FakeDns(published(record, dict.fromkeys(TEN, "v=spf1 ip4:192.0.2.1 -all")))
    assert drive(tree_of(DOMAIN), dns).lookups == 10
    assert dns.rounds == 2


def test_a_chain_takes_as_many_rounds_as_it_is_deep() -> None:
    """Nobody knows what the next one is called before the answer is there."""
    below = {name: f"v=spf1 include:{after}" for name, after in pairwise(TEN)}
    dns = FakeDns(published(f"v=spf1 include:{TEN[0]} -all", {**below, TEN[-1]: "v=spf1 -all"}))
    assert drive(tree_of(DOMAIN), dns).lookups == 10
    assert dns.rounds == 11


def test_a_record_that_is_not_published_yet() -> None:
    dns = FakeDns({("s.example.net", "TXT"): ["v=spf1 ip4:192.0.2.1"]})
    tree = drive(tree_of_record(DOMAIN, "v=spf1 include:s.example.net -all"), dns)
    assert (tree.domain, tree.ttl, tree.lookups) == (DOMAIN, None, 1)
    assert [str(asked.name) for asked in dns.asked if hasattr(asked, "name")] == ["s.example.net"]


def test_what_stands_behind_all_is_not_looked_at() -> None:
    tree = grown(published("v=spf1 -all include:a.example.net mx redirect=b.example.net"))
    assert [each.type for each in tree.components] == ["all"]
    assert tree.lookups == 0


@pytest.mark.statement("9.13")
@pytest.mark.parametrize("term", ["include:example.com", "redirect=EXAMPLE.com.", "include:%{d}"])
def test_a_record_that_leads_to_itself(term: str) -> None:
    tree = grown(published(f"v=spf1 {term}"))
    below = tree.components[0].result
    assert below is not None
    assert (below.trouble, below.components, tree.lookups) == (Trouble.LOOP, (), 1)


@pytest.mark.statement("9.13")
def test_a_circle_of_three_is_walked_once() -> None:
    circle = {"a.example.net": "v=spf1 include:b.example.net", "b.example.net": "v=spf1 redirect=example.com"}
    dns = FakeDns(published("v=spf1 include:a.example.net -all", circle))
    tree = drive(tree_of(DOMAIN), dns)
    assert [branch.trouble for branch in tree.walk()] == [Trouble.NONE] * 3 + [Trouble.LOOP]
    assert len(dns.asked) == 3


def test_the_same_include_twice_is_no_circle_and_asked_for_once() -> None:
    zone = published("v=spf1 include:a.example.net ?include:a.example.net", {"a.example.net": "v=spf1 mx"})
    dns = FakeDns(zone)
    tree = drive(tree_of(DOMAIN), dns)
    assert (tree.lookups, len(dns.asked)) == (4, 3)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (None, Trouble.NOT_FOUND),
        (["some text", "v=spf10 -all"], Trouble.NOT_FOUND),
        (["v=spf1 -all", "v=spf1 mx"], Trouble.SEVERAL),
        (["v=spf1 nonsense"], Trouble.SYNTAX),
        (["v=spf1 " + "a " * LONGEST_RECORD], Trouble.CUT),
        (FAILED, Trouble.DNS),
        (Answer(Outcome.FAILED), Trouble.DNS),
    ],
)
def test_what_an_include_may_lead_to(answer: list[str] | Answer | None, trouble: Trouble) -> None:
    more = {("a.example.net", "TXT"): answer} if answer is not None else {}
    tree = grown(published("v=spf1 include:a.example.net -all", more=more))
    below = tree.components[0].result
    assert below is not None
    assert (below.trouble, below.record is None) == (trouble, trouble is not Trouble.SYNTAX)
    assert bool(below.reason) == (trouble in (Trouble.DNS, Trouble.SYNTAX))


def test_a_name_that_the_dns_cannot_hold_is_not_asked_for() -> None:
    dns = FakeDns(published(f"v=spf1 include:{'x' * 64}.example.net a:a..example.net -all"))
    tree = drive(tree_of(DOMAIN), dns)
    below = tree.components[0].result
    assert below is not None
    assert below.trouble is Trouble.NAME
    assert (tree.components[1].void, tree.components[1].reason) == (False, "bad name")
    assert len(dns.asked) == 1


@pytest.mark.statement("9.12")
def test_macros_that_differ_from_mail_to_mail() -> None:
    dns = FakeDns(published("v=spf1 include:%{i}.a.example.net a:%{h} exists:%{l}.b.example.net ptr -all"))
    tree = drive(tree_of(DOMAIN), dns)
    assert [each.dynamic for each in tree.components] == [True, True, True, True, False]
    assert tree.components[0].result is not None
    assert tree.components[0].result.trouble is Trouble.DYNAMIC
    assert (tree.lookups, len(dns.asked)) == (4, 1)


@pytest.mark.statement("9.12")
def test_the_macro_for_the_domain_is_known_beforehand() -> None:
    zone = published(
        "v=spf1 include:%{d}.a.example.net a:%{d1r}%%.example.net -all",
        {"example.com.a.example.net": "v=spf1 a:x.%{d2} -all"},
        {("x.example.net", "A"): ["192.0.2.1"], ("example%.example.net", "A"): ["192.0.2.2"]},
    )
    tree = grown(zone)
    below = tree.components[0].result
    assert below is not None
    assert below.components[0].networks == ("192.0.2.1/32",)
    assert tree.components[1].networks == ("192.0.2.2/32",)
    assert [each.dynamic for each in tree.components] == [False] * 3


def test_a_term_without_answer_says_why() -> None:
    tree = grown(
        published(
            "v=spf1 a mx exists:a.example.net",
            more={
                (DOMAIN, "A"): ["192.0.2.1"],
                (DOMAIN, "AAAA"): FAILED,
                (DOMAIN, "MX"): ["10 mx.example.com"],
                ("mx.example.com", "A"): FAILED,
                ("a.example.net", "A"): Answer(Outcome.FAILED),
            },
        )
    )
    assert [each.reason for each in tree.components] == ["timeout", "timeout", "no answer"]
    assert not any(each.void for each in tree.components)


def test_void_terms() -> None:
    tree = grown(
        published(
            "v=spf1 a mx a:six.example.net mx:null.example.net exists:gone.example.net",
            more={
                ("six.example.net", "AAAA"): ["2001:db8::1"],
                ("null.example.net", "MX"): ["0 "],
            },
        )
    )
    assert [each.void for each in tree.components] == [True, True, False, False, True]


def test_addresses_that_are_none_are_passed_over() -> None:
    tree = grown(published("v=spf1 a/24", more={(DOMAIN, "A"): ["nonsense", "192.0.2.9"]}))
    assert tree.components[0].networks == ("192.0.2.0/24",)


def test_thousands_of_includes_are_cut_off() -> None:
    """Each record includes three hundred others."""

    class Endless(FakeDns):
        def _answer(self, question: Question) -> Answer:
            below = f"{len(question.name)}.example.net"
            names = " ".join(f"include:{number}.{below}" for number in range(300))
            return Answer(Outcome.FOUND, (f"v=spf1 {names}",), ttl=60)

    dns = Endless({})
    started = time.process_time()
    tree = drive(tree_of(DOMAIN), dns)
    assert time.process_time() - started < 5
    assert len(dns.asked) <= MOST_QUESTIONS
    assert sum(branch.record is not None for branch in tree.walk()) <= MOST_NODES
    assert any(branch.trouble is Trouble.CUT for branch in tree.walk())


def test_a_chain_without_end_is_cut_off() -> None:
    class Endless(FakeDns):
        def _answer(self, question: Question) -> Answer:
            number = int(question.name.partition(".")[0].removeprefix("n"))
            return Answer(Outcome.FOUND, (f"v=spf1 redirect=n{number + 1}.example.net",), ttl=60)

    dns = Endless({})
    tree = drive(tree_of("n0.example.net"), dns)
    assert [branch.trouble for branch in tree.walk()] == [Trouble.NONE] * DEEPEST + [Trouble.CUT]
    assert dns.rounds == DEEPEST


def test_more_addresses_than_are_worth_a_look() -> None:
    many = [f"10.0.{number // 256}.{number % 256}" for number in range(4_000)]
    zone = published("v=spf1 " + "a " * 4 + "ip4:192.0.2.1", more={(DOMAIN, "A"): many})
    tree = grown(zone)
    assert [each.reason for each in tree.components] == [
        "",
        "",
        "too many addresses",
        "too many addresses",
        "",
    ]
    assert sum(len(each.networks) for each in tree.components) <= MOST_NETWORKS


def test_thousands_of_mail_exchangers_are_not_carried_along() -> None:
    hosts = [f"10 m{number}.example.net" for number in range(3_000)]
    zone = published("v=spf1 " + "mx:a.example.net " * 400, more={("a.example.net", "MX"): hosts})
    started = time.process_time()
    tree = grown(zone)
    assert time.process_time() - started < 2
    assert {len(each.hosts) for each in tree.components} == {11}


def test_a_term_that_was_not_asked_for_is_not_taken_for_empty() -> None:
    hosts = " ".join(f"a:h{number}.example.net" for number in range(MOST_QUESTIONS // 2 + 10))
    tree = grown(published(f"v=spf1 {hosts}"))
    reasons = [each.reason for each in tree.components]
    assert reasons.count("not asked") == len(reasons) - (MOST_QUESTIONS - 1) // 2
    assert not tree.components[-1].void
