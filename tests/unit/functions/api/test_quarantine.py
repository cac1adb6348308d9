from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.ids import AccountId
from shared.core.key_issuing import Terms
from shared.core.mail import Door, Trust
from shared.core.quarantine import NOBODY, Entry, entry_number
from shared.core.rights import Scope
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Api


def entry(
    mail: str = "inbound/m1", *, owner: AccountId = ACCOUNT.id, reason: str = "unknown_domain", age: int = 0
) -> Entry:
    received = NOW - age * 86_400
    return Entry(
        id=entry_number(owner, mail, "", received),
        account=owner,
        reason=reason,
        detail="elsewhere.example is not a domain of the account",
        path="",
        mail=mail,
        door=Door.MAIL,
        received=received,
        expires=received + 30 * 86_400,
        trust=Trust.FAILED,
        recipients=("dom@reports.example",),
        sender="dmarc@reporter.example",
        subject="=HYPERLINK(1)",
        domain="elsewhere.example",
        reporter="reporter.example",
        report_id="r1",
    )


def test_entries_are_listed_newest_first_and_read(api: Api) -> None:
    api.set_aside(entry("inbound/old", age=3), entry("inbound/new"))
    answer = api.get("/quarantine")
    assert answer.json["meta"]["total_count"] == 2
    assert [each["received_at"][:10] for each in answer.data] == ["2026-11-21", "2026-11-18"]
    one = api.get(f"/quarantine/{answer.data[0]['id']}").data
    assert one == answer.data[0]
    assert (one["reason"], one["door"], one["trust"]) == ("unknown_domain", "mail", "failed")
    assert (one["replayed_at"], one["nobodys"]) == (None, False)


def test_pages_follow_each_other(api: Api) -> None:
    api.set_aside(*(entry(f"inbound/{n}", age=n) for n in range(3)))
    first = api.get("/quarantine", limit=2)
    rest = api.get("/quarantine", limit=2, cursor=first.json["meta"]["next_cursor"])
    assert (len(first.data), len(rest.data)) == (2, 1)
    assert rest.json["meta"]["next_cursor"] is None


def test_csv_is_safe_to_open_in_a_spreadsheet(api: Api) -> None:
    api.set_aside(entry())
    assert "'=HYPERLINK(1)" in api.get("/quarantine", format="csv").body.decode()


def test_what_is_nobodys_is_the_operators(api: Api) -> None:
    api.set_aside(entry(owner=NOBODY, reason="unknown_recipient"))
    number = entry(owner=NOBODY).id
    assert api.get("/quarantine").data == []
    assert api.get(f"/quarantine/{number}").status == 404
    api.change_account(operator=True)
    assert api.get("/quarantine").data[0]["nobodys"] is True
    assert api.get(f"/quarantine/{number}").status == 200


def test_the_mail_of_an_entry(api: Api) -> None:
    api.set_aside(entry())
    api.mailbox.put("inbound/m1", b"mail")
    answer = api.get(f"/quarantine/{entry().id}/raw")
    assert (answer.status, answer.body) == (200, b"mail")


@pytest.mark.statement("6.12")
def test_the_mail_of_a_failure_report_is_for_admins_with_the_forensic_scope(api: Api) -> None:
    """It hides no personal data, stored or set aside."""
    api.set_aside(entry())
    api.mailbox.put("inbound/m1", b"mail")
    plain = api.new_key(ACCOUNT, terms=Terms("a", frozenset({Scope.READ})))
    forensic = api.new_key(ACCOUNT, terms=Terms("b", frozenset({Scope.READ, Scope.FORENSIC})))
    path = f"/quarantine/{entry().id}/raw"
    assert [api.call("GET", path, key=key).status for key in (plain, forensic)] == [403, 200]
    api.mailbox.seclude("inbound/m1")
    assert [api.call("GET", path, key=key).status for key in (plain, forensic)] == [403, 403]
    assert api.get(path).status == 200


def test_a_replay_delivers_again_with_the_trust_that_was_noted(api: Api) -> None:
    api.set_aside(entry())
    answer = api.post(f"/quarantine/qua_{entry().id}/replay")
    assert answer.status == 202
    assert answer.data["replayed_at"] == "2026-11-21T12:00:00Z"
    (delivery,) = api.replays.sent
    assert (delivery.key, delivery.replay, delivery.account) == ("inbound/m1", True, None)
    assert delivery.recipients == ("dom@reports.example",)
    assert delivery.verdicts.trust is Trust.FAILED


def test_an_upload_is_replayed_for_its_account(api: Api) -> None:
    api.set_aside(replace(entry("uploads/7/5"), door=Door.UPLOAD, recipients=(), trust=Trust.UNVERIFIED))
    api.post(f"/quarantine/{entry('uploads/7/5').id}/replay")
    assert api.replays.sent[0].account == 7
    assert api.replays.sent[0].verdicts.trust is Trust.UNVERIFIED


def test_a_virus_is_not_replayed(api: Api) -> None:
    api.set_aside(entry(reason="virus"))
    assert api.post(f"/quarantine/{entry().id}/replay").status == 422
    assert api.post("/quarantine/replay").data["replayed"] == 0
    assert api.replays.sent == []


def test_all_entries_of_a_reason_are_replayed_each_delivery_once(api: Api) -> None:
    twice = entry("inbound/two")
    other_part = replace(twice, id=entry_number(ACCOUNT.id, "inbound/two", "b.xml", NOW), path="b.xml")
    api.set_aside(twice, other_part, entry("inbound/bad", reason="not_a_report"))
    answer = api.post("/quarantine/replay", {"reason": "unknown_domain"})
    assert answer.status == 202
    assert answer.data == {"replayed": 2, "has_more": False, "next_cursor": None}
    assert [delivery.key for delivery in api.replays.sent] == ["inbound/two"]


def test_many_entries_are_replayed_in_several_calls(api: Api) -> None:
    api.set_aside(*(entry(f"inbound/{n}") for n in range(620)))
    first = api.post("/quarantine/replay").data
    assert (first["replayed"], first["has_more"]) == (500, True)
    second = api.post("/quarantine/replay", {"cursor": first["next_cursor"]}).data
    assert second == {"replayed": 120, "has_more": False, "next_cursor": None}
    assert len({delivery.key for delivery in api.replays.sent}) == 620


def test_a_deleted_entry_is_gone(api: Api) -> None:
    api.set_aside(entry())
    assert api.delete(f"/quarantine/{entry().id}").status == 204
    assert api.get("/quarantine").data == []
    assert api.delete(f"/quarantine/{entry().id}").status == 404


@pytest.mark.parametrize(
    ("body", "param"),
    [({"cursor": "?"}, "cursor"), ({"reason": 1}, "reason"), ({"reason": "x" * 101}, "reason")],
)
def test_bad_replays_are_400(api: Api, body: object, param: str) -> None:
    answer = api.post("/quarantine/replay", body)
    assert (answer.status, answer.error["param"]) == (400, param)
