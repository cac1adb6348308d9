"""From the front doors to the answers of the API: mail of many packagings, good and bad."""

from __future__ import annotations

import gzip as gzip_module
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.packaging import Attached, gzip, mail, tls_mail, zip_of
from tests.fixtures.reports import Record, aggregate_xml, tls_json
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, until


@pytest.fixture
def tenant(stack: RunningStack) -> Tenant:
    return open_tenant(stack)


def aggregate(domain: str, count: int = 5, report_id: str | None = None) -> bytes:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    begin = int(midnight.timestamp())
    return aggregate_xml(
        records=[Record(count=count, header_from=domain)],
        domain=domain,
        begin=begin,
        end=begin + 86_399,
        report_id=report_id or uuid4().hex,
    )


def address(tenant: Tenant) -> str:
    return str(tenant.data("/account")["reporting_address"])


def total(tenant: Tenant) -> int:
    return int(tenant.data(f"/domains/{tenant.domain}/stats")["totals"]["total_messages"])


def test_every_packaging_is_counted_and_a_redelivery_is_not(stack: RunningStack, tenant: Tenant) -> None:
    there = [address(tenant)]
    first, second, third = (aggregate(tenant.domain, count) for count in (1, 10, 100))
    mails = [
        mail(Attached(first, "text/xml", "a.xml")),
        mail(Attached(gzip(second), "application/gzip", "a.xml.gz")),
        mail(Attached(zip_of(("a.xml", third)), "application/zip", "a.zip")),
    ]
    for message in [*mails, *mails]:
        stack.send_mail(message, there)
    stack.send_mail(mail(Attached(aggregate(tenant.domain, 1000), "text/xml", "last.xml")), there)
    until(lambda: total(tenant) == 1111)
    assert len(tenant.data("/reports")) == 4
    assert tenant.data("/quarantine") == []


def test_tls_report_is_listed(stack: RunningStack, tenant: Tenant) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    content = tls_json(
        domain=tenant.domain, start=f"{yesterday}T00:00:00Z", end=f"{yesterday}T23:59:59Z", successful=7
    )
    stack.send_mail(tls_mail(gzip_module.compress(content)), [address(tenant)])
    (stored,) = until(lambda: tenant.data("/reports", type="tls"))
    assert stored["total_messages"] == 7


def test_bad_reports_are_quarantined_beside_a_good_one(stack: RunningStack, tenant: Tenant) -> None:
    twice = uuid4().hex
    stack.send_mail(
        mail(Attached(aggregate(tenant.domain, 5, twice), "text/xml", "a.xml")), [address(tenant)]
    )
    until(lambda: total(tenant) == 5)
    parts = [
        aggregate(tenant.domain, 6, twice),
        aggregate("foreign.example"),
        aggregate(tenant.domain).replace(b"<feedback>", b'<!DOCTYPE f [<!ENTITY e "x">]><feedback>', 1),
        aggregate(tenant.domain, 70),
    ]
    attached = [Attached(part, "text/xml", f"{place}.xml") for place, part in enumerate(parts)]
    stack.send_mail(mail(*attached), [address(tenant)])
    until(lambda: total(tenant) == 75)
    entries = until(lambda: found if len(found := tenant.data("/quarantine")) >= 3 else None)
    assert len(entries) == 3
    assert all(entry["reason"] for entry in entries)
    assert "conflict" in {entry["reason"] for entry in entries}


def test_forged_report_is_stored_and_can_be_left_out(stack: RunningStack, tenant: Tenant) -> None:
    message = mail(Attached(aggregate(tenant.domain), "text/xml", "a.xml"))
    stack.send_mail(message, [address(tenant)], verdicts={"spf": "FAIL", "dkim": "FAIL", "dmarc": "FAIL"})
    (stored,) = until(lambda: tenant.data("/reports"))
    assert tenant.data("/reports", trust=stored["trust"]) == [stored]
    assert stored["trust"] == "failed"


def test_upload_by_link_is_answered_byte_for_byte(tenant: Tenant) -> None:
    opened = tenant.ask("POST", "/uploads").json()["data"]
    content = aggregate(tenant.domain, 9)
    assert httpx.put(opened["upload_url"], content=content, trust_env=False).status_code == 200
    until(lambda: total(tenant) == 9)
    (stored,) = tenant.data("/reports")
    assert tenant.ask("GET", f"/reports/{stored['id']}/raw").content == content
