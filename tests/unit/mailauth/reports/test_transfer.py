import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.reports.transfer import CHUNK, decode, from_base64, from_uuencode
from tests.fixtures.packaging import encoded


def _decoded(encoding: str, data: bytes) -> bytes:
    return b"".join(decode(encoding, data, 0, len(data)))


@given(
    st.binary(max_size=500), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit", "nonsense"])
)
def test_decoding_undoes_encoding(content: bytes, encoding: str) -> None:
    content = b"." + content
    expected = content.replace(b"\r\n", b"\n") if encoding == "quoted-printable" else content
    found = _decoded(encoding, encoded(content, encoding))
    if encoding == "quoted-printable":
        found = found.replace(b"\r\n", b"\n")
    assert found == expected


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "uuencode"])
def test_content_of_many_pieces(encoding: str) -> None:
    content = b"line of text = 100 %\n" * 20_000
    assert len(encoded(content, encoding)) > 3 * CHUNK
    assert _decoded(encoding, encoded(content, encoding)) == content


def test_a_long_quoted_printable_line_is_not_cut_inside_an_escape() -> None:
    assert _decoded("quoted-printable", b"=41" * CHUNK) == b"A" * CHUNK
    assert _decoded("quoted-printable", b"x=41" * CHUNK) == b"xA" * CHUNK


def test_base64_skips_rubbish_and_ends_at_its_padding() -> None:
    text = base64.b64encode(b"report!!")
    assert text.endswith(b"=")
    assert (
        b"".join(from_base64([text[:3] + b"\x00 *\xff\r\n" + text[3:] + b"\n--\nScanned by x"]))
        == b"report!!"
    )


@pytest.mark.parametrize("lost", [1, 2])
def test_base64_without_its_padding(lost: int) -> None:
    content = b"report!" if lost == 2 else b"report!!"
    text = base64.b64encode(content)
    assert b"".join(from_base64([text.rstrip(b"=")])) == content
    assert b"".join(from_base64([text.rstrip(b"=") + b"\n"])) == content


def test_base64_with_a_single_left_over_character() -> None:
    assert b"".join(from_base64([b"YWJjZ"])) == b"abc"


def test_base64_pieces_may_break_anywhere() -> None:
    content = os.urandom(1000)
    text = base64.b64encode(content)
    assert b"".join(from_base64(text[at : at + 7] for at in range(0, len(text), 7))) == content


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize(
    "content", [b"\x1f\x8b\x08rest", b"PK\x03\x04rest", b" \r\n<?xml version='1.0'?>", b'{"a": 1}']
)
def test_an_encoding_that_was_only_declared_is_not_undone(encoding: str, content: bytes) -> None:
    assert _decoded(encoding, content) == content


def test_uuencode_with_text_around_and_damaged_lines() -> None:
    text = b"Hello\n\n" + encoded(b"report " * 20, "uuencode").replace(b"end", b"\xff\xff\nend") + b"bye"
    assert b"".join(from_uuencode([text])) == b"report " * 20
