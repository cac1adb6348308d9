from __future__ import annotations

import pytest

from shared.mailauth.findings import Severity
from shared.mailauth.records.spf import MECHANISMS, QUALIFIERS, Mechanism, SpfRecord, is_spf, parse


def only(record: SpfRecord) -> Mechanism:
    (mechanism,) = record.mechanisms
    return mechanism


def found(text: str) -> list[tuple[str, str]]:
    """Code and subject of each finding, having seen that its place is that of its subject."""
    record = parse(text)
    for finding in record.findings:
        if finding.start is not None and finding.code not in ("not_an_spf_record", "spf_long_record"):
            assert text[finding.start : finding.end] == finding.subject
    return [(finding.code, finding.subject) for finding in record.findings]


@pytest.mark.statement("9.1")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1", True),
        ("v=spf1 ", True),
        ("v=spf1 -all", True),
        ("V=SpF1 -all", True),
        ("", False),
        ("v=spf", False),
        ("v=spf1-all", False),
        ("v=spf10", False),
        ("v=spf1\t-all", False),
        ("v=spf1\n", False),
        ("v=spf1\xa0-all", False),
        (" v=spf1", False),
        ("v = spf1 -all", False),
        ("v=\u017fpf1", False),
        ("spf2.0/pra -all", False),
        ("v=DMARC1; p=none", False),
    ],
)
def test_which_texts_are_records(text: str, expected: bool) -> None:
    assert is_spf(text) is expected


@pytest.mark.parametrize("text", ["", "hello", "v=spf10 -all", "spf2.0/pra ~all"])
def test_another_text_is_no_record(text: str) -> None:
    record = parse(text)
    assert not record.valid
    assert record.findings[0].code == "not_an_spf_record"
    assert (record.findings[0].start, record.findings[0].end) == (0, len(text))


@pytest.mark.statement("9.3")
@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize(("sign", "result"), [("", "pass"), *QUALIFIERS.items()])
def test_every_mechanism_takes_every_qualifier(name: str, sign: str, result: str) -> None:
    argument = {"include": ":i.example", "exists": ":i.example", "ip4": ":192.0.2.1", "ip6": ":2001:db8::"}
    text = f"{sign}{name.upper()}{argument.get(name, '')}"
    mechanism = only(parse(f"v=spf1  {text}"))
    assert (mechanism.name, mechanism.result, mechanism.text) == (name, result, text)
    assert mechanism.qualifier == (sign or "+")
    assert mechanism.span == (8, 8 + len(text))


@pytest.mark.statement("9.3")
@pytest.mark.parametrize(
    ("term", "value", "prefix4", "prefix6"),
    [
        ("a", "", 32, 128),
        ("a/0", "", 0, 128),
        ("a//0", "", 32, 0),
        ("a/24//64", "", 24, 64),
        ("a:h.example", "h.example", 32, 128),
        ("a:h.example/32//128", "h.example", 32, 128),
        ("a:h.example//48", "h.example", 32, 48),
        ("a:x/8.h.example/9", "x/8.h.example", 9, 128),
        ("mx/31", "", 31, 128),
        ("mx:%{d}/20//40", "%{d}", 20, 40),
        ("mx:%{l/}", "%{l/}", 32, 128),
        ("ptr", "", 32, 128),
        ("ptr:H.example", "H.example", 32, 128),
        ("exists:%{i}._spf.%{d2}", "%{i}._spf.%{d2}", 32, 128),
        ("include:i.example.", "i.example.", 32, 128),
        ("ip4:192.0.2.1", "192.0.2.1", 32, 128),
        ("ip4:192.0.2.0/9", "192.0.2.0", 9, 128),
        ("ip6:2001:DB8::/100", "2001:DB8::", 32, 100),
        ("ip6:::1", "::1", 32, 128),
        ("ip6:::ffff:192.0.2.1/0", "::ffff:192.0.2.1", 32, 0),
        ("all", "", 32, 128),
    ],
)
def test_arguments(term: str, value: str, prefix4: int, prefix6: int) -> None:
    mechanism = only(parse(f"v=spf1 {term}"))
    assert (mechanism.value, mechanism.prefix4, mechanism.prefix6) == (value, prefix4, prefix6)


@pytest.mark.statement("9.3")
@pytest.mark.parametrize(
    "term",
    [
        "a:",
        "a/33",
        "a//129",
        "a/024",
        "a/1/2",
        "mx:x",
        "ptr/8",
        "ip4:1.2.3",
        "ip4:1.2.3.04",
        "ip4:1.2.3.4/",
        "ip6",
        "ip6:1::2::3",
        "ip6:::1/129",
        "include",
        "include:",
        "include:x.example/8",
        "exists",
        "all:x.example",
        "a.example",
        "ip4.192.0.2.1",
    ],
)
def test_arguments_that_break_the_record(term: str) -> None:
    record = parse(f"v=spf1 ip4:192.0.2.1 {term} -all")
    assert not record.valid
    assert [finding.code for finding in record.findings] == ["spf_bad_argument"]
    assert (record.findings[0].start, record.findings[0].end) == (21, 21 + len(term))


@pytest.mark.statement("9.2")
@pytest.mark.parametrize("term", ["ipv4:192.0.2.1", "-", "--all", "all1.2", "!all", "\x96all", "%{d}", ":x"])
def test_unknown_mechanisms_break_the_record(term: str) -> None:
    assert found(f"v=spf1 {term} -all") == [("spf_unknown_mechanism", term)]
    assert not parse(f"v=spf1 {term} -all").valid


@pytest.mark.statement("9.2")
def test_every_mistake_is_found_in_its_place() -> None:
    text = "v=spf1  ipv4:192.0.2.1  a/40 foo=% redirect=x -all"
    assert found(text) == [
        ("spf_unknown_mechanism", "ipv4:192.0.2.1"),
        ("spf_bad_argument", "a/40"),
        ("spf_bad_modifier", "foo=%"),
        ("spf_bad_modifier", "redirect=x"),
    ]


@pytest.mark.statement("9.2")
def test_unknown_modifiers_are_only_mentioned() -> None:
    record = parse("v=spf1 Note=a:b/c x-y_z.0= ip4=192.0.2.1 -all")
    assert record.valid
    assert [modifier.name for modifier in record.modifiers] == ["note", "x-y_z.0", "ip4"]
    assert [modifier.value for modifier in record.modifiers] == ["a:b/c", "", "192.0.2.1"]
    assert {(finding.code, finding.severity) for finding in record.findings} == {
        ("spf_unknown_modifier", Severity.INFO)
    }


@pytest.mark.statement("9.15")
def test_modifiers_for_failure_reports_are_known() -> None:
    record = parse("v=spf1 ra=postmaster rp=100 rr=all -all")
    assert record.valid
    assert record.findings == ()


@pytest.mark.statement("9.9")
@pytest.mark.parametrize("name", ["redirect", "exp"])
def test_redirect_and_exp_are_there_once(name: str) -> None:
    text = f"v=spf1 {name}=a.example ip4:192.0.2.1 {name.upper()}=b.example"
    assert ("spf_repeated_modifier", f"{name.upper()}=b.example") in found(text)
    assert not parse(text).valid


@pytest.mark.statement("9.9")
def test_all_makes_redirect_void() -> None:
    record = parse("v=spf1 redirect=a.example -all")
    assert record.valid
    assert record.redirect is None
    assert found(record.text) == [("spf_void_redirect", "redirect=a.example")]
    alone = parse("v=spf1 a redirect=a.example")
    assert alone.redirect is not None
    assert (alone.redirect.value, alone.redirect.span) == ("a.example", (9, 27))
    assert alone.findings == ()


@pytest.mark.statement("9.10")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v=spf1 a", [("spf_no_all", "all", "warning")]),
        ("v=spf1", [("spf_no_all", "all", "warning")]),
        ("v=spf1 +all", [("spf_pass_all", "+all", "error")]),
        ("v=spf1 all", [("spf_pass_all", "all", "error")]),
        ("v=spf1 ?all", [("spf_neutral_all", "?all", "warning")]),
        ("v=spf1 ~all", []),
        ("v=spf1 -all", []),
        ("v=spf1 redirect=a.example", []),
        ("v=spf1 -all mx a", [("spf_after_all", "mx", "warning"), ("spf_after_all", "a", "warning")]),
        ("v=spf1 -all +all", [("spf_after_all", "+all", "warning")]),
        ("v=spf1 -all exp=why.example", []),
    ],
)
def test_how_a_record_ends(text: str, expected: list[tuple[str, str, str]]) -> None:
    record = parse(text)
    assert record.valid
    assert [(each.code, each.subject, each.severity) for each in record.findings] == expected


@pytest.mark.statement("9.10")
def test_no_advice_on_a_broken_record() -> None:
    assert found("v=spf1 ptr a,mx +all ip4:192.0.2.1") == [("spf_bad_argument", "a,mx")]


@pytest.mark.statement("9.11")
def test_ptr_should_not_be_used() -> None:
    assert found("v=spf1 ptr -PTR:h.example -all") == [("spf_ptr", "ptr"), ("spf_ptr", "-PTR:h.example")]
    assert parse("v=spf1 ptr -all").valid


@pytest.mark.statement("9.12")
@pytest.mark.parametrize(
    ("term", "dynamic"),
    [
        ("a", False),
        ("a:h.example", False),
        ("a:h.%{d}", False),
        ("a:h.%{o}", True),
        ("mx:%{d2}", False),
        ("mx:%{h}", True),
        ("include:%{i}.example", True),
        ("include:i.example", False),
        ("exists:x.example", True),
        ("ptr", True),
        ("ip4:192.0.2.1", False),
        ("all", False),
    ],
)
def test_terms_that_differ_from_mail_to_mail(term: str, dynamic: bool) -> None:
    assert only(parse(f"v=spf1 {term}")).is_dynamic is dynamic


@pytest.mark.statement("9.4")
def test_which_mechanisms_ask() -> None:
    record = parse("v=spf1 a mx ptr exists:x.example include:i.example ip4:192.0.2.1 ip6:::1 all")
    assert [each.name for each in record.mechanisms if each.queries] == [
        "a",
        "mx",
        "ptr",
        "exists",
        "include",
    ]


def test_long_records_are_mentioned() -> None:
    text = f"v=spf1{' ip4:192.0.2.1' * 40} -all"
    (finding,) = parse(text).findings
    assert (finding.code, finding.severity, finding.start, finding.end) == (
        "spf_long_record",
        "info",
        450,
        len(text),
    )
