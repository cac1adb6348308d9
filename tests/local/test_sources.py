"""Sources of an account, through the deployed worker; addresses of a domain, by their rows."""

from __future__ import annotations

from infra.local.stack_file import Stack
from tests.local.tenants import open_tenant, report, until


def test_sources_and_addresses(stack: Stack) -> None:
    tenant = open_tenant(stack)
    home = f"/domains/{tenant.domain}"
    stored = report(tenant)
    assert tenant.ask("PUT", f"{home}/favorites/::ffff:192.0.2.1").status_code == 200
    found = {each["ip"]: each for each in tenant.data(f"{home}/ips")}
    assert {ip: each["total_volume"] for ip, each in found.items()} == {"192.0.2.1": 5, "198.51.100.9": 3}
    assert [each["is_favorite"] for each in found.values()] == [True, False]
    assert tenant.data(f"{home}/ips", report_source="nobody") == []
    (row,) = tenant.data(f"{home}/ips/198.51.100.9", category="threat_unknown")
    assert (row["report_id"], row["applied_policy"], row["total_volume"]) == (stored, "reject", 3)
    assert tenant.data(f"{home}/ips/2001:db8::1") == []

    asked = tenant.ask("POST", "/sources/refresh")
    assert (asked.status_code, asked.json()["data"]["refreshed"]) == (202, None)
    until(lambda: tenant.data("/sources/refresh")["refreshed"])
    answer = tenant.ask("GET", "/sources").json()
    assert sum(each["total_volume"] for each in answer["data"]) == 8
    assert answer["meta"]["refreshed"] == tenant.data("/sources/refresh")["refreshed"]
    number = answer["data"][0]["source_number"]
    assert [each["domain"] for each in tenant.data(f"/sources/{number}/domains")] == [tenant.domain]

    assert tenant.ask("DELETE", home).status_code == 202
    until(lambda: tenant.data("/source-domains") == [])
