"""Names of the environment variables: all that infrastructure and run time have in common."""

from __future__ import annotations

from typing import Final

STAGE: Final = "POSTSEAL_STAGE"
"""Name of the stage, ``prod`` or ``local`` or another."""

REPORT_DOMAIN: Final = "POSTSEAL_REPORT_DOMAIN"
"""The domain whose mailboxes receive the reports: ``<token>@<report domain>``."""

TABLE: Final = "POSTSEAL_TABLE"
MAIL_BUCKET: Final = "POSTSEAL_MAIL_BUCKET"
"""Raw mail and uploads, as they came."""

DATA_BUCKET: Final = "POSTSEAL_DATA_BUCKET"
"""Large segments and results."""

MAIL_QUEUE: Final = "POSTSEAL_MAIL_QUEUE"
ROLLUP_QUEUE: Final = "POSTSEAL_ROLLUP_QUEUE"
HOSTS_QUEUE: Final = "POSTSEAL_HOSTS_QUEUE"
PURGE_QUEUE: Final = "POSTSEAL_PURGE_QUEUE"
"""URLs of the four queues."""

DNS_QUEUE: Final = "POSTSEAL_DNS_QUEUE"
"""URL of the queue of domains whose DNS is to be checked."""

ALERTS_QUEUE: Final = "POSTSEAL_ALERTS_QUEUE"
DELIVERIES_QUEUE: Final = "POSTSEAL_DELIVERIES_QUEUE"
WATCH_QUEUE: Final = "POSTSEAL_WATCH_QUEUE"
DIGESTS_QUEUE: Final = "POSTSEAL_DIGESTS_QUEUE"
"""URLs of the queues of what somebody should be told, of attempts at webhooks, of accounts whose reports are
to be watched and of those whose digests are due."""

ALERT_BUS: Final = "POSTSEAL_ALERT_BUS"
"""Name of the EventBridge bus that every alert is put on."""

ADVICE_QUEUE: Final = "POSTSEAL_ADVICE_QUEUE"
"""URL of the queue of domains whose advice is to be thought over."""

ADVICE_DELAY: Final = "POSTSEAL_ADVICE_DELAY"
"""Seconds that news about a domain may gather before its advice is thought over."""

HOSTING_ZONES: Final = "POSTSEAL_HOSTING_ZONES"
"""``<Route 53 id>=<name>`` list, comma separated, of the zones that hosted records stand in."""

HOSTING_QUEUE: Final = "POSTSEAL_HOSTING_QUEUE"
HOSTING_CHECKS_QUEUE: Final = "POSTSEAL_HOSTING_CHECKS_QUEUE"
"""URLs of the queue of changes (FIFO) and of the one of looks from outside."""

POLICY_BUCKET: Final = "POSTSEAL_POLICY_BUCKET"
"""MTA-STS policies: ``<label>`` and the policy path."""

POLICY_PATH: Final = "/.well-known/mta-sts.txt"
"""The one path of a policy host (RFC 8461 section 3.3)."""

POLICY_DISTRIBUTION: Final = "POSTSEAL_POLICY_DISTRIBUTION"
"""Id of the multi-tenant CloudFront distribution in front of the policies."""

POLICY_CONNECTION_GROUP: Final = "POSTSEAL_POLICY_CONNECTION_GROUP"
"""Id of its connection group; empty means the account's default one."""

POLICY_ROUTING_ENDPOINT: Final = "POSTSEAL_POLICY_ROUTING_ENDPOINT"
"""Host name of the connection group, where the names of all policy hosts end."""

POLICY_PARAMETER: Final = "tenant"
"""Parameter of every distribution tenant: the folder of its policy, which the origin's path begins with."""

DNS_SERVERS: Final = "POSTSEAL_DNS_SERVERS"
"""``host:port`` list, comma separated, of the resolvers to ask; empty means the system's own."""

FETCH_GATEWAY: Final = "POSTSEAL_FETCH_GATEWAY"
"""``host:port`` that every HTTPS fetch is connected to, in place of the address found; empty means none."""

LOOPBACK_RECEIVERS: Final = "POSTSEAL_LOOPBACK_RECEIVERS"
"""Whether URLs of webhooks may be ``http://127.0.0.1:<port>``: only where nobody is a stranger. Empty: no."""

WEBHOOK_WAITS: Final = "POSTSEAL_WEBHOOK_WAITS"
"""Seconds between attempts at a webhook, comma separated; empty means the built-in ones."""

FETCH_AUTHORITY: Final = "POSTSEAL_FETCH_AUTHORITY"
"""A root to trust beside the system's when fetching: a path, or PEM text; empty means none."""

ADDRESS_DATA: Final = "POSTSEAL_ADDRESS_DATA"
"""Folder with the country and network databases; empty means the one in the bundle."""

CITY_DATABASE: Final = "POSTSEAL_CITY_DATABASE"
"""Path of an operator's own city database (MMDB); empty means none."""

SENDER_CATALOGUE: Final = "POSTSEAL_SENDER_CATALOGUE"
"""Path of an operator's own additions to the catalogue of senders, in the code of the function or absolute;
empty means none."""

FAILURE_KEY: Final = "POSTSEAL_FAILURE_KEY"
"""ARN of the KMS key that failure reports rest under, apart from everything else."""

USER_POOL: Final = "POSTSEAL_USER_POOL"
"""Id of the Cognito user pool that people sign in to."""

USER_POOL_CLIENT: Final = "POSTSEAL_USER_POOL_CLIENT"
"""Id of the pool's one app client, public, for the command line and for pages: what access tokens are for."""

TOKEN_ISSUER: Final = "POSTSEAL_TOKEN_ISSUER"  # noqa: S105
"""``iss`` of the pool's tokens."""

TOKEN_KEYS: Final = "POSTSEAL_TOKEN_KEYS"  # noqa: S105
"""URL of the keys that the pool signs tokens with (a JWK set)."""

SIGN_IN_URL: Final = "POSTSEAL_SIGN_IN_URL"
"""Base of the hosted sign-in, ``/oauth2/authorize`` and the like follow it; without a slash at the end."""

POOL_URL: Final = "POSTSEAL_POOL_URL"
"""Cognito's own address in the region, where whoever holds a token can give it back (``RevokeToken``)."""

PROVIDER_EMAIL: Final = "custom:provider_email"
"""Attribute of a user in the pool that takes the e-mail address an identity provider tells. Not ``email``:
what a provider fills in, the user's own token may write too, and ``email`` is a name to sign in with."""

SIGN_IN_SCOPES: Final = ("openid", "email", "aws.cognito.signin.user.admin")
"""The last one lets people change their second factor by their own token."""

LOOPBACK_ADDRESSES: Final = tuple(f"http://127.0.0.1:{port}/callback" for port in (8400, 8401, 8402))
"""Where the command line listens for the end of a sign-in: at the first that is free."""

IDENTITY_PROVIDERS: Final = "POSTSEAL_IDENTITY_PROVIDERS"
"""Names of the pool's OIDC and SAML providers, comma separated; empty means none."""

LETTER_SENDER: Final = "POSTSEAL_LETTER_SENDER"
"""Address that mail to people comes from."""

PAGES_URL: Final = "POSTSEAL_PAGES_URL"
"""What the links in letters begin with: ``/activate#<token>`` and the like follow it."""

EXPORTS_QUEUE: Final = "POSTSEAL_EXPORTS_QUEUE"
CLOSING_QUEUE: Final = "POSTSEAL_CLOSING_QUEUE"
"""URLs of the queues of exports and of deletions of accounts."""

DETAILS_QUEUE: Final = "POSTSEAL_DETAILS_QUEUE"
"""URL of the queue of steps of detail reports."""

SOURCES_QUEUE: Final = "POSTSEAL_SOURCES_QUEUE"
"""URL of the queue of accounts whose sources are to be summed up anew."""

LAKE_QUEUE: Final = "POSTSEAL_LAKE_QUEUE"
"""URL of the queue of nightly exports."""

CLOSING_DELAY: Final = "POSTSEAL_CLOSING_DELAY"
"""Seconds between the closing of an account and the deletion of its data."""

MAIL_DAYS: Final = 400
"""Days that a raw mail or an upload rests, so that it can be read and replayed."""

EXPORTS: Final = "exports/"
"""Prefix of the data bucket: objects below it are deleted after ``EXPORT_DAYS``."""

EXPORT_DAYS: Final = 7

DETAILS: Final = "details/"
"""Prefix of the data bucket: parts and results of detail reports, deleted after ``DETAIL_DAYS``."""

DETAIL_DAYS: Final = 3

SOURCES: Final = "sources/"
"""Prefix of the data bucket: snapshots of the sources of accounts, deleted after ``SOURCE_DAYS``: all that is
in them is past by then."""

SOURCE_DAYS: Final = 8

LAKE_FACTS: Final = "lake/facts/"
LAKE_STATISTICS: Final = "lake/statistics/"
LAKE_SHEETS: Final = "lake/sheets/"
"""Prefixes of the data bucket: the nightly export's rows (Parquet), its day statistics (JSON Lines) and the
same as CSV, apart, where a table over the others does not come across it. Each account and day has a folder
``account=<number>/day=<date>/`` below them."""

LAKE: Final = "lake/"
LAKE_DAYS: Final = 5 * 365
"""Days that the export of a day rests below ``LAKE``, whatever the plan keeps."""

LAKE_RESULTS: Final = "lake-results/"
"""Prefix of the data bucket: what queries found, deleted after ``LAKE_RESULT_DAYS``."""

LAKE_RESULT_DAYS: Final = 7

INDEX_ATTRIBUTES: Final = (
    "dn",
    "pd",
    "ro",
    "rl",
    "em",
    "ri",
    "be",
    "en",
    "re",
    "expires",
    "me",
    "pa",
    "rw",
    "tr",
    "po",
    "ma",
    "idn",
    "con",
    "dv",
    "so",
)
"""Attributes that the table's index carries beside the keys, 20 at most: what lists show of a report
(``shared.adapters.dynamodb.report_items`` says what each one is)."""

AUDIT_LOG: Final = "L#"
"""What keys of the audit log begin with: roles are denied changes to its entries by it."""

KEPT_DAYS: Final = (32, 128, 256, 512, 1_024, 8_192)
"""Prefixes of the data bucket, ascending: objects under ``<n>/`` are deleted after n days."""
