"""Policies and images at hosts that lead inside are not fetched by the deployment, though they are there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from infra.local import layout
from infra.local.zone_files import remove_zone, txt, write_zone
from shared import settings
from tests.local.running import RunningStack
from tests.local.tenants import until

POLICY = b"version: STSv1\r\nmode: testing\r\nmx: mx.parcel.example\r\nmax_age: 86400\r\n"

pytestmark = pytest.mark.statement("11.6")


@pytest.fixture
def inspected(stack: RunningStack) -> Iterator[Callable[[str], Any]]:
    """What the API says of a domain whose policy and image are served, once their host has that address."""
    domain = f"t{uuid4().hex[:12]}.example"
    host = f"mta-sts.{domain}"
    served = layout.USER_SITES / host
    for path, body in ((settings.POLICY_PATH, POLICY), ("/logo.svg", b"<svg/>")):
        file = served / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)

    def inspect(address: str) -> Any:
        edition = uuid4().hex
        write_zone(
            domain,
            [
                f"mta-sts IN {'AAAA' if ':' in address else 'A'} {address}",
                f"_mta-sts IN TXT {txt(f'v=STSv1; id={edition}')}",
                f"default._bimi IN TXT {txt(f'v=BIMI1; l=https://{host}/logo.svg')}",
            ],
        )

        def seen() -> Any:
            answer = stack.api("GET", "/v1/inspect", params={"domain": domain})
            assert answer.status_code == 200, answer.text
            found = answer.json()["data"]
            return found if edition in str(found["mta_sts"]["records"]) else None

        return until(seen)

    yield inspect
    remove_zone(domain)
    shutil.rmtree(served)


def refused(found: Any) -> bool:
    return "https_refused" in {finding["code"] for finding in found["findings"]}


def test_at_a_public_address_both_are_fetched(inspected: Callable[[str], Any]) -> None:
    found = inspected("51.38.41.20")
    assert found["mta_sts_policy"]["policy"]["mode"] == "testing"
    assert not refused(found["mta_sts_policy"])
    assert not refused(found["bimi"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.5",
        "0.0.0.0",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fe80::1",
        "fd00:ec2::254",
    ],
)
def test_inside_neither_is(inspected: Callable[[str], Any], address: str) -> None:
    found = inspected(address)
    assert refused(found["mta_sts_policy"])
    assert refused(found["bimi"])
    assert found["mta_sts_policy"]["policy"] is None
