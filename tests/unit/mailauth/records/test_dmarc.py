from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.findings import Severity
from shared.mailauth.records.dmarc import DmarcRecord, Processing, is_dmarc, lowered, parse

REPORTS = "rua=mailto:dmarc@example.com"


def codes(record: DmarcRecord) -> set[str]:
    return {finding.code for finding in record.findings}


@pytest.mark.statement("1.2")
@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("v=DMARC1; p=none", True),
        ("v=DMARC1", True),
        ("v=DMARC1;", True),
        ("V=DMARC1;p=none;", True),
        ("v = DMARC1 ; p = none", True),
        ("v=dmarc1; p=none", False),
        ("v=DMARC1p=none", False),
        ("v=DMARC12; p=none", False),
        (" v=DMARC1; p=none", False),
        ("p=none; v=DMARC1", False),
        ("v=spf1 -all", False),
        ("", False),
    ],
)
def test_a_record_begins_with_its_version_in_capitals(text: str, counts: bool) -> None:
    assert is_dmarc(text) is counts
    assert parse(text).is_record is counts


@pytest.mark.statement("1.2")
def test_a_version_in_small_letters_is_named_as_the_fault() -> None:
    text = "v=dmarc1; p=none"
    found = parse(text)
    assert codes(found) == {"dmarc_version_case"}
    assert text[found.findings[0].start : found.findings[0].end] == "dmarc1"


@pytest.mark.statement("1.4", "1.5")
def test_faults_cost_the_tag_and_not_the_record() -> None:
    found = parse(f"v=DMARC1; p=reject; garbage; adkim=x; ;sp=quarantine; {REPORTS}; t=perhaps; psd=maybe")
    assert (found.p, found.sp, found.adkim, found.testing, found.psd) == (
        "reject",
        "quarantine",
        "r",
        False,
        "u",
    )
    assert found.processing is Processing.AS_PUBLISHED
    assert {"dmarc_syntax", "dmarc_bad_value"} <= codes(found)


@pytest.mark.statement("1.4")
def test_values_are_printable_ascii() -> None:
    assert "dmarc_bad_character" in codes(parse("v=DMARC1; p=none; rua=mailto:d\xe9@example.com"))


@pytest.mark.statement("1.5")
def test_unknown_tags_are_ignored_and_mentioned() -> None:
    found = parse(f"v=DMARC1; p=none; colour=blue; {REPORTS}")
    assert found.policy == "none"
    assert [f.severity for f in found.findings if f.code == "dmarc_unknown_tag"] == [Severity.INFO]


@pytest.mark.statement("1.6", "1.17")
@pytest.mark.parametrize(
    ("pct", "advice"), [("100", "Remove it"), ("0", "t=y"), ("50", "rehearse"), ("x", "rehearse")]
)
def test_historic_tags_are_read_and_change_nothing(pct: str, advice: str) -> None:
    found = parse(f"v=DMARC1; p=reject; pct={pct}; rf=afrf; ri=3600; {REPORTS}")
    assert found.policy == "reject"
    assert {f.subject for f in found.findings if f.code == "dmarc_obsolete_tag"} == {"rf", "ri"}
    [about_pct] = [f for f in found.findings if f.code == "dmarc_pct"]
    assert advice in about_pct.advice


@pytest.mark.statement("1.7", "1.14")
@pytest.mark.parametrize(
    ("tags", "processing", "policy"),
    [
        (f"{REPORTS}", Processing.AS_NONE, "none"),
        ("", Processing.IGNORED, None),
        ("rua=nonsense", Processing.IGNORED, None),
        ("p=block", Processing.IGNORED, None),
        (f"p=block; {REPORTS}", Processing.AS_NONE, "none"),
        (f"p=reject; sp=block; {REPORTS}", Processing.AS_NONE, "none"),
        (f"p=reject; np=block; {REPORTS}", Processing.AS_NONE, "none"),
        ("p=reject; np=block", Processing.IGNORED, None),
        ("p=reject", Processing.AS_PUBLISHED, "reject"),
    ],
)
def test_without_a_good_policy_only_reports_keep_the_record_alive(
    tags: str, processing: Processing, policy: str | None
) -> None:
    found = parse(f"v=DMARC1; {tags}")
    assert (found.processing, found.policy) == (processing, policy)
    assert ("dmarc_no_effect" in codes(found)) is (processing is Processing.IGNORED)


@pytest.mark.statement("1.7")
def test_the_policy_need_not_be_second() -> None:
    found = parse(f"v=DMARC1; {REPORTS}; p=quarantine")
    assert found.policy == "quarantine"
    assert "dmarc_policy_not_second" in codes(found)
    assert "dmarc_policy_not_second" not in codes(parse(f"v=DMARC1; p=quarantine; {REPORTS}"))


@pytest.mark.statement("1.8", "1.9")
def test_subdomain_policies_default_to_the_next_broader_one() -> None:
    def policies(tags: str) -> tuple[str | None, str | None, str | None]:
        found = parse(f"v=DMARC1; {tags}")
        return found.policy, found.subdomain_policy, found.nonexistent_policy

    assert policies("p=reject") == ("reject", "reject", "reject")
    assert policies("p=none; sp=quarantine") == ("none", "quarantine", "quarantine")
    assert policies("p=none; sp=quarantine; np=reject") == ("none", "quarantine", "reject")
    assert policies("p=none; np=reject") == ("none", "none", "reject")


@pytest.mark.statement("1.10")
def test_testing_takes_the_policy_one_step_down() -> None:
    found = parse("v=DMARC1; p=reject; sp=quarantine; np=none; t=Y")
    assert found.testing
    assert [found.applied(p) for p in (found.policy, found.subdomain_policy, found.nonexistent_policy)] == [
        "quarantine",
        "none",
        "none",
    ]
    assert lowered("none") == "none"
    assert parse("v=DMARC1; p=reject").applied("reject") == "reject"


@pytest.mark.statement("1.11")
@pytest.mark.parametrize(
    ("tag", "psd"), [("", "u"), ("psd=y", "y"), ("psd=N", "n"), ("psd=u", "u"), ("psd=x", "u")]
)
def test_psd_is_undecided_unless_said(tag: str, psd: str) -> None:
    assert parse(f"v=DMARC1; p=none; {tag}").psd == psd


@pytest.mark.statement("1.12")
@pytest.mark.parametrize(
    ("fo", "options"),
    [
        ("1", ("1",)),
        ("1:d:s", ("1", "d", "s")),
        ("D : S", ("d", "s")),
        ("0:1", ("0",)),
        ("d:d", ("0",)),
        ("2", ("0",)),
        ("", ("0",)),
    ],
)
def test_failure_options(fo: str, options: tuple[str, ...]) -> None:
    found = parse(f"v=DMARC1; p=none; {REPORTS}; ruf=mailto:f@example.com; fo={fo}")
    assert found.fo == options
    assert ("dmarc_bad_value" in codes(found)) is (options == ("0",))


@pytest.mark.statement("1.12")
def test_failure_options_without_ruf_are_ignored() -> None:
    found = parse(f"v=DMARC1; p=none; {REPORTS}; fo=1; adkim=S; aspf=s")
    assert (found.fo, found.adkim, found.aspf) == (("0",), "s", "s")
    assert "dmarc_fo_without_ruf" in codes(found)


@pytest.mark.statement("1.13")
def test_uris_are_split_before_they_are_decoded() -> None:
    found = parse(
        "v=DMARC1; p=none; rua=mailto:a%2Cb@Example.com , mailto:big@example.net!10m,"
        "https://collect.example/x,mailto:a%21b@example.org,ftp:x,nothing"
    )
    assert [uri.address for uri in found.rua] == [
        "a,b@Example.com",
        "big@example.net",
        "",
        "a!b@example.org",
        "",
        "",
    ]
    assert [uri.host for uri in found.rua][:4] == [
        "example.com",
        "example.net",
        "collect.example",
        "example.org",
    ]
    assert [uri.size_limit for uri in found.rua][1] == "10m"
    assert [uri.valid for uri in found.rua] == [True, True, True, True, True, False]
    assert {"dmarc_size_limit", "dmarc_unsupported_scheme", "dmarc_bad_uri", "dmarc_many_uris"} <= codes(
        found
    )


@pytest.mark.statement("1.15")
def test_values_other_than_the_version_are_not_case_sensitive() -> None:
    found = parse("v=DMARC1; P=Reject; sp=QUARANTINE; Psd=N")
    assert (found.p, found.sp, found.psd) == ("reject", "quarantine", "n")


@pytest.mark.statement("1.18")
def test_a_suffix_should_not_ask_for_failure_reports() -> None:
    assert "dmarc_suffix_ruf" in codes(parse("v=DMARC1; p=none; psd=y; ruf=mailto:f@example"))


@pytest.mark.statement("1.20")
@pytest.mark.parametrize("policy", ["none", "quarantine", "reject"])
def test_no_text_calls_reject_mandatory(policy: str) -> None:
    found = parse(f"v=DMARC1; p={policy}; {REPORTS}")
    assert not [f for f in found.findings if f.severity is not Severity.INFO]
    assert policy != "quarantine" or found.findings == ()
    assert policy != "reject" or "mailing lists" in found.findings[0].message


def test_weaker_policies_below_are_named() -> None:
    found = parse(f"v=DMARC1; p=reject; sp=none; np=quarantine; {REPORTS}")
    assert [f.subject for f in found.findings if f.code == "dmarc_weaker_subdomain_policy"] == [
        "sp=none",
        "np=quarantine",
    ]


@given(st.one_of(st.text(max_size=120), st.text(max_size=120).map("v=DMARC1;p=none;".__add__)))
def test_any_text_is_read(text: str) -> None:
    for finding in parse(text).findings:
        assert finding.start is None or 0 <= finding.start <= (finding.end or 0) <= len(text)


@given(
    p=st.sampled_from(["none", "quarantine", "reject"]),
    rest=st.lists(
        st.sampled_from(["sp=none", "np=reject", "t=y", "adkim=s", "psd=n", REPORTS, "x=y", "fo=1"]),
        unique=True,
    ),
    separator=st.sampled_from([";", "; ", " ; ", ";\t"]),
)
def test_order_and_space_do_not_matter(p: str, rest: list[str], separator: str) -> None:
    tags = [f"p={p}", *rest]
    one = parse(separator.join(["v=DMARC1", *tags]))
    other = parse("; ".join(["v=DMARC1", *reversed(tags)]) + ";")
    for name in ("p", "sp", "np", "testing", "adkim", "psd", "processing"):
        assert getattr(one, name) == getattr(other, name)
