"""An account's end: exported, closed, and reopened."""

from __future__ import annotations

import json

import pytest

from shared.core.accounts import Status
from shared.core.exports import Export
from shared.core.ids import UserId
from shared.core.queues import CloseAccount, ExportPiece
from tests.unit.core.world import ACCOUNT, NOW
from tests.unit.functions.api.client import Api
from tests.unit.functions.api.test_accounts import ADMIN, MEMBER, OWNER, Scene, refusal


@pytest.fixture
def scene(api: Api) -> Scene:
    return Scene(api)


def test_the_owner_closes_the_account_and_reopens_it(scene: Scene) -> None:
    scene.api.change_account(name="Orchard")

    closed = scene.by(OWNER, "POST", "/account/close", {"name": "Orchard"})

    assert closed.data == {"id": "usr_7", "status": "closing", "closes_at": "2026-11-21T12:10:00Z"}
    assert scene.api.closings.sent == [(CloseAccount(ACCOUNT.id), 600)]
    assert scene.api.get("/domains").status == 200
    assert refusal(scene.api.post("/domains", {"domain": "new.example"})) == (403, "account_closing")
    assert refusal(scene.by(OWNER, "PATCH", "/account", {"name": "x"})) == (403, "account_closing")
    assert scene.by(OWNER, "GET", "/account").data["closes_at"] == "2026-11-21T12:10:00Z"
    assert scene.by(OWNER, "POST", "/account/reopen").data["status"] == "active"
    assert scene.api.post("/domains", {"domain": "new.example"}).status == 201


@pytest.mark.parametrize("user", [ADMIN, MEMBER])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/account/close", {"name": ACCOUNT.email}),
        ("POST", "/account/reopen", None),
        ("POST", "/account/export", None),
        ("GET", "/account/export", None),
    ],
)
def test_an_accounts_end_is_its_owners_alone(
    scene: Scene, user: UserId, method: str, path: str, body: object
) -> None:
    assert refusal(scene.by(user, method, path, body)) == (403, "forbidden")
    text = None if body is None else json.dumps(body)
    assert refusal(scene.api.call(method, path, body=text)) == (403, "forbidden")
    assert scene.stored().status is Status.ACTIVE
    assert scene.api.exportings.sent == []


def test_closing_takes_the_name_and_spares_the_operator(scene: Scene) -> None:
    assert scene.by(OWNER, "POST", "/account/close", {"name": "orchard"}).status == 422
    assert scene.by(OWNER, "POST", "/account/close", {}).status == 400
    scene.run_the_deployment()
    assert scene.by(OWNER, "POST", "/account/close", {"name": ACCOUNT.email}).status == 409
    assert scene.by(OWNER, "POST", "/account/reopen").status == 409
    assert scene.stored().status is Status.ACTIVE


def test_an_expired_account_can_be_exported_and_closed(scene: Scene) -> None:
    scene.api.change_account(status=Status.EXPIRED)

    assert refusal(scene.by(OWNER, "GET", "/account")) == (403, "subscription_required")
    assert scene.by(OWNER, "POST", "/account/export").status == 202
    assert scene.by(OWNER, "POST", "/account/close", {"name": ACCOUNT.email}).status == 200
    assert scene.by(OWNER, "POST", "/account/reopen").data["status"] == "expired"


def test_the_operator_closes_and_reopens(scene: Scene) -> None:
    scene.run_the_deployment()

    closed = scene.api.post("/accounts/usr_8/close", {"name": "Vineyard"})

    assert closed.data["subscription"]["status"] == "closing"
    assert scene.api.patch("/accounts/usr_8", {"plan": "msp"}).status == 422
    assert scene.api.post("/accounts/usr_8/reopen").data["subscription"]["status"] == "active"


def test_an_export_is_asked_for_made_and_downloaded(scene: Scene) -> None:
    none = scene.by(OWNER, "GET", "/account/export").data
    assert (none["id"], none["status"], none["files"]) == (None, "none", [])

    begun = scene.by(OWNER, "POST", "/account/export").data

    assert (begun["status"], begun["files"]) == ("running", [])
    assert scene.api.exportings.sent == [ExportPiece(ACCOUNT.id, begun["id"])]
    assert scene.by(OWNER, "POST", "/account/export").data == begun
    export = Export(ACCOUNT.id, begun["id"], int(NOW))
    scene.api.archive.write(ACCOUNT.id, export.id, "00000-account.zip", [("records.jsonl", [b"{}"])])
    assert scene.by(OWNER, "GET", "/account/export").data["files"] == []
    scene.api.exports.finish(export, int(NOW) + 5)
    done = scene.by(OWNER, "GET", "/account/export").data
    assert (done["status"], done["finished_at"]) == ("done", "2026-11-21T12:00:05Z")
    (file,) = done["files"]
    assert (file["name"], file["size"]) == ("00000-account.zip", 2)
    assert file["url"].startswith("https://")
