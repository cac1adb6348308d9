from __future__ import annotations

import time
from contextlib import suppress
from struct import pack

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.dns_rdata import MX, TXT, A
from shared.adapters.dns_wire import (
    BadMessage,
    BadName,
    Message,
    Query,
    TooManyRecords,
    presented,
    read_body,
    read_head,
    wire_name,
)

NAME = wire_name("example.com")

labels = st.binary(min_size=1, max_size=63)
names = st.lists(labels, min_size=0, max_size=5).map(tuple).filter(lambda n: sum(map(len, n)) + len(n) < 255)
RDATA = {
    "A": st.ip_addresses(v=4).map(str),
    "AAAA": st.ip_addresses(v=6).map(str),
    "NS": names.map(lambda name: dns.name.Name((*name, b"")).to_text()),
    "CNAME": names.map(lambda name: dns.name.Name((*name, b"")).to_text()),
    "MX": st.tuples(st.integers(0, 65_535), names).map(
        lambda mx: f"{mx[0]} {dns.name.Name((*mx[1], b'')).to_text()}"
    ),
    "SOA": st.tuples(names, names, st.integers(0, 2**32 - 1)).map(
        lambda soa: " ".join(
            [*(dns.name.Name((*name, b"")).to_text() for name in soa[:2]), str(soa[2]), "1 2 3 4"]
        )
    ),
    "CAA": st.tuples(
        st.integers(0, 255),
        st.sampled_from(["issue", "issuewild", "iodef"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=60),
    ).map(lambda caa: f'{caa[0]} {caa[1]} "{caa[2]}"'),
}
record_lists = st.sampled_from(sorted(RDATA)).flatmap(
    lambda type_: st.tuples(st.just(type_), st.lists(RDATA[type_], min_size=1, max_size=8, unique=True))
)


def read(wire: bytes, *, most: int = 500) -> Message:
    return read_body(wire, read_head(wire), most=most)


def response(type_: int, *records: bytes, flags: int = 0x8180, count: int | None = None) -> bytes:
    """Records of ``type_`` at the name asked for, their data as it stands."""
    head = pack("!6H", 7, flags, 1, len(records) if count is None else count, 0, 0)
    body = b"".join(b"\xc0\x0c" + pack("!2HIH", type_, 1, 60, len(data)) + data for data in records)
    return head + NAME + pack("!2H", type_, 1) + body


def _ours(type_: str, text: str) -> str:
    """Lower case and without final dots, but for CAA."""
    names = {"NS": 1, "CNAME": 1, "MX": 2, "SOA": 2}.get(type_, 0)
    parts = text.split(" ")
    lower = [part.lower().removesuffix(".") for part in parts[:names]]
    return " ".join(lower + parts[names:])


@given(record_lists)
def test_records_read_as_dnspython_writes_them(case: tuple[str, list[str]]) -> None:
    type_, texts = case
    query = dns.message.make_query("example.com", type_)
    message = dns.message.make_response(query)
    message.answer.append(dns.rrset.from_text("example.com.", 60, "IN", type_, *texts))
    wire = message.to_wire()
    expected = [_ours(type_, record.to_text()) for record in dns.message.from_wire(wire).answer[0]]
    got = [record.value for record in read(wire).answer]
    assert sorted(got) == sorted(expected)


@given(names)
def test_names_survive_the_way_to_text_and_back(name: tuple[bytes, ...]) -> None:
    wire = dns.name.Name((*name, b"")).to_wire()
    assert wire is not None
    text = presented(wire)
    assert wire_name(text) == wire.lower()
    assert dns.name.from_text(text).to_wire() == wire.lower()


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=20))
def test_a_text_record_is_its_strings_with_nothing_between(strings: list[bytes]) -> None:
    data = b"".join(bytes((len(string),)) + string for string in strings)
    (record,) = read(response(TXT, data)).answer
    assert record.value.encode("latin-1") == b"".join(strings)


@given(st.binary(max_size=300))
@example(b"")
@example(b"\0\7\x81\x80\0\1\0\1\0\0\0\0\xc0\x0c")
def test_no_bytes_raise_anything_else(wire: bytes) -> None:
    with suppress(BadMessage, TooManyRecords):
        read(wire)


@given(st.data())
def test_no_damage_to_a_message_raises_anything_else(data: st.DataObject) -> None:
    whole = bytearray(response(MX, b"\0\x0a\2mx\xc0\x0c", b"\0\x14\2my\xc0\x0c", count=2))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadMessage, TooManyRecords):
        read(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


@pytest.mark.parametrize(
    "wire",
    [
        response(A, b"\1\2\3"),
        response(A, b"\1\2\3\4\5"),
        response(A, b"\1\2\3\4", count=2),
        response(TXT, b"\5four"),
        response(MX, b"\0"),
        response(MX, b"\0\x0a\2mx\xc0\x0c\0"),
        response(MX, b"\0\x0a\xc0\xff"),
        response(MX, b"\0\x0a\x80mx"),
        response(MX, b"\0\x0a" + b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\0"),
        response(A)[:20],
        response(A)[:4] + b"\0\2" + response(A)[6:],
    ],
)
def test_what_contradicts_itself_is_no_message(wire: bytes) -> None:
    with pytest.raises(BadMessage):
        read(wire)


def test_pointers_that_lead_in_a_circle_end() -> None:
    with pytest.raises(BadMessage, match="pointer"):
        read(response(MX, b"\0\x0a\xc0" + bytes((len(NAME) + 12 + 4 + 12 + 2,))))


def test_a_message_made_of_pointers_takes_no_time() -> None:
    start = len(response(A)) + 12
    ladder = b"\0" + b"".join(pack("!H", 0xC000 | start + max(0, 2 * step - 1)) for step in range(8_000))
    last = pack("!H", 0xC000 | start + 2 * 7_999 - 1)
    record = last + pack("!2HIH", A, 1, 60, 4) + b"\1\2\3\4"
    wire = response(65_280, ladder, count=501) + 500 * record
    started = time.perf_counter()
    with pytest.raises(BadMessage, match="pointer"):
        read(wire, most=501)
    assert time.perf_counter() - started < 10


def test_too_many_records_are_refused_by_their_count() -> None:
    wire = response(A, *(bytes((10, 0, n >> 8, n & 255)) for n in range(501)))
    with pytest.raises(TooManyRecords):
        read(wire)
    assert len(read(wire, most=501).answer) == 501


def test_records_of_other_types_and_classes_are_left_out() -> None:
    chaos = b"\xc0\x0c" + pack("!2HIH", A, 3, 60, 4) + b"\1\2\3\4"
    unknown = b"\xc0\x0c" + pack("!2HIH", 65_280, 1, 60, 2) + b"\1\2"
    wire = response(A, b"\1\2\3\4", count=3) + chaos + unknown
    assert [record.value for record in read(wire).answer] == ["1.2.3.4"]


def test_the_upper_bits_of_the_response_code_are_those_of_opt() -> None:
    head = pack("!6H", 7, 0x8180, 1, 0, 0, 1)
    opt = b"\0" + pack("!2HIH", 41, 1232, 1 << 24, 0)
    assert read(head + NAME + pack("!2H", A, 1) + opt).rcode == 16


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("", b"\0"),
        ("Example.COM", b"\7example\3com\0"),
        ("example.com.", b"\7example\3com\0"),
        (r"a\.b.example", b"\3a.b\7example\0"),
        (r"a\032b", b"\3a b\0"),
        ("a$b", b"\3a$b\0"),
    ],
)
def test_names_in_wire_form(text: str, wire: bytes) -> None:
    assert wire_name(text) == wire


@pytest.mark.parametrize(
    "text", ["a" * 64, "a..b", ".", ".a", "a\\", "\\25", "\\256", "ä.example", ".".join(["a" * 63] * 4)]
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(BadName):
        wire_name(text)


def test_a_query_is_read_as_it_was_meant() -> None:
    query = Query(513, NAME, TXT)
    with_edns, plain = (dns.message.from_wire(query.wire(edns=edns)) for edns in (True, False))
    assert (with_edns.id, with_edns.edns, with_edns.payload) == (513, 0, 1232)
    assert plain.edns == -1
    for message in (with_edns, plain):
        assert message.flags == dns.flags.RD
        assert message.question[0].to_text() == "example.com. IN TXT"
