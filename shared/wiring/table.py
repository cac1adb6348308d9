"""The table, behind the ports that it serves."""

from __future__ import annotations

import secrets
from functools import cache

from shared import settings
from shared.adapters.dynamodb.accounts import DynamoAccounts
from shared.adapters.dynamodb.advices import DynamoAdvices
from shared.adapters.dynamodb.alerts import DynamoAlerts
from shared.adapters.dynamodb.answers import DynamoAnswers
from shared.adapters.dynamodb.api_keys import DynamoAddressLimits, DynamoApiKeys
from shared.adapters.dynamodb.audit import DynamoAudit
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.dynamodb.detail_jobs import DynamoDetailJobs
from shared.adapters.dynamodb.digest_marks import DynamoDigestMarks
from shared.adapters.dynamodb.dns_states import DynamoDnsStates
from shared.adapters.dynamodb.domains import DynamoDomains
from shared.adapters.dynamodb.exports import DynamoExports
from shared.adapters.dynamodb.failure_jobs import DynamoFailureJobs
from shared.adapters.dynamodb.favourites import DynamoFavourites
from shared.adapters.dynamodb.filed_mails import DynamoFiledMails
from shared.adapters.dynamodb.groups import DynamoGroups
from shared.adapters.dynamodb.holdings import DynamoHoldings
from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.adapters.dynamodb.hosts import DynamoHosts
from shared.adapters.dynamodb.lake_ledger import DynamoLakeLedger
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.quarantine import DynamoQuarantine
from shared.adapters.dynamodb.reports import DynamoReports
from shared.adapters.dynamodb.rollups import DynamoRollups
from shared.adapters.dynamodb.secrets import kept_secret
from shared.adapters.dynamodb.sender_extensions import DynamoSenderExtensions
from shared.adapters.dynamodb.sender_histories import DynamoSenderHistories
from shared.adapters.dynamodb.snapshots import DynamoSnapshots
from shared.adapters.dynamodb.stored_filters import DynamoStoredFilters
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.tags import DynamoTags
from shared.adapters.dynamodb.tickets import DynamoAttempts, DynamoTickets
from shared.adapters.dynamodb.uploads import DynamoUploads
from shared.adapters.dynamodb.users import DynamoUsers
from shared.adapters.dynamodb.watching import DynamoApprovedSources, DynamoSeenMail, DynamoTurns
from shared.adapters.dynamodb.webhooks import DynamoWebhooks
from shared.core.accounts import Accounts
from shared.core.addresses import Hosts
from shared.core.advice.advices import Advices
from shared.core.alerts.alerts import Alerts
from shared.core.alerts.deliveries import Deliveries
from shared.core.alerts.digests import DigestMarks
from shared.core.alerts.webhooks import Webhooks
from shared.core.api_keys import AddressLimits, ApiKeys
from shared.core.audit import Audit
from shared.core.detail.jobs import DetailJobs
from shared.core.domains import Domains
from shared.core.exports import Exports
from shared.core.failures.jobs import FailureJobs
from shared.core.groups import Groups
from shared.core.holdings import FiledMails, Holdings
from shared.core.hosting.hosting import Hostings
from shared.core.idempotency import Answers
from shared.core.lake.ledger import LakeLedger
from shared.core.members import Members, Users
from shared.core.people.tickets import Attempts, Tickets
from shared.core.quarantine import Quarantine
from shared.core.reports import Reports
from shared.core.rollups import Rollups
from shared.core.senders.history import SenderHistories
from shared.core.senders.own import SenderExtensions
from shared.core.sending.favourites import Favourites
from shared.core.sending.snapshots import Snapshots
from shared.core.stored_filters import Purpose, StoredFilters
from shared.core.tags import Tags
from shared.core.uploads import Uploads
from shared.core.watching.approved import ApprovedSources
from shared.core.watching.schedule import Turns
from shared.core.watching.seen import SeenMail
from shared.core.watching.states import DnsStates
from shared.wiring import clients
from shared.wiring.buckets import blobs
from shared.wiring.entropy import now
from shared.wiring.environment import required


@cache
def _table() -> Table:
    return Table(clients.dynamodb(), required(settings.TABLE))


@cache
def accounts() -> Accounts:
    return DynamoAccounts(_table())


@cache
def api_keys() -> ApiKeys:
    return DynamoApiKeys(_table())


@cache
def members() -> Members:
    return DynamoMembers(_table())


@cache
def address_limits() -> AddressLimits:
    return DynamoAddressLimits(_table())


@cache
def answers() -> Answers:
    return DynamoAnswers(_table())


@cache
def audit() -> Audit:
    return DynamoAudit(_table(), now)


@cache
def domains() -> Domains:
    return DynamoDomains(_table())


@cache
def groups() -> Groups:
    return DynamoGroups(_table())


@cache
def tags() -> Tags:
    return DynamoTags(_table())


@cache
def reports() -> Reports:
    return DynamoReports(_table(), blobs(), now)


@cache
def rollups() -> Rollups:
    return DynamoRollups(_table(), blobs(), now)


@cache
def quarantine() -> Quarantine:
    return DynamoQuarantine(_table(), now)


@cache
def uploads() -> Uploads:
    return DynamoUploads(_table(), now)


@cache
def hosts() -> Hosts:
    return DynamoHosts(_table())


@cache
def dns_states() -> DnsStates:
    return DynamoDnsStates(_table(), now)


@cache
def turns() -> Turns:
    return DynamoTurns(_table())


@cache
def seen_mail() -> SeenMail:
    return DynamoSeenMail(_table())


@cache
def approved_sources() -> ApprovedSources:
    return DynamoApprovedSources(_table())


@cache
def advices() -> Advices:
    return DynamoAdvices(_table())


@cache
def sender_histories() -> SenderHistories:
    return DynamoSenderHistories(_table(), blobs(), now)


@cache
def sender_extensions() -> SenderExtensions:
    return DynamoSenderExtensions(_table())


@cache
def policy_filters() -> StoredFilters:
    return DynamoStoredFilters(_table(), Purpose.POLICIES)


@cache
def favourites() -> Favourites:
    return DynamoFavourites(_table())


@cache
def snapshots() -> Snapshots:
    return DynamoSnapshots(_table(), blobs())


@cache
def source_filters() -> StoredFilters:
    return DynamoStoredFilters(_table(), Purpose.SOURCES)


@cache
def hostings() -> Hostings:
    return DynamoHostings(_table())


@cache
def users() -> Users:
    return DynamoUsers(_table())


@cache
def tickets() -> Tickets:
    return DynamoTickets(_table())


@cache
def attempts() -> Attempts:
    return DynamoAttempts(_table())


@cache
def filed_mails() -> FiledMails:
    return DynamoFiledMails(_table())


@cache
def holdings() -> Holdings:
    return DynamoHoldings(_table(), blobs(), now)


@cache
def failure_jobs() -> FailureJobs:
    return DynamoFailureJobs(_table(), now)


@cache
def exports() -> Exports:
    return DynamoExports(_table())


@cache
def alerts() -> Alerts:
    return DynamoAlerts(_table(), now)


@cache
def webhooks() -> Webhooks:
    return DynamoWebhooks(_table())


@cache
def deliveries() -> Deliveries:
    return DynamoDeliveries(_table(), now)


@cache
def detail_jobs() -> DetailJobs:
    return DynamoDetailJobs(_table(), now)


@cache
def lake_ledger() -> LakeLedger:
    return DynamoLakeLedger(_table(), now)


@cache
def digest_marks() -> DigestMarks:
    return DynamoDigestMarks(_table())


@cache
def unsubscribe_key() -> bytes:
    """Signs the links that end digests."""
    return kept_secret(_table(), "unsubscribe", lambda: secrets.token_bytes(32))


@cache
def redaction_key() -> bytes:
    """Hides the same address behind the same code in every failure report of the deployment."""
    return kept_secret(_table(), "redaction", lambda: secrets.token_bytes(32))
