"""Requests of people, about people, and by who follows a letter."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from shared.adapters.dynamodb import keys
from shared.core.ids import GroupId
from shared.core.people.tickets import Purpose
from shared.core.rights import Level
from tests.sweeps.rights.asked import Case, of_nobody
from tests.sweeps.rights.persons import PASSWORD
from tests.sweeps.rights.scene import Scene, Try

_GROUP = GroupId(2)
_NEXT = "four other words here"


def in_person(method: str, path: str, expected: HTTPStatus = HTTPStatus.OK) -> Case:
    """A request of the owner, who is in one account and names none."""

    def prepared(scene: Scene) -> Try:
        return scene.asks(method, path.format(home=scene.home.name), expected, headers=scene.owner.headers)

    prepared.__name__ = f"{method} {path} in person"
    return prepared


def reads_reports_of_a_group(scene: Scene) -> Try:
    """One that is not the default group: its domains are looked up, and be it that there are none."""
    reader = scene.persons.member(scene.account, signs_in=True, levels={_GROUP: Level.READ})
    return scene.asks("GET", "/reports", headers=reader.headers)


def invites(scene: Scene) -> Try:
    return scene.asks("POST", "/users", HTTPStatus.CREATED, json={"email": _address()})


def reads_user(scene: Scene) -> Try:
    """Whom the pool does not even have: it is asked all the same."""
    return scene.asks("GET", f"/users/{scene.persons.member(scene.account).id}")


def resets_second_factor(scene: Scene) -> Try:
    path = f"/users/{scene.persons.with_second_factor(scene.account).id}/totp-reset"
    return scene.asks("POST", path, HTTPStatus.NO_CONTENT)


def changes_role(scene: Scene) -> Try:
    """Who changes another has to be an administrator at that moment."""
    path = f"/users/{scene.persons.member(scene.account).id}"
    return scene.asks("PATCH", path, json={"is_admin": True}, headers=scene.owner.headers)


def changes_password(scene: Scene) -> Try:
    headers = scene.persons.member(scene.account, signs_in=True).headers
    body = {"password_old": PASSWORD, "password": _NEXT, "password_confirm": _NEXT}
    path = "/users/me/password-change"
    return scene.asks("POST", path, HTTPStatus.NO_CONTENT, json=body, headers=headers)


def converts(scene: Scene) -> Try:
    """To the provider of the stage, where nobody needs to answer."""
    somebody = scene.persons.member(scene.account, signs_in=True)
    return scene.asks("POST", f"/users/{somebody.id}/convert-to-sso")


def removes_user(scene: Scene) -> Try:
    path = f"/users/{scene.persons.member(scene.account).id}"
    return scene.asks("DELETE", path, HTTPStatus.NO_CONTENT)


def takes_up(scene: Scene) -> Try:
    token = scene.persons.letter(scene.persons.member(scene.account, active=False), Purpose.INVITATION)
    return _follows(scene, "/activations", HTTPStatus.OK, {"token": token, "password": PASSWORD})


def sets_password(scene: Scene) -> Try:
    token = scene.persons.letter(scene.persons.member(scene.account), Purpose.RESET)
    path, body = "/password-resets/confirm", {"token": token, "password": PASSWORD}
    return _follows(scene, path, HTTPStatus.NO_CONTENT, body)


def confirms_address(scene: Scene) -> Try:
    somebody = scene.persons.member(scene.account, signs_in=True)
    token = scene.persons.letter(somebody, Purpose.ADDRESS, _address())
    return _follows(scene, "/address-confirmations", HTTPStatus.OK, {"token": token})


def _follows(scene: Scene, path: str, expected: HTTPStatus, body: dict[str, Any]) -> Try:
    """Whatever came from this machine before: what is counted for its address is forgotten."""
    minute = int(time.time()) // 60
    for counted in (minute, minute + 1):
        scene.table.delete(keys.address_minute("127.0.0.1", "letters", counted))
    return of_nobody("POST", f"/v1{path}", expected, json=body)(scene)


def _address() -> str:
    return f"{uuid4().hex[:12]}@people.example"
