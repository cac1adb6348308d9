from __future__ import annotations

from typing import Any

import pytest

from shared.core.errors import Conflict
from shared.core.parking import records_if_parked
from shared.core.record_generator import PublishedRecord
from tests.fakes.dns import FAILED, FakeDns, FakeLookups
from tests.unit.core.world import DOMAIN

OWN = "dom@reports.example"
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def records(zone: dict[tuple[str, str], Any], **options: Any) -> tuple[PublishedRecord, ...]:
    lookups = FakeLookups(FakeDns({("orchard.example", "NS"): ["ns.example"], **zone}))
    return records_if_parked(DOMAIN, lookups, OWN, **({"passing_messages": 0} | options))


@pytest.mark.statement("12.1")
@pytest.mark.parametrize("zone", [{}, {("orchard.example", "MX"): ["0 ."]}])
def test_a_domain_without_mail_gets_all_its_records(zone: dict[tuple[str, str], Any]) -> None:
    assert [(each.name, each.type) for each in records(zone)] == [
        ("orchard.example", "TXT"),
        ("_dmarc.orchard.example", "TXT"),
        ("*._domainkey.orchard.example", "TXT"),
        ("orchard.example", "MX"),
    ]


def test_hosted_dmarc_stays_hosted() -> None:
    hosted = records({}, hosted_at="label.h1.postseal.example")[1]
    assert (hosted.type, hosted.value) == ("CNAME", "label.h1.postseal.example")


@pytest.mark.statement("12.4", "12.5")
@pytest.mark.parametrize(
    ("zone", "passing", "said"),
    [
        ({("orchard.example", "MX"): ["10 mx.orchard.example"]}, 0, "MX records"),
        ({("default._domainkey.orchard.example", "TXT"): [KEY]}, 0, "DKIM keys"),
        ({("*._domainkey.orchard.example", "TXT"): [KEY]}, 0, "DKIM keys"),
        ({}, 1_234, "1,234 messages"),
    ],
)
def test_no_records_are_offered_to_a_domain_in_use(
    zone: dict[tuple[str, str], Any], passing: int, said: str
) -> None:
    with pytest.raises(Conflict) as refusal:
        records(zone, passing_messages=passing)
    assert said in refusal.value.message


@pytest.mark.statement("12.5")
@pytest.mark.parametrize(
    ("name", "type_"), [("orchard.example", "MX"), ("default._domainkey.orchard.example", "TXT")]
)
def test_silence_is_no_proof_of_parking(name: str, type_: str) -> None:
    with pytest.raises(Conflict) as refusal:
        records({(name, type_): FAILED})
    assert "does not tell" in refusal.value.message


def test_keys_that_are_revoked_already_are_none() -> None:
    assert records({("*._domainkey.orchard.example", "TXT"): ["v=DKIM1; p="]})
