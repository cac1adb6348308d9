import pytest

from shared.mailauth.reports.texts import decoded_words, plain, to_text


def test_text_is_utf8_before_it_is_windows_1252() -> None:
    assert to_text("é".encode()) == "é"
    assert to_text(b"\x91quoted\x92") == "\u2018quoted\u2019"


def test_a_charset_of_mail_is_believed_and_no_other_codec_can_be_chosen() -> None:
    assert to_text(b"\xe9", "iso-8859-1") == "é"
    assert to_text(b"abc-", "punycode") == "abc-"
    assert to_text(b"\\u0041", "unicode_escape") == "\\u0041"


def test_plain_text_has_no_control_or_direction_characters_and_one_line() -> None:
    assert plain("a\x1b[31m\r\n b\u202ec\x00") == "a[31m bc"
    assert plain("x" * 50, 10) == "x" * 10


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("=?utf-8?B?UmVwb3J0?=", "Report"),
        ("=?utf-8?q?a_b=E2=82=AC?=", "a b€"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8*en?q?a?= plain", "a plain"),
        ("=?utf-8?B?UmVwb3J0", "=?utf-8?B?UmVwb3J0"),
        ("=?utf-8?B?A?=", "=?utf-8?B?A?="),
        ("=?punycode?q?bcher-kva?=", "bcher-kva"),
    ],
)
def test_encoded_words(value: str, decoded: str) -> None:
    assert decoded_words(value) == decoded
