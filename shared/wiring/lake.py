"""The nightly export as it runs."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.lake.shelf import S3LakeShelf
from shared.core.detail.reading import Includes, Knowledge
from shared.core.ids import AccountId, DomainId
from shared.core.lake.exporting import LakeExporter
from shared.core.senders.includes import includes_of
from shared.wiring import clients, enrichment, table
from shared.wiring.catalogues import catalogues
from shared.wiring.environment import required
from shared.wiring.queues import lake_tasks


@cache
def lake_exporter() -> LakeExporter:
    return LakeExporter(
        accounts=table.accounts(),
        domains=table.domains(),
        reports=table.reports(),
        rollups=table.rollups(),
        ledger=table.lake_ledger(),
        shelf=S3LakeShelf(clients.s3(), required(settings.DATA_BUCKET)),
        tasks=lake_tasks(),
        knowledge=Knowledge(enrichment.places(), catalogues().of, table.hosts().get_many, _includes),
    )


def _includes(account: AccountId, domain: DomainId) -> Includes:
    return includes_of(table.dns_states().knowledge(account, domain)).covering
