from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.access import Readable, read_account, read_domain, require_retained
from shared.core.accounts import Status
from shared.core.errors import NotFound, RetentionExceeded, SubscriptionRequired
from shared.core.ids import AccountId
from tests.fakes import FakeGroups
from tests.unit.core.world import ACCOUNT, CALLER, DOMAIN, NOW, TODAY, stored_domains


def test_the_right_to_read_cannot_be_made_elsewhere() -> None:
    with pytest.raises(TypeError):
        Readable(object(), ACCOUNT.id, None)


@pytest.mark.parametrize("reference", ["ud_19", "19", "orchard.example", "ORCHARD.example."])
def test_a_domain_is_named_by_id_number_or_name(reference: str) -> None:
    assert read_domain(CALLER, reference, stored_domains()).domain == DOMAIN


def test_a_strangers_domain_is_not_found() -> None:
    stranger = replace(CALLER, account=replace(ACCOUNT, id=AccountId(8)))
    for reference in ("ud_19", "orchard.example", "ud_999", "../19", ""):
        with pytest.raises(NotFound):
            read_domain(stranger, reference, stored_domains())


@pytest.mark.parametrize("change", [{"status": Status.EXPIRED}, {"current_period_end": NOW - 1}])
def test_an_ended_plan_reads_nothing(change: dict[str, Any]) -> None:
    ended = replace(CALLER, account=replace(ACCOUNT, **change))
    with pytest.raises(SubscriptionRequired):
        read_account(ended, FakeGroups(stored_domains()))


def test_retention_ends_where_the_plan_says() -> None:
    require_retained(CALLER, TODAY - timedelta(days=90), param="date")
    with pytest.raises(RetentionExceeded) as refusal:
        require_retained(CALLER, TODAY - timedelta(days=91), param="date")
    assert refusal.value.param == "date"
