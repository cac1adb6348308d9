from __future__ import annotations

import pytest

from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Exceeded, Reason


class Clock:
    """CPU seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


LIMITS = Limits(inflated=1000, ratio=10, ratio_floor=100, cpu=2.0)


def test_inflated_bytes_add_up_over_the_delivery() -> None:
    meter = Meter(LIMITS, Clock())
    for _ in range(10):
        meter.inflated(100, compressed_so_far=1000)
    with pytest.raises(Exceeded) as caught:
        meter.inflated(1, compressed_so_far=1000)
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_high_ratio_is_a_bomb() -> None:
    meter = Meter(LIMITS, Clock())
    meter.inflated(110, compressed_so_far=11)
    with pytest.raises(Exceeded) as caught:
        meter.inflated(1, compressed_so_far=11)
    assert caught.value.reason is Reason.COMPRESSION_BOMB


def test_small_reports_may_compress_as_well_as_they_like() -> None:
    Meter(LIMITS, Clock()).inflated(100, compressed_so_far=1)


def test_members_are_judged_together() -> None:
    meter = Meter(LIMITS, Clock())
    meter.inflated(90, compressed_so_far=5)
    with pytest.raises(Exceeded) as caught:
        meter.inflated(90, compressed_so_far=10)
    assert caught.value.reason is Reason.COMPRESSION_BOMB


def test_time_counts_from_the_start_of_the_delivery() -> None:
    clock = Clock()
    meter = Meter(LIMITS, clock)
    clock.now += 2.0
    meter.tick()
    clock.now += 0.1
    with pytest.raises(Exceeded) as caught:
        meter.tick()
    assert caught.value.reason is Reason.TOO_EXPENSIVE
    with pytest.raises(Exceeded):
        meter.inflated(1, compressed_so_far=1)
