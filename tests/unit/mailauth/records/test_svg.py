from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.records.gzipped import BadGzip, plain
from shared.mailauth.records.svg import LARGEST, Svg, read_svg
from tests.fixtures.logos import LOGO, compressed

pytestmark = pytest.mark.statement("11.4")


def codes(svg: Svg) -> set[str]:
    return {finding.code for finding in svg.findings}


def changed(old: bytes, new: bytes) -> bytes:
    assert old in LOGO
    return LOGO.replace(old, new, 1)


def with_element(element: bytes) -> bytes:
    return changed(b"</svg>", element + b"</svg>")


def test_a_good_image() -> None:
    svg = read_svg(LOGO)
    assert (svg.valid, svg.findings, svg.format) == (True, (), "svg")
    assert (svg.version, svg.base_profile, svg.title) == ("1.2", "tiny-ps", "Example Ltd")
    assert (svg.width, svg.height) == (64, 64)
    assert svg.size == svg.plain_size == len(LOGO)
    assert svg.sha256 == hashlib.sha256(LOGO).hexdigest()


def test_a_compressed_image_is_the_same_image() -> None:
    svg = read_svg(compressed())
    assert (svg.valid, svg.format, svg.sha256) == (True, "svgz", read_svg(LOGO).sha256)
    assert svg.size < svg.plain_size == len(LOGO)


def test_prefixes_and_utf_16_are_xml_too() -> None:
    prefixed = LOGO.replace(b"<", b"<s:").replace(b"<s:/", b"</s:").replace(b"<s:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:s=")
    wide = LOGO.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert read_svg(prefixed).findings == ()
    assert read_svg(wide).findings == ()


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (changed(b'version="1.2"', b'version="1.1"'), "svg_version"),
        (changed(b' version="1.2"', b""), "svg_version"),
        (changed(b"tiny-ps", b"tiny"), "svg_base_profile"),
        (changed(b"tiny-ps", b"Tiny-PS"), "svg_base_profile"),
        (changed(b' baseProfile="tiny-ps"', b""), "svg_base_profile"),
        (changed(b"<title>Example Ltd</title>", b""), "svg_no_title"),
        (changed(b"Example Ltd", b"  \n "), "svg_no_title"),
        (changed(b"<title>Example Ltd</title>", b"<g><title>Example Ltd</title></g>"), "svg_no_title"),
        (changed(b"<svg ", b'<svg x="0" '), "svg_root_placed"),
        (changed(b"<svg ", b'<svg y="0" '), "svg_root_placed"),
        (with_element(b"<script>alert(1)</script>"), "svg_script"),
        (with_element(b'<rect onclick="alert(1)"/>'), "svg_script"),
        (with_element(b'<use href="javascript:alert(1)"/>'), "svg_script"),
        (with_element(b'<handler type="text/ecmascript"/>'), "svg_script"),
        (with_element(b'<rect><animate attributeName="x"/></rect>'), "svg_animation"),
        (with_element(b'<set attributeName="x"/>'), "svg_animation"),
        (with_element(b'<use href="https://example.net/a.svg#b"/>'), "svg_external_reference"),
        (with_element(b'<use xmlns:l="http://www.w3.org/1999/xlink" l:href="a.svg#b"/>'),
         "svg_external_reference"),
        (with_element(b'<rect fill="url(https://example.net/a#b)"/>'), "svg_external_reference"),
        (with_element(b"<rect style=\"fill: URL( 'a.svg#b')\"/>"), "svg_external_reference"),
        (with_element(b"<style>@import 'https://example.net/a.css';</style>"), "svg_external_reference"),
        (with_element(b"<style>rect { fill: url(//example.net/a) }</style>"), "svg_external_reference"),
        (with_element(b'<g xml:base="https://example.net/"/>'), "svg_external_reference"),
        (with_element(b'<image href="data:image/png;base64,AA=="/>'), "svg_embedded"),
        (with_element(b"<foreignObject/>"), "svg_embedded"),
        (with_element(b'<a href="#tick"/>'), "svg_embedded"),
        (changed(b"<svg ", b'<?xml-stylesheet href="a.css"?><svg '), "svg_processing_instruction"),
        (changed(b"<svg ", b'<!DOCTYPE svg SYSTEM "http://169.254.169.254/"><svg '), "svg_document_type"),
        (changed(b' xmlns="http://www.w3.org/2000/svg"', b""), "svg_root"),
        (b"<html><head><title>Not found</title></head></html>", "svg_root"),
        (changed(b"</svg>", b""), "svg_unreadable"),
        (b"<!doctype html><html><body>Sign in<br></html>", "svg_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "svg_unreadable"),
        (b"", "svg_unreadable"),
        (b'<?xml version="1.0" encoding="x-nothing"?><svg/>', "svg_unreadable"),
        (LOGO + b"<!--" + b"x" * LARGEST + b"-->", "svg_too_large"),
        (compressed(LOGO + b"<!--" + b"x" * LARGEST + b"-->"), "svg_too_large"),
    ],
)  # fmt: skip
def test_errors(document: bytes, code: str) -> None:
    svg = read_svg(document)
    assert code in codes(svg)
    assert not svg.valid


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (changed(b"0 0 64 64", b"0 0 64 32"), "svg_not_square"),
        (changed(b'viewBox="0 0 64 64"', b'width="64px" height="32"'), "svg_not_square"),
        (changed(b'viewBox="0 0 64 64"', b'width="100%" height="100%"'), "svg_no_view_box"),
        (with_element(b"<filter/>"), "svg_element_outside_profile"),
        (with_element(b'<i:x xmlns:i="http://www.inkscape.org/namespaces/inkscape"/>'),
         "svg_foreign_namespace"),
    ],
)  # fmt: skip
def test_warnings(document: bytes, code: str) -> None:
    svg = read_svg(document)
    assert code in codes(svg)
    assert svg.valid


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "' + b"x" * 1_000 + b'"><!ENTITY b "' + b"&a;" * 1_000 + b'">]>'
    svg = read_svg(changed(b"<svg ", bomb + b"<svg ").replace(b"Example Ltd", b"&b;"))
    assert codes(svg) == {"svg_document_type"}
    assert (svg.valid, svg.title) == (False, "")


def test_a_bomb_of_zeros_is_left_unread() -> None:
    svg = read_svg(compressed(b"\0" * 50_000_000))
    assert codes(svg) == {"svg_unreadable"}
    assert svg.plain_size == 0


def test_depth_and_number_of_findings_are_bounded() -> None:
    assert codes(read_svg(with_element(b"<g>" * 2_000 + b"</g>" * 2_000))) == {"svg_unreadable"}
    many = b"".join(b"<e%d/>" % number for number in range(500))
    assert len(read_svg(with_element(many)).findings) == 30


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b", b"\x1f\x8bnothing", compressed()[:-9], compressed() + b"more", compressed() * 2]
)
def test_broken_gzip(data: bytes) -> None:
    with pytest.raises(BadGzip):
        plain(data, 10_000)


@given(st.binary(max_size=300), st.sampled_from([b"", b"<svg ", LOGO[:200], b"\x1f\x8b\x08"]))
def test_no_bytes_raise(noise: bytes, start: bytes) -> None:
    assert not read_svg(start + noise).valid


@given(st.integers(0, len(LOGO) - 1), st.binary(max_size=3))
def test_nor_do_broken_images(place: int, noise: bytes) -> None:
    assert read_svg(LOGO[:place] + noise + LOGO[place + 1 :]).size
    packed = bytearray(compressed())
    packed[place % len(packed)] ^= 0x55
    assert read_svg(bytes(packed)).size == len(packed)


def test_what_deflates_to_much_is_not_held() -> None:
    packed = zlib.compress(b"x" * 10_000_000, wbits=31)
    with pytest.raises(BadGzip, match="more than 100 octets"):
        plain(packed, 100)
