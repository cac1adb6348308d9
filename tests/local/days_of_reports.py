"""Some days of a tenant's reports, and what a plain count makes of their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from tests.fixtures.reports import Record, aggregate_xml
from tests.local.tenants import Tenant, until

DAYS: Final = 9
"""So many days back the first report is of; every other day has one."""

_MIDNIGHT: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def day(back: int) -> str:
    return (_MIDNIGHT - timedelta(days=back)).date().isoformat()


def records(tenant: Tenant, back: int) -> list[Record]:
    spoofed = Record("198.51.100.9", 3, "none", "fail", "fail", header_from=tenant.domain, dkim=(), spf=())
    rejected = Record("198.51.100.8", 2, "reject", "fail", "fail", header_from=tenant.domain, dkim=(), spf=())
    return [
        *(Record(f"192.0.2.{spot}", back + spot, header_from=tenant.domain) for spot in range(1, 4)),
        *([spoofed, rejected] if back % 2 else []),
    ]


def upload(tenant: Tenant) -> list[Record]:
    """Once they count."""
    brought, uploads = [], []
    for back in range(1, DAYS, 2):
        begin = int((_MIDNIGHT - timedelta(days=back)).timestamp())
        content = aggregate_xml(
            records=records(tenant, back),
            domain=tenant.domain,
            begin=begin,
            end=begin + 86_399,
            report_id=uuid4().hex,
        )
        sent = tenant.ask("POST", "/reports", content=content, headers={"Content-Type": "application/xml"})
        assert sent.status_code == 202, sent.text
        uploads.append(sent.json()["data"]["id"])
        brought += records(tenant, back)
    until(lambda: all(tenant.data(f"/uploads/{each}")["status"] == "done" for each in uploads))
    total = sum(record.count for record in brought)
    stats = f"/domains/{tenant.domain}/stats"
    until(lambda: tenant.data(stats)["totals"]["total_messages"] == total)
    return brought


def by_address(brought: Iterable[Record]) -> Counter[str]:
    sent: Counter[str] = Counter()
    for record in brought:
        sent[record.source_ip] += record.count
    return sent
