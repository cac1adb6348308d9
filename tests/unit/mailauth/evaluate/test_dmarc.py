from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.discovery import PolicySource
from shared.mailauth.evaluate.dmarc import DmarcInspection, inspect_dmarc, validate_dmarc
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.findings import Severity
from tests.fakes.dns import FAILED, FakeDns, drive

GOOD = "v=DMARC1; p=quarantine; np=reject; rua=mailto:a@example.com"


def zone(published: Any, others: Any = None) -> dict[tuple[str, str], Any]:
    return {(f"_dmarc.{name}", "TXT"): texts for name, texts in published.items()} | (others or {})


def inspected(published: Any, others: Any = None, domain: str = "example.com") -> DmarcInspection:
    return drive(inspect_dmarc(domain), FakeDns(zone(published, others)))


def codes(inspection: DmarcInspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


def own(record: str, others: Any = None) -> DmarcInspection:
    return inspected({"example.com": [record]}, others)


@pytest.mark.statement("1.1", "1.20")
def test_a_record_without_a_flaw() -> None:
    seen = own(GOOD)
    assert (seen.query, seen.state, seen.records, seen.findings) == (
        "_dmarc.example.com",
        State.VALID,
        (GOOD,),
        (),
    )
    assert (seen.policy_domain, seen.organizational_domain) == ("example.com", "example.com")
    assert (seen.policy, seen.subdomain_policy, seen.nonexistent_policy) == (
        "quarantine",
        "quarantine",
        "reject",
    )
    assert (seen.effective_policy, seen.rua, seen.ttl) == ("quarantine", ("mailto:a@example.com",), 300)


@pytest.mark.statement("1.20")
def test_quarantine_is_an_end_and_reject_is_not_pressed_for() -> None:
    assert own(GOOD).findings == ()
    reject = own(GOOD.replace("p=quarantine", "p=reject")).findings
    assert [(finding.severity, "mailing lists" in finding.message) for finding in reject] == [
        (Severity.INFO, True)
    ]
    none = own(GOOD.replace("p=quarantine", "p=none")).findings
    assert "quarantine" in none[0].advice


@pytest.mark.statement("1.3")
def test_several_records_are_none() -> None:
    seen = inspected({"example.com": [GOOD, GOOD]})
    assert (seen.state, seen.policy_source, seen.records) == (State.INVALID, PolicySource.NONE, (GOOD, GOOD))
    assert codes(seen)[0] == "dmarc_multiple_records"
    below = inspected({"a.example.com": [GOOD, GOOD], "example.com": [GOOD]}, domain="a.example.com")
    assert (below.state, below.policy_domain) == (State.INVALID, "example.com")


@pytest.mark.statement("1.3")
def test_other_text_is_no_second_record() -> None:
    seen = inspected({"example.com": [GOOD, "site-verification=1"]})
    assert (seen.state, codes(seen)) == (State.VALID, ["dmarc_other_text"])


@pytest.mark.statement("12.3")
def test_spf_text_at_the_name_betrays_a_wildcard() -> None:
    seen = inspected({"example.com": ["v=spf1 -all"]})
    assert (seen.state, codes(seen)) == (State.MISSING, ["dmarc_wildcard_text", "dmarc_missing"])


@pytest.mark.statement("1.2")
def test_a_record_that_is_spelled_wrong_is_told_so() -> None:
    seen = inspected({"example.com": ["v=dmarc1; p=reject"]})
    assert (seen.state, codes(seen)) == (State.INVALID, ["dmarc_version_case", "dmarc_missing"])


def test_nothing_anywhere_is_missing() -> None:
    seen = inspected({})
    assert (seen.state, codes(seen), seen.effective_policy) == (State.MISSING, ["dmarc_missing"], None)
    assert [step.query for step in seen.walk] == ["_dmarc.example.com", "_dmarc.com"]


def test_a_record_may_be_inherited() -> None:
    seen = inspected({"example.com": [GOOD]}, domain="a.example.com")
    assert (seen.state, seen.query, seen.records) == (State.VALID, "_dmarc.example.com", (GOOD,))
    assert seen.effective_policy == "reject"
    assert codes(seen) == ["dmarc_inherited", "dmarc_suffix_list_differs"]


@pytest.mark.statement("1.8")
def test_sp_and_np_below_the_organization_have_no_effect() -> None:
    published = {"mail.example.com": [GOOD + "; sp=reject"], "example.com": [GOOD]}
    seen = inspected(published, domain="mail.example.com")
    idle = [finding for finding in seen.findings if finding.code == "dmarc_subdomain_policy_idle"]
    assert [finding.subject for finding in idle] == ["sp", "np"]
    assert "dmarc_subdomain_policy_idle" not in codes(own(GOOD + "; sp=reject"))
    suffix = {"bank.example": ["v=DMARC1; p=none; sp=reject; psd=y"]}
    assert "dmarc_subdomain_policy_idle" not in codes(inspected(suffix, domain="bank.example"))


@pytest.mark.statement("1.9")
def test_np_under_a_wildcard_has_no_effect() -> None:
    assert codes(own(GOOD, {("*.example.com", "A"): ["192.0.2.1"]})) == ["dmarc_np_idle"]
    assert codes(own(GOOD, {("*.example.com", "MX"): ["10 mx.example.net"]})) == ["dmarc_np_idle"]
    assert codes(own(GOOD, {("*.example.com", "A"): FAILED})) == []


@pytest.mark.statement("1.9")
def test_a_missing_np_is_pointed_out_where_it_would_help() -> None:
    text = "v=DMARC1; p=quarantine; rua=mailto:a@example.com"
    assert codes(own(text)) == ["dmarc_np_absent"]
    assert codes(own(text, {("*.example.com", "A"): ["192.0.2.1"]})) == []


@pytest.mark.statement("1.10")
def test_a_rehearsal_lowers_what_applies() -> None:
    seen = own(GOOD + "; t=y")
    assert (seen.policy, seen.effective_policy, seen.testing) == ("quarantine", "none", True)
    assert "dmarc_testing" in codes(seen)
    assert "dmarc_suffix_list_differs" in codes(seen)


@pytest.mark.statement("1.6")
def test_obsolete_tags_are_reported_and_shown() -> None:
    seen = own(GOOD + "; pct=50; ri=3600")
    assert (seen.state, codes(seen)) == (State.VALID, ["dmarc_pct", "dmarc_obsolete_tag"])
    assert [tag.name for tag in seen.tags if tag.obsolete] == ["pct", "ri"]


@pytest.mark.statement("1.16")
def test_a_failed_query_is_never_a_missing_record() -> None:
    seen = inspected({"example.com": FAILED})
    assert (seen.state, codes(seen)) == (State.ERROR, ["dns_error"])
    above = inspected({"example.com": FAILED}, domain="a.example.com")
    assert (above.state, above.effective_policy) == (State.ERROR, None)


@pytest.mark.statement("1.16")
def test_a_failure_above_an_own_record_changes_no_verdict() -> None:
    seen = inspected({"example.com": [GOOD], "com": FAILED})
    assert (seen.state, seen.effective_policy) == (State.VALID, "quarantine")
    assert (seen.organizational_domain, codes(seen)[0]) == (None, "dmarc_organization_unknown")


@pytest.mark.statement("1.9", "1.16")
def test_whether_sp_or_np_applies_may_be_open() -> None:
    seen = inspected({"example.com": [GOOD]}, {("a.example.com", "MX"): FAILED}, "a.example.com")
    assert (seen.state, "dmarc_existence_unknown" in codes(seen)) == (State.ERROR, True)


@pytest.mark.statement("1.18")
def test_deep_names_need_their_own_record() -> None:
    deep = "a.b.c.d.e.f.g.example.com"
    assert "dmarc_deep_name" in codes(inspected({"example.com": [GOOD]}, domain=deep))
    assert "dmarc_deep_name" in codes(inspected({}, domain=deep))
    assert "dmarc_deep_name" not in codes(inspected({deep: [GOOD]}, domain=deep))
    assert "dmarc_deep_name" not in codes(inspected({"example.com": [GOOD]}, domain=deep[2:]))


@pytest.mark.statement("1.18")
def test_a_public_suffix_must_say_that_it_is_one() -> None:
    record = "v=DMARC1; p=none; rua=mailto:a@example.com"
    assert "dmarc_suffix_without_psd" in codes(inspected({"co.uk": [record]}, domain="co.uk"))
    seen = codes(inspected({"co.uk": [record + "; psd=y; ruf=mailto:f@example.com"]}, domain="co.uk"))
    assert "dmarc_suffix_without_psd" not in seen
    assert "dmarc_suffix_ruf" in seen


@pytest.mark.statement("1.19")
def test_psd_n_is_recommended_below_a_parent_with_a_record() -> None:
    published = {"example.co.uk": [GOOD], "co.uk": ["v=DMARC1; p=none"]}
    seen = inspected(published, domain="example.co.uk")
    (finding,) = [found for found in seen.findings if found.code == "dmarc_claimed_by_parent"]
    assert "psd=n" in finding.advice
    said = inspected(published | {"example.co.uk": [GOOD + "; psd=n"]}, domain="example.co.uk")
    assert (said.organizational_domain, "dmarc_claimed_by_parent" in codes(said)) == ("example.co.uk", False)
    suffix = published | {"co.uk": ["v=DMARC1; p=none; psd=y"]}
    assert "dmarc_claimed_by_parent" not in codes(inspected(suffix, domain="example.co.uk"))


@pytest.mark.statement("2.13")
def test_the_view_by_suffix_list_stands_beside() -> None:
    published = {"b.example.com": ["v=DMARC1; p=reject; psd=n"], "example.com": [GOOD]}
    seen = inspected(published, domain="a.b.example.com")
    assert (seen.organizational_domain, seen.policy_domain) == ("b.example.com", "b.example.com")
    assert seen.suffix_list is not None
    assert (seen.suffix_list.organizational_domain, seen.suffix_list.policy_domain) == (
        "example.com",
        "example.com",
    )
    assert "dmarc_suffix_list_differs" in codes(seen)


@pytest.mark.statement("1.1")
def test_an_alias_that_leads_to_a_record_is_healthy() -> None:
    alias = {("_dmarc.example.com", "CNAME"): ["x.hosted.example"], ("x.hosted.example", "TXT"): [GOOD]}
    seen = inspected({}, alias)
    assert (seen.state, seen.findings) == (State.VALID, ())
    assert seen.cname is not None
    assert (seen.cname.target, seen.cname.resolves, seen.cname.beside_text) == (
        "x.hosted.example",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([], "dmarc_alias_dangling"),
        (["hello"], "dmarc_alias_without_record"),
        ([GOOD, GOOD], "dmarc_multiple_records"),
    ],
)
def test_an_alias_that_leads_to_none_is_an_error(texts: Any, code: str) -> None:
    alias = {("_dmarc.example.com", "CNAME"): ["x.hosted.example"], ("x.hosted.example", "TXT"): texts}
    seen = inspected({}, alias)
    assert (seen.state, code in codes(seen)) == (State.INVALID, True)
    assert seen.cname is not None
    assert seen.cname.resolves is False


def test_an_alias_whose_end_is_not_known_stays_open() -> None:
    seen = inspected({"example.com": FAILED}, {("_dmarc.example.com", "CNAME"): ["x.hosted.example"]})
    assert seen.cname is not None
    assert (seen.state, seen.cname.resolves) == (State.ERROR, None)


def test_text_beside_an_alias_is_an_error() -> None:
    seen = own(GOOD, {("_dmarc.example.com", "CNAME"): ["x.hosted.example"]})
    assert (seen.state, codes(seen)) == (State.INVALID, ["dmarc_alias_beside_text"])


@pytest.mark.statement("3.8")
def test_destinations_are_judged_and_do_not_spoil_the_record() -> None:
    seen = own(GOOD + ", mailto:b@reports.example.net")
    assert [one.authorization.value for one in seen.destinations] == ["not_needed", "unauthorized"]
    assert (seen.state, codes(seen)) == (State.VALID, ["destination_not_authorized"])


def test_two_rounds_do() -> None:
    dns = FakeDns(zone({"example.com": [GOOD + ", mailto:b@reports.example.net"]}))
    drive(inspect_dmarc("a.example.com"), dns)
    assert dns.rounds == 2


def test_tags_are_shown_with_their_defaults() -> None:
    tags = {tag.name: tag for tag in own("v=DMARC1; p=quarantine; aspf=s").tags}
    assert (tags["aspf"].value, tags["aspf"].explicit, tags["aspf"].default) == ("s", True, "r")
    assert (tags["np"].value, tags["np"].explicit) == ("quarantine", False)
    assert all(tag.description for tag in tags.values())


def test_a_text_is_validated_without_the_dns() -> None:
    seen = validate_dmarc("v=DMARC1; p=reject; t=y; rua=mailto:a@example.com", "example.com")
    assert (seen.state, seen.policy, seen.effective_policy) == (State.VALID, "reject", "quarantine")
    assert (seen.query, seen.policy_domain) == ("_dmarc.example.com", "example.com")
    assert validate_dmarc("hello").state is State.INVALID
    assert validate_dmarc("v=DMARC1; p=none").query == ""


@given(st.lists(st.text(max_size=60) | st.text("v=DMARC1; ptsnrua:@", max_size=60), max_size=3))
def test_no_record_upsets_it(texts: Any) -> None:
    inspected({"example.com": texts})
    for text in texts:
        validate_dmarc(text)
