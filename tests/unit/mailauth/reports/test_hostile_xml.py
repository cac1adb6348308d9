"""Attacks on XML parsers, each in every encoding: the ones that defusedxml names, and our own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from shared.mailauth.reports.aggregate import read_aggregate
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason, Unreadable

from .aggregate_xml import DECLARATION, METADATA, POLICY, RECORD, feedback, read, reason

WIDE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
DECLARED = ["UTF-8", "UTF-16", "UTF-7", "UTF-32", "IBM037", "ISO-8859-1", "x-unknown", "idna", "rot13"]
BODY = feedback(METADATA.replace("r-1", "&a;"), POLICY, RECORD)
PLAIN = feedback(METADATA, POLICY, RECORD)


def laughs(levels: int = 9) -> str:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE feedback [<!ENTITY a0 "ha">{entities}<!ENTITY a "&a{levels - 1};">]>'


DOCTYPES = {
    "bare": "<!DOCTYPE feedback>",
    "lower case": "<!doctype feedback>",
    "empty subset": "<!DOCTYPE feedback []>",
    "internal entity": '<!DOCTYPE feedback [<!ENTITY a "x">]>',
    "billion laughs": laughs(),
    "quadratic blowup": f'<!DOCTYPE feedback [<!ENTITY a "{"x" * 50_000}">]>',
    "cyclic entities": '<!DOCTYPE feedback [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
    "external entity, file": '<!DOCTYPE feedback [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "external entity, http": '<!DOCTYPE feedback [<!ENTITY a SYSTEM "http://127.0.0.1:9/a.xml">]>',
    "external entity, public": '<!DOCTYPE feedback [<!ENTITY a PUBLIC "p" "http://127.0.0.1:9/a">]>',
    "parameter entity": '<!DOCTYPE feedback [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    "parameter entity, internal": "<!DOCTYPE feedback [<!ENTITY % p '<!ENTITY a \"x\">'>%p;]>",
    "external dtd, system": '<!DOCTYPE feedback SYSTEM "http://127.0.0.1:9/a.dtd">',
    "external dtd, public": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">',
    "unparsed entity": '<!DOCTYPE feedback [<!NOTATION n SYSTEM "n"><!ENTITY a SYSTEM "x" NDATA n>]>',
    "notation": '<!DOCTYPE feedback [<!NOTATION n SYSTEM "file:///bin/sh">]>',
    "element declaration": "<!DOCTYPE feedback [<!ELEMENT feedback ANY>]>",
    "default attribute": '<!DOCTYPE feedback [<!ATTLIST record count CDATA "9">]>',
    "never closed": "<!DOCTYPE feedback [",
}


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES)
def test_document_types_are_refused(doctype: str, encoding: str) -> None:
    reasons = {
        reason((DECLARATION + doctype + BODY).encode(encoding)),
        reason((doctype + PLAIN).encode(encoding)),
    }
    expected = {Reason.FORBIDDEN_XML}
    if doctype in (DOCTYPES["never closed"], DOCTYPES["lower case"]):
        expected.add(Reason.MALFORMED_XML)
    assert reasons <= expected


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("doctype", ["billion laughs", "external entity, file", "parameter entity"])
def test_no_declared_encoding_hides_a_document_type(declared: str, doctype: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?>" + DOCTYPES[doctype] + BODY
    assert reason(text) is Reason.FORBIDDEN_XML


@pytest.mark.parametrize(
    "prolog",
    [
        "junk before ",
        "\ufeff",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml?>",
        "<?xml version='9.9'?><?xml version='1.0'?>",
        "<!-- a comment -->",
        "\x00",
        "\x0c",
        "& < ",
    ],
)
@pytest.mark.parametrize("doctype", ["bare", "billion laughs", "external entity, file", "parameter entity"])
def test_damage_before_it_does_not_let_a_document_type_in(prolog: str, doctype: str) -> None:
    assert reason(prolog + DOCTYPES[doctype] + BODY) is Reason.FORBIDDEN_XML


@pytest.mark.parametrize(
    "split",
    [
        "<!DOC\x00TYPE feedback [<!ENTITY a 'x'>]>",
        "<\x01!DOCTYPE feedback [<!ENTITY a 'x'>]>",
        "<!\x0bDOCTYPE f>",
    ],
)
def test_repair_does_not_put_a_document_type_together(split: str) -> None:
    assert reason(DECLARATION + split + BODY) in (Reason.FORBIDDEN_XML, Reason.MALFORMED_XML)


@pytest.mark.parametrize(
    "declaration", ["<!DOCTYPE f>", "<!ENTITY a 'x'>", "<!ELEMENT a ANY>", "<![INCLUDE[x]]>"]
)
@pytest.mark.parametrize("place", ["<org_name>", "<record>", "<row>", "</row>", "</record>"])
def test_declarations_inside_the_document(declaration: str, place: str) -> None:
    text = feedback(METADATA, POLICY, RECORD, RECORD, RECORD)
    assert reason(text.replace(place, place + declaration)) is Reason.FORBIDDEN_XML


def test_ebcdic_is_not_read() -> None:
    assert reason((DOCTYPES["bare"] + BODY).encode("cp037")) is Reason.NOT_A_REPORT


def test_utf_7_stays_text() -> None:
    text = "<?xml version='1.0' encoding='utf-7'?>" + PLAIN.replace("r-1", "+ADw-b+AD4-")
    assert read(text).report.report_id == "+ADw-b+AD4-"


def test_an_entity_without_a_declaration_is_text() -> None:
    result = read(BODY)
    assert result.report.report_id == "&a;"
    assert "bare_ampersand" in result.codes


def test_predefined_entities_and_character_references_are_read() -> None:
    text = PLAIN.replace("r-1", "&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#128512;")
    result = read(text)
    assert result.report.report_id == "<>&\"'AB\U0001f600"
    assert result.codes == []


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#x1;", "&#xD800;", "&#x110000;", "&#xFFFF;", "&#99999999999;"]
)
def test_references_to_no_character_are_text(reference: str) -> None:
    assert read(PLAIN.replace("r-1", reference)).report.report_id == reference


@pytest.mark.parametrize(
    "instruction",
    [
        "<?php system('id') ?>",
        "<?xml-model href='http://127.0.0.1:9/'?>",
        "<?import namespace='a'?>",
        "<?a?>",
    ],
)
@pytest.mark.parametrize("place", ["<feedback>", "<org_name>", "<record>", "</record>"])
def test_processing_instructions_are_refused(instruction: str, place: str) -> None:
    text = DECLARATION + feedback(METADATA, POLICY, RECORD, RECORD)
    assert reason(text.replace(place, instruction + place)) is Reason.FORBIDDEN_XML


def test_a_stylesheet_is_allowed_and_ignored() -> None:
    text = DECLARATION + "<?xml-stylesheet type='text/xsl' href='http://127.0.0.1:9/x.xsl'?>" + PLAIN
    assert len(read(text).rows) == 1


@pytest.mark.parametrize(
    "include",
    [
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
        '<include xmlns="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:9/"/>',
    ],
)
@pytest.mark.parametrize("place", ["<report_metadata>", "<record>", "</record>"])
def test_inclusion_is_refused(include: str, place: str) -> None:
    text = feedback(METADATA, POLICY, RECORD, RECORD).replace(place, place + include)
    assert reason(text) is Reason.FORBIDDEN_XML


def test_inclusion_declared_at_the_root_is_refused() -> None:
    root = 'feedback xmlns:xi="http://www.w3.org/2001/XInclude"'
    assert reason(feedback(METADATA, POLICY, RECORD, root=root)) is Reason.FORBIDDEN_XML
    root = 'feedback xmlns="http://www.w3.org/2001/XInclude"'
    assert reason(feedback(METADATA, POLICY, RECORD, root=root)) is Reason.FORBIDDEN_XML


NESTED = "<a>" * 50 + "</a>" * 50


@pytest.mark.parametrize("place", ["</feedback>", "</record>", "</row>", "</org_name>", "<record>"])
def test_deep_nesting_is_refused(place: str) -> None:
    text = feedback(METADATA, POLICY, RECORD, RECORD).replace(place, NESTED + place)
    assert reason(text) is Reason.NESTED_TOO_DEEP


def test_very_deep_nesting_that_never_closes() -> None:
    assert reason("<feedback>" + "<a>" * 500_000) is Reason.NESTED_TOO_DEEP
    assert reason("<a>" * 500_000) is Reason.NESTED_TOO_DEEP


BIG = 3 * 2**19


def wrapped(inside: str) -> str:
    return f"<feedback>{inside}" + METADATA + POLICY + RECORD + "</feedback>"


@pytest.mark.parametrize(
    "inside",
    [
        "<a>" + "x" * BIG + "</a>",
        "<a b='" + "x" * BIG + "'/>",
        "<" + "x" * BIG + "/>",
        "<!--" + "x" * BIG + "-->",
        "<a><![CDATA[" + "x" * BIG + "]]></a>",
        "<a>" + "<bbbbbbbbbbbbbbbbbbbbbbbbbbbbb/>" * (BIG // 32) + "</a>",
        "<a " + " ".join(f"b{n}=''" for n in range(200)) + "/>",
        "<a " + " ".join(f"xmlns:b{n}='urn:{n}'" for n in range(200)) + "/>",
        "".join(f"<a{n}/>" for n in range(2000)),
        "<a>" + "&#65;" * 70_000 + "</a>",
        "<org_name>" + "x" * 70_000 + "</org_name>",
    ],
    ids=[
        "text",
        "attribute",
        "name",
        "comment",
        "cdata",
        "children",
        "attributes",
        "namespaces",
        "names",
        "references",
        "long text",
    ],
)
def test_sizes_are_bounded(inside: str) -> None:
    assert reason(wrapped(inside)) is Reason.TOO_LARGE


def endless(piece: bytes) -> Iterator[bytes]:
    yield b"<feedback><report_metadata><org_name>"
    while True:
        yield piece


@pytest.mark.parametrize("piece", [b"x" * 65536, b" " * 65536, b"<", b"&", b"<a>", b"<!--", b"]]>" * 9999])
def test_documents_without_an_end_come_to_an_end(piece: bytes) -> None:
    with pytest.raises(Unreadable):
        read_aggregate(
            endless(piece * max(1, 65536 // len(piece))), lambda row: None, Meter(Limits(), time.thread_time)
        )


HALF = 500_000


@pytest.mark.parametrize(
    "inside",
    [
        "<![CDATA[" * (HALF // 9),
        "<!--" * (HALF // 4),
        "<!-- -" * (HALF // 6),
        "<?xml " * (HALF // 6),
        "<?xml-stylesheet " + "?" * HALF,
        "<a " + "b" * HALF,
        "<a" + " " * HALF,
        "<a" + " b=''" * (HALF // 5),
        "</a>" * (HALF // 4),
        "<a>" * 40 + "</b>" * (HALF // 8),
        "&" * HALF,
        "&#" * (HALF // 2),
        "<" * HALF,
        "\x01" * HALF,
        "</record>" * 2000,
        "<record></row></record>" * 2000,
    ],
)
def test_repairing_takes_linear_time(inside: str) -> None:
    started = time.thread_time()
    with contextlib.suppress(Unreadable):
        read(feedback(METADATA, POLICY, inside, RECORD))
    assert time.thread_time() - started < 3


def test_damage_in_every_record_is_stopped_by_the_clock() -> None:
    ticks = iter(range(10**6))
    meter = Meter(Limits(cpu=500), lambda: float(next(ticks)))
    document = feedback(METADATA, POLICY, *[RECORD.replace("s1", "a & b")] * 1000).encode()
    with pytest.raises(Unreadable) as caught:
        read_aggregate([document], lambda row: None, meter)
    assert caught.value.reason is Reason.TOO_EXPENSIVE
