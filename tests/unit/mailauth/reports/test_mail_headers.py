import pytest

from shared.mailauth.reports.mail_headers import MailHeaders, address_domain, epoch, mail_headers
from tests.fixtures import packaging as pack


def test_the_fields_of_a_report_mail() -> None:
    found = mail_headers(b"From x@y Thu Nov 16\r\n" + pack.tls_mail(b"{}"))
    assert found == MailHeaders(
        from_domain="reporter.example",
        message_id="<m1@reporter.example>",
        subject="Report Domain: example.com Submitter: reporter.example Report-ID: 1234567890",
        date=1700096398,
        dkim_domains=("reporter.example",),
        tls_report_domain="example.com",
        tls_report_submitter="reporter.example",
    )


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b\x08\x00", b"<feedback/>", b"\n\n\n", b"From "])
def test_what_is_no_mail_has_none(data: bytes) -> None:
    assert mail_headers(data) == MailHeaders(None, None, "", None, (), None, None)


def test_only_the_topmost_authentication_results_and_only_passes_count() -> None:
    data = (
        b"Authentication-Results: mx; dkim=fail header.d=bad.example;\n"
        b" dkim=pass (2048 bit; header.d=x.example)\n"
        b' header.i="@Good.Example" header.s=s1; dkim=pass header.d=second.example\n'
        b"Authentication-Results: mx; dkim=pass header.d=forged.example\n\n"
    )
    assert mail_headers(data).dkim_domains == ("good.example", "second.example")


def test_a_subject_is_decoded_and_cannot_hold_controls() -> None:
    data = b"Subject: =?utf-8?q?Report=0ADomain=1B[31m?=\r\n =?utf-8?q?_x?=\r\n\r\n"
    assert mail_headers(data).subject == "Report Domain[31m x"


def test_line_ends_of_old_macs() -> None:
    assert mail_headers(b"Subject: a\rFrom: b@c.example\r\rbody").from_domain == "c.example"


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("a@b.example", "b.example"),
        ('"x@y.example" <a@B.Example.>', "b.example"),
        ("=?utf-8?q?x?= <a@b.example>, c@d.example", "b.example"),
        ("nobody", None),
        ("", None),
        ("<" * 5000, None),
    ],
)
def test_the_domain_of_the_first_address(value: str, domain: str | None) -> None:
    assert address_domain(value) == domain


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Thu, 16 Nov 2023 00:59:58 +0000", 1700096398),
        ("16 Nov 2023 01:59:58 +0100 (CET)", 1700096398),
        ("Thu, 99 Nov 2023 00:59:58 +0000", None),
        ("yesterday", None),
        ("", None),
        ("1 Jan 999999999999 00:00:00 +0000", None),
    ],
)
def test_dates(value: str, moment: int | None) -> None:
    assert epoch(value) == moment
