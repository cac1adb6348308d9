"""Accounts on the local stack, each with a domain and reports, for tests that ask the API about them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from infra.local import layout
from infra.local.credentials import client
from infra.local.stack_file import Stack, read_stack
from infra.local.zone_files import publish_txt, remove_zone, write_zone
from shared.adapters.dynamodb.accounts import DynamoAccounts
from shared.adapters.dynamodb.alerts import DynamoAlerts
from shared.adapters.dynamodb.api_keys import DynamoApiKeys
from shared.adapters.dynamodb.domains import DynamoDomains
from shared.adapters.dynamodb.table import Table
from shared.core import ids
from shared.core.accounts import open_account as open_with_plan
from shared.core.alerts.alerts import alert_of
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.ids import AccountId
from shared.core.key_issuing import Terms, create_key
from shared.wiring import entropy
from shared.wiring.issuing import minting
from tests.fixtures.reports import Record, aggregate_xml, tls_json

_PATIENCE = 90.0
_CLIENT = httpx.Client(timeout=60, trust_env=False)
"""One for all: to make one takes longer than to ask."""

SOURCE = {"name": "Mailer", "domain": "mailer.example"}
"""The approved source that `belongings` have."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """``url`` has the base: ``/account`` follows it."""

    url: str
    key: str
    domain: str

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return _CLIENT.request(method, f"{self.url}{path}", headers=headers, **options)

    def data(self, path: str, **query: str) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def open_account(stack: Stack, *, base: str = "/v1", plan: str = "msp") -> Tenant:
    """A new account, and a domain name that nobody else has, without anything in the DNS."""
    name = f"t{uuid4().hex[:12]}.example"
    # As `postseal account create` does, whose imports take longer than this.
    table = Table(client("dynamodb", stack.aws_endpoint), stack.table)
    account = open_with_plan(
        DynamoAccounts(table),
        email=f"owner@{name}",
        plan=plan,
        operator=False,
        now=entropy.now(),
        new_token=entropy.new_token,
        random_bits=entropy.random_bits,
    )
    _, secret = create_key(DynamoApiKeys(table), account, Terms("first key"), minting())
    return Tenant(f"{stack.api_url}{base}", secret, name)


def open_tenant(stack: Stack, *, base: str = "/v1", plan: str = "msp") -> Tenant:
    """A new account with one active domain that nobody else has, and that has nothing but the record that
    verifies it in its DNS."""
    tenant = open_account(stack, base=base, plan=plan)
    name = tenant.domain
    assert tenant.ask("POST", "/domains", json={"domain": name}).status_code == 201
    record = tenant.data(f"/domains/{name}/verify")["record"]
    write_zone(name, [])
    publish_txt(record["name"], record["value"], stack.dns)
    activated = tenant.ask("POST", f"/domains/{name}/activate")
    remove_zone(record["name"])
    remove_zone(name)
    assert activated.status_code == 200, activated.text
    return tenant


def report(tenant: Tenant) -> str:
    """Upload a report of yesterday: 5 messages that passed, 3 that were rejected. Its id, once it counts."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    records = (
        Record("192.0.2.1", 5, header_from=tenant.domain),
        Record("198.51.100.9", 3, "reject", "fail", "fail", header_from=tenant.domain, dkim=(), spf=()),
    )
    begin = int(midnight.timestamp())
    content = aggregate_xml(
        records=records, domain=tenant.domain, begin=begin, end=begin + 86_399, report_id=uuid4().hex
    )
    sent = tenant.ask("POST", "/reports", content=content, headers={"Content-Type": "application/xml"})
    assert sent.status_code == 202, sent.text
    upload = sent.json()["data"]["id"]
    done = until(lambda: found if (found := tenant.data(f"/uploads/{upload}"))["status"] == "done" else None)
    until(lambda: tenant.data(f"/domains/{tenant.domain}/stats")["totals"]["total_messages"] == 8)
    return str(done["reports"][0]["id"])


def sourced(tenant: Tenant) -> dict[str, str]:
    """A favourite and a source filter of one whose report counts; its sources are summed up."""
    marked = tenant.ask("PUT", f"/domains/{tenant.domain}/favorites/192.0.2.1")
    assert marked.status_code == 200, marked.text
    assert tenant.data("/sources")
    made = _made(tenant, "/source-filters", domains=[tenant.domain])
    return {"ip": "192.0.2.1", "source_filter_id": made}


def belongings(tenant: Tenant) -> dict[str, str]:
    """The id of one thing of each kind that an account has, by the parameter of routes that takes it."""
    stored = report(tenant)
    foreign = b"<feedback><report_metadata/></feedback>"
    upload = tenant.ask("POST", "/reports", content=foreign).json()["data"]["id"]
    (entry,) = until(lambda: tenant.data("/quarantine"))
    made = {
        "group_id": _made(tenant, "/domain-groups", label="Customers"),
        "key_id": _made(tenant, "/api-keys", name="spare"),
        "tag_id": _made(tenant, "/tags", name="Urgent"),
        "user_id": _made(tenant, "/users", email=f"ada@{tenant.domain}"),
    }
    source = f"/domains/{tenant.domain}/approved_sources/mailer"
    assert tenant.ask("PUT", source, json=SOURCE).status_code == 200
    sender = {"name": "Press", "domain": f"press.{tenant.domain}", "category": "crm"}
    assert tenant.ask("PUT", "/senders/cider-press", json=sender).status_code == 200
    return {
        **made,
        "policy_filter_id": _made(tenant, "/policy-filters", domains=[tenant.domain]),
        **sourced(tenant),
        # There is nothing in its DNS: that is found soon after it was added.
        "issue_id": until(lambda: tenant.data("/issues"))[0]["id"],
        "task_id": until(lambda: tenant.data("/tasks"))[0]["id"],
        "account_id": tenant.data("/account")["id"],
        "domain_id": tenant.data(f"/domains/{tenant.domain}")["id"],
        "report_id": stored,
        "entry_id": entry["id"],
        "upload_id": upload,
        "slug": "mailer",
        "sender": "cider-press",
        **detail_report(tenant),
        "search_token": _failure_search(tenant),
        **_alerting(tenant),
        "tls_policy_id": tls_policy(tenant),
    }


def detail_report(tenant: Tenant) -> dict[str, str]:
    """One of the domain that is finished, and a source in it. The domain's reports are of yesterday."""
    here = f"/detail-reports/{asked_detail_report(tenant)}"
    until(lambda: tenant.data(f"{here}/progress")["value"] == 100)
    (row, *_) = tenant.data(f"{here}/domains")
    return {"report_token": here.rpartition("/")[2], "source_number": str(row["source_number"])}


def asked_detail_report(tenant: Tenant, **filters: str) -> str:
    """Its token."""
    asked = {"domains": [tenant.domain], "start_date": _day(1), "end_date": _day(0), **filters}
    sent = tenant.ask("POST", "/detail-reports", json=asked)
    assert sent.status_code == 202, sent.text
    return str(sent.json()["data"]["token"])


def _failure_search(tenant: Tenant) -> str:
    sent = tenant.ask("POST", "/failure-jobs", json={"start_date": _day(1), "end_date": _day(0)})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["data"]["search_token"])


def tls_policy(tenant: Tenant) -> str:
    """Of an uploaded TLS report of yesterday with one failure, once it counts."""
    failed = [{"result-type": "certificate-expired", "failed-session-count": 1}]
    content = tls_json(
        domain=tenant.domain,
        start=f"{_day(1)}T00:00:00Z",
        end=f"{_day(1)}T23:59:59Z",
        report_id=uuid4().hex,
        failed=1,
        failures=failed,
    )
    sent = tenant.ask("POST", "/reports", content=content, headers={"Content-Type": "application/json"})
    assert sent.status_code == 202, sent.text
    (policy,) = until(lambda: tenant.data("/tls/policies", domains=tenant.domain))
    return str(policy["id"])


def _day(back: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=back)).isoformat()


def _alerting(tenant: Tenant) -> dict[str, str]:
    hook, delivery = webhook(tenant)
    return {"alert_id": alert(tenant), "webhook_id": hook, "delivery_id": delivery}


def alert(tenant: Tenant) -> str:
    """Of the account's domain."""
    stack = read_stack(layout.STACK_FILE)
    assert stack is not None
    table = Table(client("dynamodb", stack.aws_endpoint), stack.table)
    owner = AccountId(ids.parse(ids.ACCOUNT, str(tenant.data("/account")["id"])))
    account = DynamoAccounts(table).get(owner)
    home = DynamoDomains(table).resolve(owner, tenant.domain)
    assert account is not None
    assert home is not None
    now = int(time.time())
    event = AlertEvent(owner, home.id, AlertKind.NEW_SOURCE, "mailer.example", now)
    kept = DynamoAlerts(table, time.time).keep(alert_of(event, account, home, now))
    return ids.render(ids.ALERT, kept.id)


def webhook(tenant: Tenant) -> tuple[str, str]:
    """With a delivery: its test, which nobody takes."""
    made = _made(tenant, "/webhooks", url="http://127.0.0.1:9/")
    sent = tenant.ask("POST", f"/webhooks/{made}/test")
    assert sent.status_code == 202, sent.text
    return made, str(sent.json()["data"]["id"])


def _made(tenant: Tenant, path: str, **fields: Any) -> str:
    answer = tenant.ask("POST", path, json=fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def until(asked: Callable[[], Any]) -> Any:
    """What ``asked`` answers once that is something."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = asked()
        if found:
            return found
        time.sleep(0.25)
    raise AssertionError(f"nothing after {_PATIENCE:.0f} seconds")
