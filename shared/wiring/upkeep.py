"""Rollups and purges as they run."""

from __future__ import annotations

from functools import cache

from shared.core.senders.remembering import SourceMemory
from shared.core.sweeping import Sweeper
from shared.core.upkeep import Purge, Roller
from shared.wiring import enrichment, table
from shared.wiring.buckets import mailbox
from shared.wiring.catalogues import catalogues
from shared.wiring.queues import alert_events, host_questions, hosting_checks, lake_tasks, removed_domains


@cache
def roller() -> Roller:
    return Roller(
        domains=table.domains(),
        reports=table.reports(),
        rollups=table.rollups(),
        hosts=table.hosts(),
        places=enrichment.places(),
        catalogues=catalogues(),
        host_questions=host_questions(),
        removed_domains=removed_domains(),
        seen_mail=table.seen_mail(),
        dns_states=table.dns_states(),
        memory=SourceMemory(table.sender_histories(), alert_events()),
    )


@cache
def sweeper() -> Sweeper:
    return Sweeper(table.groups(), table.tags(), table.members(), table.api_keys())


@cache
def purge() -> Purge:
    return Purge(
        domains=table.domains(),
        alerts=table.alerts(),
        reports=table.reports(),
        rollups=table.rollups(),
        mailbox=mailbox(),
        dns_states=table.dns_states(),
        advices=table.advices(),
        favourites=table.favourites(),
        snapshots=table.snapshots(),
        hosting_checks=hosting_checks(),
        histories=table.sender_histories(),
        lake_tasks=lake_tasks(),
    )
