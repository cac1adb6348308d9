"""Detail reports as they are worked on."""

from __future__ import annotations

from functools import cache
from secrets import token_hex

from shared.core.detail.reading import Includes, Knowledge
from shared.core.detail.running import DetailRunner
from shared.core.ids import AccountId, DomainId
from shared.core.senders.includes import includes_of
from shared.wiring import enrichment, table
from shared.wiring.catalogues import catalogues
from shared.wiring.details import shelf
from shared.wiring.queues import detail_steps


@cache
def runner() -> DetailRunner:
    return DetailRunner(
        jobs=table.detail_jobs(),
        shelf=shelf(),
        steps=detail_steps(),
        domains=table.domains(),
        reports=table.reports(),
        knowledge=Knowledge(enrichment.places(), catalogues().of, table.hosts().get_many, _includes),
        new_name=lambda: token_hex(8),
    )


def _includes(account: AccountId, domain: DomainId) -> Includes:
    return includes_of(table.dns_states().knowledge(account, domain)).covering
