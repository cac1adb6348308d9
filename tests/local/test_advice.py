"""From mailed reports to advice: not ready and why, and ready once the misaligned sender was put right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from infra.local.zone_files import remove_zone, write_zone
from shared.adapters.dynamodb.table import Table
from tests.fixtures.packaging import Attached, mail, zip_of
from tests.fixtures.reports import Record, aggregate_xml
from tests.local.advising import has_been_at
from tests.local.owners import text_at
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, until

REPORTERS = ("google.com", "yahoo.com")
OWN, SERVICE = 50, 30
"""Messages in each report: of the domain's own server, and of a service that sends for it."""


@pytest.fixture
def tenant(stack: RunningStack) -> Iterator[Tenant]:
    made = open_tenant(stack)
    address = made.data(f"/domains/{made.domain}")["reporting_address"]
    write_zone(
        made.domain,
        [
            f'_dmarc IN TXT "v=DMARC1; p=none; np=reject; rua=mailto:{address}"',
            '@ IN TXT "v=spf1 ip4:192.0.2.0/28 -all"',
        ],
    )
    until(lambda: text_at(stack, made.domain))
    yield made
    remove_zone(made.domain)


def records(domain: str, *, aligned: bool) -> tuple[Record, ...]:
    own = Record(
        "192.0.2.1", OWN, header_from=domain, dkim=((domain, "s1", "pass"),), spf=((domain, "mfrom", "pass"),)
    )
    signed = domain if aligned else "sendgrid.net"
    service = Record(
        "198.51.100.9",
        SERVICE,
        "none",
        "pass" if aligned else "fail",
        "fail",
        header_from=domain,
        dkim=((signed, "s1", "pass"),),
        spf=(("em.sendgrid.net", "mfrom", "pass"),),
    )
    return own, service


def send(stack: RunningStack, tenant: Tenant, days: range, *, aligned: bool) -> None:
    """A mail of each reporter, with a report of each of these days, counted back from today."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    address = str(tenant.data(f"/domains/{tenant.domain}")["reporting_address"])
    rows = records(tenant.domain, aligned=aligned)
    for reporter in REPORTERS:
        files = []
        for ago in days:
            begin = int((today - timedelta(days=ago)).timestamp())
            said = {"org_name": reporter, "domain": tenant.domain, "report_id": uuid4().hex}
            xml = aggregate_xml(records=rows, begin=begin, end=begin + 86_399, **said)
            files.append((f"{ago}.xml", xml))
        stack.send_mail(mail(Attached(zip_of(*files), "application/zip", "a.zip")), [address])


def plan(tenant: Tenant, messages: int) -> Any:
    """Once that many messages count."""

    def counted() -> Any:
        found = tenant.data(f"/domains/{tenant.domain}/policy-plan")
        return found if found["message_count"] == messages else None

    return until(counted)


@pytest.mark.statement("1.20", "13.5")
def test_a_domain_becomes_ready_when_its_sender_is_put_right(stack: RunningStack, tenant: Tenant) -> None:
    assert tenant.ask("POST", f"/domains/{tenant.domain}/refresh_dns").status_code == 202
    until(lambda: tenant.data(f"/domains/{tenant.domain}/dns")["dmarc"]["status"] == "valid")
    # The record was seen once by now, and is believed when it is seen again: the policy stays as it is told.
    has_been_at(tenant, Table(stack.aws("dynamodb"), stack.table), "none", days=40)

    send(stack, tenant, range(20, 12, -1), aligned=False)
    found = plan(tenant, 8 * len(REPORTERS) * (OWN + SERVICE))
    assert (found["policy_ready"], found["recommendation"], found["days_at_policy"]) == (False, "none", 40)
    assert {each["code"] for each in found["blockers"]} == {"compliance", "failing_sources"}
    assert found["dmarc_compliance_percent"] == 62.5
    (loss,) = found["sources"]
    assert (loss["sender_domain"], loss["failing"], loss["yours"]) == ("sendgrid.com", 480, True)
    task: Any = until(
        lambda: next((each for each in tenant.data("/tasks") if each["step"] == "align_sender"), None)
    )
    assert (task["subject"], task["category"], task["solved"]) == ("sendgrid.com", "alignment", False)

    asked = {"p": "reject", "t": True}
    simulated = tenant.ask("POST", f"/domains/{tenant.domain}/simulate", json=asked).json()["data"]
    assert (simulated["simulated"]["delivered"], simulated["simulated"]["quarantined"]) == (800, 480)

    send(stack, tenant, range(7, 0, -1), aligned=True)
    ready = plan(tenant, 15 * len(REPORTERS) * (OWN + SERVICE))
    assert (ready["policy_ready"], ready["recommendation"], ready["blockers"]) == (True, "quarantine", [])
    until(lambda: tenant.data("/policy-domains", policy_ready="true", recommendation="quarantine"))
    steps = {each["step"]: each for each in tenant.data("/tasks")}
    assert steps["align_sender"]["solved"]
    assert not steps["rehearse_quarantine"]["solved"]
    ignored = tenant.ask("PATCH", f"/tasks/{steps['rehearse_quarantine']['id']}", json={"ignore": True})
    assert ignored.json()["data"]["ignore"] is True
