import time

import pytest

from shared.mailauth.reports.headers import Block, fields, file_name, labelled, split


def _block(text: bytes) -> Block:
    return Block(text, 0, len(text))


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_block_ends_at_the_first_blank_line(newline: bytes) -> None:
    data = newline.join((b"A: 1", b"B: 2", b"", b"body", b"", b"more"))
    end, body = split(data, 0, len(data))
    assert data[end:body].strip() == b""
    assert data[body:].startswith(b"body")


def test_a_body_without_header_is_all_body() -> None:
    assert split(b"just text\n\nmore", 0, 15) == (0, 0)
    assert split(b"\r\nbody", 0, 6) == (0, 2)


def test_a_block_without_body_is_all_header() -> None:
    assert split(b"A: 1\nB: 2", 0, 9) == (9, 9)


def test_the_first_field_of_a_name_counts_whatever_its_case_and_folding() -> None:
    block = _block(b"Received: x\r\nCONTENT-type: text/xml;\r\n\tname=a.xml\r\nContent-Type: text/plain\r\n")
    assert block.first(b"content-type") == "text/xml;\tname=a.xml"
    assert block.first(b"content-disposition") == ""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="a b.xml"', "a b.xml"),
        ("attachment; filename=a!b!1!2.xml.gz", "a!b!1!2.xml.gz"),
        (r'attachment; filename="a\"b.xml"', 'a"b.xml'),
        ("attachment; filename*=utf-8''r%C3%A9port.xml", "réport.xml"),
        (
            'attachment; filename*0="amazonses.com!"; filename*1="x.org!1!2"; filename*2=".xml.gz"',
            "amazonses.com!x.org!1!2.xml.gz",
        ),
        ("attachment; filename*1*=b.xml; filename*0*=us-ascii''%61", "ab.xml"),
        ("attachment; filename==?utf-8?B?YS54bWw=?=", "a.xml"),
        ('attachment; filename="unclosed.xml', "unclosed.xml"),
        ("attachment;;; ; filename = a.xml ;", "a.xml"),
        ("attachment", ""),
        ("", ""),
    ],
)
def test_file_names_in_all_their_notations(value: str, name: str) -> None:
    assert file_name(labelled(value), labelled("text/xml")) == name


def test_the_name_of_the_type_stands_in_for_a_missing_file_name() -> None:
    assert file_name(labelled("attachment"), labelled("application/gzip; name=a.gz")) == "a.gz"


def test_fields_come_in_order_unfolded_and_bounded() -> None:
    found = list(fields(b"A: 1\r\n B\r\nC : 2\r\n no field here\r\nrubbish\r\nD:\r\n"))
    assert found == [("A", "1 B"), ("C", "2 no field here"), ("D", "")]
    assert len(list(fields(b"X: y\n" * 5000))) == 2000
    ((_, value),) = fields(b"X: " + b"y" * 100_000)
    assert len(value) <= 16 * 1024


def test_hostile_parameters_cost_little() -> None:
    started = time.thread_time()
    for hostile in (';a="' * 4000, ";" * 16_000, "; name*0*=" * 1600, ";a=" + "\\" * 16_000, " ;a= " * 3000):
        labelled("text/xml" + hostile)
    assert time.thread_time() - started < 1
