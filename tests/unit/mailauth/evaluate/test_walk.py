from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.questions import Question, Type
from shared.mailauth.evaluate.walk import Stop, Walk, names_of_walk, walk
from tests.fakes.dns import FAILED, FakeDns, drive

_CASES = json.loads((Path(__file__).parents[3] / "fixtures" / "dns" / "treewalk.json").read_text())


def walked(start: str, published: Any) -> Walk:
    return drive(
        walk(start), FakeDns({(f"_dmarc.{name}", "TXT"): texts for name, texts in published.items()})
    )


@pytest.mark.statement("2.1", "2.2", "2.2b", "2.3", "2.4", "2.11")
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["case"])
def test_the_walks_of_the_rfc(case: Any) -> None:
    seen = walked(case["start"], case["published"])
    assert seen.queries == tuple(f"_dmarc.{name}" for name in case["asked"])
    assert seen.organizational_domain == case["organization"]


def test_there_are_eighteen_of_them() -> None:
    assert len(_CASES) == 18


@pytest.mark.statement("2.2b")
def test_a_record_that_the_cut_skips_is_never_found() -> None:
    published = {"b.c.d.e.f.g.example.com": ["v=DMARC1; p=reject; psd=n"]}
    seen = walked("mail.a.b.c.d.e.f.g.example.com", published)
    assert [step.domain for step in seen.steps][:2] == [
        "mail.a.b.c.d.e.f.g.example.com",
        "c.d.e.f.g.example.com",
    ]
    assert seen.organizational_domain == "mail.a.b.c.d.e.f.g.example.com"


@pytest.mark.statement("2.2")
@pytest.mark.parametrize(("labels", "queries"), [(1, 1), (2, 2), (7, 7), (8, 8), (9, 8), (40, 8)])
def test_a_walk_asks_eight_names_at_most(labels: Any, queries: Any) -> None:
    assert len(names_of_walk(".".join("abcdefghij"[n % 10] for n in range(labels)))) == queries


@pytest.mark.statement("2.1")
def test_all_names_are_asked_in_one_round_and_only_those_of_the_rules_count() -> None:
    dns = FakeDns({("_dmarc.b.example.com", "TXT"): ["v=DMARC1; p=none; psd=n"]})
    seen = drive(walk("a.b.example.com"), dns)
    assert (dns.rounds, len(dns.asked), len(seen.steps)) == (1, 4, 2)
    assert seen.stop is Stop.PSD_N


@pytest.mark.statement("2.4")
def test_a_suffix_above_the_cut_counts_from_the_start() -> None:
    seen = walked("a.b.c.d.e.f.g.example.com", {"com": ["v=DMARC1; p=none; psd=y"]})
    assert (seen.organizational_domain, seen.stop) == ("example.com", Stop.PSD_Y)


@pytest.mark.statement("2.4")
def test_psd_y_at_the_start_is_its_own_organization() -> None:
    seen = walked(
        "bank.example", {"bank.example": ["v=DMARC1; p=none; psd=y"], "example": ["v=DMARC1; p=none"]}
    )
    assert (seen.organizational_domain, len(seen.steps)) == ("bank.example", 1)


@pytest.mark.statement("1.16")
def test_a_failed_query_leaves_the_organization_open() -> None:
    dns = FakeDns(
        {("_dmarc.example.com", "TXT"): FAILED, ("_dmarc.a.example.com", "TXT"): ["v=DMARC1; p=none"]}
    )
    seen = drive(walk("a.example.com"), dns)
    assert seen.organizational_domain is None
    assert [step.query for step in seen.failed] == ["_dmarc.example.com"]


@pytest.mark.statement("1.16")
def test_a_query_that_failed_beyond_the_end_of_the_walk_does_not_matter() -> None:
    published = [("_dmarc.example.com", "TXT")]
    dns = FakeDns({published[0]: ["v=DMARC1; p=none; psd=n"], ("_dmarc.com", "TXT"): FAILED})
    assert drive(walk("a.example.com"), dns).organizational_domain == "example.com"


def test_a_name_too_long_to_have_a_record_is_not_asked_for() -> None:
    name = ".".join(["a" * 62] * 3 + ["b" * 60, "c"])
    dns = FakeDns({})
    seen = drive(walk(name), dns)
    assert Question(f"_dmarc.{name}", Type.TXT) not in dns.asked
    assert (seen.steps[0].outcome, seen.steps[0].reason) == ("nxdomain", "name too long")


@pytest.mark.statement("1.1")
def test_an_alias_is_followed_and_shown() -> None:
    dns = FakeDns(
        {
            ("_dmarc.example.com", "CNAME"): ["x.hosted.example"],
            ("x.hosted.example", "TXT"): ["v=DMARC1; p=reject"],
        }
    )
    step = drive(walk("example.com"), dns).steps[0]
    assert (step.record, step.aliases) == ("v=DMARC1; p=reject", ("x.hosted.example",))


_LABELS = st.lists(st.sampled_from(["a", "b", "mail", "example", "com"]), min_size=1, max_size=12)
_RECORDS = st.lists(
    st.sampled_from(
        ["v=DMARC1; p=none", "v=DMARC1; psd=y", "v=DMARC1; p=reject; psd=n", "v=DMARC1;psd=u", "v=spf1 -all"]
    ),
    max_size=2,
)


@given(labels=_LABELS, data=st.data())
def test_a_walk_by_the_letter_finds_the_same(labels: Any, data: Any) -> None:
    names = [".".join(labels[place:]) for place in range(len(labels))]
    published = {name: data.draw(_RECORDS) for name in names}
    seen = walked(".".join(labels), {name: texts for name, texts in published.items() if texts})
    asked, organization = _by_the_letter(labels, published)
    assert [step.domain for step in seen.steps] == asked
    assert seen.organizational_domain == organization


def _by_the_letter(labels: Any, published: Any) -> Any:
    """The steps of RFC 9989 section 4.10, one query after another."""
    start = ".".join(labels)
    asked, found = [], []
    left = list(labels)
    while True:
        name = ".".join(left)
        asked.append(name)
        records = [text for text in published[name] if text.startswith("v=DMARC1")]
        if len(records) == 1:
            psd = records[0].partition("psd=")[2][:1] or "u"
            found.append((name, psd))
            if psd != "u":
                break
        left = left[-7:] if len(left) > 7 else left[1:]
        if not left:
            break
    for name, psd in found:
        if psd == "n":
            return asked, name
        if psd == "y" and name != start:
            return asked, ".".join(labels[-len(name.split(".")) - 1 :])
    return asked, min((name for name, _ in found), key=lambda name: name.count("."), default=start)


@given(st.lists(st.text(max_size=60), max_size=4))
def test_no_record_upsets_it(texts: Any) -> None:
    walked("example.com", {"example.com": texts})
