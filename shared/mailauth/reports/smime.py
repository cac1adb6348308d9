"""What a CMS structure signs: the content inside opaque S/MIME (RFC 5652, RFC 8551 section 3.5.2).

Signatures are not verified: whether the mail is authentic is judged by SPF, DKIM and DMARC of the
mail itself. Read by hand, since BER of indefinite length, which streaming signers write, sends
general ASN.1 readers into a recursion per level.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.mailauth.reports.reading import Reason, Unreadable

_PKCS7 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_SIGNED = _PKCS7 + b"\x02"
_SEALED = frozenset(
    (
        _PKCS7 + b"\x03",
        _PKCS7 + b"\x06",
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
    )
)
_SEQUENCE, _SET, _OID, _OCTETS, _OCTETS_OF, _CONTEXT_0 = (
    0x30,
    0x31,
    0x06,
    0x04,
    0x24,
    0xA0,
)
_PIECES = 100_000
_DEPTH = 3
_ALGORITHMS = 100


@dataclass(frozen=True, slots=True)
class _Element:
    """Tag, and where its content begins and ends; ``after`` is where the next element begins.

    For indefinite length ``end`` is where the enclosing element ends, and ``after`` is ``None``.
    """

    tag: int
    start: int
    end: int
    after: int | None


def signed_content(data: bytes) -> bytes | None:
    """The content a signed-data structure carries; ``None`` if it only signs something beside it."""
    info = _element(data, 0, len(data), _SEQUENCE)
    kind = _element(data, info.start, info.end, _OID)
    identifier = data[kind.start : kind.end]
    if identifier in _SEALED:
        raise Unreadable(Reason.ENCRYPTED, "S/MIME enveloped data: encrypted")
    if identifier != _SIGNED:
        raise Unreadable(Reason.NOT_A_REPORT, "a CMS structure that is not signed data")
    wrapper = _element(data, kind.end, info.end, _CONTEXT_0)
    signed = _element(data, wrapper.start, wrapper.end, _SEQUENCE)
    version = _element(data, signed.start, signed.end, 0x02)
    digests = _element(data, version.end, signed.end, _SET)
    encapsulated = _element(data, _past(data, digests, 0), signed.end, _SEQUENCE)
    content_type = _element(data, encapsulated.start, encapsulated.end, _OID)
    if content_type.end >= encapsulated.end or data[content_type.end] != _CONTEXT_0:
        return None
    content = _element(data, content_type.end, encapsulated.end, _CONTEXT_0)
    return b"".join(_octets(data, content.start, content.end))


def _element(data: bytes, at: int, limit: int, expected: int) -> _Element:
    element = _any(data, at, limit)
    if element.tag != expected:
        raise _damaged()
    return element


def _any(data: bytes, at: int, limit: int) -> _Element:
    if at + 2 > limit:
        raise _damaged()
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return _Element(tag, start, limit, None)
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    end = start + length
    if end > limit:
        raise _damaged()
    return _Element(tag, start, end, end)


def _past(data: bytes, element: _Element, depth: int) -> int:
    """Where the element after this one begins; for indefinite length found by going through it."""
    if element.after is not None:
        return element.after
    if depth > _DEPTH:
        raise _damaged()
    at = element.start
    for _ in range(_ALGORITHMS):
        if data.startswith(b"\0\0", at, element.end):
            return at + 2
        at = _past(data, _any(data, at, element.end), depth + 1)
    raise _damaged()


def _octets(data: bytes, at: int, limit: int) -> list[bytes]:
    """The pieces of an octet string, primitive or constructed of octet strings to any depth."""
    pieces: list[bytes] = []
    for _ in range(_PIECES):
        if at >= limit or data.startswith(b"\0\0", at):
            break
        element = _any(data, at, limit)
        if element.tag == _OCTETS_OF:
            at = element.start
        elif element.tag == _OCTETS and element.after is not None:
            pieces.append(data[element.start : element.end])
            at = element.after
        else:
            break
    else:
        raise _damaged()
    return pieces


def _damaged() -> Unreadable:
    return Unreadable(Reason.MALFORMED_MIME, "damaged S/MIME structure")
