"""One domain name in two accounts: nothing of the one is the other's, and the live CNAME decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.local.owners import Owner
from tests.local.running import RunningStack
from tests.local.tenants import open_account, until

pytestmark = pytest.mark.statement("15.2")


@pytest.fixture(scope="module")
def first(stack: RunningStack) -> Iterator[Owner]:
    """Verified, and their DMARC record is served."""
    owner = Owner(stack, open_account(stack))
    assert owner.tenant.ask("POST", "/domains", json={"domain": owner.domain}).status_code == 201
    owner.verify()
    owner.ask("POST", "/activate")
    owner.host_dmarc()
    owner.ask("POST", "/refresh_dns", status=202)
    until(lambda: owner.ask("GET", "/dns")["last_checked_at"])
    yield owner
    owner.leave()


@pytest.fixture(scope="module")
def second(stack: RunningStack, first: Owner) -> Owner:
    """Another account that adds the same name."""
    tenant = replace(open_account(stack), domain=first.domain)
    owner = Owner(stack, tenant)
    owner.cnames = first.cnames
    owner.publish()
    assert tenant.ask("POST", "/domains", json={"domain": tenant.domain}).status_code == 201
    return owner


def test_the_second_has_a_token_and_addresses_of_its_own(first: Owner, second: Owner) -> None:
    mine, theirs = first.ask("GET", "/verify"), second.ask("GET", "/verify")
    assert mine["record"]["name"] == theirs["record"]["name"]
    assert mine["record"]["value"] != theirs["record"]["value"]
    records = [owner.ask("GET", "/dmarc-record")["record"] for owner in (first, second)]
    assert records[0] != records[1], "each has reports sent to an address of its own"


def test_the_second_sees_nothing_of_the_first(first: Owner, second: Owner) -> None:
    target = first.ask("GET", "/hosting/dmarc")["cname"]["expected_value"]
    known = second.ask("GET")
    assert known["is_verified"] is False
    assert second.ask("GET", "/dns")["last_checked_at"] >= known["created_at"]
    assert second.ask("GET", "/dns/history") == []
    for path in ("/hosting", "/hosting/dmarc"):
        assert target not in str(second.ask("GET", path))
    assert second.ask("GET", "/hosting/dmarc")["enabled"] is False


def test_proof_of_the_first_is_none_of_the_second(second: Owner) -> None:
    """Neither the TXT record that verified the first nor their CNAME."""
    assert second.ask("POST", "/verify", status=200)["is_verified"] is False
    assert second.tenant.ask("PUT", f"/domains/{second.domain}/hosting/dmarc", json={}).status_code == 422


def test_the_live_cname_decides(first: Owner, second: Owner) -> None:
    second.verify()
    hosted = second.ask("PUT", "/hosting/dmarc", {})
    host, target = hosted["cname"]["host"], hosted["cname"]["expected_value"]
    assert target != first.cnames[host]
    until(lambda: second.looked_at("dmarc")["txt_record"]["status"] == "published")
    assert second.overall("dmarc") == "action_required"
    assert first.overall("dmarc") == "ready"

    second.cnames = {host: target}
    second.publish()
    until(lambda: second.overall("dmarc") == "ready")
    assert first.ask("GET", "/hosting/dmarc/verify")["cname"]["status"] == "misconfigured"
    assert first.overall("dmarc") == "action_required"
