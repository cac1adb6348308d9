"""The table of roles, asked of the functions on stores in memory: only who asks is made up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from shared.core import ids
from shared.core.api_keys import Allowance
from shared.core.callers import Caller
from shared.core.groups import Group
from shared.core.ids import AccountId, ApiKeyId, GroupId, UserId
from shared.core.rights import DEFAULT_GROUP, Rights
from shared.edge.caller import Admission
from shared.edge.http import serve
from shared.wiring import api as wired
from tests.needs import NEEDS, Need
from tests.roles import ROLES, TABLE, Answer, Kind, Role, Row, rendered, rows
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, fact, row, said
from tests.unit.functions.api.advising import advice
from tests.unit.functions.api.alerting import alert, webhook
from tests.unit.functions.api.client import Api, other_account
from tests.unit.functions.api.detailing import detail_report
from tests.unit.functions.api.failures import failure_mail, take_in
from tests.unit.functions.api.naming import sources
from tests.unit.functions.api.people import MEMBER, as_user, join
from tests.unit.functions.api.test_quarantine import entry
from tests.unit.functions.api.tls_reports import file_tls

GROUP = GroupId(5)
HERE, ELSEWHERE = UserId(31), UserId(32)
"""Who asks: what they may is the role's to say."""

ROWS = list(rows())


@dataclass
class Scene:
    """One account with one of everything, and whoever asks for it."""

    patch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.api = Api()
        self.api.install(self.patch)
        self.homes = {Kind.STRANGER: AccountId(8), Kind.OPERATOR: AccountId(9)}
        for kind, number in self.homes.items():
            self.api.accounts.add(replace(other_account(number), operator=kind is Kind.OPERATOR))
        join(self.api, ELSEWHERE, self.api.accounts.stored[AccountId(8)], owner=True)
        self.things = things(self.api)
        for owner in (HERE, ELSEWHERE):
            assert as_user(self.api, owner, "POST", "/account/export").status == 202

    def asked(self, row: Row, role: Role) -> Answer:
        named = self.things | {param: self.things[other] for param, other in row.probe.instead.items()}
        path = re.sub(r"{(\w+)}", lambda found: named[found[1]], row.path)
        body = row.probe.body
        sent = None if body is None else body if isinstance(body, str) else json.dumps(body)
        user = _USERS.get(role.kind)
        headers = {} if user is None else {"authorization": f"Bearer access.{user}"}
        with self.patch.context() as patched:
            patched.setattr(wired, "serve", partial(self.served, role))
            told = self.api.call(
                row.method, path, query=row.probe.query, body=sent, headers=headers, key=None
            )
        assert told.status < 500, told.body
        assert told.status != 405
        return _ANSWERS.get(told.status, Answer.GRANTED)

    def served(self, role: Role, app: Any, event: Any, context: Any, admit: Any, *others: Any) -> Any:
        """As it is deployed, but for who comes in."""
        if role.kind is Kind.NOBODY:
            return serve(app, event, context, admit, *others)
        account = self.api.accounts.stored[self.homes.get(role.kind, ACCOUNT.id)]
        user = _USERS.get(role.kind)
        caller = Caller(account, None if user else ApiKeyId(9), NOW, rights_of(role), user)
        return serve(app, event, context, lambda _: Admission(Allowance(9, 9, 9), caller), *others)


_ANSWERS = {int(each.value): each for each in Answer if each is not Answer.GRANTED}


_USERS = {Kind.MEMBER: HERE, Kind.STRANGER: ELSEWHERE}


def rights_of(role: Role) -> Rights:
    """Of whose access list, or whose key, is as the role says."""
    if role.restricted:
        return Rights(role.scopes, {GROUP: role.group, DEFAULT_GROUP: role.all})
    return Rights(role.scopes, owner=role.owner)


def things(api: Api) -> dict[str, str]:
    """The id of one thing of each kind, by the parameter of routes that takes it."""
    api.groups.add(Group(GROUP, ACCOUNT.id, "Customers", NOW), most=10)
    api.groups.assign(DOMAIN, GROUP)
    brought, failed = fact(said(row())), take_in(api, failure_mail())
    api.file(brought)
    api.set_aside(entry())
    for mail in {brought.summary.mail, entry().mail}:
        api.mailbox.put(mail, b"mail")
    sender = '{"name": "Press", "domain": "press.example", "category": "crm"}'
    assert api.call("PUT", "/senders/press", body=sender).status == 200
    key = api.post("/api-keys", {"name": "spare", "scopes": ["admin"]}).data
    tag = api.post("/tags", {"name": "Urgent"}).data
    source = '{"name": "M", "domain": "mailer.example"}'
    assert api.call("PUT", "/domains/ud_19/approved_sources/mailer", body=source).status == 200
    join(api, HERE, owner=True)
    join(api, MEMBER)
    raised, hook, delivery = alert(api), *webhook(api)
    return {
        "alert_id": raised,
        "webhook_id": hook,
        "delivery_id": delivery,
        "user_id": ids.render(ids.USER, MEMBER),
        "me": "me",
        **advice(api),
        "domain_id": "ud_19",
        "report_id": ids.render(ids.REPORT, brought.summary.id),
        "failure_id": ids.render(ids.REPORT, failed),
        "entry_id": ids.render(ids.QUARANTINE, entry().id),
        "upload_id": api.call("POST", "/reports", body=b"x").data["id"],
        "key_id": key["id"],
        "account_id": ids.render(ids.ACCOUNT, ACCOUNT.id),
        "group_id": ids.render(ids.GROUP, GROUP),
        "tag_id": tag["id"],
        "slug": "mailer",
        **sources(api),
        "sender": "press",
        "search_token": "nobodysown",
        "tls_policy_id": tls_policy(api),
        "token": "acct",
        **detail_report(api),
    }


def tls_policy(api: Api) -> str:
    file_tls(api)
    return str(api.get("/tls/policies").data[0]["id"])


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Scene]:
    """For what only reads."""
    with pytest.MonkeyPatch.context() as patch:
        yield Scene(patch)


@pytest.mark.parametrize("asked", ROWS, ids=[each.route for each in ROWS])
def test_each_role_is_given_its_answer(monkeypatch: pytest.MonkeyPatch, unchanged: Scene, asked: Row) -> None:
    scene = unchanged if asked.method == "GET" else Scene(monkeypatch)
    scene.api.limits.forget()
    told = {}
    for role in ROLES:
        if asked.probe.uses_up and asked.expected(role) is Answer.GRANTED:
            scene = Scene(monkeypatch)
        told[role.name] = scene.asked(asked, role)
        if asked.probe.uses_up and told[role.name] is Answer.GRANTED:
            scene = Scene(monkeypatch)
    assert told == {role.name: asked.expected(role) for role in ROLES}


def test_every_need_is_of_an_operation() -> None:
    assert set(NEEDS) <= {each.operation for each in ROWS}


def test_the_table_of_the_documentation_is_this_one() -> None:
    assert TABLE.read_text() == rendered(), "python -m tests.roles"


def test_the_owner_may_all_that_is_not_for_the_operator() -> None:
    owner = ROLES[0]
    denied = [each.probe.need for each in ROWS if each.expected(owner) is not Answer.GRANTED]
    assert set(denied) == {Need.OPERATOR, Need.OWN_SEARCH}


def test_who_has_no_credential_is_told_so_of_all_that_is_not_public() -> None:
    nobody = next(role for role in ROLES if role.kind is Kind.NOBODY)
    assert {each.expected(nobody) for each in ROWS} == {Answer.UNKNOWN, Answer.GRANTED}
