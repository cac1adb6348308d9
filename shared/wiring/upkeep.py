"""Rollups and purges as they run."""

from __future__ import annotations

from functools import cache

from shared.core.sweeping import Sweeper
from shared.core.upkeep import Purge, Roller
from shared.wiring import enrichment, table
from shared.wiring.buckets import mailbox
from shared.wiring.queues import host_questions, hosting_checks, removed_domains


@cache
def roller() -> Roller:
    return Roller(
        domains=table.domains(),
        reports=table.reports(),
        rollups=table.rollups(),
        hosts=table.hosts(),
        places=enrichment.places(),
        catalogue=enrichment.catalogue(),
        host_questions=host_questions(),
        removed_domains=removed_domains(),
        seen_mail=table.seen_mail(),
    )


@cache
def sweeper() -> Sweeper:
    return Sweeper(table.groups(), table.tags(), table.members(), table.api_keys())


@cache
def purge() -> Purge:
    return Purge(
        domains=table.domains(),
        reports=table.reports(),
        rollups=table.rollups(),
        mailbox=mailbox(),
        dns_states=table.dns_states(),
        hosting_checks=hosting_checks(),
    )
