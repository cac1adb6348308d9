"""The functions of the HTTP API, each with what it may touch."""

from __future__ import annotations

from typing import Final

from infra.entries.common import AUTHENTICATES, INDEX_QUERY, ONCE
from infra.entry import Entry, Grant, Thing, deletes, reads, sends, table, writes
from shared import settings

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
