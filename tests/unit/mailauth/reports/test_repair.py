from __future__ import annotations

import pytest

from shared.mailauth.reports.reading import Reason

from .aggregate_xml import DECLARATION, METADATA, POLICY, RECORD, feedback, read, reason

SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://dmarc.org/dmarc-xml/0.1">'
)


@pytest.mark.parametrize(
    ("place", "damage", "code"),
    [
        ("r-1", "<r-1@host.example>", "bare_angle_bracket"),
        ("r-1", "<20260301.12345>", "bare_angle_bracket"),
        ("r-1", "<word>", "bare_angle_bracket"),
        ("r-1", "a < b", "bare_angle_bracket"),
        ("r-1", "R&D", "bare_ampersand"),
        ("r-1", "a&nbsp;b", "bare_ampersand"),
        ("r-1", "https://x.example/?a=1&b=2", "bare_ampersand"),
    ],
)
def test_stray_markup_becomes_text(place: str, damage: str, code: str) -> None:
    result = read(feedback(METADATA.replace(place, damage), POLICY, RECORD))
    assert result.report.report_id == damage
    assert result.codes == [code]
    assert len(result.rows) == 1


def test_control_characters_are_left_out() -> None:
    result = read(feedback(METADATA.replace("r-1", "r\x00-\x081\x1f"), POLICY, RECORD))
    assert (result.report.report_id, result.codes) == ("r-1", ["control_characters"])


@pytest.mark.parametrize("damage", ["bad<xml.net", "bad & worse", "b\x02ad", "<bad>"])
def test_damage_in_one_record_leaves_the_others_alone(damage: str) -> None:
    broken = RECORD.replace("s1", damage)
    result = read(feedback(METADATA, POLICY, RECORD, broken, RECORD, broken, RECORD))
    assert (result.report.rows, result.report.bad_rows, result.report.messages) == (5, 0, 15)
    assert [row.auth.dkim[0].selector for row in result.rows[::2]] == ["s1"] * 3
    assert len(result.codes) == 1


def test_invalid_utf8_is_windows_1252_where_it_lies() -> None:
    good, bad = RECORD.replace("s1", "grün"), RECORD.replace("s1", "smart\x91")
    data = feedback(METADATA, POLICY, good).removesuffix("</feedback>").encode()
    result = read(data + bad.encode("latin-1") + good.encode() + b"</feedback>")
    assert [row.auth.dkim[0].selector for row in result.rows] == ["grün", "smart\u2018", "grün"]
    assert result.codes == ["invalid_utf8"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</dkim><spf>", "<spf>"),
        ("</row>", ""),
        ("</identifiers>", "</identifiers></nonsense>"),
        ("<auth_results>", "</b><auth_results>"),
    ],
)
def test_unbalanced_tags_are_balanced(old: str, new: str) -> None:
    broken = RECORD.replace(old, new, 1)
    assert broken != RECORD
    result = read(feedback(METADATA, POLICY, RECORD, broken, RECORD))
    assert [row.identifiers.header_from for row in result.rows] == ["example.com"] * 3
    assert result.codes[0] == "unbalanced_tags"


@pytest.mark.parametrize(
    "broken",
    [
        DECLARATION + SCHEMA + feedback(METADATA, POLICY, RECORD),
        DECLARATION + feedback(SCHEMA, METADATA, POLICY, RECORD),
        DECLARATION + feedback(SCHEMA + "</xs:schema>", METADATA, POLICY, RECORD),
        DECLARATION + feedback(METADATA, SCHEMA, POLICY, RECORD),
        DECLARATION + SCHEMA + '<xs:element name="a"/></xs:schema>' + feedback(METADATA, POLICY, RECORD),
        DECLARATION + feedback(METADATA, POLICY, RECORD, "</xs:schema>"),
        DECLARATION + feedback(METADATA, POLICY, RECORD) + "</xs:schema>",
    ],
)
def test_stray_schemas_are_removed(broken: str) -> None:
    result = read(broken)
    assert len(result.rows) == 1
    assert result.codes[0] in ("stray_schema", "unbalanced_tags", "trailing_garbage")


@pytest.mark.parametrize(
    "garbage", [" ", "\n\n", "\ufeff", "abc", "Content-Type: text/xml\n\n", "<", "\x00\x00"]
)
def test_leading_garbage(garbage: str) -> None:
    result = read(garbage + DECLARATION + feedback(METADATA, POLICY, RECORD))
    assert len(result.rows) == 1
    assert result.codes[0] in ("leading_garbage", "byte_order_mark")


@pytest.mark.parametrize(
    "garbage",
    ["x", "\x00\x00", "<a>", "</a>", "\n--boundary--", "<feedback></feedback>", "<record></record>", "&"],
)
@pytest.mark.parametrize("records", [0, 1, 3])
def test_trailing_garbage(garbage: str, records: int) -> None:
    result = read(feedback(METADATA, POLICY, *[RECORD] * records) + garbage)
    assert len(result.rows) == records
    assert "trailing_garbage" in result.codes


def test_trailing_blanks_and_comments_are_no_garbage() -> None:
    assert read(feedback(METADATA, POLICY, RECORD) + "\n<!-- done -->\n").codes == []


def test_a_policy_before_trailing_garbage_is_read() -> None:
    assert read(feedback(METADATA, RECORD, POLICY) + "garbage").report.policy.p == "reject"


@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml?>",
        "<?xml version=1.0?>",
        '<?xml version="1.0" encoding=UTF-8 ?>',
        '<?xml version="7"?>',
        "<?xml\n?>",
    ],
)
def test_broken_declarations(declaration: str) -> None:
    assert len(read(declaration + feedback(METADATA, POLICY, RECORD)).rows) == 1


def test_a_header_beyond_repair_is_refused() -> None:
    assert reason("<feedback <report_metadata>" + POLICY + RECORD + "</feedback>") in (
        Reason.MALFORMED_XML,
        Reason.NOT_A_REPORT,
    )


def test_comments_and_cdata_are_read_as_such() -> None:
    record = RECORD.replace("s1", "<![CDATA[<s>&amp;]]>").replace("<row>", "<!-- <record></record> --><row>")
    text = feedback(METADATA, POLICY, RECORD, "<!--", RECORD, "-->", record, RECORD)
    result = read(text)
    assert [row.auth.dkim[0].selector for row in result.rows] == ["s1", "<s>&amp;", "s1"]
    assert result.codes == []
