"""The life of a domain's records on the deployment: verified, watched, hosted, broken, given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from shared.adapters.dynamodb.hostings import DynamoHostings
from shared.adapters.dynamodb.table import Table
from shared.core.hosting.hosting import Changed, Hosting
from shared.core.hosting.names import Service
from shared.core.hosting.tending import SCHEDULED
from shared.core.ids import DOMAIN, AccountId, DomainId, parse
from shared.core.messages import encode_hosting_check
from shared.core.queues import HostingCheck
from tests.local.owners import Owner, text_at
from tests.local.running import RunningStack
from tests.local.tenants import open_account, until
from tests.local.workers import works

_HOUR: Final = 3_600


@pytest.fixture
def owner(stack: RunningStack) -> Iterator[Owner]:
    made = Owner(stack, open_account(stack))
    yield made
    made.leave()


def test_nothing_is_received_before_it_is_verified(owner: Owner) -> None:
    owner.tenant.ask("POST", "/domains", json={"domain": owner.domain})
    refused = owner.tenant.ask("POST", f"/domains/{owner.domain}/activate")
    assert refused.status_code == 422
    assert "verif" in refused.text
    refused = owner.tenant.ask("PUT", f"/domains/{owner.domain}/hosting/dmarc", json={})
    assert refused.status_code == 422


def test_from_the_token_to_ready_and_out_again(stack: RunningStack, owner: Owner) -> None:
    owner.tenant.ask("POST", "/domains", json={"domain": owner.domain})
    owner.verify()
    owner.ask("POST", "/activate")
    owner.ask("POST", "/refresh_dns", status=202)
    before = until(lambda: found if (found := owner.ask("GET", "/dns"))["last_checked_at"] else None)
    assert (before["dmarc"]["status"], before["spf"]["status"]) == ("missing", "valid")

    target = owner.host_dmarc()
    published = text_at(stack, target)
    assert published is not None
    assert published == text_at(stack, f"_dmarc.{owner.domain}")
    assert "p=quarantine" in published

    owner.ask("POST", "/refresh_dns", status=202)
    # A look that began before the record was there may come to its end now.
    until(lambda: owner.ask("GET", "/dns")["dmarc"]["status"] == "valid")
    after = owner.ask("GET", "/dns")
    assert after["records"]["cname_dmarc_records"][0]["resolved"] == [published]

    owner.cnames = {f"_dmarc.{owner.domain}": "elsewhere.parcel.example"}
    owner.publish()
    until(lambda: owner.ask("GET", "/hosting/dmarc/verify")["cname"]["status"] == "misconfigured")
    assert owner.overall("dmarc") == "action_required"
    tend(stack, owner)
    assert owner.ask("GET", "/hosting/dmarc")["cname"]["status"] == "misconfigured"


def test_what_a_cname_leads_to_outlives_the_domain(stack: RunningStack, owner: Owner) -> None:
    owner.tenant.ask("POST", "/domains", json={"domain": owner.domain})
    owner.verify()
    target = owner.host_dmarc()
    hosting = hosting_of(stack, owner)
    owner.ask("DELETE", status=202)
    tend(stack, owner, hosting)
    served = text_at(stack, target)
    assert served is not None
    assert served.startswith("v=DMARC1")

    owner.cnames = {}
    owner.publish()
    until(lambda: text_at(stack, f"_dmarc.{owner.domain}") is None)
    tend(stack, owner, hosting)
    assert text_at(stack, target) == served, "one look is not enough"
    age(stack, hosting)
    tend(stack, owner, hosting)
    until(lambda: text_at(stack, target) is None)


def test_mta_sts_is_hosted_down_to_its_certificate(owner: Owner) -> None:
    owner.tenant.ask("POST", "/domains", json={"domain": owner.domain})
    owner.verify()
    hosted = owner.ask("PUT", "/hosting/mta-sts", {"mode": "testing"})
    assert hosted["policy"]["mx"] == [f"mx.{owner.domain}"]
    cnames = (hosted["policy_cname"], hosted["mta_sts_record"]["cname"], hosted["tls_rpt_record"]["cname"])
    owner.cnames = {cname["host"]: cname["expected_value"] for cname in cnames}
    owner.publish()
    until(lambda: owner.looked_at("mta-sts")["overall_status"] == "ready")
    inspected = owner.tenant.data("/inspect/mta-sts-policy", domain=owner.domain)
    assert (inspected["state"], inspected["policy"]["mode"]) == ("valid", "testing")


def hosting_of(stack: RunningStack, owner: Owner) -> Hosting:
    account = AccountId(int(owner.tenant.data("/account")["id"].partition("_")[2]))
    domain = DomainId(parse(DOMAIN, owner.ask("GET")["id"]))
    found = DynamoHostings(table(stack)).get(account, domain)
    assert found is not None
    return found


def table(stack: RunningStack) -> Table:
    return Table(stack.aws("dynamodb"), stack.table)


def tend(stack: RunningStack, owner: Owner, hosting: Hosting | None = None) -> None:
    """One scheduled look."""
    known = hosting or hosting_of(stack, owner)
    assert works(
        stack, "tend-hosting", encode_hosting_check(HostingCheck(known.account, known.domain, SCHEDULED))
    )


def age(stack: RunningStack, hosting: Hosting) -> None:
    """Put the last looks at the CNAME an hour back, as if that time had passed."""
    hostings = DynamoHostings(table(stack))
    for _ in range(20):
        known = hostings.get(hosting.account, hosting.domain)
        assert known is not None
        record = known.record(Service.DMARC)
        assert record.cname.gone is not None
        cname = replace(record.cname, gone=record.cname.gone - _HOUR)
        try:
            hostings.put(known.with_record(Service.DMARC, replace(record, cname=cname)))
        except Changed:  # somebody looks at it just now
            time.sleep(0.5)
        else:
            return
    raise AssertionError("the hosting keeps changing")
