"""The operator's commands, on fakes of the table and the queues."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from functions.api.api_keys.schemas import NewApiKey
from shared import settings
from shared.core.audit import ActorKind, AuditFilter
from shared.core.ids import AccountId, DomainId
from shared.core.queues import TouchedDay
from shared.core.rights import Scope
from shared.wiring import queues, table
from tests.fakes.accounts import FakeAccounts
from tests.fakes.api_keys import FakeApiKeys
from tests.fakes.audit import FakeAudit
from tests.fakes.domains import FakeDomains
from tests.fakes.queues import FakeTouchedDays
from tests.fakes.rollups import FakeRollups

DAYS = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]


class Days:
    """As many reports of every domain on each of three days."""

    def days_of(self, account: AccountId, domain: DomainId) -> Any:
        return iter([(day, 2) for day in DAYS])


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeTouchedDays:
    accounts, keys = FakeAccounts(), FakeApiKeys()
    domains, days, sent = FakeDomains(accounts), Days(), FakeTouchedDays()
    stores = {
        "accounts": accounts,
        "api_keys": keys,
        "audit": FakeAudit(),
        "domains": domains,
        "reports": days,
        "rollups": FakeRollups(),
    }
    for name, fake in stores.items():
        monkeypatch.setattr(table, name, lambda fake=fake: fake)
    monkeypatch.setattr(queues, "touched_days", lambda: sent)
    monkeypatch.setenv(settings.TABLE, "table")
    monkeypatch.chdir(tmp_path)
    return sent


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def said(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def opened() -> dict[str, Any]:
    account: dict[str, Any] = said("account", "create", "--email", "a@b.example", "--operator")
    return account


def add_domain(account: str, name: str) -> None:
    from shared.core.access import require_write_in
    from shared.core.callers import Caller
    from shared.core.domain_changes import add_domain as add
    from shared.core.rights import ALL

    numbers = iter(range(1, 100))
    owner = table.accounts().get(AccountId(int(account.removeprefix("usr_"))))
    assert owner is not None
    caller = Caller(owner, None, owner.created, ALL)
    add(
        table.domains(),
        require_write_in(caller, None),
        name,
        now=1_800_000_000.0,
        new_token=lambda: name.partition(".")[0].ljust(20, "a"),
        random_bits=lambda _: next(numbers) + len(name),
    )


def test_an_account_is_opened_with_a_key_that_works(touched: FakeTouchedDays) -> None:
    account = opened()
    assert account["operator"]
    assert account["key"].startswith("ps_live_")
    (listed,) = said("accounts", "list")
    assert (listed["id"], listed["email"]) == (account["id"], "a@b.example")


def test_a_refusal_of_the_product_is_one_line(touched: FakeTouchedDays) -> None:
    result = run("account", "create", "--email", "nobody")
    assert result.exit_code == 1
    assert result.stderr.startswith("postseal: ")
    assert result.stderr.count("\n") == 1


def test_keys_of_an_account_are_created_listed_and_revoked(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    (created,) = said("keys", "create", "nightly", "--account", account)
    names = {key["name"] for key in said("keys", "list", "--account", account)}
    assert names == {"first key", "nightly"}
    assert run("keys", "revoke", created["id"], "--account", account).exit_code == 0
    assert {key["name"] for key in said("keys", "list", "--account", account)} == {"first key"}
    assert run("keys", "revoke", created["id"], "--account", account).exit_code == 1


def test_keys_are_told_in_the_shape_of_the_api(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    (created,) = said("keys", "create", "nightly", "--account", account)
    listed = {key["name"]: key for key in said("keys", "list", "--account", account)}["nightly"]

    assert set(created) == set(NewApiKey.model_fields)
    assert listed == {name: value for name, value in created.items() if name != "key"}
    assert listed["scopes"] == sorted(Scope)
    assert (listed["group_id"], listed["expires_at"], listed["successor_id"]) == (None, None, None)


def test_keys_of_no_account_are_not_found(touched: FakeTouchedDays) -> None:
    assert run("keys", "list", "--account", "usr_1").exit_code == 1


def test_a_rebuild_queues_every_day_that_holds_reports(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    add_domain(account, "orchard.example")
    add_domain(account, "parcel.example")
    result = run("rollups", "rebuild")
    assert result.stdout == "6 days of 2 domains queued\n"
    assert {(day.day, day.account) for day in touched.sent} == {
        (day, int(account.removeprefix("usr_"))) for day in DAYS
    }
    assert all(isinstance(day, TouchedDay) for day in touched.sent)


def test_a_rebuild_can_be_narrowed(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    add_domain(account, "orchard.example")
    add_domain(account, "parcel.example")
    narrowed = (
        "--domain",
        "parcel.example",
        "--account",
        account,
        "--from",
        "2026-11-19",
        "--to",
        "2026-11-19",
    )
    assert run("rollups", "rebuild", *narrowed).stdout == "1 days of 1 domains queued\n"
    assert [day.day for day in touched.sent] == [date(2026, 11, 19)]
    assert run("rollups", "rebuild", "--domain", "other.example").exit_code == 1
    assert run("rollups", "rebuild", "--from", "yesterday").exit_code == 2


def test_without_a_deployment_there_is_nothing_to_operate(
    touched: FakeTouchedDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(settings.TABLE)
    assert run("accounts", "list").exit_code == 3
    assert run("accounts", "list", "--stack-file", "missing.json").exit_code == 2


def test_the_operator_can_vouch_for_a_domain(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    add_domain(account, "orchard.example")
    told = said("domains", "verify", "orchard.example", "--trust", "--account", account)
    assert (told["is_verified"], told["proof"]) == (True, "operator")
    again = said("domains", "verify", "orchard.example", "--trust", "--account", account)
    assert again == told
    assert run("domains", "verify", "other.example", "--trust", "--account", account).exit_code == 1
    assert run("domains", "verify", "orchard.example", "--trust").exit_code == 2


def test_what_the_operator_changes_is_in_the_audit_log_of_the_account(touched: FakeTouchedDays) -> None:
    account = opened()["id"]
    add_domain(account, "orchard.example")
    (created,) = said("keys", "create", "nightly", "--account", account)
    assert run("keys", "revoke", created["id"], "--account", account).exit_code == 0
    said("domains", "verify", "orchard.example", "--trust", "--account", account)
    run("keys", "revoke", created["id"], "--account", account)
    number = AccountId(int(account.removeprefix("usr_")))
    found = table.audit().page(number, AuditFilter(), after=None, limit=10).items
    assert sorted(entry.deed.action for entry in found) == [
        "create_account",
        "create_api_key",
        "create_api_key",
        "revoke_api_key",
        "trust_domain",
    ]
    assert {entry.actor.kind for entry in found} == {ActorKind.OPERATOR}
    assert all("@" in entry.actor.label for entry in found)
    assert {e.deed.resource for e in found if e.deed.action == "revoke_api_key"} == {created["id"]}
    assert created["key"] not in repr(found)
