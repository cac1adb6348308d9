"""The DNS of an account as CI asks for it: zero for all well, and another code for a broken domain."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.demo import published
from infra.local.demo.cast import ORCHARD
from infra.local.zone_files import remove_zone, txt, write_zone
from infra.routes import BASES
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, open_tenant, until

SCRIPT = Path(__file__).parent / "programs" / "dns_health.sh"
CLI = (sys.executable, "-c", "from cli.main import main; main()", "inspect", "--all")

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def healthy(domain: str) -> list[str]:
    return [
        "@ IN TXT " + txt("v=spf1 -all"),
        "_dmarc IN TXT " + txt(f"v=DMARC1; p=reject; rua=mailto:reports@{domain}"),
    ]


def orchard(domain: str) -> list[str]:
    """The records of the demo's domain with mistakes, at another domain."""
    return [
        record.replace(ORCHARD.name, domain) for zone, record in published.records() if zone == ORCHARD.name
    ]


@pytest.fixture(scope="module")
def tenant(stack: RunningStack) -> Iterator[Tenant]:
    made = open_tenant(stack)
    yield made
    remove_zone(made.domain)


def seen(tenant: Tenant, records: list[str], status: str) -> None:
    """Publish the records, and have the domain checked until they are what was seen."""
    write_zone(tenant.domain, records)

    def checked() -> bool:
        assert tenant.ask("POST", f"/domains/{tenant.domain}/refresh_dns").status_code == 202
        return bool(tenant.data(f"/domains/{tenant.domain}/dns")["dmarc"]["status"] == status)

    until(checked)


def run(tenant: Tenant, *command: str, base: str = "/v1") -> tuple[int, list[str]]:
    """Exit code and lines."""
    api = tenant.url.removesuffix("/v1")
    variables = {
        "DMARC_API_BASE": f"{api}{base}",
        "DMARC_API_KEY": tenant.key,
        "POSTSEAL_URL": api,
        "POSTSEAL_API_KEY": tenant.key,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    environment = {**os.environ, **variables}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout.splitlines()


def test_a_healthy_domain_ends_with_0(tenant: Tenant) -> None:
    seen(tenant, healthy(tenant.domain), "valid")
    for base in BASES:
        code, told = run(tenant, "bash", str(SCRIPT), base=base)
        assert (code, told[-1]) == (0, "all healthy")
    assert run(tenant, *CLI)[0] == 0


def test_the_broken_domain_of_the_demo_does_not(tenant: Tenant) -> None:
    seen(tenant, orchard(tenant.domain), "invalid")
    for base in BASES:
        code, told = run(tenant, "bash", str(SCRIPT), base=base)
        assert code == 1
        assert told == [f"FAIL {tenant.domain} DMARC=invalid SPF=invalid", "1 unhealthy"]
    code, told = run(tenant, *CLI)
    assert (code, told[-1]) == (1, "1 domain(s) have DNS issues")
    assert tenant.domain in "".join(told)
