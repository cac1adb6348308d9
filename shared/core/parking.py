"""Whether a domain is parked indeed, and what it then publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shared.core.domains import Domain
from shared.core.errors import Conflict
from shared.core.lookups import Lookups
from shared.core.record_generator import PublishedRecord, parked_records
from shared.mailauth.evaluate.dkim import inspect_selectors
from shared.mailauth.evaluate.dkim_selectors import WELL_KNOWN_SELECTORS
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.mx import inspect_mx

PATIENCE: Final = 8.0
"""Seconds that somebody who asks for the records waits for the DNS."""


def records_if_parked(
    domain: Domain, lookups: Lookups, our_rua: str, *, passing_messages: int, hosted_at: str = ""
) -> tuple[PublishedRecord, ...]:
    """All records of a domain that neither sends nor receives mail. ``Conflict`` where it does either, or
    where the DNS does not tell: nobody's mail is to be turned off by a guess.

    With ``hosted_at``, our name of the hosted DMARC record, there is a CNAME to it in place of that record.
    """
    mx = lookups.run(inspect_mx(domain.name), within=PATIENCE)
    survey = lookups.run(inspect_selectors(domain.name, WELL_KNOWN_SELECTORS), within=PATIENCE)
    _require_answers(domain, [mx], "its MX records")
    _require_answers(domain, survey.keys, "its DKIM keys")
    records = parked_records(
        domain.name,
        our_rua,
        has_mx=bool(mx.names) and not mx.null_mx,
        has_dkim_keys=survey.signs,
        passing_messages=passing_messages,
    )
    return tuple(_hosted(record, hosted_at) if hosted_at else record for record in records)


def _require_answers(domain: Domain, inspections: Sequence[Inspection], what: str) -> None:
    if any(inspection.state is State.ERROR for inspection in inspections):
        raise Conflict(f"The DNS of {domain.name} does not tell {what} just now: try again", param="id")


def _hosted(record: PublishedRecord, target: str) -> PublishedRecord:
    is_dmarc = record.type == "TXT" and record.value.startswith("v=DMARC1")
    return replace(record, type="CNAME", value=target) if is_dmarc else record
