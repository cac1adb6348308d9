"""Without one of its grants, a worker gives its message back; with the grant, it does the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from shared.core import ids
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Delivery, Door
from shared.core.messages import (
    encode_delivery,
    encode_removed_domain,
    encode_touched_day,
    encode_unknown_hosts,
)
from shared.core.queues import RemovedDomain, TouchedDay, UnknownHosts
from tests.fixtures.reports import Record, aggregate_xml
from tests.local.privileges import without
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant
from tests.local.workers import invoked, works

Message = Callable[[RunningStack, Tenant], str]


def _owner(tenant: Tenant) -> tuple[AccountId, DomainId]:
    account = ids.parse(ids.ACCOUNT, tenant.data("/account")["id"])
    domain = ids.parse(ids.DOMAIN, tenant.data(f"/domains/{tenant.domain}")["id"])
    return AccountId(account), DomainId(domain)


def _today() -> date:
    return datetime.now(UTC).date()


def delivery(stack: RunningStack, tenant: Tenant) -> str:
    """A report that nobody has seen yet, resting outside the prefixes that announce themselves."""
    account, _ = _owner(tenant)
    begin = int(datetime.now(UTC).timestamp()) - 86_400
    record = Record(source_ip="8.8.8.8", header_from=tenant.domain, count=1 + time.time_ns() % 10**9)
    xml = aggregate_xml(records=[record], domain=tenant.domain, report_id=uuid4().hex, begin=begin, end=begin)
    key = f"inbound/{uuid4().hex}"
    stack.aws("s3").put_object(Bucket=stack.mail_bucket, Key=key, Body=xml)
    return encode_delivery(Delivery(key, Door.MAIL, begin + 86_400, account=account))


def touched(stack: RunningStack, tenant: Tenant) -> str:
    return encode_touched_day(TouchedDay(*_owner(tenant), _today()))


def hosts(stack: RunningStack, tenant: Tenant) -> str:
    address = f"8.{time.time_ns() % 200}.{time.time_ns() // 200 % 200}.9"
    return encode_unknown_hosts(UnknownHosts(TouchedDay(*_owner(tenant), _today()), (address,)))


def removed(stack: RunningStack, tenant: Tenant) -> str:
    account, _ = _owner(tenant)
    return encode_removed_domain(RemovedDomain(account, DomainId(1)))


CASES: list[tuple[str, str, Message]] = [
    ("ingest-mail", "s3:GetObject", delivery),
    ("ingest-mail", "dynamodb:GetItem", delivery),
    ("ingest-mail", "dynamodb:BatchGetItem", delivery),
    ("ingest-mail", "dynamodb:PutItem", delivery),
    ("ingest-mail", "sqs:SendMessageBatch", delivery),
    ("rollup", "dynamodb:GetItem", touched),
    ("rollup", "dynamodb:Query", touched),
    ("rollup", "dynamodb:PutItem", touched),
    ("resolve-hosts", "dynamodb:BatchGetItem", hosts),
    ("resolve-hosts", "dynamodb:UpdateItem", hosts),
    ("purge", "dynamodb:GetItem", removed),
    ("purge", "dynamodb:Query", removed),
]


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


@pytest.mark.parametrize(("worker", "action", "message"), CASES)
def test_a_worker_gives_its_message_back_without_the_grant(
    stack: RunningStack, tenant: Tenant, worker: str, action: str, message: Message
) -> None:
    with without(stack, worker, action):
        assert not works(stack, worker, message(stack, tenant))
    assert works(stack, worker, message(stack, tenant))


def test_reconcile_fails_without_its_query(stack: RunningStack) -> None:
    with without(stack, "reconcile", "dynamodb:Query"):
        assert "FunctionError" in invoked(stack, "reconcile", {})
    assert "FunctionError" not in invoked(stack, "reconcile", {})
