"""Deliveries opened, under the default limits."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import BinaryIO

from shared.core.segments import SegmentWriter
from shared.mailauth.reports import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reading


def read_mail(source: BinaryIO) -> Iterable[Reading]:
    """Rows of aggregate reports go to segment writers."""
    return read_delivery(source, open_sink=SegmentWriter, meter=Meter(Limits(), time.thread_time))
