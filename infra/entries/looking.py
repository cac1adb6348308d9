"""Workers that look after domains: their DNS and hosting, what reports tell of them, and who is told."""

from __future__ import annotations

from typing import Final

from infra.entries.common import INDEX_QUERY
from infra.entry import (
    Consumes,
    Daily,
    Entry,
    Every,
    Grant,
    Thing,
    deletes,
    reads,
    sends,
    table,
    writes,
)

LOOKING: Final = (
    Entry(
        "workers/raise_alerts",
        (
            table("GetItem", "Query", "PutItem", "UpdateItem"),
            Grant(Thing.ALERT_BUS, ("PutEvents",)),
            sends(Thing.DELIVERIES_QUEUE),
        ),
        trigger=Consumes(Thing.ALERTS_QUEUE, batch=10, window=0, at_once=5),
        timeout=60,
        layer="workers",
    ),
    Entry(
        "workers/watch_reports",
        (
            table("GetItem", "Query"),
            reads(Thing.DATA_BUCKET),
            sends(Thing.ALERTS_QUEUE),
            sends(Thing.WATCH_QUEUE),
            sends(Thing.DIGESTS_QUEUE),
        ),
        trigger=Consumes(Thing.WATCH_QUEUE, batch=1, window=0, at_once=5),
        memory=1024,
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/watch_quotas",
        (table("Query", "BatchGetItem"), INDEX_QUERY, sends(Thing.ALERTS_QUEUE)),
        knows=(Thing.DATA_BUCKET,),
        trigger=Every(minutes=60),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/send_digests",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem"),
            Grant(Thing.LETTERS, ("SendEmail",)),
        ),
        knows=(Thing.DATA_BUCKET,),
        trigger=Consumes(Thing.DIGESTS_QUEUE, batch=1, window=0, at_once=5),
        memory=1024,
        timeout=600,
        layer="workers",
    ),
    Entry(
        "workers/deliver_alerts",
        (
            table("GetItem", "PutItem", "UpdateItem"),
            Grant(Thing.LETTERS, ("SendEmail",)),
            sends(Thing.DELIVERIES_QUEUE),
        ),
        # One slow receiver holds back no batch of others.
        trigger=Consumes(Thing.DELIVERIES_QUEUE, batch=1, window=0, at_once=10),
        timeout=29,
        layer="workers",
    ),
    Entry(
        "workers/check_dns",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
            sends(Thing.DNS_QUEUE),
            sends(Thing.ADVICE_QUEUE),
            sends(Thing.ALERTS_QUEUE),
        ),
        trigger=Consumes(Thing.DNS_QUEUE, batch=10, window=2, at_once=10),
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/advise",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem"),
            reads(Thing.DATA_BUCKET),
            sends(Thing.ALERTS_QUEUE),
            sends(Thing.DNS_QUEUE),
            sends(Thing.ADVICE_QUEUE),
        ),
        # What comes within the window about one domain is looked at once.
        trigger=Consumes(Thing.ADVICE_QUEUE, batch=50, window=2, at_once=5),
        memory=1024,
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/schedule_advice",
        (table("BatchGetItem"), INDEX_QUERY, sends(Thing.ADVICE_QUEUE)),
        trigger=Daily(hour=5),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/schedule_checks",
        (table("GetItem", "PutItem"), INDEX_QUERY, sends(Thing.DNS_QUEUE)),
        trigger=Every(minutes=15),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/publish_hosting",
        (
            table("GetItem", "PutItem"),
            Grant(Thing.HOSTING_ZONES, ("ListResourceRecordSets", "ChangeResourceRecordSets")),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        # A group is a zone: as many batches at once as there are zones, up to this.
        trigger=Consumes(Thing.HOSTING_QUEUE, batch=10, window=0, at_once=10, in_order=True),
        timeout=60,
        layer="workers",
    ),
    Entry(
        "workers/tend_hosting",
        (
            table("GetItem", "PutItem", "UpdateItem", "DeleteItem"),
            Grant(Thing.HOSTING_ZONES, ("GetChange",)),
            Grant(
                Thing.POLICY_DISTRIBUTION,
                (
                    "CreateDistributionTenant",
                    "GetDistributionTenant",
                    "UpdateDistributionTenant",
                    "DeleteDistributionTenant",
                    "GetManagedCertificateDetails",
                    "VerifyDnsConfiguration",
                ),
            ),
            Grant(Thing.CERTIFICATES, ("RequestCertificate", "DescribeCertificate")),
            writes(Thing.POLICY_BUCKET),
            deletes(Thing.POLICY_BUCKET),
            sends(Thing.HOSTING_QUEUE),
            sends(Thing.HOSTING_CHECKS_QUEUE),
            sends(Thing.ALERTS_QUEUE),
        ),
        trigger=Consumes(Thing.HOSTING_CHECKS_QUEUE, batch=5, window=0, at_once=5),
        memory=1024,
        timeout=120,
        layer="workers",
    ),
    Entry(
        "workers/schedule_hosting",
        (table("GetItem", "PutItem"), INDEX_QUERY, sends(Thing.HOSTING_CHECKS_QUEUE)),
        trigger=Every(minutes=15),
        timeout=300,
        layer="workers",
    ),
)
