import io
import time

import pytest

from shared.mailauth.reports.envelope import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed, Reading, Reason, Refused
from shared.mailauth.reports.values import AggregateReport, FailureReport, Kind, Row, RowSink, TlsReport
from tests.fixtures import packaging as pack
from tests.fixtures.packaging import FILE, HTML_LETTER, LETTER, Attached
from tests.fixtures.reports import Record, aggregate_xml, feedback_report, tls_json

RECORDS = (Record(count=3), Record(source_ip="192.0.2.2", count=4, spf_aligned="fail", dkim_aligned="fail"))
XML = aggregate_xml(records=RECORDS)
OTHER_XML = aggregate_xml(records=RECORDS, report_id="other", shape="rfc9990")
TLS = tls_json()


def open_sink() -> RowSink:
    rows: list[Row] = []
    return rows.append


def read(source: bytes | io.BytesIO, *, limits: Limits | None = None, name: str = "") -> list[Reading]:
    meter = Meter(limits or Limits(), time.thread_time)
    return list(read_delivery(source, open_sink=open_sink, meter=meter, name=name))


def _messages(reading: Reading) -> int:
    assert isinstance(reading, Parsed), reading
    assert isinstance(reading.report, AggregateReport)
    return reading.report.messages


def _refusal(source: bytes, limits: Limits | None = None) -> tuple[str, Reason]:
    (reading,) = read(source, limits=limits)
    assert isinstance(reading, Refused), reading
    assert reading.detail
    return reading.path, reading.reason


def _attached(content: bytes, media_type: str = "application/octet-stream", name: str | None = FILE) -> bytes:
    return pack.mail(LETTER, Attached(content, media_type, name))


AGGREGATES = {
    "xml": XML,
    "xml after blanks": b" \r\n" + XML,
    "gzip": pack.gzip(XML),
    "zip": pack.zip_of((FILE, XML)),
    "gzip in gzip": pack.gzip(pack.gzip(XML)),
    "gzip in zip": pack.zip_of(("a.xml.gz", pack.gzip(XML))),
    "zip in zip": pack.zip_of(("a.zip", pack.zip_of(("a.xml", XML)))),
    "mail in zip": pack.zip_of(("a.eml", _attached(pack.gzip(XML)))),
    "zip with folder": pack.zip_of(
        ("x.xml/", b""), ("x.xml/a.xml", XML), ("__MACOSX/x.xml/._a.xml", b"\0\5")
    ),
    "gzip with trailing bytes": pack.gzip(XML, trailing=b"\r\n\0\0trailing"),
    "base64 text": pack.encoded(pack.gzip(XML), "base64"),
    "tnef": pack.tnef(("a.xml.gz", pack.gzip(XML)), ("logo.png", b"\x89PNG")),
    "msg": pack.outlook_message("a.xml.gz", pack.gzip(XML)),
    "mail, gzip": _attached(pack.gzip(XML), "application/gzip"),
    "mail, gzip called zip": _attached(pack.gzip(XML), "application/zip", "a.zip"),
    "mail, zip called text": _attached(pack.zip_of((FILE, XML)), "text/plain", "a.txt"),
    "mail, xml": _attached(XML, "text/xml"),
    "mail, no name, odd type": _attached(pack.gzip(XML), "image/png", None),
    "mail, 7bit xml": pack.mail(LETTER, Attached(XML, "application/xml", FILE, "7bit")),
    "mail, quoted-printable xml": pack.mail(LETTER, Attached(XML, "text/xml", FILE, "quoted-printable")),
    "mail, uuencoded gzip": pack.mail(LETTER, Attached(pack.gzip(XML), "application/gzip", FILE, "uuencode")),
    "mail, binary gzip": pack.mail(LETTER, Attached(pack.gzip(XML), "application/gzip", FILE, "binary")),
    "mail, base64 without label": pack.mail(
        LETTER, Attached(pack.encoded(pack.gzip(XML), "base64"), "application/gzip", FILE, "")
    ),
    "mail is the attachment": pack.bare_mail(Attached(pack.gzip(XML), "application/gzip", FILE)),
    "mail is xml text": pack.bare_mail(Attached(XML, "text/plain", None, "8bit", None)),
    "mail is uuencoded letter": pack.bare_mail(
        Attached(b"Hello\n\n" + pack.encoded(XML, "uuencode"), "text/plain", None, "7bit", None)
    ),
    "mail with html letter": pack.mail(HTML_LETTER, Attached(pack.gzip(XML), "application/gzip", FILE)),
    "mail in utf-16": _attached(XML.replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"), "text/xml"),
    "mail, rfc 2231 name": pack.mail(
        LETTER,
        Attached(
            pack.gzip(XML),
            "application/octet-stream",
            None,
            "base64",
            None,
            ('Content-Disposition: attachment; filename*0="a!b!";', ' filename*1="1!2.xml.gz"'),
        ),
    ),
    "mail, LF": _attached(pack.gzip(XML)).replace(b"\r\n", b"\n"),
    "mail, CR": _attached(pack.gzip(XML)).replace(b"\r\n", b"\r"),
    "mail, mbox line": b"From reporter@x Thu Nov 16 01:00:00 2023\r\n" + _attached(pack.gzip(XML)),
    "mail, 8-bit header": b"X-Note: caf\xe9\r\n" + _attached(pack.gzip(XML)),
    "forwarded": pack.forwarded(_attached(pack.gzip(XML))),
    "forwarded in base64": pack.forwarded(_attached(pack.gzip(XML)), encoding="base64"),
    "forwarded twice": pack.forwarded(pack.forwarded(_attached(pack.gzip(XML)), encoding="base64")),
    "forwarded as a file": pack.mail(
        LETTER, Attached(_attached(pack.gzip(XML)), "application/octet-stream", "a.eml")
    ),
    "winmail.dat": pack.mail(
        LETTER, Attached(pack.tnef((FILE, pack.gzip(XML))), "application/ms-tnef", "winmail.dat")
    ),
    "signed, opaque": pack.bare_mail(
        Attached(pack.signed(_attached(pack.gzip(XML))), "application/pkcs7-mime", "smime.p7m")
    ),
    "signed, opaque, in pieces": pack.bare_mail(
        Attached(pack.signed_in_pieces(_attached(pack.gzip(XML))), "application/pkcs7-mime", "smime.p7m")
    ),
    "signed, detached": pack.mail(
        Attached(pack.gzip(XML), "application/gzip", FILE),
        Attached(pack.signed(None), "application/pkcs7-signature", "smime.p7s"),
        subtype="signed",
    ),
}


@pytest.mark.parametrize("packaging", AGGREGATES)
def test_an_aggregate_report_is_read_out_of_any_packaging(packaging: str) -> None:
    source = AGGREGATES[packaging]
    for form in (source, io.BytesIO(source)):
        readings = read(form)
        assert [_messages(reading) for reading in readings] == [7]


@pytest.mark.statement("7.8")
@pytest.mark.parametrize(
    "source",
    [
        TLS,
        pack.gzip(TLS),
        pack.tls_mail(pack.gzip(TLS)),
        pack.tls_mail(TLS, media_type="application/tlsrpt+json"),
        pack.tls_mail(TLS, media_type="application/tlsrpt", encoding="7bit"),
        pack.tls_mail(TLS, media_type="text/plain", encoding="quoted-printable"),
        pack.bare_mail(Attached(TLS, "text/plain", None, "7bit", None)),
    ],
)
def test_a_tls_report_is_read_out_of_any_packaging(source: bytes) -> None:
    (reading,) = read(source)
    assert isinstance(reading, Parsed), reading
    assert (reading.report.kind, reading.rows) == (Kind.TLS, None)


@pytest.mark.statement("7.9")
def test_who_signed_a_tls_report_is_what_its_receiver_wrote_on_top() -> None:
    passed = (
        b"Authentication-Results: mx.example; dkim=pass header.d=%s; dkim=fail header.d=other.example\r\n"
    )
    mail = passed % b"Mailer.Example" + passed % b"forged.example" + pack.tls_mail(TLS)
    (reading,) = read(mail)
    assert isinstance(reading, Parsed)
    assert isinstance(reading.report, TlsReport)
    assert reading.report.signers == ("mailer.example",)
    assert reading.report.sender == "reporter.example"

    for source, signers in ((TLS, ()), (pack.forwarded(mail), ("reporter.example",))):
        (reading,) = read(source)
        assert isinstance(reading, Parsed)
        assert isinstance(reading.report, TlsReport)
        assert reading.report.signers == signers


@pytest.mark.statement("6.12")
def test_failure_reports_and_complaints_that_cannot_be_read_are_known_to_be_personal() -> None:
    complaint = b"Feedback-Type: abuse\r\n"
    nobodys = feedback_report(without=["Reported-Domain", "Authentication-Results"])
    for source in (pack.failure_mail(complaint, original=b"To: x\r\n"), complaint + b"Version: 1\r\n"):
        assert [_personal(each) for each in read(source)] == [True]
    assert [_personal(each) for each in read(pack.failure_mail(nobodys, original=None))] == [True]
    assert [_personal(each) for each in read(_attached(b"<feedback>", "text/xml", "a.xml"))] == [False]


def _personal(reading: Reading) -> bool:
    assert isinstance(reading, Refused), reading
    return reading.personal


@pytest.mark.statement("6.1", "6.10")
@pytest.mark.parametrize(
    "source",
    [
        pack.failure_mail(),
        pack.failure_mail(subtype="mixed"),
        pack.failure_mail(encoding="base64"),
        pack.failure_mail(encoding="quoted-printable"),
        pack.failure_mail(original_type="text/rfc822-headers"),
        pack.failure_mail(original_type="text/rfc-822-headers"),
        pack.failure_mail(original_type="message/rfc822-headers"),
        pack.failure_mail(original_type="application/octet-stream"),
        pack.forwarded(pack.failure_mail()),
        pack.forwarded(pack.failure_mail(encoding="base64"), encoding="base64"),
    ],
)
def test_a_failure_report_comes_with_its_original(source: bytes) -> None:
    (reading,) = read(source)
    assert isinstance(reading, Parsed), reading
    report = reading.report
    assert isinstance(report, FailureReport)
    assert report.original_header("Subject") == "Invoice € 100"
    assert report.report_id == "m1@reporter.example"


@pytest.mark.statement("6.10")
def test_a_failure_report_without_original_or_mail() -> None:
    for source in (pack.failure_mail(original=None), feedback_report()):
        (reading,) = read(source)
        assert isinstance(reading, Parsed), reading
        assert isinstance(reading.report, FailureReport)
        assert reading.report.original_headers == ()


@pytest.mark.statement("6.1")
def test_a_report_inside_the_failed_message_is_not_opened() -> None:
    original = pack.mail(LETTER, Attached(pack.gzip(XML), name=FILE), boundary="inner")
    (reading,) = read(pack.failure_mail(original=original))
    assert isinstance(reading, Parsed)
    assert reading.report.kind is Kind.FAILURE


@pytest.mark.statement("6.10")
def test_a_failure_report_written_as_a_letter() -> None:
    letter = b"A message claiming to be from you has failed the policy.\n\n Sender Domain: example.com\n"
    (reading,) = read(pack.mail(Attached(letter, "text/plain", None, "7bit", None), subtype="report"))
    assert isinstance(reading, Parsed)
    assert (reading.report.kind, reading.path) == (Kind.FAILURE, "1")


def test_several_reports_in_a_mail_and_in_a_zip_are_all_read_with_their_own_rows() -> None:
    source = pack.mail(
        LETTER,
        Attached(pack.zip_of(("a.xml", XML), ("readme.txt", b"hello"), ("b.xml", OTHER_XML)), name="two.zip"),
        Attached(pack.gzip(TLS), name="tls.json.gz"),
    )
    readings = read(source)
    assert [reading.path for reading in readings] == ["2/two.zip/a.xml", "2/two.zip/b.xml", "3/tls.json.gz"]
    sinks = [reading.rows for reading in readings if isinstance(reading, Parsed)]
    assert sinks[0] is not None
    assert sinks[0] is not sinks[1]
    assert sinks[2] is None


def test_a_broken_report_does_not_keep_its_neighbours_from_being_read() -> None:
    damaged = pack.gzip(XML)[:-9]
    source = pack.mail(
        LETTER,
        Attached(damaged, name="bad.xml.gz"),
        Attached(pack.zip_of(("bad.xml", XML[:-40]), ("good.xml", XML)), name="some.zip"),
        Attached(pack.gzip(XML), name="good.xml.gz"),
    )
    outcome = [
        (reading.path, reading.reason if isinstance(reading, Refused) else "")
        for reading in read(source, name="up.eml")
    ]
    assert outcome == [
        ("up.eml/2/bad.xml.gz", Reason.MALFORMED_ARCHIVE),
        ("up.eml/3/some.zip/bad.xml", Reason.MALFORMED_XML),
        ("up.eml/3/some.zip/good.xml", ""),
        ("up.eml/4/good.xml.gz", ""),
    ]


@pytest.mark.parametrize(
    ("source", "path", "reason"),
    [
        (b"", "", Reason.EMPTY),
        (b" \r\n\0", "", Reason.EMPTY),
        (b"hello", "", Reason.NOT_A_REPORT),
        (b"<html><body>x</body></html>", "", Reason.NOT_A_REPORT),
        (pack.mail(LETTER, HTML_LETTER), "", Reason.NOT_A_REPORT),
        (pack.mail(LETTER, Attached(b"\x89PNG", "image/png", "logo.png")), "", Reason.NOT_A_REPORT),
        (b"<rss/>", "", Reason.NOT_A_REPORT),
        (_attached(b"", "application/gzip", "a.gz"), "2/a.gz", Reason.EMPTY),
        (_attached(b"\x89PNG", "application/gzip", "a.gz"), "2/a.gz", Reason.NOT_A_REPORT),
        (_attached(pack.gzip(b"\x89PNG"), name="a.gz"), "2/a.gz", Reason.NOT_A_REPORT),
        (_attached(b"BZh91AY", name="a.xml.gz"), "2/a.xml.gz", Reason.MALFORMED_ARCHIVE),
        (_attached(pack.zip_of(("a.txt", b"x")), name="a.zip"), "2/a.zip", Reason.NOT_A_REPORT),
        (_attached(pack.zip_of(), name="a.zip"), "2/a.zip", Reason.EMPTY),
        (pack.gzip(pack.gzip(pack.gzip(XML))), "", Reason.NESTED_TOO_DEEP),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><feedback>&b;</feedback>', "", Reason.FORBIDDEN_XML),
        (
            pack.bare_mail(Attached(pack.enveloped(), "application/pkcs7-mime", "smime.p7m")),
            "smime.p7m",
            Reason.ENCRYPTED,
        ),
        (
            pack.mail(Attached(b"-----BEGIN PGP MESSAGE-----\r\n", "application/octet-stream", None, "7bit")),
            "1",
            Reason.ENCRYPTED,
        ),
        (pack.failure_mail(b"Feedback-Type: abuse\r\n", original=b"To: x\r\n"), "2", Reason.ABUSE_COMPLAINT),
        (b"Content-Type: message/rfc822\r\n\r\n" * 50, "", Reason.NESTED_TOO_DEEP),
        (pack.mail(*[LETTER] * 500), "", Reason.TOO_MANY_PARTS),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(source: bytes, path: str, reason: Reason) -> None:
    assert _refusal(source) == (path, reason)


def test_a_bomb_stops_the_whole_delivery() -> None:
    bomb = Attached(pack.gzip(b"PK\x03\x04" + bytes(3 * 2**20)), name="bomb.gz")
    readings = read(
        pack.mail(Attached(pack.gzip(XML), name="a.gz"), bomb, Attached(pack.gzip(XML), name="b.gz"))
    )
    assert _messages(readings[0]) == 7
    (refused,) = readings[1:]
    assert isinstance(refused, Refused)
    assert (refused.path, refused.reason) == ("2/bomb.gz", Reason.COMPRESSION_BOMB)


@pytest.mark.parametrize(
    ("limits", "source", "reason"),
    [
        (Limits(message=1000), pack.mail(*[LETTER] * 20), Reason.TOO_LARGE),
        (Limits(message=1000), pack.zip_of(("a.xml", bytes(range(256)) * 9)) + bytes(2000), Reason.TOO_LARGE),
        (Limits(inflated=500), pack.gzip(XML), Reason.TOO_LARGE),
        (Limits(json=50), TLS, Reason.TOO_LARGE),
        (Limits(cpu=-1.0), _attached(pack.gzip(XML)), Reason.TOO_EXPENSIVE),
        (Limits(rows=1), XML, Reason.TOO_MANY_ROWS),
        (Limits(members=1), pack.zip_of(("a.xml", XML), ("b.xml", XML)), Reason.TOO_MANY_PARTS),
    ],
)
def test_every_limit_holds(limits: Limits, source: bytes, reason: Reason) -> None:
    assert _refusal(source, limits)[1] is reason


def test_a_stream_is_not_read_past_its_limit() -> None:
    class Endless:
        taken = 0

        def read(self, size: int) -> bytes:
            self.taken += size
            return b"x: y\r\n" * (size // 6)

    endless = Endless()
    meter = Meter(Limits(message=10**6), time.thread_time)
    (reading,) = read_delivery(endless, open_sink=open_sink, meter=meter)
    assert isinstance(reading, Refused)
    assert reading.reason is Reason.TOO_LARGE
    assert endless.taken < 2 * 10**6


@pytest.mark.parametrize("name", [b"a:", b":", b"feedback:", b":feedback"])
def test_element_names_that_end_or_begin_with_a_colon(name: bytes) -> None:
    source = b"<" + name + b">text<b>x</b> text <" + name + b"/></" + name + b">"
    for document in (source, b"<feedback>" + source + b"</feedback>", source[:-3]):
        assert read(b"<?xml version='1.0'?>\n" + document)
