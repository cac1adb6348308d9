"""Whatever is done to a delivery, it ends in readings, within its limits."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mailauth.reports.envelope import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed, Reading
from shared.mailauth.reports.values import Row, RowSink
from tests.fixtures import packaging as pack
from tests.unit.mailauth.reports.test_envelope import AGGREGATES, TLS

LIMITS = Limits(message=200_000, inflated=300_000, ratio_floor=50_000, parts=30)
SEEDS = (
    *AGGREGATES.values(),
    TLS,
    pack.tls_mail(pack.gzip(TLS)),
    pack.failure_mail(),
    pack.failure_mail(encoding="base64"),
)
TOKENS = (
    b"\n",
    b"\r\n\r\n",
    b"--",
    b"--=_b1\r\n",
    b"\0",
    b"<",
    b"{",
    b'"',
    b"=",
    b"PK\x01\x02",
    b"\x1f\x8b\x08",
    b"Content-Type: multipart/mixed; boundary==_b1\r\n",
    b"Content-Transfer-Encoding: base64\r\n\r\n",
    b"<!DOCTYPE x>",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"\xff" * 8,
    b"begin 644 x\n",
    b"Feedback-Type: auth-failure\r\n",
)


def _read(source: bytes) -> list[Reading]:
    opened: list[list[Row]] = []

    def open_sink() -> RowSink:
        rows: list[Row] = []
        opened.append(rows)
        return rows.append

    started = time.thread_time()
    readings = list(read_delivery(source, open_sink=open_sink, meter=Meter(LIMITS, time.thread_time)))
    assert time.thread_time() - started < 5
    assert len(readings) <= LIMITS.parts * LIMITS.members
    assert sum(isinstance(reading, Parsed) and reading.rows is not None for reading in readings) <= len(
        opened
    )
    return readings


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(min_value=1, max_value=6))):
        at = draw(st.integers(min_value=0, max_value=len(data)))
        match draw(st.integers(min_value=0, max_value=4)):
            case 0:
                data[at : at + 1] = draw(st.binary(max_size=3))
            case 1:
                data[at:at] = draw(st.sampled_from(TOKENS))
            case 2:
                del data[at : at + draw(st.integers(min_value=1, max_value=200))]
            case 3:
                del data[at:]
            case _:
                other = draw(st.sampled_from(SEEDS))
                data[at:] = other[draw(st.integers(min_value=0, max_value=len(other))) :]
    return bytes(data)


@settings(max_examples=300)
@given(_damaged())
def test_damaged_deliveries_always_end_in_readings(source: bytes) -> None:
    assert _read(source)


@settings(max_examples=100)
@given(st.binary(max_size=300) | st.lists(st.sampled_from(TOKENS), max_size=40).map(b"".join))
def test_rubbish_always_ends_in_readings(source: bytes) -> None:
    assert _read(source)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SEEDS), min_size=2, max_size=3))
def test_joined_deliveries_always_end_in_readings(sources: list[bytes]) -> None:
    assert _read(b"".join(sources))


@settings(max_examples=60)
@given(st.sampled_from(SEEDS), st.data())
def test_cut_archives_give_no_half_report(source: bytes, data: st.DataObject) -> None:
    cut = source[: data.draw(st.integers(min_value=0, max_value=len(source) - 1))]
    for reading in _read(cut):
        if isinstance(reading, Parsed):
            whole = [one.report for one in _read(source) if isinstance(one, Parsed)]
            assert reading.report.kind == whole[0].kind
            assert getattr(reading.report, "messages", 7) == 7
