"""Intake as it runs: on the table, the mail bucket and the queues."""

from __future__ import annotations

from functools import cache

from shared.core.intake import Intake
from shared.wiring import enrichment, table
from shared.wiring.buckets import mailbox
from shared.wiring.queues import touched_days
from shared.wiring.reading import read_mail


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
        read=read_mail,
        redaction_key=table.redaction_key(),
        filed_mails=table.filed_mails(),
        places=enrichment.places(),
    )
