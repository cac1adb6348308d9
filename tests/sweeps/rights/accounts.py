"""Accounts opened, taken away and closed: requests, and the workers that they set to work."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import httpx

from shared import settings
from shared.adapters.archive import S3Archive
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.exports import DynamoExports
from shared.adapters.dynamodb.filed_mails import DynamoFiledMails
from shared.core import ids
from shared.core.accounts import Account
from shared.core.exports import Export
from shared.core.holdings import FiledMail
from shared.core.ids import DomainId
from shared.core.messages import encode_closing, encode_export
from shared.core.queues import CloseAccount, ExportPiece
from tests.sweeps.rights.scene import Scene, Try

_PLAN: Final = "pro"
_LAST: Final = DomainId(2**52)
"""After every domain that there is."""


def lists_accounts(scene: Scene) -> Try:
    return _operates(scene, "GET", "/accounts?limit=1", HTTPStatus.OK)


def opens(scene: Scene) -> Try:
    """For an owner, who is invited."""
    body = {"email": _address(), "plan": _PLAN}
    return _operates(scene, "POST", "/accounts", HTTPStatus.CREATED, json=body)


def opens_for_nobody(scene: Scene) -> Try:
    """The letter to the owner is refused: so there is no such user either."""
    path, sender = (
        f"/v1/accounts/{_rendered(scene.open_account(_PLAN))}/owner",
        f"nobody@{uuid4().hex}.example",
    )
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {**_operator(scene), "content-type": "application/json"},
        "body": f'{{"email": "{_address()}"}}',
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "understudy",
            "stage": "$default",
        },
    }

    def tried() -> bool:
        answer = scene.understudy.plays("account", event, **{settings.LETTER_SENDER: sender})
        if answer["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return False
        assert answer["statusCode"] == HTTPStatus.UNPROCESSABLE_ENTITY, answer["body"]
        return True

    return tried


def resets_second_factor(scene: Scene) -> Try:
    account = scene.open_account(_PLAN)
    scene.persons.with_second_factor(account.id, owner=True)
    path = f"/accounts/{_rendered(account)}/owner/totp-reset"
    return _operates(scene, "POST", path, HTTPStatus.NO_CONTENT)


def closes_another(scene: Scene) -> Try:
    account = scene.open_account(_PLAN)
    path, body = f"/accounts/{_rendered(account)}/close", {"name": account.title}
    return _operates(scene, "POST", path, HTTPStatus.OK, json=body)


def begins_export(scene: Scene) -> Try:
    scene.table.delete(keys.export(scene.account))
    asks = scene.asks("POST", "/account/export", HTTPStatus.ACCEPTED, headers=scene.owner.headers)
    return lambda: _given_up(scene, asks())


def reads_export(scene: Scene) -> Try:
    """And follows the link, which is good for what the function itself may read."""
    export = _export(scene)
    S3Archive(scene.s3, scene.stack.data_bucket).write(scene.account, export.id, "a.zip", [("a", [b"b"])])
    DynamoExports(scene.table).finish(export, int(time.time()))

    def tried() -> bool:
        answer = scene.tenant.ask("GET", "/account/export", headers=scene.owner.headers)
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return False
        (file,) = answer.raise_for_status().json()["data"]["files"]
        return httpx.get(file["url"], timeout=60, trust_env=False).status_code == HTTPStatus.OK

    return tried


def exports_records(scene: Scene) -> Try:
    """The first piece: all but the reports."""
    return _exports(scene, 0, None)


def exports_reports(scene: Scene) -> Try:
    """Of a domain that has one in the data bucket."""
    return _exports(scene, 1, scene.home.id)


def exports_no_more(scene: Scene) -> Try:
    return _exports(scene, 2, _LAST)


def closes_people(scene: Scene) -> Try:
    """One with a member, who is in no other account."""
    account = scene.open_account(_PLAN)
    scene.persons.member(account.id)
    return _closes(scene, account)


def closes_domains(scene: Scene) -> Try:
    account = scene.open_account(_PLAN)
    scene.domains.add(replace(scene.domain_gone(), account=account.id))
    return _closes(scene, account)


def closes_mails(scene: Scene) -> Try:
    account = scene.open_account(_PLAN)
    mail = FiledMail(scene.mailed(b"no report"), shared=False)
    DynamoFiledMails(scene.table).note(account.id, mail, int(time.time()))
    return _closes(scene, account)


def closes_rest(scene: Scene) -> Try:
    """One with a body in the data bucket. When that is gone, too, the account is to be looked at again."""
    account = scene.open_account(_PLAN)
    body = f"{settings.KEPT_DAYS[0]}/segments/{account.id}/a"
    scene.s3.put_object(Bucket=scene.stack.data_bucket, Key=body, Body=b"a")
    return _closes(scene, account)


def _closes(scene: Scene, account: Account) -> Try:
    """Its time has come, and nobody has told the worker."""
    scene.accounts.close(account.id, closes=int(time.time()))
    order = encode_closing(CloseAccount(account.id))
    return lambda: scene.works("close-account", order)


def _exports(scene: Scene, place: int, domain: DomainId | None) -> Try:
    piece = encode_export(ExportPiece(scene.account, _export(scene).id, place, domain))
    return lambda: _given_up(scene, scene.works("export-account", piece))


def _given_up(scene: Scene, worked: bool) -> bool:
    """Without the export that it is of, no further piece is written: there is one for each domain."""
    scene.table.delete(keys.export(scene.account))
    return worked


def _export(scene: Scene) -> Export:
    """Begun, in place of any other."""
    scene.table.delete(keys.export(scene.account))
    now = time.time()
    return DynamoExports(scene.table).begin(
        Export(scene.account, ids.mint(now, random.getrandbits(12)), int(now))
    )


def _operates(scene: Scene, method: str, path: str, expected: HTTPStatus, **options: Any) -> Try:
    return scene.asks(method, path, expected, headers=_operator(scene), **options)


def _operator(scene: Scene) -> dict[str, str]:
    return {"Authorization": f"Bearer {scene.stack.api_key}"}


def _rendered(account: Account) -> str:
    return ids.render(ids.ACCOUNT, account.id)


def _address() -> str:
    return f"{uuid4().hex[:12]}@people.example"
