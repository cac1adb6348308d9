"""One account on the local stack with one thing of each kind, and a credential for every role in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from ipaddress import IPv4Address
from secrets import randbits
from typing import Any, Final
from uuid import uuid4

import httpx

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.members import DynamoMembers
from shared.adapters.dynamodb.table import Table
from shared.adapters.dynamodb.users import DynamoUsers
from shared.core import ids
from shared.core.ids import AccountId, GroupId, UserId
from shared.core.members import Member, User
from shared.core.rights import DEFAULT_GROUP, Level, Scope
from tests.fixtures.packaging import failure_mail
from tests.fixtures.reports import FEEDBACK, Record, aggregate_xml, feedback_report
from tests.local.advising import advice
from tests.local.people import new_person
from tests.local.running import RunningStack
from tests.local.tenants import (
    SOURCE,
    Tenant,
    alert,
    asked_detail_report,
    detail_report,
    open_account,
    open_tenant,
    sourced,
    tls_policy,
    until,
    webhook,
)
from tests.roles import ROLES, Answer, Kind, Role, Row

AT_ONCE: Final = 4
_ANSWERS: Final = {int(each.value): each for each in Answer if each is not Answer.GRANTED}
_TROUBLE: Final = frozenset({405, 429, *range(500, 600)})
"""Statuses that say nothing of who may do what."""


class Cast:
    def __init__(self, stack: RunningStack, rows: list[Row]) -> None:
        self.stack = stack
        self.table = Table(stack.aws("dynamodb"), stack.table)
        self.tenant: Tenant = open_tenant(stack, plan="operator")
        self.stranger: Tenant = open_account(stack)
        self.account = str(self.tenant.data("/account")["id"])
        self.group, self.other = (self._made("/domain-groups", label=label) for label in ("Ours", "Theirs"))
        self._put_in_group(self.tenant.domain)
        kept = {"report_kinds": {"failure": True}}
        assert self.tenant.ask("PATCH", f"/domains/{self.tenant.domain}", json=kept).status_code == 200
        # One for each, as they ask side by side.
        self.clients = {role.name: httpx.Client(timeout=60, trust_env=False) for role in ROLES}
        self.headers = {role.name: self._credential(role) for role in ROLES}
        self.things = self._things()
        for role in ROLES:
            if role.owner:
                self._export(role)
        wanted = [
            (row, role)
            for row in rows
            for role in ROLES
            if row.probe.uses_up and row.expected(role) is Answer.GRANTED
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = pool.map(lambda each: self._spare(*each), wanted)
            self._spares = {
                (row.name, role.name): spare for (row, role), spare in zip(wanted, made, strict=True)
            }

    def close(self) -> None:
        for client in self.clients.values():
            client.close()

    def ask(self, row: Row, role: Role) -> tuple[Answer, str]:
        """What the role is answered, and the answer itself for who wants to know why."""
        named = self.things | {param: self.things[other] for param, other in row.probe.instead.items()}
        if spare := self._spares.get((row.name, role.name)):
            named[row.probe.uses_up] = spare
        path = re.sub(r"{(\w+)}", lambda found: named[found[1]], row.path)
        body: Any = row.probe.body
        sent: dict[str, Any] = {"content": body} if isinstance(body, str) else {"json": body}
        told = self._asked(role, row.method, path, params=row.probe.query, **({} if body is None else sent))
        assert told.status_code not in _TROUBLE, f"{role.name}: {row.method} {path}: {told.text}"
        return _ANSWERS.get(told.status_code, Answer.GRANTED), f"{told.status_code} {told.text[:300]}"

    def _asked(self, role: Role, method: str, path: str, **sent: Any) -> httpx.Response:
        """All come from one address, as the emulator tells it: what was counted for it is forgotten."""
        if role.kind is Kind.NOBODY:
            minute = int(time.time()) // 60
            for counted in (minute, minute + 1):
                self.table.delete(keys.address_minute("127.0.0.1", "keyless", counted))
        url = f"{self.stack.api_url}{path}"
        return self.clients[role.name].request(method, url, headers=self.headers[role.name], **sent)

    def _credential(self, role: Role) -> Mapping[str, str]:
        match role.kind:
            case Kind.NOBODY:
                return {}
            case Kind.STRANGER:
                other = str(self.stranger.data("/account")["id"])
                return _bearer(self._member(role, other)) | {"X-Postseal-Account": other}
            case Kind.OPERATOR:
                return _bearer(self.stack.api_key)
            case Kind.KEY:
                wanted: dict[str, Any] = {"name": role.name, "scopes": sorted(role.scopes)}
                if role.restricted:
                    wanted["group_id"] = self.other if role.group is Level.NONE else self.group
                made = self.tenant.ask("POST", "/api-keys", json=wanted)
                assert made.status_code == 201, made.text
                return _bearer(made.json()["data"]["key"])
            case Kind.MEMBER:
                return _bearer(self._member(role, self.account)) | {"X-Postseal-Account": self.account}

    def _member(self, role: Role, account: str) -> str:
        """An access token of the user pool, of somebody who is what the role says."""
        user = UserId(ids.mint(time.time(), randbits(12)))
        email, token = new_person(self.stack, ids.render(ids.USER, user))
        group = GroupId(ids.parse(ids.GROUP, self.group))
        levels = {group: role.group, DEFAULT_GROUP: role.all} if role.restricted else {}
        member = Member(
            account=AccountId(ids.parse(ids.ACCOUNT, account)),
            user=user,
            email=email,
            joined=int(time.time()),
            requests_per_minute=6_000,
            owner=role.owner,
            admin=Scope.ADMIN in role.scopes,
            forensic=Scope.FORENSIC in role.scopes,
            active=True,
            levels={each: level for each, level in levels.items() if level is not Level.NONE},
        )
        DynamoUsers(self.table).add(User(user, email, member.joined, member.joined))
        DynamoUsers(self.table).hold(user, member.account)
        DynamoMembers(self.table).add(member, most=1_000)
        return token

    def _things(self) -> dict[str, str]:
        """The id of one thing of each kind, by the parameter of routes that takes it."""
        return {
            "domain_id": str(self.tenant.data(f"/domains/{self.tenant.domain}")["id"]),
            "report_id": self._report(),
            "failure_id": self._failure(),
            "entry_id": self._entry(),
            "upload_id": self._upload(b"nothing"),
            "key_id": self._key(),
            "account_id": self.account,
            "slug": self._source("mailer"),
            "sender": self._sender("press"),
            "user_id": self._user(),
            "me": "me",
            **advice(self.tenant, self.table),
            **self._alerting(),
            "group_id": self.group,
            "search_token": "nobodysown",
            "tls_policy_id": tls_policy(self.tenant),
            "tag_id": self._made("/tags", name="spare"),
            **detail_report(self.tenant),
            **sourced(self.tenant),
            "token": str(self.tenant.data("/account")["reporting_address"]).partition("@")[0],
        }

    def _spare(self, row: Row, role: Role) -> str:
        """A thing that the role may use up by asking."""
        plain: dict[str, Callable[[], str]] = {
            "report_id": self._report,
            "entry_id": self._entry,
            "key_id": self._key,
            "user_id": self._user,
            "webhook_id": lambda: webhook(self.tenant)[0],
        }
        if row.probe.uses_up in plain:
            return plain[row.probe.uses_up]()
        match row.probe.uses_up:
            case "domain_id":
                added = self._made("/domains", domain=f"{uuid4().hex[:12]}.{self.tenant.domain}")
                self._put_in_group(added)
                return added
            case "group_id" | "tag_id" as kind:
                path, field = {"group_id": ("/domain-groups", "label"), "tag_id": ("/tags", "name")}[kind]
                return self._made(path, **{field: uuid4().hex})
            case "policy_filter_id":
                return self._made("/policy-filters", domains=[self.tenant.domain])
            case "source_filter_id":
                return self._made("/source-filters", domains=[self.tenant.domain])
            case "ip":
                address = str(IPv4Address(randbits(32)))
                path = f"/domains/{self.tenant.domain}/favorites/{address}"
                assert self.tenant.ask("PUT", path).status_code == 200
                return address
            case "slug":
                return self._source(re.sub(r"\W+", "-", role.name))
            case "sender":
                return self._sender(uuid4().hex)
            case "report_token":
                return asked_detail_report(self.tenant, override_comment=uuid4().hex)
        raise AssertionError(f"nothing is made for {row.probe.uses_up}")

    def _made(self, path: str, **fields: Any) -> str:
        made = self.tenant.ask("POST", path, json=fields)
        assert made.status_code == 201, made.text
        return str(made.json()["data"]["id"])

    def _alerting(self) -> dict[str, str]:
        hook, delivery = webhook(self.tenant)
        return {"alert_id": alert(self.tenant), "webhook_id": hook, "delivery_id": delivery}

    def _put_in_group(self, domain: str) -> None:
        path = f"/domain-groups/{self.group}/add-domains"
        placed = self.tenant.ask("POST", path, json={"domains": [domain]})
        assert placed.status_code == 200, placed.text

    def _source(self, slug: str) -> str:
        path = f"/domains/{self.tenant.domain}/approved_sources/{slug}"
        assert self.tenant.ask("PUT", path, json=SOURCE).status_code == 200
        return slug

    def _sender(self, id_: str) -> str:
        sender = {"name": id_, "domain": f"{id_}.{self.tenant.domain}", "category": "crm"}
        assert self.tenant.ask("PUT", f"/senders/{id_}", json=sender).status_code == 200
        return id_

    def _user(self) -> str:
        """Somebody who has not taken up the invitation: nobody's ownership goes there."""
        return self._made("/users", email=f"{uuid4().hex[:12]}@people.example")

    def _key(self) -> str:
        """That whoever administers and nothing else has the scopes of."""
        return self._made("/api-keys", name="spare", scopes=["admin"])

    def _upload(self, content: bytes) -> str:
        sent = self.tenant.ask("POST", "/reports", content=content)
        assert sent.status_code == 202, sent.text
        return str(sent.json()["data"]["id"])

    def _read(self, content: bytes) -> Any:
        upload = self._upload(content)
        return until(
            lambda: found if (found := self.tenant.data(f"/uploads/{upload}"))["status"] == "done" else None
        )

    def _export(self, role: Role) -> None:
        """That there is one to read about."""
        begun = self._asked(role, "POST", "/v1/account/export")
        assert begun.status_code == 202, begun.text

    def _report(self) -> str:
        # The same rows again would be the same report, sent again.
        records = (Record("192.0.2.1", 1 + randbits(20), header_from=self.tenant.domain),)
        end = int(time.time())
        content = aggregate_xml(
            records=records, domain=self.tenant.domain, begin=end - 60, end=end, report_id=uuid4().hex
        )
        return str(self._read(content)["reports"][0]["id"])

    def _failure(self) -> str:
        said = {"Reported-Domain": self.tenant.domain, "Arrival-Date": format_datetime(datetime.now(UTC))}
        mail = failure_mail(feedback_report([(name, said.get(name, value)) for name, value in FEEDBACK]))
        return str(self._read(mail)["reports"][0]["id"])

    def _entry(self) -> str:
        content = f"<feedback><report_metadata><report_id>{uuid4().hex}".encode()
        return str(self._read(content)["problems"][0]["quarantine_id"])


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
