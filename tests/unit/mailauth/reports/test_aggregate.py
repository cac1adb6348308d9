from __future__ import annotations

import codecs
import tracemalloc
from collections.abc import Iterator

import pytest

from shared.mailauth.reports import records
from shared.mailauth.reports.aggregate import read_aggregate
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason
from shared.mailauth.reports.values import (
    AuthResults,
    DkimAuth,
    Evaluated,
    Identifiers,
    Kind,
    Override,
    Row,
    SpfAuth,
)

from .aggregate_xml import DECLARATION, METADATA, POLICY, RECORD, REPORT, feedback, read, reason, refused

EXAMPLE_ROW = Row(
    "192.0.2.1",
    3,
    Evaluated("none", "pass", "fail"),
    Identifiers("example.com"),
    AuthResults(
        (DkimAuth("example.com", "s1", "pass"),),
        (SpfAuth("bounce.example.net", "mfrom", "pass"),),
    ),
)


def with_record(*changes: tuple[str, str]) -> str:
    record = RECORD
    for old, new in changes:
        assert old in record
        record = record.replace(old, new)
    return DECLARATION + feedback(METADATA, POLICY, record)


def test_a_report_of_rfc_7489() -> None:
    result = read(REPORT)
    report = result.report
    assert result.rows == [EXAMPLE_ROW]
    assert report.kind is Kind.AGGREGATE
    assert (report.org_name, report.email) == ("receiver.example", "dmarc@receiver.example")
    assert (report.report_id, report.begin, report.end) == ("r-1", 1772323200, 1772409599)
    assert (report.policy.domain, report.policy.p, report.policy.sp) == ("example.com", "reject", "none")
    assert (report.policy.pct, report.policy.np, report.policy.testing) == ("100", None, None)
    assert (report.rows, report.bad_rows, report.messages, report.dmarc_pass) == (1, 0, 3, 3)
    assert (report.version, report.namespace, report.generator) == (None, None, None)
    assert report.deviations == ()


def test_a_report_of_rfc_9990() -> None:
    metadata = METADATA.replace(
        "</email>", '</email><extra_contact_info lang="de">Hilfe</extra_contact_info>'
    )
    metadata = metadata.replace("</report_metadata>", "<generator>g 1.0</generator></report_metadata>")
    policy = POLICY.replace(
        "<pct>100</pct>",
        "<np>quarantine</np><fo>1:d</fo><testing>y</testing><discovery_method>treewalk</discovery_method>",
    )
    evaluated = """<disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf><reason>\
<type>policy_test_mode</type><comment lang="en">t=y</comment></reason>"""
    record = RECORD.replace("<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>", evaluated)
    record = record.replace("</record>", '<x:trace xmlns:x="urn:x"><x:record>1</x:record></x:trace></record>')
    root = 'feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0" xmlns:x="urn:x"'
    extension = "<extension><x:score>7</x:score></extension>"
    result = read(feedback("<version>1.0</version>", metadata, policy, extension, record, root=root))
    report = result.report
    assert report.namespace == "urn:ietf:params:xml:ns:dmarc-2.0"
    assert (report.version, report.generator, report.extra_contact_info) == ("1.0", "g 1.0", "Hilfe")
    assert (report.policy.np, report.policy.testing) == ("quarantine", "y")
    assert report.policy.discovery_method == "treewalk"
    assert result.rows[0].evaluated == Evaluated(
        "pass", "pass", "fail", (Override("policy_test_mode", "t=y"),)
    )
    assert report.deviations == ()


@pytest.mark.statement("2.12")
@pytest.mark.parametrize("method", ["psl", "treewalk"])
def test_alignment_is_as_the_reporter_found_it_whatever_the_method(method: str) -> None:
    """A key of a name that the tree walk keeps apart counts as aligned if the report says so."""
    policy = POLICY.replace("<pct>100</pct>", f"<discovery_method>{method}</discovery_method>")
    record = RECORD.replace("<dkim><domain>example.com", "<dkim><domain>elsewhere.example")
    result = read(feedback(METADATA, policy, record))
    assert result.report.policy.discovery_method == method
    assert result.rows[0].evaluated == Evaluated("none", "pass", "fail")
    assert result.rows[0].auth.dkim[0].domain == "elsewhere.example"
    assert result.report.dmarc_pass == 3


@pytest.mark.parametrize("prefix", ["d", "ns0"])
def test_prefixed_names(prefix: str) -> None:
    text = feedback(METADATA, POLICY, RECORD, RECORD)
    text = text.replace("</", f"</{prefix}:").replace("<", f"<{prefix}:").replace(f"<{prefix}:/", "</")
    text = text.replace(f"<{prefix}:feedback>", f'<{prefix}:feedback xmlns:{prefix}="urn:n">')
    result = read(text)
    assert result.rows == [EXAMPLE_ROW] * 2
    assert result.report.namespace == "urn:n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunks_of_any_size(size: int) -> None:
    data = (DECLARATION + feedback(METADATA, POLICY, *[RECORD] * 5)).encode()
    assert read(data[at : at + size] for at in range(0, len(data), size)).rows == [EXAMPLE_ROW] * 5


def test_equal_rows_share_what_they_say() -> None:
    rows = read(feedback(METADATA, POLICY, *[RECORD] * 4)).rows
    assert rows[1].evaluated is rows[3].evaluated
    assert rows[1].auth is rows[3].auth


@pytest.mark.parametrize(
    ("written", "read_as", "codes"),
    [
        ("198.51.100.7", "198.51.100.7", []),
        ("198.051.100.007", "198.51.100.7", []),
        (" 198.51.100.7\n", "198.51.100.7", []),
        ("2001:DB8:0:0::1", "2001:db8::1", []),
        ("[2001:db8::1]", "2001:db8::1", []),
        ("::ffff:198.51.100.7", "198.51.100.7", []),
        ("::FFFF:c633:6407", "198.51.100.7", []),
        ("mail.example.com", "mail.example.com", ["source_ip_not_an_address"]),
        ("1.2.3.4.5", "1.2.3.4.5", ["source_ip_not_an_address"]),
        ("256.1.1.1", "256.1.1.1", ["source_ip_not_an_address"]),
        ("", "", ["no_source_ip"]),
    ],
)
def test_source_addresses(written: str, read_as: str, codes: list[str]) -> None:
    result = read(with_record(("192.0.2.1", written)))
    assert result.rows[0].source_ip == read_as
    assert result.codes == codes


@pytest.mark.parametrize(
    ("written", "count", "codes"),
    [
        ("0", 0, ["odd_count"]),
        ("-4", 0, ["odd_count", "odd_count"]),
        ("007", 7, []),
        ("2.0", 2, ["odd_count"]),
        (" 12 ", 12, []),
        ("5000000000", 5_000_000_000, ["huge_count"]),
    ],
)
def test_odd_counts(written: str, count: int, codes: list[str]) -> None:
    result = read(with_record((">3<", f">{written}<")))
    assert [row.count for row in result.rows] == [count]
    assert set(result.codes) == set(codes)


@pytest.mark.parametrize("written", ["", "many", "1,000", "NaN", "9" * 17, "9" * 400, "0x10"])
def test_a_count_that_is_no_number_makes_a_bad_row(written: str) -> None:
    broken = RECORD.replace(">3<", f">{written}<")
    result = read(feedback(METADATA, POLICY, RECORD, broken, RECORD))
    assert (result.report.rows, result.report.bad_rows, result.report.messages) == (2, 1, 6)
    assert "bad_record" in result.codes


@pytest.mark.parametrize(
    ("written", "domain", "codes"),
    [
        ("Example.COM.", "example.com", ["trailing_dot"]),
        ("bücher.example", "xn--bcher-kva.example", ["u_label"]),
        ("BÜCHER.example.", "xn--bcher-kva.example", ["trailing_dot", "u_label"]),
        ("_spf.example.com", "_spf.example.com", []),
        ("user@example.com", "example.com", ["mailbox_for_domain"]),
        ("not a domain", "not a domain", []),
        ("\u2603\u200d." + "a" * 70 + "é", "\u2603\u200d." + "a" * 70 + "é", ["invalid_domain"]),
    ],
)
def test_domains(written: str, domain: str, codes: list[str]) -> None:
    result = read(with_record(("<header_from>example.com", f"<header_from>{written}")))
    assert result.rows[0].identifiers.header_from == domain
    assert result.codes == codes
    policy = POLICY.replace("example.com", written)
    assert read(feedback(METADATA, policy, RECORD)).report.policy.domain == domain


def test_absent_and_empty_envelopes_differ() -> None:
    assert read(REPORT).rows[0].identifiers.envelope_from is None
    empty = with_record(
        ("</header_from>", "</header_from><envelope_from/><envelope_to>b.example</envelope_to>")
    )
    assert read(empty).rows[0].identifiers == Identifiers("example.com", "", "b.example")


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("<dkim>pass</dkim>", "<dkim>PASS</dkim>", ["letter_case"]),
        ("<dkim>pass</dkim>", "<dkim> pass\n</dkim>", []),
        ("<disposition>none", "<disposition>None", ["letter_case"]),
        ("<domain>example.com</domain><selector>s1</selector>", "<domain>example.com</domain>", []),
    ],
)
def test_letter_case_and_blanks_do_not_matter(old: str, new: str, codes: list[str]) -> None:
    result = read(with_record((old, new)))
    assert result.rows[0].evaluated == EXAMPLE_ROW.evaluated
    assert result.codes == codes


@pytest.mark.parametrize(
    ("raw", "mapped"), [("unknown", "temperror"), ("Error", "permerror"), ("hardfail", "fail")]
)
def test_historic_results(raw: str, mapped: str) -> None:
    result = read(with_record(("<result>pass</result>", f"<result>{raw}</result>")))
    assert (result.rows[0].auth.dkim[0].result, result.rows[0].auth.spf[0].result) == (mapped, mapped)
    assert "historic_result" in result.codes


def test_missing_verdicts_stay_missing_and_do_not_pass() -> None:
    result = read(with_record(("<dkim>pass</dkim><spf>fail</spf></policy", "</policy")))
    assert result.rows[0].evaluated == Evaluated("none", None, None)
    assert result.report.dmarc_pass == 0
    assert result.codes == ["no_dkim_verdict", "no_spf_verdict"]


def test_a_verdict_that_is_neither_is_no_pass() -> None:
    result = read(with_record(("<dkim>pass</dkim><spf>", "<dkim>softfail</dkim><spf>")))
    assert result.rows[0].evaluated.dkim == "fail"
    assert "unknown_verdict" in result.codes


@pytest.mark.parametrize(
    ("written", "overrides", "codes"),
    [
        ("<reason/>", (), ["empty_reason"]),
        ("<reason><type/><comment/></reason>", (), ["empty_reason"]),
        ("<reason><type>Forwarded</type></reason>", (Override("forwarded"),), []),
        ("<reason><comment>c</comment></reason>", (Override("other", "c"),), ["override_without_type"]),
        ("<reason>because</reason>", (Override("other", "because"),), ["override_without_type"]),
        ("<reason><type>arc</type></reason>", (Override("other", "arc"),), ["unknown_override"]),
        (
            "<reason><type>arc</type><comment>c</comment></reason><reason><type>other</type></reason>",
            (Override("other", "c"), Override("other")),
            ["unknown_override"],
        ),
    ],
)
def test_override_reasons(written: str, overrides: tuple[Override, ...], codes: list[str]) -> None:
    result = read(with_record(("</policy_evaluated>", written + "</policy_evaluated>")))
    assert result.rows[0].evaluated.overrides == overrides
    assert result.codes == codes


@pytest.mark.parametrize("empty", ["<dkim/>", "<dkim></dkim>", "<dkim><domain/><result/></dkim>"])
def test_empty_results_are_left_out(empty: str) -> None:
    result = read(with_record(("<auth_results>", "<auth_results>" + empty)))
    assert result.rows == [EXAMPLE_ROW]
    assert result.codes == ["empty_dkim"]


def test_several_spf_and_dkim_results_are_kept() -> None:
    spf = "<spf><domain>h.example</domain><scope>HELO</scope><result>none</result></spf>"
    auth = read(with_record(("</auth_results>", spf + "</auth_results>"))).rows[0].auth
    assert auth.spf[1] == SpfAuth("h.example", "helo", "none")


def test_dkim_results_are_bounded() -> None:
    dkim = "<dkim><domain>d.example</domain><result>pass</result></dkim>"
    result = read(with_record(("<auth_results>", "<auth_results>" + dkim * 150)))
    assert len(result.rows[0].auth.dkim) == 100
    assert "too_many_dkim" in result.codes


def test_identities_stands_for_identifiers() -> None:
    result = read(with_record(("identifiers>", "identities>")))
    assert result.rows == [EXAMPLE_ROW]
    assert result.codes == ["identities_for_identifiers"]


def test_without_identifiers_the_policy_domain_stands_for_the_header_from() -> None:
    bare = RECORD.replace("<identifiers><header_from>example.com</header_from></identifiers>", "")
    result = read(feedback(METADATA, POLICY, bare))
    assert result.rows[0].identifiers == Identifiers("example.com")
    assert result.codes == ["no_header_from"]


@pytest.mark.parametrize(
    "broken", ["<record/>", "<record></record>", "<record><row/></record>", "<record>gone</record>"]
)
def test_a_bad_record_is_counted_and_the_report_goes_on(broken: str) -> None:
    result = read(feedback(METADATA, POLICY, RECORD, broken, RECORD))
    assert (result.report.rows, result.report.bad_rows) == (2, 1)
    assert result.codes == ["bad_record"]


def test_a_report_without_records() -> None:
    result = read(feedback(METADATA, POLICY))
    assert (result.report.rows, result.codes) == (0, ["no_records"])


def test_of_several_policies_the_first_counts() -> None:
    result = read(feedback(METADATA, POLICY, POLICY.replace("reject", "none"), RECORD))
    assert result.report.policy.p == "reject"
    assert result.codes == ["repeated_policy_published"]


def test_elements_in_another_order() -> None:
    result = read(feedback(RECORD, POLICY, RECORD, METADATA))
    assert result.rows == [EXAMPLE_ROW] * 2
    assert set(result.codes) == {"wrong_order"}


def test_the_order_within_an_element_is_free() -> None:
    record = RECORD.replace("<source_ip>192.0.2.1</source_ip><count>3</count>", "")
    record = record.replace(
        "</policy_evaluated>", "</policy_evaluated><count>3</count><source_ip>192.0.2.1</source_ip>"
    )
    assert read(feedback(METADATA, POLICY, record, record)).rows == [EXAMPLE_ROW] * 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<email>dmarc@receiver.example</email>", "", "no_email"),
        ("<report_id>r-1</report_id>", "<report_id/>", "no_report_id"),
    ],
)
def test_missing_metadata(old: str, new: str, code: str) -> None:
    assert read(feedback(METADATA.replace(old, new), POLICY, RECORD)).codes == [code]


def test_a_missing_organisation_is_the_domain_of_the_mailbox() -> None:
    result = read(feedback(METADATA.replace("<org_name>receiver.example", "<org_name>"), POLICY, RECORD))
    assert result.report.org_name == "receiver.example"
    assert result.codes == ["no_org_name"]


@pytest.mark.parametrize("report_id", ["1a6f$9f@host.example", "&lt;x!y!1!2@z&gt;", "a b  c", "x" * 900])
def test_the_report_id_is_opaque(report_id: str) -> None:
    text = feedback(METADATA.replace("r-1", report_id), POLICY, RECORD)
    expected = report_id.replace("&lt;", "<").replace("&gt;", ">")
    assert read(text).report.report_id == expected


def test_several_errors() -> None:
    metadata = METADATA.replace(
        "</report_metadata>", "<error>a</error><error/><error>b</error></report_metadata>"
    )
    assert read(feedback(metadata, POLICY, RECORD)).report.errors == ("a", "b")


@pytest.mark.parametrize(
    ("written", "begin", "codes"),
    [
        (" 1772323200 ", 1772323200, set()),
        ("1772323200.75", 1772323200, {"odd_time"}),
        ("1.7723232e9", 1772323200, {"odd_time"}),
        ("1772323200000", 1772323200, {"time_in_milliseconds"}),
        ("1772323200000000", 1772323200, {"time_in_milliseconds"}),
        ("2026-03-01T00:00:00Z", 1772323200, {"odd_time"}),
        ("2026-03-01 00:00:00", 1772323200, {"odd_time"}),
        ("2026-03-01T02:00:00+02:00", 1772323200, {"odd_time"}),
        ("1772409600", 1772409600, {"period_reversed"}),
        ("1772000000", 1772000000, {"long_period"}),
    ],
)
def test_times(written: str, begin: int, codes: set[str]) -> None:
    result = read(feedback(METADATA.replace("1772323200", written), POLICY, RECORD))
    assert result.report.begin == begin
    assert set(result.codes) == codes


@pytest.mark.parametrize("written", ["", "soon", "-5", "1e99", "9" * 18, "9" * 5000, "99999-01-01"])
def test_without_a_period_a_report_is_refused(written: str) -> None:
    metadata = METADATA.replace("<begin>1772323200", f"<begin>{written}")
    assert reason(feedback(metadata, POLICY, RECORD)) is Reason.NO_PERIOD


def test_without_metadata_a_report_is_refused() -> None:
    assert reason(feedback(POLICY, RECORD)) is Reason.NO_PERIOD


def test_a_missing_policy_domain_is_taken_from_rows_that_agree() -> None:
    policy = POLICY.replace("example.com", "")
    result = read(feedback(METADATA, policy, RECORD, RECORD))
    assert (result.report.policy.domain, result.report.policy.p) == ("example.com", "reject")
    assert "no_policy_domain" in result.codes
    assert read(feedback(METADATA, RECORD)).report.policy.domain == "example.com"


def test_a_missing_policy_domain_without_agreement() -> None:
    other = RECORD.replace("<header_from>example.com", "<header_from>example.net")
    for children in ([RECORD, other], [RECORD, RECORD, other], [], [RECORD, "<record/>"]):
        assert reason(feedback(METADATA, *children)) is Reason.NO_POLICY_DOMAIN


def test_the_number_of_rows_is_bounded() -> None:
    limits = Limits(rows=3)
    assert len(read(feedback(METADATA, POLICY, *[RECORD] * 3), limits).rows) == 3
    assert reason(feedback(METADATA, POLICY, *[RECORD] * 4), limits) is Reason.TOO_MANY_ROWS
    assert reason(feedback(METADATA, POLICY, *["<record/>"] * 4), limits) is Reason.TOO_MANY_ROWS


def test_the_list_of_deviations_is_bounded() -> None:
    records = (RECORD.replace("192.0.2.1", f"host{n}") for n in range(300))
    result = read(feedback(METADATA, POLICY, *records))
    assert len(result.codes) == 101
    assert result.codes[-1] == "more_deviations"


def test_cpu_time_is_bounded() -> None:
    seconds = iter(range(1000))
    meter = Meter(Limits(cpu=20.0), lambda: float(next(seconds)))
    document = feedback(METADATA, POLICY, *[RECORD] * 20_000).encode()
    with pytest.raises(Exception, match="CPU time") as caught:
        read_aggregate([document], lambda row: None, meter)
    assert getattr(caught.value, "reason", None) is Reason.TOO_EXPENSIVE


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("", Reason.EMPTY),
        (" \n\t", Reason.EMPTY),
        ("hello", Reason.NOT_A_REPORT),
        ("<html><body>no</body></html>", Reason.NOT_A_REPORT),
        ("<?xml version='1.0'?><invalid_root><data>x</data></invalid_root>", Reason.NOT_A_REPORT),
        ('{"report-id": 1}', Reason.NOT_A_REPORT),
        ("\x4c\xa7\x94\x93 \x6f", Reason.NOT_A_REPORT),
        ("<feedback/>", Reason.NO_PERIOD),
        ("<feedback></feedback>", Reason.NO_PERIOD),
    ],
)
def test_what_is_no_report(document: str, expected: Reason) -> None:
    assert reason(document) is expected


@pytest.mark.parametrize("cut", [1, 60, 300, 500, 900, 1200])
def test_a_truncated_report_is_refused_and_says_how_far_it_got(cut: int) -> None:
    text = DECLARATION + feedback(METADATA, POLICY, RECORD, RECORD)
    refusal = refused(text[:-cut])
    assert refusal.reason is Reason.MALFORMED_XML


def test_the_detail_of_a_truncation_counts_the_records() -> None:
    text = feedback(METADATA, POLICY, *[RECORD] * 7).removesuffix("</feedback>")
    assert refused(text).detail == "ends before </feedback>, after 7 records"


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("declared", ["UTF-8", "UTF-16", "nonsense"])
def test_wide_and_marked_encodings(encoding: str, declared: str) -> None:
    text = REPORT.replace("UTF-8", declared).replace("receiver.example<", "Empfänger €<")
    result = read(text.encode(encoding))
    assert result.report.org_name == "Empfänger €"
    assert result.rows == [EXAMPLE_ROW]
    assert result.codes[0] in ("byte_order_mark", "encoding")


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("windows-1252", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-15", "iso-8859-15"),
        ("UTF-8", "cp1252"),
        ("utf-7", "utf-8"),
        ("x-unknown", "utf-8"),
        ("utf-16", "utf-8"),
        ("rot13", "utf-8"),
        ("hex", "utf-8"),
        ("us-ascii", "utf-8"),
    ],
)
def test_declared_encodings(declared: str, actual: str) -> None:
    text = REPORT.replace("UTF-8", declared).replace("receiver.example<", "Empfänger<")
    result = read(text.encode(actual))
    assert result.report.org_name == "Empfänger"
    assert result.rows == [EXAMPLE_ROW]


def test_shift_jis() -> None:
    text = REPORT.replace("UTF-8", "Shift_JIS").replace("receiver.example<", "表示ソ<")
    assert read(text.encode("shift_jis")).report.org_name == "表示ソ"


def test_wide_encodings_split_anywhere() -> None:
    data = REPORT.replace("receiver.example<", "Empfänger €<").encode("utf-16")
    assert data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    assert read(data[at : at + 3] for at in range(0, len(data), 3)).report.org_name == "Empfänger €"


def many(rows: int) -> Iterator[bytes]:
    """A report in which no two rows are alike."""
    yield f"<feedback>{METADATA}{POLICY}".encode()
    for n in range(rows):
        record = RECORD.replace("192.0.2.1", f"198.51.{n // 250 % 250}.{n % 250}")
        yield record.replace("bounce.example.net", f"b{n}.example.net").encode()
    yield b"</feedback>"


def peak(rows: int) -> int:
    tracemalloc.start()
    try:
        report = read_aggregate(many(rows), lambda row: None, Meter(Limits(), lambda: 0.0))
        assert report.rows == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_REMEMBERED", 200)
    assert peak(5_000) < peak(1_000) + 2**19
