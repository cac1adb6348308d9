import os
import struct
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.reports.allowance import Allowance
from shared.mailauth.reports.archives import gunzip, unzip, zip_members
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Exceeded, Reason, Unreadable
from tests.fixtures import packaging as pack

CONTENT = os.urandom(50_000) + b"x" * 300_000


def _allowance(limits: Limits | None = None) -> Allowance:
    return Allowance(Meter(limits or Limits(), time.thread_time))


def _gunzipped(data: bytes, size: int = 1000) -> bytes:
    return b"".join(gunzip((data[at : at + size] for at in range(0, len(data), size)), _allowance()))


def _unzipped(data: bytes) -> dict[str, bytes]:
    return {
        member.name: b"".join(unzip(data, member, _allowance())) for member in zip_members(data, Limits())
    }


def test_gzip_in_pieces_of_any_size() -> None:
    for size in (1, 18, 1000, 10**6):
        assert _gunzipped(pack.gzip(b"report" * 50), size) == b"report" * 50
    assert _gunzipped(pack.gzip(CONTENT)) == CONTENT


def test_gzip_with_bytes_behind_it() -> None:
    assert _gunzipped(pack.gzip(b"report", trailing=b"\r\n\r\n-- scanned")) == b"report"


def test_gzip_of_several_members_is_one_content() -> None:
    assert _gunzipped(pack.gzip(b"one ") + pack.gzip(b"two"), 10**6) == b"one two"


@given(st.integers(min_value=0, max_value=200))
def test_gzip_cut_anywhere_is_malformed(length: int) -> None:
    whole = pack.gzip(bytes(range(256)))
    with pytest.raises(Unreadable) as no:
        _gunzipped(whole[: min(length, len(whole) - 1)])
    assert no.value.reason is Reason.MALFORMED_ARCHIVE


def test_gzip_with_a_wrong_checksum_is_malformed() -> None:
    damaged = bytearray(pack.gzip(b"report"))
    damaged[-5] ^= 1
    with pytest.raises(Unreadable, match="damaged"):
        _gunzipped(bytes(damaged))


def test_gzip_of_countless_members_is_refused() -> None:
    with pytest.raises(Unreadable) as no:
        _gunzipped(pack.gzip(b"") * 1000)
    assert no.value.reason is Reason.TOO_MANY_PARTS


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [False, True])
def test_zip_of_several_files(method: int, streamed: bool) -> None:
    files = {"a.xml": b"one", "folder/b.xml": CONTENT, "empty": b""}
    assert _unzipped(pack.zip_of(*files.items(), method=method, streamed=streamed)) == files


def test_folders_and_desktop_litter_are_no_files() -> None:
    litter = ("x.xml/", "__MACOSX/._a.xml", "._a.xml", "sub/.DS_Store", "Thumbs.db")
    data = pack.zip_of(*((name, b"" if name.endswith("/") else b"?") for name in litter), ("a.xml", b"one"))
    assert _unzipped(data) == {"a.xml": b"one"}


def test_bytes_before_and_behind_a_zip() -> None:
    data = pack.zip_of(("a.xml", b"one"))
    assert _unzipped(data + b"\r\n--trailing" * 100) == {"a.xml": b"one"}
    assert _unzipped(b"PK00" + data) == {"a.xml": b"one"}


def test_zip64_sizes_are_read() -> None:
    data = bytearray(pack.zip_of(("a.xml", b"one"), method=zipfile.ZIP_STORED))
    entry = data.index(b"PK\x01\x02")
    extra = struct.pack("<2H2Q", 1, 16, 3, 3)
    data[entry + 20 : entry + 28] = b"\xff" * 8
    data[entry + 30 : entry + 32] = struct.pack("<H", len(extra))
    data[entry + 46 + 5 : entry + 46 + 5] = extra
    end = data.index(b"PK\x05\x06")
    size = struct.unpack_from("<L", data, end + 12)[0]
    struct.pack_into("<L", data, end + 12, size + len(extra))
    assert _unzipped(bytes(data)) == {"a.xml": b"one"}


def _patched(data: bytes, offset: int, value: bytes) -> bytes:
    at = data.index(b"PK\x01\x02") + offset
    return data[:at] + value + data[at + len(value) :]


ZIP = pack.zip_of(("a.xml", CONTENT))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_patched(ZIP, 8, b"\x01\x00"), Reason.ENCRYPTED),
        (_patched(ZIP, 10, b"\x63\x00"), Reason.ENCRYPTED),
        (_patched(ZIP, 10, b"\x0c\x00"), Reason.MALFORMED_ARCHIVE),
        (pack.zip_of(("a", b"x" * 99), method=zipfile.ZIP_LZMA), Reason.MALFORMED_ARCHIVE),
        (pack.zip_of(("a", b"x" * 99), method=zipfile.ZIP_BZIP2), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 24, struct.pack("<L", 10)), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 24, struct.pack("<L", 10**8)), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 16, b"\0\0\0\0"), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 20, struct.pack("<L", 10)), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 20, b"\xfe\xff\xff\xff"), Reason.MALFORMED_ARCHIVE),
        (_patched(ZIP, 42, b"\xfe\xff\xff\xff"), Reason.MALFORMED_ARCHIVE),
        (ZIP[:-30], Reason.MALFORMED_ARCHIVE),
        (ZIP[: len(ZIP) // 2], Reason.MALFORMED_ARCHIVE),
        (b"PK\x03\x04", Reason.MALFORMED_ARCHIVE),
        (pack.zip_of(*((f"{n}.xml", b"x") for n in range(11))), Reason.TOO_MANY_PARTS),
        (pack.zip_of(*((f"__MACOSX/{n}", b"x") for n in range(201))), Reason.TOO_MANY_PARTS),
    ],
)
def test_zips_that_are_refused(data: bytes, reason: Reason) -> None:
    with pytest.raises(Unreadable) as no:
        _unzipped(data)
    assert no.value.reason is reason


def test_members_that_overlap_are_a_bomb() -> None:
    data = pack.zip_of(("a.xml", CONTENT), ("b.xml", CONTENT))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    overlapping = data[: second + 42] + data[first + 42 : first + 46] + data[second + 46 :]
    with pytest.raises(Unreadable) as no:
        zip_members(overlapping, Limits())
    assert no.value.reason is Reason.COMPRESSION_BOMB


def test_a_bomb_is_stopped_while_it_inflates() -> None:
    limits = Limits(ratio_floor=100_000, inflated=10**6)
    bomb = pack.gzip(bytes(5 * 10**6))
    with pytest.raises(Exceeded) as stop:
        sum(map(len, gunzip([bomb], _allowance(limits))))
    assert stop.value.reason is Reason.COMPRESSION_BOMB
    with pytest.raises(Exceeded) as stop:
        sum(map(len, gunzip([pack.gzip(os.urandom(2 * 10**6))], _allowance(limits))))
    assert stop.value.reason is Reason.TOO_LARGE
