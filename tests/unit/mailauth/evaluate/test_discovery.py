from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.discovery import (
    Discovery,
    PolicySource,
    SuffixListView,
    compared,
    discover,
    suffix_list_view,
)
from shared.mailauth.evaluate.questions import both
from tests.fakes.dns import FAILED, FakeDns, drive


def zone(published: Any, others: Any = None) -> dict[tuple[str, str], Any]:
    return {(f"_dmarc.{name}", "TXT"): texts for name, texts in published.items()} | (others or {})


def discovered(domain: str, published: Any, others: Any = None) -> Discovery:
    return drive(discover(domain), FakeDns(zone(published, others)))


def viewed(domain: str, published: Any, others: Any = None) -> SuffixListView:
    asking = both(suffix_list_view(domain), discover(domain))
    return compared(*drive(asking, FakeDns(zone(published, others))))


@pytest.mark.statement("2.5")
def test_the_record_of_the_organization_counts_not_the_nearest() -> None:
    published = {
        "mail.example.com": ["v=DMARC1; p=none"],
        "example.com": ["v=DMARC1; p=reject; sp=quarantine"],
    }
    seen = discovered("a.mail.example.com", published, {("a.mail.example.com", "A"): ["192.0.2.1"]})
    assert (seen.policy_domain, seen.policy_source) == ("example.com", PolicySource.ORGANIZATIONAL)
    assert (seen.policy, seen.policy_tag) == ("quarantine", "sp")


@pytest.mark.statement("2.5", "2.7")
def test_an_own_record_counts_first_and_with_its_p() -> None:
    published = {
        "mail.example.com": ["v=DMARC1; p=none; sp=reject; np=reject"],
        "example.com": ["v=DMARC1; p=reject"],
    }
    seen = discovered("mail.example.com", published)
    assert (seen.policy_domain, seen.policy_source) == ("mail.example.com", PolicySource.OWN)
    assert (seen.policy, seen.policy_tag, seen.organizational_domain) == ("none", "p", "example.com")


@pytest.mark.statement("2.6")
def test_one_walk_from_the_author_domain_serves_all() -> None:
    dns = FakeDns(zone({"example": ["v=DMARC1; p=reject; psd=y"]}))
    seen = drive(discover("bank.example"), dns)
    assert (seen.organizational_domain, seen.policy_domain) == ("bank.example", "example")
    assert seen.policy_source is PolicySource.PUBLIC_SUFFIX
    assert (dns.rounds, seen.walk.queries) == (1, ("_dmarc.bank.example", "_dmarc.example"))


@pytest.mark.statement("2.6")
def test_a_long_name_goes_on_from_seven_labels() -> None:
    seen = discovered("a.b.c.d.e.f.g.example.com", {"example.com": ["v=DMARC1; p=reject"]})
    assert (seen.policy_domain, seen.walk.queries[1]) == ("example.com", "_dmarc.c.d.e.f.g.example.com")


@pytest.mark.statement("1.9", "2.7")
@pytest.mark.parametrize(
    ("record", "exists", "policy", "tag"),
    [
        ("v=DMARC1; p=quarantine; sp=none; np=reject", True, "none", "sp"),
        ("v=DMARC1; p=quarantine; sp=none; np=reject", False, "reject", "np"),
        ("v=DMARC1; p=quarantine; sp=none", False, "none", "sp"),
        ("v=DMARC1; p=quarantine; np=reject", True, "quarantine", "p"),
        ("v=DMARC1; p=quarantine", False, "quarantine", "p"),
    ],
)
def test_subdomains_have_the_policy_of_sp_or_np(record: Any, exists: Any, policy: Any, tag: Any) -> None:
    others = {("a.example.com", "A"): ["192.0.2.1"]} if exists else {}
    seen = discovered("a.example.com", {"example.com": [record]}, others)
    assert (seen.exists, seen.policy, seen.policy_tag) == (exists, policy, tag)


@pytest.mark.statement("1.9")
def test_a_name_with_other_data_or_names_below_it_exists() -> None:
    published = {"example.com": ["v=DMARC1; p=none; np=reject"]}
    assert discovered("a.example.com", published, {("b.a.example.com", "A"): ["192.0.2.1"]}).policy == "none"
    dangling = {("a.example.com", "CNAME"): ["nowhere.example.net"]}
    assert discovered("a.example.com", published, dangling).policy == "none"


@pytest.mark.statement("1.9", "1.16")
def test_it_is_open_whether_sp_or_np_applies_where_the_dns_fails() -> None:
    others = {("a.example.com", "MX"): FAILED}
    seen = discovered("a.example.com", {"example.com": ["v=DMARC1; p=none; np=reject"]}, others)
    assert (seen.exists, seen.policy, seen.applied_policy, seen.failed) == (None, None, None, True)
    same = discovered("a.example.com", {"example.com": ["v=DMARC1; p=none"]}, others)
    assert (same.policy, same.failed) == ("none", False)


@pytest.mark.statement("1.10")
@pytest.mark.parametrize(
    ("policy", "applied"), [("reject", "quarantine"), ("quarantine", "none"), ("none", "none")]
)
@pytest.mark.parametrize("tag", ["p", "sp", "np"])
def test_a_rehearsal_is_one_step_weaker(tag: Any, policy: Any, applied: Any) -> None:
    record = {"p": f"p={policy}", "sp": f"p=none; sp={policy}", "np": f"p=none; np={policy}"}[tag]
    domain = "example.com" if tag == "p" else "a.example.com"
    others = {("a.example.com", "A"): ["192.0.2.1"]} if tag == "sp" else {}
    seen = discovered(domain, {"example.com": [f"v=DMARC1; {record}; t=y"]}, others)
    assert (seen.policy, seen.applied_policy, seen.testing, seen.policy_tag) == (policy, applied, True, tag)


@pytest.mark.statement("1.3", "2.1")
def test_several_own_records_are_none() -> None:
    published = {
        "a.example.com": ["v=DMARC1; p=none", "v=DMARC1; p=none"],
        "example.com": ["v=DMARC1; p=reject"],
    }
    assert discovered("a.example.com", published).policy_domain == "example.com"


@pytest.mark.statement("2.8")
def test_the_record_of_a_suffix_counts_last() -> None:
    suffix = {"bank.example": ["v=DMARC1; p=reject; psd=y"]}
    seen = discovered("mail.mega.bank.example", suffix)
    assert (seen.policy_domain, seen.policy_source) == ("bank.example", PolicySource.PUBLIC_SUFFIX)
    own = suffix | {"giant.bank.example": ["v=DMARC1; p=none"]}
    declined = discovered("mail.giant.bank.example", own)
    assert (declined.policy_domain, declined.policy) == ("giant.bank.example", "none")
    assert declined.record == "v=DMARC1; p=none"


def test_nothing_applies_where_nothing_is_published() -> None:
    seen = discovered("a.example.com", {})
    assert (seen.policy_source, seen.policy, seen.record, seen.failed) == (
        PolicySource.NONE,
        None,
        None,
        False,
    )


@pytest.mark.statement("1.7", "1.14")
def test_a_record_may_have_no_effect() -> None:
    seen = discovered("example.com", {"example.com": ["v=DMARC1; sp=reject"]})
    assert (seen.policy_domain, seen.policy, seen.applied_policy) == ("example.com", None, None)


@pytest.mark.statement("1.16")
def test_a_failed_query_of_the_walk_leaves_the_policy_open() -> None:
    seen = discovered("a.example.com", {"example.com": FAILED, "com": ["v=DMARC1; p=none"]})
    assert (seen.failed, seen.policy_domain, seen.organizational_domain) == (True, None, None)
    assert seen.undecided == "_dmarc.example.com: timeout"


@pytest.mark.statement("1.16")
def test_an_own_record_decides_whatever_else_fails() -> None:
    seen = discovered("a.example.com", {"a.example.com": ["v=DMARC1; p=reject"], "example.com": FAILED})
    assert (seen.failed, seen.policy, seen.organizational_domain) == (False, "reject", None)


@pytest.mark.statement("2.13")
def test_receivers_of_rfc_7489_see_two_names_only() -> None:
    published = {
        "b.example.co.uk": ["v=DMARC1; p=reject"],
        "example.co.uk": ["v=DMARC1; p=none; sp=quarantine"],
    }
    seen = viewed("a.b.example.co.uk", published, {("a.b.example.co.uk", "A"): ["192.0.2.1"]})
    assert (seen.organizational_domain, seen.policy_domain, seen.policy) == (
        "example.co.uk",
        "example.co.uk",
        "quarantine",
    )
    assert seen.differences == ()


@pytest.mark.statement("2.13")
def test_where_the_views_differ_is_told() -> None:
    seen = viewed("mail.example.com", {"com": ["v=DMARC1; p=reject"]})
    assert seen.organizational_domain == "example.com"
    assert seen.differences == ("organizational_domain", "policy_domain", "applied_policy")
    assert viewed("example.com", {"example.com": ["v=DMARC1; p=reject; t=y"]}).differences == (
        "applied_policy",
    )


@pytest.mark.statement("1.3", "2.13")
def test_several_records_end_the_search_of_rfc_7489() -> None:
    twice = ["v=DMARC1; p=none", "v=DMARC1; p=none"]
    seen = viewed("a.example.com", {"a.example.com": twice, "example.com": ["v=DMARC1; p=reject"]})
    assert (seen.policy_source, seen.differences) == (PolicySource.NONE, ("policy_domain", "applied_policy"))


@pytest.mark.statement("1.16", "2.13")
def test_a_view_without_answers_claims_no_difference() -> None:
    seen = viewed("example.com", {"example.com": FAILED})
    assert (seen.undecided, seen.differences) == ("_dmarc.example.com: timeout", ())


@given(st.lists(st.text(max_size=60) | st.text("v=DMARC1; ptnpsdyu", max_size=60), max_size=3))
def test_no_record_upsets_it(texts: Any) -> None:
    viewed("a.example.com", {"a.example.com": texts, "example.com": texts})
