"""Looking at hostings from outside, and doing what follows. It brings the resolver along."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.cloudfront import CloudFrontPolicyHosts
from shared.adapters.policy_files import S3PolicyFiles
from shared.core.hosting.tending import Tender
from shared.wiring import clients, lookups, publishing, queues, table
from shared.wiring.environment import optional, required


@cache
def tender() -> Tender:
    """Its lookups keep no answers from one batch to the next: what an owner just changed is seen at once."""
    return Tender(
        hostings=table.hostings(),
        domains=table.domains(),
        lookups=lookups.fresh_lookups(),
        zones=publishing.zones(),
        policy_hosts=CloudFrontPolicyHosts(
            clients.cloudfront(),
            distribution=required(settings.POLICY_DISTRIBUTION),
            connection_group=optional(settings.POLICY_CONNECTION_GROUP),
        ),
        policy_files=S3PolicyFiles(clients.s3(), required(settings.POLICY_BUCKET)),
        changes=queues.hosting_changes(),
        checks=queues.hosting_checks(),
        alerts=queues.alert_events(),
    )
