"""What the operator does to an account stands in both logs; who runs an account hears of its end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.core.audit import Actor, ActorKind, AuditEntry
from shared.core.ids import AccountId, UserId
from shared.core.members import Member
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.hosting import DMARC, put

CLIENT = AccountId(8)
RECORD = "/domains/ud_19/dmarc-record"


@pytest.fixture
def operating(api: Api) -> Api:
    """With the key of the operator, who has a client."""
    api.change_account(operator=True)
    api.accounts.add(replace(other_account(CLIENT), name="Vineyard"))
    return api


def recorded(api: Api, account: AccountId) -> list[tuple[str, str, ActorKind]]:
    entries = [entry for entry in api.audit.entries.values() if entry.account == account]
    return [(entry.deed.action, entry.deed.resource, entry.actor.kind) for entry in entries]


@pytest.mark.parametrize(
    ("method", "path", "body", "action"),
    [
        ("PATCH", "/accounts/usr_8", {"plan": "msp"}, "change_terms"),
        ("PATCH", "/accounts/8", {"plan": "msp"}, "change_terms"),
        ("POST", "/accounts/usr_8/owner", {"email": "owner@vineyard.example"}, "invite_owner"),
        ("POST", "/accounts/usr_8/close", {"name": "Vineyard"}, "close_managed_account"),
    ],
)
def test_what_is_done_to_an_account_stands_in_its_own_log_too(
    operating: Api, method: str, path: str, body: dict[str, str], action: str
) -> None:
    answer = operating.post(path, body) if method == "POST" else operating.patch(path, body)

    assert answer.status < 300
    assert recorded(operating, ACCOUNT.id) == [(action, "usr_8", ActorKind.API_KEY)]
    assert recorded(operating, CLIENT) == [(action, "usr_8", ActorKind.OPERATOR)]
    (theirs,) = [entry for entry in operating.audit.entries.values() if entry.account == CLIENT]
    assert theirs.actor == Actor(ActorKind.OPERATOR, label="test")
    assert theirs.deed.request_id


def test_the_log_of_an_account_begins_with_its_opening(operating: Api) -> None:
    opened = operating.post("/accounts", {"email": "olive@grove.example", "plan": "pro", "name": "Grove"})

    account = AccountId(int(opened.data["id"].removeprefix("usr_")))
    assert recorded(operating, account) == [("open_account", opened.data["id"], ActorKind.OPERATOR)]


def test_what_is_refused_or_done_to_oneself_stands_nowhere_twice(operating: Api) -> None:
    assert operating.patch("/accounts/usr_8", {"plan": "gold"}).status == 422
    assert operating.patch(f"/accounts/{ACCOUNT.id}", {"extra_domains": 3}).status == 200

    assert recorded(operating, CLIENT) == []
    assert [action for action, *_ in recorded(operating, ACCOUNT.id)] == ["change_terms"]


def test_an_entry_that_is_lost_raises_the_alarm_and_takes_nothing_back(
    operating: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(entry: AuditEntry) -> None:
        raise OSError("the table is throttled")

    monkeypatch.setattr(operating.audit, "add", full)
    assert operating.patch("/accounts/usr_8", {"plan": "msp"}).status == 200

    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "AuditEntriesLost" in line]
    counted = [one["_aws"]["CloudWatchMetrics"][0] for one in said if "_aws" in one]
    assert [(one["Namespace"], one["Dimensions"]) for one in counted] == [("Postseal", [["service"]])] * 2
    assert {one["service"] for one in said} == {"api"}
    assert operating.accounts.stored[CLIENT].plan.name == "msp"


def test_a_record_that_is_shown_and_not_published_is_no_change(api: Api) -> None:
    assert api.post(RECORD, {"p": "none"}).status == 200
    assert recorded(api, ACCOUNT.id) == []

    put(api, DMARC)
    assert api.post(RECORD, {"p": "none", "publish": True}).status == 200
    assert [action for action, *_ in recorded(api, ACCOUNT.id)] == ["host_dmarc", "generate_dmarc_record"]


def joined(api: Api, user: int, *, active: bool = True, owner: bool = False, admin: bool = False) -> str:
    address = f"user{user}@vineyard.example"
    api.members.add(
        Member(CLIENT, UserId(user), address, int(NOW), 30, owner=owner, admin=admin, active=active), most=9
    )
    return address


def test_who_runs_an_account_is_told_once_that_it_is_closing(operating: Api) -> None:
    admin, owner = joined(operating, 21, admin=True), joined(operating, 22, owner=True, admin=True)
    refused = joined(operating, 23, admin=True)
    joined(operating, 24)
    joined(operating, 25, admin=True, active=False)
    operating.letters.refused.add(refused)

    for _ in range(2):
        assert operating.post("/accounts/usr_8/close", {"name": "Vineyard"}).status == 200
    assert [letter.to for letter in operating.letters.sent] == [owner, admin]
    assert "Vineyard" in operating.letters.sent[0].subject
    assert "2026-11-21 (UTC)" in operating.letters.sent[0].text
