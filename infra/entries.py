"""The functions: all that there are, each with what starts it and what it may touch."""

from __future__ import annotations

from typing import Final

from infra.entry import (
    Consumes,
    Daily,
    Entry,
    Every,
    Grant,
    Thing,
    deletes,
    lists,
    reads,
    sends,
    table,
    writes,
)
from shared import settings

INDEX_QUERY: Final = Grant(Thing.INDEX, ("Query",))
AUTHENTICATES: Final = ("GetItem", "UpdateItem")
"""Count the request against the rate of its key or its user, read the account. A user's accounts are found in
the index, where the request names none."""

ONCE: Final = ("PutItem", "UpdateItem", "DeleteItem")
"""Claim an Idempotency-Key, keep the answer, release the claim of a request that failed."""

API: Final = (
    Entry(
        "api/account",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.DATA_BUCKET, settings.EXPORTS),
            Grant(
                Thing.USER_POOL,
                ("AdminDeleteUser", "AdminGetUser", "AdminSetUserMFAPreference", "AdminUserGlobalSignOut"),
            ),
            Grant(Thing.LETTERS, ("SendEmail",)),
            sends(Thing.EXPORTS_QUEUE),
            sends(Thing.CLOSING_QUEUE),
        ),
        knows=(Thing.TOKENS,),
    ),
    Entry(
        "api/advice",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem", "ConditionCheckItem"),
            INDEX_QUERY,
            reads(Thing.DATA_BUCKET),
        ),
        knows=(Thing.TOKENS,),
        memory=1024,
    ),
    Entry(
        "api/alerts",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            sends(Thing.DELIVERIES_QUEUE),
        ),
        knows=(Thing.TOKENS,),
        memory=1024,
        layer="lookups",
    ),
    Entry("api/api_keys", (table(*AUTHENTICATES, *ONCE, "BatchGetItem"), INDEX_QUERY), knows=(Thing.TOKENS,)),
    Entry("api/audit", (table(*AUTHENTICATES, "Query"), INDEX_QUERY), knows=(Thing.TOKENS,)),
    Entry(
        "api/detail_reports",
        (
            table(*AUTHENTICATES, "Query", "BatchGetItem", "PutItem", "DeleteItem", "BatchWriteItem"),
            INDEX_QUERY,
            reads(Thing.DATA_BUCKET, settings.DETAILS),
            deletes(Thing.DATA_BUCKET, settings.DETAILS),
            sends(Thing.DETAILS_QUEUE),
        ),
        knows=(Thing.TOKENS,),
        memory=1024,
    ),
    Entry(
        "api/domains",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.DATA_BUCKET),
            sends(Thing.PURGE_QUEUE),
            sends(Thing.DNS_QUEUE),
        ),
        knows=(Thing.TOKENS,),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/failure_reports",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET, "failures/"),
            deletes(Thing.MAIL_BUCKET, "failures/"),
            reads(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            sends(Thing.ROLLUP_QUEUE),
        ),
        knows=(Thing.TOKENS,),
    ),
    Entry(
        "api/groups",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            sends(Thing.PURGE_QUEUE),
            sends(Thing.DNS_QUEUE),
        ),
        knows=(Thing.TOKENS, Thing.DATA_BUCKET),
        memory=1024,
    ),
    Entry(
        "api/hosting",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            sends(Thing.HOSTING_QUEUE),
            sends(Thing.HOSTING_CHECKS_QUEUE),
        ),
        knows=(Thing.TOKENS, Thing.DATA_BUCKET, Thing.HOSTING_ZONES, Thing.POLICY_DISTRIBUTION),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/inspect",
        (table(*AUTHENTICATES, "Query"), INDEX_QUERY, reads(Thing.DATA_BUCKET)),
        knows=(Thing.TOKENS,),
        memory=1024,
        layer="lookups",
    ),
    Entry(
        "api/reports",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            writes(Thing.MAIL_BUCKET, "uploads/"),
            deletes(Thing.MAIL_BUCKET),
            reads(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            sends(Thing.ROLLUP_QUEUE),
        ),
        knows=(Thing.TOKENS,),
    ),
    Entry(
        "api/sources",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.SOURCES),
            deletes(Thing.DATA_BUCKET, settings.SOURCES),
            sends(Thing.SOURCES_QUEUE),
        ),
        knows=(Thing.TOKENS,),
        memory=1024,
    ),
    Entry(
        "api/quarantine",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            sends(Thing.MAIL_QUEUE),
        ),
        knows=(Thing.TOKENS,),
    ),
    Entry(
        "api/users",
        (
            table(*AUTHENTICATES, *ONCE, "Query", "BatchGetItem", "ConditionCheckItem"),
            INDEX_QUERY,
            Grant(
                Thing.USER_POOL,
                (
                    "AdminSetUserPassword",
                    "AdminInitiateAuth",
                    "AdminGetUser",
                    "AdminSetUserMFAPreference",
                    "AdminUserGlobalSignOut",
                    "AdminDeleteUser",
                    "AdminLinkProviderForUser",
                ),
            ),
            Grant(Thing.LETTERS, ("SendEmail",)),
        ),
        knows=(Thing.TOKENS,),
    ),
    Entry(
        "api/letters",
        (
            table("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
            Grant(
                Thing.USER_POOL,
                (
                    "AdminCreateUser",
                    "AdminSetUserPassword",
                    "AdminUpdateUserAttributes",
                    "AdminUserGlobalSignOut",
                ),
            ),
            Grant(Thing.LETTERS, ("SendEmail",)),
        ),
        knows=(Thing.SIGN_IN,),
    ),
    Entry("api/docs", (table("UpdateItem"),), knows=(Thing.SIGN_IN,)),
    Entry(
        "api/tls",
        (table(*AUTHENTICATES, "Query", "BatchGetItem"), INDEX_QUERY, reads(Thing.DATA_BUCKET)),
        knows=(Thing.TOKENS,),
    ),
    Entry("api/tlsrpt", (table("GetItem", "UpdateItem"), writes(Thing.MAIL_BUCKET, "tlsrpt/"))),
)

WORKERS: Final = (
    Entry(
        "workers/ingest_mail",
        (
            table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            writes(Thing.MAIL_BUCKET, "failures/"),
            deletes(Thing.MAIL_BUCKET),
            writes(Thing.DATA_BUCKET),
            Grant(Thing.FAILURE_KEY, ("GenerateDataKey", "Decrypt")),
            sends(Thing.ROLLUP_QUEUE),
        ),
        trigger=Consumes(Thing.MAIL_QUEUE, batch=10, window=0, at_once=20),
        memory=1024,
        timeout=120,
        layer="workers",
        address_data=True,
    ),
    Entry(
        "workers/rollup",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            sends(Thing.HOSTS_QUEUE),
            sends(Thing.ADVICE_QUEUE),
            sends(Thing.PURGE_QUEUE),
            sends(Thing.ALERTS_QUEUE),
        ),
        trigger=Consumes(Thing.ROLLUP_QUEUE, batch=100, window=2, at_once=10),
        memory=1024,
        timeout=120,
        layer="workers",
        address_data=True,
    ),
    Entry(
        "workers/resolve_hosts",
        (table("BatchGetItem", "UpdateItem"), sends(Thing.ROLLUP_QUEUE)),
        trigger=Consumes(Thing.HOSTS_QUEUE, batch=20, window=2, at_once=5),
        timeout=60,
        layer="workers",
    ),
    Entry(
        "workers/purge",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
            INDEX_QUERY,
            deletes(Thing.MAIL_BUCKET),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.SOURCES),
            deletes(Thing.DATA_BUCKET),
            sends(Thing.HOSTING_CHECKS_QUEUE),
            sends(Thing.LAKE_QUEUE),
        ),
        trigger=Consumes(Thing.PURGE_QUEUE, batch=1, window=0, at_once=2, delay=5),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/reconcile",
        (
            table("GetItem", "Query", "BatchGetItem", "PutItem", "UpdateItem"),
            INDEX_QUERY,
            sends(Thing.ROLLUP_QUEUE),
            sends(Thing.DNS_QUEUE),
            sends(Thing.CLOSING_QUEUE),
            sends(Thing.WATCH_QUEUE),
            sends(Thing.SOURCES_QUEUE),
            sends(Thing.LAKE_QUEUE),
        ),
        knows=(Thing.DATA_BUCKET,),
        trigger=Daily(hour=3),
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/run_detail_job",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.DETAILS),
            sends(Thing.DETAILS_QUEUE),
        ),
        trigger=Consumes(Thing.DETAILS_QUEUE, batch=1, window=0, at_once=10),
        # One whole processor; of the memory it takes a small part.
        memory=1769,
        timeout=120,
        layer="workers",
        address_data=True,
    ),
    Entry(
        "workers/refresh_sources",
        (
            table("GetItem", "Query", "UpdateItem"),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.SOURCES),
            deletes(Thing.DATA_BUCKET, settings.SOURCES),
        ),
        trigger=Consumes(Thing.SOURCES_QUEUE, batch=1, window=0, at_once=5),
        memory=1024,
        timeout=300,
        layer="workers",
    ),
    Entry(
        "workers/export_account",
        (
            table("GetItem", "BatchGetItem", "Query", "UpdateItem"),
            INDEX_QUERY,
            reads(Thing.MAIL_BUCKET),
            Grant(Thing.FAILURE_KEY, ("Decrypt",)),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.EXPORTS),
            sends(Thing.EXPORTS_QUEUE),
        ),
        trigger=Consumes(Thing.EXPORTS_QUEUE, batch=1, window=0, at_once=2),
        memory=1024,
        timeout=600,
        layer="workers",
    ),
    Entry(
        "workers/export_lake",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
            reads(Thing.DATA_BUCKET),
            writes(Thing.DATA_BUCKET, settings.LAKE),
            deletes(Thing.DATA_BUCKET, settings.LAKE),
            sends(Thing.LAKE_QUEUE),
        ),
        trigger=Consumes(Thing.LAKE_QUEUE, batch=1, window=0, at_once=5),
        # One whole processor; of the memory it takes a small part.
        memory=1769,
        timeout=600,
        layer="lake",
        address_data=True,
    ),
    Entry(
        "workers/close_account",
        (
            table(*ONCE, "GetItem", "Query", "BatchWriteItem"),
            Grant(Thing.AUDIT_LOG, ("BatchWriteItem",)),
            INDEX_QUERY,
            lists(Thing.MAIL_BUCKET),
            deletes(Thing.MAIL_BUCKET),
            lists(Thing.DATA_BUCKET),
            deletes(Thing.DATA_BUCKET),
            Grant(Thing.USER_POOL, ("AdminDeleteUser",)),
            sends(Thing.HOSTING_CHECKS_QUEUE),
            sends(Thing.CLOSING_QUEUE),
        ),
        knows=(Thing.TOKENS, Thing.LETTERS),
        trigger=Consumes(Thing.CLOSING_QUEUE, batch=1, window=0, at_once=2),
        timeout=300,
        layer="workers",
    ),
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
        "workers/send_digests",
        (
            table("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
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

TRIGGERS: Final = (
    Entry("triggers/pre_sign_up", (), memory=256, timeout=5, layer="workers", says_no_by_failing=True),
)
"""What the user pool calls, which waits five seconds for it."""

ENTRIES: Final = (*API, *WORKERS, *TRIGGERS)
