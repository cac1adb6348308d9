"""An account taken away and closed: the export holds what it had, and the deployment nothing any more."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import Table
from shared.core.ids import AccountId
from shared.core.messages import encode_lake_task
from shared.core.queues import LakeTask
from tests.fixtures.packaging import Attached, mail
from tests.fixtures.reports import Record, aggregate_xml, tls_json
from tests.local.people import letters_to, sign_in, token_in
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, belongings, open_tenant, until
from tests.local.workers import works

PASSWORD: Final = "five plain words in here"
_SETTLED: Final = 2.0
"""Seconds without a new item: nothing is under way any more."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The account, as its owner asks for it, and what stands for it wherever it is kept; the
    account's number first. ``hosting`` is what is hosted is kept: that is served until no CNAME has
    led to it for a while."""

    owner: Tenant
    name: str
    user: str
    mail: str
    hosting: str
    marks: tuple[str, ...]


def made(tenant: Tenant, method: str, path: str, body: Any) -> dict[str, Any]:
    answer = tenant.ask(method, path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json()["data"])


def owner_of(stack: RunningStack, tenant: Tenant, account: str) -> tuple[Tenant, str]:
    """Who took up the operator's invitation, signed in; and the address it went to."""
    email = f"{uuid4().hex[:12]}@people.example"
    asked = stack.api("POST", f"/v1/accounts/{account}/owner", json={"email": email})
    assert asked.status_code == 201, asked.text
    (letter,) = letters_to(stack, email)
    taken = {"token": token_in(letter), "password": PASSWORD}
    assert stack.api("POST", "/v1/activations", json=taken).status_code == 200
    return Tenant(tenant.url, sign_in(stack, email, PASSWORD).access, tenant.domain), email


def filled(stack: RunningStack) -> Leaving:
    """One of much."""
    tenant = open_tenant(stack)
    belongings(tenant)
    account = tenant.data("/account")
    owner, email = owner_of(stack, tenant, account["id"])
    home = tenant.data(f"/domains/{tenant.domain}")
    tag = made(owner, "POST", "/tags", {"name": "Blue"})["id"]
    group = made(owner, "POST", "/domain-groups", {"label": "Clients"})["id"]
    made(owner, "POST", f"/domain-groups/{group}/add-domains", {"domains": [home["id"]]})
    made(owner, "PATCH", f"/domains/{home['id']}", {"tag_ids": [tag]})
    made(owner, "POST", "/users", {"email": f"{uuid4().hex[:12]}@people.example"})
    made(owner, "POST", "/api-keys", {"name": "Second"})
    record = made(owner, "POST", f"/domains/{home['id']}/dmarc-record", {"p": "none"})["record"]
    made(owner, "PUT", f"/domains/{home['id']}/hosting/dmarc", {"record": record})
    token = account["reporting_address"].partition("@")[0]
    sent = mailed(stack, tenant, account["reporting_address"])
    posted(stack, tenant, token)
    number = account["id"].removeprefix("usr_")
    day = date.fromisoformat(tenant.data("/reports")[0]["begin_date"][:10])
    assert works(stack, "export-lake", encode_lake_task(LakeTask(AccountId(int(number)), day)))
    domain, user = home["id"].removeprefix("ud_"), owner.data("/users/me")["id"]
    marks = (number, token, tenant.domain, domain, user.removeprefix("user_"), email, sent)
    name = account["name"] or account["email"]
    return Leaving(owner, name, user, sent, f"Z#{number}#{domain} HOSTING", marks)


def mailed(stack: RunningStack, tenant: Tenant, address: str) -> str:
    """The id of a mail with an aggregate report, once that is there beside the other one."""
    end = int(time.time())
    records = (Record(count=7, header_from=tenant.domain),)
    named = {"domain": tenant.domain, "report_id": uuid4().hex}
    content = aggregate_xml(records=records, begin=end - 60, end=end, **named)
    sent = stack.send_mail(mail(Attached(content, "text/xml", "a.xml")), [address])
    until(lambda: len(tenant.data("/reports")) == 2)
    return sent


def posted(stack: RunningStack, tenant: Tenant, token: str) -> None:
    """A TLS report, by HTTPS."""
    day = datetime.now(UTC).date() - timedelta(days=1)
    content = tls_json(domain=tenant.domain, start=f"{day}T00:00:00Z", end=f"{day}T23:59:59Z", successful=7)
    headers = {"Content-Type": "application/tlsrpt+json"}
    url = f"{stack.api_url}/tlsrpt/{token}"
    answer = httpx.post(url, content=content, headers=headers, timeout=60, trust_env=False)
    assert answer.is_success, answer.text
    until(lambda: tenant.data("/reports", type="tls"))


class Kept:
    """Everything that the deployment keeps with one of the marks in it: items by key, and objects by bucket
    and name."""

    def __init__(self, stack: RunningStack, *marks: str) -> None:
        pages = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.table)
        items = ((item, str(item)) for page in pages for item in page["Items"])
        self.items = {
            f"{item['pk']['S']} {item['sk']['S']}": text for item, text in items if _any(marks, text)
        }
        objects = _objects(stack, (stack.mail_bucket, stack.data_bucket))
        self.objects = {name: tag for name, tag in objects if _any(marks, name)}

    def of(self, *marks: str) -> dict[str, str]:
        """What has one of these, which are among the marks."""
        items = {key: text for key, text in self.items.items() if _any(marks, text)}
        return items | {name: tag for name, tag in self.objects.items() if _any(marks, name)}


def _any(marks: Iterable[str], text: str) -> bool:
    return any(mark in text for mark in marks)


def _objects(stack: RunningStack, buckets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Names, with what changes when an object does."""
    for bucket in buckets:
        for page in stack.aws("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for held in page.get("Contents", ()):
                yield f"{bucket}/{held['Key']}", str(held["ETag"])


def settled(stack: RunningStack, *marks: str) -> Kept:
    """Once what was begun has come to its end."""
    before, since = Kept(stack, *marks), time.monotonic()
    while time.monotonic() - since < _SETTLED:
        time.sleep(0.5)
        now = Kept(stack, *marks)
        if (now.items, now.objects) != (before.items, before.objects):
            before, since = now, time.monotonic()
    return before


def exported(owner: Tenant) -> dict[str, zipfile.ZipFile]:
    begun = owner.ask("POST", "/account/export")
    assert begun.status_code == 202, begun.text
    files = until(lambda: owner.data("/account/export")["files"])
    found = {}
    for file in files:
        content = httpx.get(file["url"], trust_env=False).raise_for_status().content
        assert len(content) == file["size"]
        found[file["name"]] = zipfile.ZipFile(io.BytesIO(content))
    return found


@pytest.fixture(scope="module")
def leaving(stack: RunningStack) -> Leaving:
    return filled(stack)


def test_the_export_holds_what_the_account_had(leaving: Leaving) -> None:
    archives = exported(leaving.owner)

    records = [
        json.loads(line) for line in archives["00000-account.zip"].read("records.jsonl").decode().splitlines()
    ]
    kinds = {record["kind"] for record in records}
    assert kinds >= {
        "account",
        "domain",
        "member",
        "group",
        "tag",
        "api_key",
        "upload",
        "quarantine",
        "audit",
    }
    reports = archives[f"00001-{leaving.owner.domain}.zip"]
    lines = [json.loads(line) for line in reports.read("reports.jsonl").decode().splitlines()]
    counted = [line["rows"] for line in lines if "rows" in line]
    assert sorted(sum(row["count"] for row in rows) for rows in counted) == [7, 8]
    assert Counter(line["kind"] for line in lines) == {"aggregate": 2, "tls": 2}
    assert b"reporter.example" in reports.read(f"raw/inbound/{leaving.mail}")


def test_nothing_is_left_of_a_closed_account_and_all_of_its_neighbour(
    stack: RunningStack, leaving: Leaving
) -> None:
    neighbour = open_tenant(stack)
    belongings(neighbour)
    beside = neighbour.data("/account")["id"].removeprefix("usr_")
    before = settled(stack, *leaving.marks, beside)
    assert len(before.of(*leaving.marks)) > 30
    assert [name for name in before.of(leaving.marks[0]) if "/lake/" in name]

    closed = made(leaving.owner, "POST", "/account/close", {"name": leaving.name})
    assert closed["status"] == "closing"
    assert leaving.owner.ask("POST", "/tags", json={"name": "Late"}).status_code in {402, 403}
    table, key = Table(stack.aws("dynamodb"), stack.table), keys.account(AccountId(int(leaving.marks[0])))
    until(lambda: table.get(key) is None)
    after = settled(stack, *leaving.marks, beside)

    assert after.of(*leaving.marks).keys() == {leaving.hosting}
    assert leaving.owner.ask("GET", "/account").status_code in {401, 403}
    pool = stack.aws("cognito-idp")
    with pytest.raises(pool.exceptions.UserNotFoundException):
        pool.admin_get_user(UserPoolId=stack.user_pool, Username=leaving.user)
    assert after.of(beside) == before.of(beside)
    assert len(after.of(beside)) > 10
