import pytest

from shared.mailauth.reports.sniff import Shape, is_report_in_letter, sniff
from tests.fixtures import packaging as pack
from tests.fixtures.reports import aggregate_xml, feedback_report, tls_json

XML = aggregate_xml()


@pytest.mark.parametrize(
    ("head", "shape"),
    [
        (b"", Shape.EMPTY),
        (b" \r\n\t", Shape.EMPTY),
        (XML, Shape.XML),
        (b" \n" + XML, Shape.XML),
        (b"\xef\xbb\xbf" + XML, Shape.XML),
        (XML.decode().encode("utf-16"), Shape.XML),
        (XML.decode().encode("utf-16-be"), Shape.XML),
        (b'<ns0:feedback xmlns:ns0="urn:x">', Shape.XML),
        (b"<!DOCTYPE feedback><feedback>", Shape.XML),
        (b"<!DOCTYPE html><html>", Shape.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x">', Shape.HTML),
        (b"<p>Dear postmaster</p>", Shape.HTML),
        (tls_json(), Shape.JSON),
        (b"\xef\xbb\xbf\r\n" + tls_json(), Shape.JSON),
        (pack.gzip(XML), Shape.GZIP),
        (pack.zip_of(("a.xml", XML)), Shape.ZIP),
        (pack.zip_of(), Shape.ZIP),
        (pack.tnef(("a.xml", XML)), Shape.TNEF),
        (pack.outlook_message("a.xml", XML), Shape.OLE),
        (pack.signed(b"Content-Type: text/xml\r\n\r\n" + XML), Shape.CMS),
        (pack.signed_in_pieces(XML), Shape.CMS),
        (pack.enveloped(), Shape.CMS),
        (b"-----BEGIN PGP MESSAGE-----\n", Shape.PGP),
        (pack.encoded(pack.gzip(XML), "base64"), Shape.BASE64),
        (pack.encoded(XML, "base64"), Shape.BASE64),
        (pack.encoded(XML, "uuencode"), Shape.UUENCODE),
        (feedback_report(), Shape.FEEDBACK),
        (pack.mail(pack.LETTER), Shape.MAIL),
        (b"From reporter@x Thu Nov 16\r\n" + pack.mail(pack.LETTER), Shape.MAIL),
        (b"BZh91AY&SY", Shape.FOREIGN_ARCHIVE),
        (b"\xfd7zXZ\x00", Shape.FOREIGN_ARCHIVE),
        (b"\x89PNG\r\n\x1a\n", Shape.OTHER),
        (b"Dear postmaster: hello", Shape.OTHER),
    ],
)
def test_tells_a_shape_by_its_first_bytes(head: bytes, shape: Shape) -> None:
    assert sniff(head[:4096]) is shape


@pytest.mark.parametrize(
    "text", [XML, b'<?xml version="1.0"?><other/>', tls_json(), pack.encoded(XML, "base64")]
)
def test_finds_reports_in_letters(text: bytes) -> None:
    assert is_report_in_letter(text)


@pytest.mark.parametrize(
    "text", [b"", b"Hello", b"<b>Hello</b>", b"{name}, hello", b"<html>x</html>", b"From: a\nTo: b\n\nhi"]
)
def test_takes_letters_for_letters(text: bytes) -> None:
    assert not is_report_in_letter(text)
