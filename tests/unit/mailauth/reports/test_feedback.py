import pytest

from shared.mailauth.reports.feedback import Feedback, addresses, canonical_ip, host, keywords, listed
from shared.mailauth.reports.values import Deviation


@pytest.mark.statement("6.4")
def test_the_first_of_a_repeated_field_counts_and_the_repetition_is_noted_once() -> None:
    told = Feedback([("Source-IP", "192.0.2.1"), ("source-ip", "192.0.2.2"), ("SOURCE-IP", "192.0.2.3")])
    assert told.first("source-ip") == "192.0.2.1"
    assert told.deviations() == (Deviation("repeated_field", "source-ip"),)


@pytest.mark.statement("6.4")
def test_fields_that_may_repeat_are_all_kept() -> None:
    told = Feedback([("Original-Rcpt-To", "a@b"), ("Original-Rcpt-To", "c@d"), ("Original-Rcpt-To", "")])
    assert told.all("original-rcpt-to") == ("a@b", "c@d")
    assert told.deviations() == ()


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), ("-1", None), ("x", None), ("70000", None), ("9" * 99, None)]
)
def test_numbers_out_of_bounds_are_noted(value: str, number: int | None) -> None:
    told = Feedback([("Source-Port", value)])
    assert told.number("source-port", 65_535) == number
    assert (told.deviations() == ()) is (number is not None)


@pytest.mark.statement("6.6")
@pytest.mark.parametrize(
    ("value", "mechanisms"),
    [
        (None, None),
        ("", ()),
        ("none", ()),
        ("dkim", ("dkim",)),
        (" DKIM (signature (old) broken) ,\t spf, dkim", ("dkim", "spf")),
    ],
)
def test_identity_alignment_lists(value: str | None, mechanisms: tuple[str, ...] | None) -> None:
    assert listed(value) == mechanisms


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" [192.0.2.1] ", "192.0.2.1"),
        ("IPv6:2001:DB8::0001", "2001:db8::1"),
        ("[IPv6:::ffff:192.0.2.1]", "192.0.2.1"),
        ("192.0.2.1 (mx.example)", "192.0.2.1"),
        ("mx.example", None),
        ("", None),
    ],
)
def test_addresses_in_canonical_form(value: str, address: str | None) -> None:
    assert canonical_ip(value) == address


def test_mail_addresses_lose_their_brackets_and_the_null_sender_stays() -> None:
    assert addresses(["<a@b>", "<>", "rfc822; c@d"]) == ("a@b", "", "c@d")


def test_hosts() -> None:
    assert host("dns; MX.Example. (site 1)") == "mx.example"
    assert host(None) is None
    assert host("dns;") is None


def test_keywords_of_authentication_results() -> None:
    found = keywords(
        'mx.example; spf=fail (x=y) smtp.mailfrom=<a@b.example>; dmarc=fail header.from="c.example"'
    )
    assert found["smtp.mailfrom"] == "a@b.example"
    assert found["header.from"] == "c.example"
    assert "x" not in found
