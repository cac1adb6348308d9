"""Intake as it runs: on the table, the mail bucket and the queues, reading under the default limits."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cache
from typing import BinaryIO

from shared.core.intake import Intake
from shared.core.segments import SegmentWriter
from shared.mailauth.reports import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reading
from shared.wiring import enrichment, table
from shared.wiring.buckets import mailbox
from shared.wiring.queues import touched_days


@cache
def intake() -> Intake:
    return Intake(
        accounts=table.accounts(),
        domains=table.domains(),
        reports=table.reports(),
        quarantine=table.quarantine(),
        uploads=table.uploads(),
        mailbox=mailbox(),
        touched_days=touched_days(),
        read=_read,
        redaction_key=table.redaction_key(),
        filed_mails=table.filed_mails(),
        places=enrichment.places(),
    )


def _read(source: BinaryIO) -> Iterable[Reading]:
    return read_delivery(source, open_sink=SegmentWriter, meter=Meter(Limits(), time.thread_time))
