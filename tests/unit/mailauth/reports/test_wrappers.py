"""TNEF, CMS and compound files: what they carry, and that damage to them is refused by name."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.reports import ole, tnef
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.smime import signed_content
from tests.fixtures import packaging as pack

ENTITY = b"Content-Type: text/xml\r\n\r\n<feedback/>\r\n" * 200


def _files(module: object, data: bytes) -> dict[str, bytes]:
    files = tnef.attachments(data) if module is tnef else ole.attachments(data)
    return {file.name: b"".join(file.content(data)) for file in files}


def test_tnef_attachments() -> None:
    files = {"a.xml": b"<feedback/>", "b.gz": bytes(range(256))}
    assert _files(tnef, pack.tnef(*files.items())) == files


def test_tnef_without_attachments() -> None:
    assert _files(tnef, pack.tnef()) == {}


@pytest.mark.parametrize("size", [10, 4096, 50_000])
def test_outlook_message_attachment(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert _files(ole, pack.outlook_message("a.xml.gz", content))["a.xml.gz"].startswith(content)


@pytest.mark.parametrize("wrap", [pack.signed, pack.signed_in_pieces])
def test_signed_content_in_der_and_in_pieces(wrap: object) -> None:
    assert callable(wrap)
    assert signed_content(wrap(ENTITY)) == ENTITY


def test_a_detached_signature_carries_nothing() -> None:
    assert signed_content(pack.signed(None)) is None


def test_enveloped_data_is_encrypted() -> None:
    with pytest.raises(Unreadable) as no:
        signed_content(pack.enveloped())
    assert no.value.reason is Reason.ENCRYPTED


@pytest.mark.parametrize(
    ("module", "whole"),
    [
        (tnef, pack.tnef(("a.xml", ENTITY))),
        (ole, pack.outlook_message("a.xml", ENTITY)),
        (None, pack.signed(ENTITY)),
        (None, pack.signed_in_pieces(ENTITY)),
    ],
)
@given(data=st.data())
def test_damage_is_refused_or_read_but_never_raises_otherwise(
    module: object, whole: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(whole[: data.draw(st.integers(min_value=0, max_value=len(whole)))])
    for _ in range(data.draw(st.integers(min_value=0, max_value=5))):
        if damaged:
            at = data.draw(st.integers(min_value=0, max_value=min(len(damaged) - 1, 3000)))
            damaged[at] = data.draw(st.integers(min_value=0, max_value=255))
    with contextlib.suppress(Unreadable):
        if module is None:
            signed_content(bytes(damaged))
        else:
            _files(module, bytes(damaged))
