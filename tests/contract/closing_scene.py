"""An account with one of everything, and what can be found of it afterwards."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import boto3

from shared.adapters.archive import S3Archive
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.exports import DynamoExports
from shared.adapters.dynamodb.filed_mails import DynamoFiledMails
from shared.adapters.dynamodb.holdings import DynamoHoldings
from shared.adapters.shelves import S3Shelves
from shared.core.accounts import Account
from shared.core.advice.advices import Order
from shared.core.advice.ledger import Kind as Matters
from shared.core.audit import Actor, ActorKind, AuditEntry, Deed
from shared.core.clock import utc_day
from shared.core.closing import Closer
from shared.core.domains import Domain
from shared.core.exports import Export
from shared.core.failures.jobs import Job, Question
from shared.core.groups import Group
from shared.core.holdings import FiledMail
from shared.core.idempotency import Kept
from shared.core.ids import (
    AccountId,
    AlertId,
    ApiKeyId,
    AuditId,
    DeliveryId,
    DomainId,
    FilterId,
    GroupId,
    MatterId,
    QuarantineId,
    ReportId,
    TagId,
    UploadId,
    UserId,
    WebhookId,
    mint,
)
from shared.core.key_issuing import Minting, Terms, create_key
from shared.core.mail import Door, Trust
from shared.core.members import Member, User
from shared.core.people.leaving import forget_membership
from shared.core.people.people import People
from shared.core.people.tickets import Purpose, issue
from shared.core.plans import plan_named
from shared.core.quarantine import Entry
from shared.core.queues import CloseAccount
from shared.core.reports import Fact
from shared.core.segments import SegmentWriter, pack_document
from shared.core.stored_filters import Purpose as FilterPurpose
from shared.core.tags import Tag
from shared.core.tls.days import Policy, PolicyLine
from shared.core.uploads import Upload, upload_key
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.schedule import Turn
from shared.core.watching.seen import Seen
from shared.core.watching.states import Change, ChangeId, DnsState, Known, Part, change_number
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.reports.values import Kind
from tests import fakes
from tests.contract import given
from tests.contract.aws import REGION
from tests.contract.stores import AwsStores
from tests.contract.test_hostings import hosting

BUCKETS: Final = ("mail", "data")
SHARED_MAIL: Final = "inbound/shared"
LATER: Final = 2**40

STAYS: Final = frozenset({"hosting"})
"""Kinds of items that outlive the account: what CNAMEs lead to is served until they are gone."""


@dataclass
class Scene:
    """Two accounts on one deployment; ``quiet`` is short."""

    aws: AwsStores
    quiet: int = 60

    def __post_init__(self) -> None:
        s3 = boto3.client("s3", region_name=REGION)
        self.s3 = s3
        self.holdings = DynamoHoldings(self.aws.table, self.aws.blobs, self.aws.clock)
        self.filed_mails = DynamoFiledMails(self.aws.table)
        self.exports = DynamoExports(self.aws.table)
        self.archive = S3Archive(s3, "data")
        self.shelves = S3Shelves(s3, "mail", "data")
        self.directory = fakes.FakeDirectory()
        self.hosting_checks = fakes.FakeHostingChecks()
        self.people = People(
            users=self.aws.users,
            members=self.aws.members,
            directory=self.directory,
            letters=fakes.FakeLetters(),
            tickets=self.aws.tickets,
            attempts=self.aws.attempts,
            pages="https://app.example",
            providers=(),
            new_secret=lambda: "s" * 43,
            random_bits=lambda _: 5,
        )
        self.closer = Closer(
            accounts=self.aws.accounts,
            members=self.aws.members,
            domains=self.aws.domains,
            turns=self.aws.turns,
            hosting_checks=self.hosting_checks,
            mailbox=self.aws.mailbox,
            holdings=self.holdings,
            shelves=self.shelves,
            forget=lambda account, user: forget_membership(self.people, account, user),
            quiet_seconds=self.quiet,
        )

    def now(self) -> int:
        return int(self.aws.clock())

    def account(self, number: int, *, created: int | None = None) -> Account:
        made = Account(
            AccountId(number),
            f"owner@{number}.example",
            plan_named("msp"),
            f"token{number}",
            self.now() - 100 * 86_400 if created is None else created,
            name=f"Account {number}",
        )
        self.aws.accounts.add(made)
        return made

    def user(self, number: int, *accounts: Account, owner: bool = False) -> User:
        made = User(UserId(number), f"user{number}@people.example", self.now())
        self.aws.users.add(made)
        self.directory.admit(made.id, made.email)
        for account in accounts:
            member = Member(account.id, made.id, made.email, self.now(), 30, owner=owner, active=True)
            self.aws.members.add(member, most=9)
            self.aws.users.hold(made.id, account.id)
        return made

    def fill(self, account: Account, number: int, *, bare: bool = True) -> Domain:
        """One of everything; ``number`` makes ids that occur nowhere else. ``bare``: also items that nothing
        could read."""
        domain = self._domain(account, number)
        self._reports(domain)
        self._filed(account, domain, SHARED_MAIL)
        self._people(account, number)
        self._others(account, domain, number)
        if bare:
            self._bare_items(account, domain, number)
        return domain

    def _domain(self, account: Account, number: int) -> Domain:
        aws = self.aws
        bare = Domain(DomainId(number), account.id, f"d{number}.example", f"home{number}", 1, 1)
        aws.domains.add(bare)
        domain = aws.domains.activate(bare, allowed=9, now=self.now())
        aws.groups.add(Group(GroupId(number + 1), account.id, "Clients", 1), most=9)
        aws.tags.add(Tag(TagId(number + 2), account.id, "Blue", "#0000FF", 1), most=9)
        domain = aws.groups.assign(domain, GroupId(number + 1))
        domain = aws.tags.put_on(domain, frozenset({TagId(number + 2)}))
        aws.turns.put(Turn(account.id, domain.id, 24))
        aws.seen_mail.put(account.id, domain.id, Seen())
        aws.approved_sources.put(account.id, domain.id, ApprovedSource("m", "M", "m.test", "t", 1, 1))
        known = Known(Part.DMARC, State.VALID, {"records": []}, (), 1, ())
        change = Change(change_number(self.now(), Part.DMARC), Part.DMARC, 1, (), ("x",))
        state = DnsState(account.id, domain.id, {Part.DMARC: known}, (), 1)
        assert aws.dns_states.replace(state, (change,), expires=LATER)
        aws.hostings.add(replace(hosting(number), account=account.id, domain=domain.id))
        return domain

    def _reports(self, domain: Domain) -> None:
        large: Fact = replace(
            given.fact(domain, kind=Kind.TLS, report_id="large", retention=400),
            segment=pack_document([f"{place * 7919:x}" for place in range(9_000)]),
        )
        small = replace(given.fact(domain, report_id="small", retention=400), segment=SegmentWriter().pack())
        for fact in (small, large):
            self.aws.reports.file(fact)
        seen = (PolicyLine(Policy(domain.name, "sts", "enforce"), 5, 1, self.now()),)
        day = utc_day(self.now())
        rollup = given.rollup(domain, day=day, sources=2_000, retention=400, tls=1, policies=seen)
        assert self.aws.rollups.replace(rollup, expected=0)

    def _filed(self, account: Account, domain: Domain, common: str) -> None:
        mailbox, place = self.aws.mailbox, f"inbound/of-{account.id}"
        for name in (place, common, f"inbound/failure-{account.id}"):
            mailbox.put(name, b"raw")
            self.filed_mails.note(account.id, FiledMail(name, shared=name == common), self.now())
        mailbox.seclude(f"inbound/failure-{account.id}")
        mailbox.put(f"tlsrpt/{account.token}/a", b"tls")
        mailbox.put(f"tlsrpt/{domain.token}/b", b"tls")
        upload = Upload(
            UploadId(7), account.id, upload_key(account.id, UploadId(7)), "old.zip", self.now(), LATER
        )
        self.aws.uploads.add(upload)
        mailbox.put(upload.key, b"zip")
        mailbox.put(f"uploads/{account.id}/8", b"zip")
        mailbox.seclude(f"uploads/{account.id}/8")
        entry = Entry(
            *(QuarantineId(3), account.id, "truncated", "ends early", "", place, Door.MAIL, 1, LATER),
            trust=Trust.UNVERIFIED,
        )
        self.aws.quarantine.add(entry)
        self.exports.begin(Export(account.id, 5, self.now()))
        question = Question(subject="invoice")
        asker = "user_1"
        self.aws.failure_jobs.begin(Job(account.id, asker, question.token(asker), question, self.now()))
        self.archive.write(account.id, 5, "00000-account.zip", [("records.jsonl", [b"{}"])])
        self.s3.put_object(Bucket="data", Key=f"details/{account.id}/token/result-1", Body=b"rows")
        for what in ("facts", "statistics", "sheets"):
            key = f"lake/{what}/account={account.id}/day=2026-09-01/x"
            self.s3.put_object(Bucket="data", Key=key, Body=b"lake")

    def _people(self, account: Account, number: int) -> None:
        user = self.user(number + 3, account, owner=True)
        issue(
            *(self.aws.tickets, Purpose.INVITATION, user.id, user.email),
            account=account.id,
            now=self.now(),
            new_secret=lambda: "s" * 43,
        )

    def _others(self, account: Account, domain: Domain, number: int) -> None:
        secrets = iter([f"{number:043d}"])
        minting = Minting(self.now(), lambda: next(secrets), lambda _: number % 4_096)
        create_key(self.aws.api_keys, account, Terms("CI"), minting)
        at = self.now() - 40 * 86_400
        actor = Actor(ActorKind.USER, "user_1", "ada")
        for when in (at, self.now()):
            self.aws.audit.add(AuditEntry(AuditId(mint(when, number)), account.id, when, actor, Deed("x")))
        answers = self.aws.answers
        answers.claim(account.id, "retry", "f", self.now())
        answers.keep(account.id, "retry", "f", Kept(200, "{}"), self.now())

    def _bare_items(self, account: Account, domain: Domain, number: int) -> None:
        """Whatever kind of item there may be beside: where there is none yet, one that is just there."""
        for key in templates(account, domain, number).values():
            if self.aws.table.get(key) is None:
                self.aws.table.put({**key._asdict(), "number": number, "token": "gone", "settings": "{}"})

    def close(self, account: Account) -> int:
        """Close and delete it. How many pieces it took."""
        self.aws.accounts.close(account.id, closes=self.now())
        return self.run(account)

    def run(self, account: Account) -> int:
        following: tuple[CloseAccount, int] | None = (CloseAccount(account.id), 0)
        pieces = 0
        while following is not None:
            order, wait = following
            self.aws.clock.time += wait
            following = self.closer.advance(order, self.now())
            pieces += 1
            assert pieces < 200
        return pieces

    def items(self) -> list[dict[str, Any]]:
        pages = self.aws.table.client.get_paginator("scan").paginate(TableName=self.aws.table.name)
        return [dict(item) for page in pages for item in page["Items"]]

    def objects(self) -> dict[str, bytes]:
        found = {}
        for bucket in BUCKETS:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for held in page.get("Contents", ()):
                    body = self.s3.get_object(Bucket=bucket, Key=held["Key"])["Body"].read()
                    found[f"{bucket}/{held['Key']}"] = body
        return found


def templates(account: Account, domain: Domain, number: int) -> dict[str, keys.Key]:
    """Every key of the table that has an account in it, by the name of its function."""
    values: dict[str, Any] = {
        "AccountId": account.id,
        "AccountId | None": account.id,
        "DomainId": domain.id,
        "DomainId | None": domain.id,
        "AlertId": AlertId(number + 4),
        "WebhookId": WebhookId(number + 5),
        "DeliveryId": DeliveryId(number + 6),
        "ApiKeyId": ApiKeyId(number),
        "GroupId": GroupId(number + 1),
        "TagId": TagId(number + 2),
        "UserId": UserId(number + 3),
        "AuditId": AuditId(mint(domain.created + 1_789_000_000, number)),
        "QuarantineId": QuarantineId(3),
        "ReportId": ReportId(9),
        "UploadId": UploadId(7),
        "ChangeId": ChangeId(4),
        "Kind": Kind.AGGREGATE,
        "TicketPurpose": Purpose.INVITATION,
        "Purpose": FilterPurpose.SOURCES,
        "Matters": Matters.ISSUE,
        "Order": Order.CREATED,
        "MatterId": MatterId(number + 7),
        "FilterId": FilterId(number + 8),
        "tuple[str, int]": ("x", 1),
        "date": given.DAY,
        "str": "PERSON",
        "int": number + 3,
    }
    made = {}
    for name, function in _key_functions():
        kinds = [str(parameter.annotation) for parameter in inspect.signature(function).parameters.values()]
        if any(kind.startswith("AccountId") for kind in kinds):
            made[name] = function(*(values[kind] for kind in kinds))
    return made


def _key_functions() -> Iterator[tuple[str, Callable[..., keys.Key]]]:
    """Those of items: what is in the index is an attribute of one."""
    for name, function in inspect.getmembers(keys, inspect.isfunction):
        ours = function.__module__ == keys.__name__
        in_index = "In the index" in (inspect.getdoc(function) or "")
        if ours and not in_index and inspect.signature(function).return_annotation == "Key":
            yield name, function
