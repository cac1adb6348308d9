from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, BinaryIO

import pytest

from shared.core.accounts import Recipient
from shared.core.clock import epoch_of
from shared.core.domains import Domain, ReportKinds
from shared.core.holdings import FiledMail
from shared.core.ids import AccountId, DomainId, UploadId
from shared.core.intake import Intake
from shared.core.mail import Delivery, Door, Trust, Verdicts
from shared.core.plans import plan_named
from shared.core.quarantine import NOBODY, Entry
from shared.core.reports import Outcome
from shared.core.segments import SegmentWriter
from shared.core.uploads import Upload
from shared.mailauth.reports.reading import Parsed, Reading, Reason, Refused
from shared.mailauth.reports.values import (
    AggregateReport,
    FailureReport,
    PolicyPublished,
    Row,
    TlsPolicy,
    TlsReport,
)
from tests.fakes import (
    FakeAccounts,
    FakeDomains,
    FakeFiledMails,
    FakeMailbox,
    FakeQuarantine,
    FakeReports,
    FakeTouchedDays,
    FakeUploads,
)
from tests.unit.core.world import ACCOUNT, DOMAIN, FORGED, NOW, PASSED, TODAY, delivery, row

OTHER = replace(ACCOUNT, id=AccountId(8), token="other")
PARCEL = Domain(DomainId(20), OTHER.id, "parcel.example", "parcel", NOW, NOW, active=True, verified=NOW)


@dataclass
class World:
    """Two accounts with a domain each; ``says`` is what the reader finds in a delivery."""

    says: dict[str, list[Reading]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = FakeAccounts()
        self.domains = FakeDomains(self.accounts)
        self.reports = FakeReports()
        self.quarantine = FakeQuarantine()
        self.uploads = FakeUploads()
        self.mailbox = FakeMailbox()
        self.touched = FakeTouchedDays()
        self.filed_mails = FakeFiledMails()
        for account, domain in ((ACCOUNT, DOMAIN), (OTHER, PARCEL)):
            self.accounts.add(account)
            self.domains.add(domain)
        self.intake = Intake(
            self.accounts,
            self.domains,
            self.reports,
            self.quarantine,
            self.uploads,
            self.mailbox,
            self.touched,
            read=self._read,
            redaction_key=b"key",
            filed_mails=self.filed_mails,
        )

    def _read(self, source: BinaryIO) -> Iterable[Reading]:
        return self.says[source.read().decode()]

    def arrives(self, key: str, *readings: Reading) -> Delivery:
        self.mailbox.put(key, key.encode())
        self.says[key] = list(readings)
        return delivery(key)

    def set_aside(self, owner: AccountId = ACCOUNT.id) -> list[Entry]:
        return self.quarantine.page((owner,), after=None, limit=100)


@pytest.fixture
def world() -> World:
    return World()


def aggregate(
    *rows: Row,
    domain: str = "orchard.example",
    report_id: str = "r1",
    day: date = TODAY - timedelta(days=1),
    path: str = "a.xml",
) -> Parsed:
    writer = SegmentWriter()
    for each in rows:
        writer(each)
    report = AggregateReport(
        org_name="Reporter",
        email="dmarc@reporter.example",
        extra_contact_info=None,
        report_id=report_id,
        begin=epoch_of(day),
        end=epoch_of(day) + 86_399,
        policy=PolicyPublished(domain, p="none"),
        rows=len(rows),
        bad_rows=0,
        messages=sum(each.count for each in rows),
        dmarc_pass=0,
    )
    return Parsed(path, report, writer)


def failure() -> Parsed:
    report = FailureReport(
        feedback_type="auth-failure",
        user_agent="Test/1",
        auth_failure=("dmarc",),
        reported_domain="orchard.example",
        reporter="reporter.example",
        arrival=NOW - 60,
        incidents=1,
        spf_dns=(),
        original_mail_from="someone@orchard.example",
        original_rcpt_to=("victim@far.example",),
        reported_uri=(),
        authentication_results=(),
        original_headers=(("Subject", "secret"),),
        report_id="f1",
        version=None,
        source_ip=None,
        source_port=None,
        delivery_result=None,
        identity_alignment=None,
        dkim_domain=None,
        dkim_identity=None,
        dkim_selector=None,
        original_envelope_id=None,
        reporting_mta=None,
        original_body=None,
    )
    return Parsed("1", report)


def test_a_report_is_stored_and_its_day_touched(world: World) -> None:
    taken = world.intake.take_in(world.arrives("inbound/1", aggregate(row(count=4))))
    assert [stored.filed.outcome for stored in taken.stored] == [Outcome.STORED]
    (fact,) = world.reports.facts
    assert (fact.summary.messages, fact.summary.domain, fact.summary.sole) == (4, "orchard.example", True)
    assert [touched.day for touched in world.touched.sent] == [fact.summary.day]
    assert taken.quarantined == ()


def test_a_redelivery_changes_nothing_but_asks_for_the_rollup_again(world: World) -> None:
    mail = world.arrives("inbound/1", aggregate(row()), Refused("b.xml", Reason.MALFORMED_XML, "line 3"))
    first, again = world.intake.take_in(mail), world.intake.take_in(mail)
    assert [stored.filed.outcome for stored in again.stored] == [Outcome.DUPLICATE]
    assert len(world.reports.facts) == 1
    assert world.set_aside() == list(first.quarantined)
    assert len(world.touched.sent) == 2


def test_the_same_report_that_says_something_else_is_a_conflict(world: World) -> None:
    world.intake.take_in(world.arrives("inbound/1", aggregate(row(count=1))))
    world.intake.take_in(world.arrives("inbound/2", aggregate(row(count=2))))
    assert [fact.summary.messages for fact in world.reports.facts] == [1]
    (entry,) = world.set_aside()
    assert (entry.reason, entry.report_id, entry.mail) == ("conflict", "r1", "inbound/2")
    assert f"rpt_{world.reports.facts[0].summary.id}" in entry.detail


def test_the_same_content_under_a_new_report_id_is_not_counted_again(world: World) -> None:
    world.intake.take_in(world.arrives("inbound/1", aggregate(row())))
    taken = world.intake.take_in(world.arrives("inbound/2", aggregate(row(), report_id="r2")))
    assert [stored.filed.outcome for stored in taken.stored] == [Outcome.RESENT]
    assert len(world.reports.facts) == 1


def test_a_bad_part_does_not_hold_back_the_good_ones(world: World) -> None:
    mail = world.arrives(
        "inbound/1",
        Refused("1", Reason.COMPRESSION_BOMB, "ratio 1000"),
        aggregate(row(), path="2"),
        aggregate(row(), path="3", domain="stranger.example"),
    )
    taken = world.intake.take_in(mail)
    assert len(taken.stored) == 1
    assert {entry.reason for entry in world.set_aside()} == {"compression_bomb", "unknown_domain"}
    assert not world.reports.facts[0].summary.sole


def test_a_subdomain_without_a_domain_of_its_own_is_filed_under_its_parent(world: World) -> None:
    world.intake.take_in(world.arrives("inbound/1", aggregate(row(), domain="mail.orchard.example")))
    (fact,) = world.reports.facts
    assert (fact.summary.domain, fact.summary.policy_domain) == ("orchard.example", "mail.orchard.example")


def test_mail_to_nobody_goes_to_the_operators_unopened(world: World) -> None:
    mail = replace(world.arrives("inbound/1"), recipients=("nobody@reports.example",))
    del world.says["inbound/1"]
    world.intake.take_in(mail)
    (entry,) = world.set_aside(NOBODY)
    assert entry.reason == "unknown_recipient"
    assert world.set_aside() == []


@pytest.mark.statement("7.13")
def test_a_token_alone_gives_no_right_to_somebody_elses_domain(world: World) -> None:
    world.intake.take_in(world.arrives("inbound/1", aggregate(row(), domain="parcel.example")))
    assert world.reports.facts == []
    assert [entry.reason for entry in world.set_aside()] == ["unknown_domain"]
    assert world.set_aside(OTHER.id) == []


def test_one_mail_can_serve_two_accounts(world: World) -> None:
    mail = world.arrives(
        "inbound/1", aggregate(row()), aggregate(row(), domain="parcel.example", path="b.xml")
    )
    world.intake.take_in(replace(mail, recipients=("dom@reports.example", "OTHER+x@reports.example")))
    assert {fact.summary.account for fact in world.reports.facts} == {ACCOUNT.id, OTHER.id}
    assert world.set_aside() == world.set_aside(OTHER.id) == []
    assert not any(fact.summary.sole for fact in world.reports.facts)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"active": False}, "domain_inactive"),
        ({"kinds": ReportKinds(aggregate=False)}, "kind_disabled"),
    ],
)
def test_what_a_domain_does_not_want_is_kept_aside(world: World, change: dict[str, Any], reason: str) -> None:
    world.domains.stored[ACCOUNT.id, DOMAIN.id] = replace(DOMAIN, **change)
    mail = world.arrives("inbound/1", aggregate(row()))
    world.intake.take_in(mail)
    assert [entry.reason for entry in world.set_aside()] == [reason]
    world.domains.stored[ACCOUNT.id, DOMAIN.id] = DOMAIN
    world.intake.take_in(replace(mail, replay=True))
    assert len(world.reports.facts) == 1
    assert world.set_aside() == []


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (TODAY - timedelta(days=91), "outside_retention"),
        (TODAY + timedelta(days=4), "implausible_period"),
        (date(9998, 1, 1), "implausible_period"),
    ],
)
def test_periods_beyond_what_is_kept_or_possible(world: World, day: date, reason: str) -> None:
    world.intake.take_in(world.arrives("inbound/1", aggregate(row(), day=day)))
    assert [entry.reason for entry in world.set_aside()] == [reason]


def test_a_virus_is_never_opened(world: World) -> None:
    mail = replace(world.arrives("inbound/1"), verdicts=Verdicts(virus="FAIL"))
    del world.says["inbound/1"]
    world.intake.take_in(mail)
    assert [entry.reason for entry in world.set_aside()] == ["virus"]


def test_a_lost_delivery_is_said_to_be_lost(world: World) -> None:
    world.intake.take_in(delivery("inbound/gone"))
    assert [entry.reason for entry in world.set_aside()] == ["mail_missing"]


@pytest.mark.statement("6.12")
def test_failure_reports_are_redacted_and_their_mail_secluded(world: World) -> None:
    mail = world.arrives("inbound/1", failure())
    world.intake.take_in(mail)
    world.intake.take_in(mail)
    (fact,) = world.reports.facts
    assert b"victim" not in fact.segment
    assert list(world.mailbox.objects) == ["failures/inbound/1"]
    assert fact.summary.mail == "inbound/1"
    assert fact.summary.expires == NOW + ACCOUNT.plan.failure_retention_days * 86_400


@pytest.mark.statement("6.12")
def test_what_cannot_be_read_of_a_complaint_is_secluded_too(world: World) -> None:
    refused = Refused("2", Reason.ABUSE_COMPLAINT, "names no domain", personal=True)
    world.intake.take_in(world.arrives("inbound/1", refused))
    world.intake.take_in(world.arrives("inbound/2", replace(refused, personal=False)))
    assert list(world.mailbox.objects) == ["failures/inbound/1", "inbound/2"]


@pytest.mark.statement("7.9")
@pytest.mark.parametrize(
    ("verdicts", "signers", "trust"),
    [
        (PASSED, (), Trust.AUTHENTICATED),
        (PASSED, ("mailer.example",), Trust.AUTHENTICATED),
        (PASSED, ("esp.example", "reports.mailer.example"), Trust.AUTHENTICATED),
        (PASSED, ("esp.example",), Trust.UNVERIFIED),
        (replace(PASSED, dkim="FAIL"), (), Trust.UNVERIFIED),
        (replace(PASSED, dkim="GRAY"), ("mailer.example",), Trust.UNVERIFIED),
        (FORGED, (), Trust.FAILED),
    ],
)
def test_a_tls_report_is_authentic_when_its_sender_signed_it(
    world: World, verdicts: Verdicts, signers: tuple[str, ...], trust: Trust
) -> None:
    """An SPF pass is enough for the mail of an aggregate report, and not for that of a TLS report."""
    policy = TlsPolicy("sts", "orchard.example", (), (), 5, 1)
    report = TlsReport("Mailer", None, "t1", NOW - 86_400, NOW, (policy,), (), "mailer.example", signers)
    world.intake.take_in(replace(world.arrives("inbound/1", Parsed("1", report)), verdicts=verdicts))
    (fact,) = world.reports.facts
    assert fact.summary.trust is trust
    noted = {deviation.code for deviation in fact.notes.deviations}
    assert ("signed_by_others" in noted) is (signers == ("esp.example",))


@pytest.mark.statement("7.4", "7.13")
def test_a_tls_report_is_split_by_policy_domain(world: World) -> None:
    def policy(domain: str, good: int, bad: int) -> TlsPolicy:
        return TlsPolicy("sts", domain, (), (), good, bad)

    report = TlsReport(
        "Sender",
        None,
        "t1",
        NOW - 86_400,
        NOW,
        (policy("orchard.example", 5, 1), policy("parcel.example", 7, 0), policy("orchard.example", 2, 0)),
    )
    world.intake.take_in(world.arrives("inbound/1", Parsed("1", report)))
    (fact,) = world.reports.facts
    assert (fact.summary.messages, fact.summary.passed, fact.summary.rows) == (8, 7, 2)
    assert [entry.domain for entry in world.set_aside()] == ["parcel.example"]


def test_an_upload_learns_what_became_of_it(world: World) -> None:
    upload = Upload(UploadId(5), ACCOUNT.id, f"uploads/{ACCOUNT.id}/5", "a.xml", NOW, NOW + 86_400)
    world.uploads.add(upload)
    mail = world.arrives(upload.key, aggregate(row()), Refused("x", Reason.EMPTY, "nothing in it"))
    world.intake.take_in(
        replace(mail, door=Door.UPLOAD, account=ACCOUNT.id, recipients=(), verdicts=Verdicts())
    )
    done = world.uploads.get(ACCOUNT.id, upload.id)
    assert done is not None
    assert [(report.path, report.outcome) for report in done.reports] == [("a.xml", "stored")]
    assert [(problem.path, problem.reason) for problem in done.problems] == [("x", "empty")]


def test_whose_a_mail_is_is_noted_before_it_is_opened() -> None:
    world = World()
    world.accounts.tokens["both"] = Recipient(OTHER.id)
    shared = replace(delivery("inbound/gone"), recipients=(*delivery("x").recipients, "both@reports.example"))

    world.intake.take_in(delivery("inbound/mine"))
    world.intake.take_in(shared)
    world.intake.take_in(replace(delivery("inbound/nobodys"), recipients=("x@reports.example",)))
    world.intake.take_in(replace(delivery("uploads/7/8"), door=Door.UPLOAD, account=ACCOUNT.id))

    assert world.filed_mails.noted == {
        (ACCOUNT.id, "inbound/mine"): FiledMail("inbound/mine", shared=False),
        (ACCOUNT.id, "inbound/gone"): FiledMail("inbound/gone", shared=True),
        (OTHER.id, "inbound/gone"): FiledMail("inbound/gone", shared=True),
    }


def test_a_plan_without_failure_reports_sets_them_aside() -> None:
    world = World()
    mine = replace(ACCOUNT, plan=plan_named("basic"))
    world.accounts.stored[ACCOUNT.id] = mine
    failing = failure()

    taken = world.intake.take_in(world.arrives("failure", failing))

    assert taken.stored == ()
    assert [(entry.reason, entry.detail) for entry in taken.quarantined] == [
        ("kind_disabled", "The plan does not keep failure reports")
    ]
