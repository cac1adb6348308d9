"""The API's functions behind real API Gateway events (payload format 2.0), on stores in memory."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.api.account import handler as account
from functions.api.advice import handler as advice
from functions.api.advice import matters, planner
from functions.api.alerts import handler as alerts
from functions.api.api_keys import handler as api_keys
from functions.api.audit import handler as audit
from functions.api.detail_reports import handler as detail_reports
from functions.api.docs import handler as docs
from functions.api.domains import handler as domains
from functions.api.failure_reports import handler as failure_reports
from functions.api.groups import handler as groups
from functions.api.hosting import handler as hosting
from functions.api.inspect import handler as inspect
from functions.api.letters import handler as letters
from functions.api.quarantine import handler as quarantine
from functions.api.reports import handler as reports
from functions.api.sources import handler as sources
from functions.api.tls import handler as tls
from functions.api.tlsrpt import handler as tlsrpt
from functions.api.users import handler as users
from shared import settings
from shared.core.accounts import Account
from shared.core.addresses import NoPlaces
from shared.core.advice.advising import Eyes
from shared.core.advice.lists import Shelf
from shared.core.detail.running import DetailRunner
from shared.core.ids import AccountId
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.quarantine import Entry
from shared.core.queues import TouchedDay
from shared.core.reports import Fact
from shared.core.senders.catalogue import builtin
from shared.core.senders.own import Catalogues
from shared.core.senders.remembering import SourceMemory
from shared.core.sending.refreshing import Refresher
from shared.core.stored_filters import Purpose
from shared.core.upkeep import Roller
from shared.wiring import buckets, catalogues, closing, details, entropy, lookups, queues, table
from shared.wiring import hosting as switching
from shared.wiring import people as wired_people
from shared.wiring import sources as wired_sources
from shared.wiring import tokens as access_tokens
from tests import fakes
from tests.fakes.dns import FakeDns, FakeLookups
from tests.unit.core.detail.plain import Known
from tests.unit.core.hosting.world import World
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

DEFAULT_TERMS = Terms("test")
REPORT_DOMAIN = "reports.example"
V1 = "/v1"
DMARCTRUST = "/dmarctrust/api/v1"
HANDLERS: Mapping[str, Callable[[dict[str, Any], Any], dict[str, Any]]] = {
    "access": groups.handler,
    "activate": letters.handler,
    "activations": letters.handler,
    "address-confirmations": letters.handler,
    "confirm-address": letters.handler,
    "password-resets": letters.handler,
    "reset-password": letters.handler,
    "unsubscribe": letters.handler,
    "unsubscriptions": letters.handler,
    "users": users.handler,
    "account": account.handler,
    "accounts": account.handler,
    "alerts": alerts.handler,
    "api-keys": api_keys.handler,
    "audit": audit.handler,
    "detail-reports": detail_reports.handler,
    "domain-groups": groups.handler,
    "failure-jobs": failure_reports.handler,
    "failure-reports": failure_reports.handler,
    "domains": domains.handler,
    "issues": advice.handler,
    "policy-domains": advice.handler,
    "policy-filters": advice.handler,
    "tasks": advice.handler,
    "inspect": inspect.handler,
    "validate": inspect.handler,
    "reports": reports.handler,
    "uploads": reports.handler,
    "quarantine": quarantine.handler,
    "senders": domains.handler,
    "source-domains": sources.handler,
    "source-filters": sources.handler,
    "sources": sources.handler,
    "tags": groups.handler,
    "tls": tls.handler,
    "tlsrpt": tlsrpt.handler,
    "webhooks": alerts.handler,
}
OF_ADVICE = re.compile(r"domains/[^/]*/(policy-plan|simulate)")
OF_SOURCES = re.compile(r"domains/[^/]*/(approved-traffic|(favorites|ips)(/.*)?)")
OF_HOSTING = re.compile(r"domains/[^/]*/(hosting(/.*)?|dmarc-record|parked-records)")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def error(self) -> Any:
        return self.json["error"]


REDACTION_KEY = b"k" * 32


@dataclass
class Api:
    """``key`` is that of ``ACCOUNT``, which has ``DOMAIN``."""

    accounts: fakes.FakeAccounts = field(default_factory=fakes.FakeAccounts)
    keys: fakes.FakeApiKeys = field(default_factory=fakes.FakeApiKeys)
    members: fakes.FakeMembers = field(default_factory=fakes.FakeMembers)
    tokens: fakes.FakeAccessTokens = field(default_factory=fakes.FakeAccessTokens)
    limits: fakes.FakeAddressLimits = field(default_factory=fakes.FakeAddressLimits)
    answers: fakes.FakeAnswers = field(default_factory=fakes.FakeAnswers)
    audit: fakes.FakeAudit = field(default_factory=fakes.FakeAudit)
    rollups: fakes.FakeRollups = field(default_factory=fakes.FakeRollups)
    uploads: fakes.FakeUploads = field(default_factory=fakes.FakeUploads)
    hosts: fakes.FakeHosts = field(default_factory=fakes.FakeHosts)
    mailbox: fakes.FakeMailbox = field(default_factory=fakes.FakeMailbox)
    touched: fakes.FakeTouchedDays = field(default_factory=fakes.FakeTouchedDays)
    removed: fakes.FakeRemovedDomains = field(default_factory=fakes.FakeRemovedDomains)
    replays: fakes.FakeReplays = field(default_factory=fakes.FakeReplays)
    sweeps: fakes.FakeSweeps = field(default_factory=fakes.FakeSweeps)
    dns_checks: fakes.FakeDnsChecks = field(default_factory=fakes.FakeDnsChecks)
    tickets: fakes.FakeTickets = field(default_factory=fakes.FakeTickets)
    attempts: fakes.FakeAttempts = field(default_factory=fakes.FakeAttempts)
    directory: fakes.FakeDirectory = field(default_factory=fakes.FakeDirectory)
    letters: fakes.FakeLetters = field(default_factory=fakes.FakeLetters)
    exports: fakes.FakeExports = field(default_factory=fakes.FakeExports)
    archive: fakes.FakeArchive = field(default_factory=fakes.FakeArchive)
    exportings: fakes.FakeExportings = field(default_factory=fakes.FakeExportings)
    closings: fakes.FakeClosings = field(default_factory=fakes.FakeClosings)
    detail_steps: fakes.FakeDetailSteps = field(default_factory=fakes.FakeDetailSteps)
    detail_shelf: fakes.FakeDetailShelf = field(default_factory=fakes.FakeDetailShelf)
    delivery_orders: fakes.FakeDeliveryOrders = field(default_factory=fakes.FakeDeliveryOrders)
    webhooks: fakes.FakeWebhooks = field(default_factory=fakes.FakeWebhooks)
    sender_extensions: fakes.FakeSenderExtensions = field(default_factory=fakes.FakeSenderExtensions)
    sender_histories: fakes.FakeSenderHistories = field(default_factory=fakes.FakeSenderHistories)
    waited: list[float] = field(default_factory=list)
    """Until when answers were held back."""

    zone: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What the DNS holds, as ``FakeDns`` takes it."""

    web: dict[str, Any] = field(default_factory=dict)
    """What web servers answer, as ``FakeDns`` takes it."""

    now: float = NOW

    def __post_init__(self) -> None:
        self.domains = fakes.FakeDomains(self.accounts)
        self.groups = fakes.FakeGroups(self.domains)
        self.tags = fakes.FakeTags(self.domains)
        self.reports = fakes.FakeReports(lambda: self.now)
        self.quarantine = fakes.FakeQuarantine(lambda: self.now)
        self.failure_jobs = fakes.FakeFailureJobs(lambda: self.now)
        self.detail_jobs = fakes.FakeDetailJobs(lambda: self.now)
        self.alerts = fakes.FakeAlerts(lambda: self.now)
        self.deliveries = fakes.FakeDeliveries(lambda: self.now)
        self.dns_states = fakes.FakeDnsStates(lambda: self.now)
        self.hosting = World(customer=self.zone)
        self.advices = fakes.FakeAdvices()
        self.policy_filters = fakes.FakeStoredFilters(Purpose.POLICIES)
        self.source_filters = fakes.FakeStoredFilters(Purpose.SOURCES)
        self.favourites = fakes.FakeFavourites()
        self.snapshots = fakes.FakeSnapshots()
        self.source_refreshes = fakes.FakeSourceRefreshes()
        self.users = fakes.FakeUsers(self.tickets)
        self.secrets = 0
        self.numbers = count(1)
        self.accounts.add(ACCOUNT)
        self.domains.add(DOMAIN)
        self.key = self.new_key(ACCOUNT)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        stores = {
            "accounts": self.accounts,
            "api_keys": self.keys,
            "members": self.members,
            "users": self.users,
            "tickets": self.tickets,
            "attempts": self.attempts,
            "address_limits": self.limits,
            "answers": self.answers,
            "audit": self.audit,
            "exports": self.exports,
            "domains": self.domains,
            "groups": self.groups,
            "tags": self.tags,
            "reports": self.reports,
            "rollups": self.rollups,
            "failure_jobs": self.failure_jobs,
            "detail_jobs": self.detail_jobs,
            "hosts": self.hosts,
            "quarantine": self.quarantine,
            "uploads": self.uploads,
            "advices": self.advices,
            "alerts": self.alerts,
            "policy_filters": self.policy_filters,
            "source_filters": self.source_filters,
            "favourites": self.favourites,
            "snapshots": self.snapshots,
            "webhooks": self.webhooks,
            "deliveries": self.deliveries,
            "hostings": self.hosting.hostings,
            "dns_states": self.dns_states,
            "turns": self.dns_states.turns,
            "seen_mail": self.dns_states.mail,
            "approved_sources": self.dns_states.sources,
            "sender_extensions": self.sender_extensions,
            "sender_histories": self.sender_histories,
        }
        for name, store in stores.items():
            patch.setattr(table, name, lambda store=store: store)
        own_catalogues = Catalogues(builtin(), self.sender_extensions)
        patch.setattr(catalogues, "catalogues", lambda: own_catalogues)
        looking = Eyes(self.dns_states, self.rollups, self.hosting.hostings, own_catalogues.of, REPORT_DOMAIN)
        patch.setattr(planner, "eyes", lambda: looking)
        shelf = Shelf(self.advices, self.domains, self.groups)
        for module in (matters, planner):
            patch.setattr(module, "shelf", lambda: shelf)
        patch.setattr(access_tokens, "access_tokens", lambda: self.tokens)
        patch.setattr(buckets, "mailbox", lambda: self.mailbox)
        patch.setattr(buckets, "failure_mailbox", lambda: self.mailbox)
        patch.setattr(table, "redaction_key", lambda: REDACTION_KEY)
        patch.setattr(queues, "touched_days", lambda: self.touched)
        patch.setattr(queues, "removed_domains", lambda: self.removed)
        patch.setattr(queues, "replays", lambda: self.replays)
        patch.setattr(queues, "sweeps", lambda: self.sweeps)
        patch.setattr(queues, "exportings", lambda: self.exportings)
        patch.setattr(queues, "delivery_orders", lambda: self.delivery_orders)
        patch.setattr(queues, "closings", lambda: self.closings)
        patch.setattr(queues, "source_refreshes", lambda: self.source_refreshes)
        patch.setattr(wired_sources, "refresher", self.refresher)
        patch.setattr(queues, "detail_steps", lambda: self.detail_steps)
        patch.setattr(details, "shelf", lambda: self.detail_shelf)
        patch.setattr(closing, "archive", lambda: self.archive)
        patch.setenv(settings.CLOSING_DELAY, "600")
        patch.setattr(queues, "dns_checks", lambda: self.dns_checks)
        patch.setattr(lookups, "fresh_lookups", lambda: FakeLookups(FakeDns(self.zone, self.web)))
        patch.setattr(switching, "switches", lambda: self.hosting.switches)
        patch.setattr(entropy, "now", lambda: self.now)
        patch.setattr(entropy, "wait_until", self.waited.append)
        patch.setattr(wired_people, "directory", lambda: self.directory)
        patch.setattr(table, "unsubscribe_key", lambda: b"key")
        patch.setattr(wired_people, "letters", lambda: self.letters)
        for name in (settings.SIGN_IN_URL, settings.POOL_URL, settings.USER_POOL_CLIENT):
            patch.setenv(name, "https://people.example")
        patch.setenv(settings.PAGES_URL, "https://postseal.example/v1")
        patch.setenv(settings.IDENTITY_PROVIDERS, "Corp")
        patch.setattr(entropy, "random_bits", lambda bits: next(self.numbers))
        patch.setenv(settings.REPORT_DOMAIN, REPORT_DOMAIN)

    def refresher(self) -> Refresher:
        return Refresher(self.accounts, self.domains, self.rollups, self.snapshots)

    def new_key(self, account: Account, *, per_minute: int = 1_000_000, terms: Terms = DEFAULT_TERMS) -> str:
        owner = replace(account, plan=replace(account.plan, requests_per_minute=per_minute))
        minting = Minting(self.now, self._secret, lambda bits: next(self.numbers))
        _, secret = create_key(self.keys, owner, terms, minting)
        return secret

    def change_account(self, **changes: Any) -> None:
        self.accounts.stored[ACCOUNT.id] = replace(self.accounts.stored[ACCOUNT.id], **changes)

    def file(self, *facts: Fact) -> None:
        """Store reports and roll up their days."""
        for fact in facts:
            self.reports.file(fact)
        roller = Roller(
            self.domains,
            self.reports,
            self.rollups,
            self.hosts,
            NoPlaces(),
            Catalogues(builtin(), self.sender_extensions),
            fakes.FakeHostQuestions(),
            self.removed,
            self.dns_states.mail,
            self.dns_states,
            SourceMemory(self.sender_histories, fakes.FakeAlertEvents()),
        )
        for day in {(fact.summary.account, fact.summary.domain_id, fact.summary.day) for fact in facts}:
            roller.refresh(TouchedDay(*day), int(self.now))

    def run_detail_jobs(self, known: Known | None = None) -> None:
        """Do all that was asked of the worker; ``known`` is of addresses."""
        runner = DetailRunner(
            jobs=self.detail_jobs,
            shelf=self.detail_shelf,
            steps=self.detail_steps,
            domains=self.domains,
            reports=self.reports,
            knowledge=(known or Known({}, {})).knowledge,
            new_name=lambda: str(next(self.numbers)),
        )
        while self.detail_steps.sent:
            runner.run(self.detail_steps.sent.pop(0), int(self.now))

    def publish_proof(self, domain: str) -> None:
        """In the domain's DNS, as ``GET .../verify`` says."""
        record = self.get(f"/domains/{domain}/verify").data["record"]
        self.zone[record["name"], record["type"]] = [record["value"]]

    def set_aside(self, *entries: Entry) -> None:
        for entry in entries:
            self.quarantine.add(entry)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query={name: str(value) for name, value in query.items()})

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body=None if body is None else json.dumps(body), headers=headers)

    def patch(self, path: str, body: Any) -> Answer:
        return self.call("PATCH", path, body=json.dumps(body))

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
        key: str | None = "",
        address: str = "203.0.113.9",
    ) -> Answer:
        """``path`` without a base is under /v1. ``key``: None for none, empty for the account's."""
        secret = self.key if key == "" else key
        named = {name.replace("_", "-").lower(): value for name, value in (headers or {}).items()}
        if secret is not None:
            named.setdefault("authorization", f"Bearer {secret}")
        based = path if path.startswith((V1 + "/", DMARCTRUST, "/tlsrpt/")) else V1 + path
        event = event_of(method, based, query or {}, named, body, address)
        answer = handler_of(based)(event, None)
        return Answer(answer["statusCode"], answer["headers"], _bytes_of(answer))

    def _secret(self) -> str:
        self.secrets += 1
        return f"{self.secrets:043d}"


def handler_of(path: str) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The function that API Gateway's routes lead to."""
    rest = path.removeprefix(DMARCTRUST).removeprefix(V1).strip("/")
    if OF_HOSTING.fullmatch(rest):
        return hosting.handler
    if OF_SOURCES.fullmatch(rest):
        return sources.handler
    if OF_ADVICE.fullmatch(rest):
        return advice.handler
    return HANDLERS.get(rest.partition("/")[0], docs.handler)


def event_of(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: str | bytes | None,
    address: str,
) -> dict[str, Any]:
    sent: dict[str, Any] = {"isBase64Encoded": isinstance(body, bytes)}
    if body is not None:
        sent["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "headers": {"accept": "*/*", "host": "api.example", **headers},
        **({"queryStringParameters": dict(query)} if query else {}),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.example",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": address,
                "userAgent": "test",
            },
            "requestId": "req-1",
            "routeKey": "ANY /v1/{proxy+}",
            "stage": "$default",
            "time": "21/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1,
        },
        **sent,
    }


def other_account(number: int = 8) -> Account:
    return replace(ACCOUNT, id=AccountId(number), email="other@vineyard.example", token=f"other{number}")


def day_of(offset: int) -> date:
    return date.fromordinal(date(2026, 11, 21).toordinal() + offset)


def _bytes_of(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body") or ""
    return base64.b64decode(body) if answer["isBase64Encoded"] else body.encode()
