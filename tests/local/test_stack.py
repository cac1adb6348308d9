"""The local stack itself: mail, names, rights, and what a restart leaves."""

from __future__ import annotations

import json
import os
import smtplib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import dns.flags
import dns.message
import dns.query
import pytest
from botocore.exceptions import ClientError

from infra.local import layout
from infra.local.credentials import ACCOUNT, REGION
from infra.local.down import down
from infra.local.up import up
from tests.local.running import RunningStack

MAIL = b"From: a@reporter.example\r\nSubject: not a report\r\n\r\nnothing here\r\n"


class Ear:
    """A queue of the test's own on the mail topic."""

    def __init__(self, stack: RunningStack) -> None:
        self._sqs = stack.aws("sqs")
        name = f"ear-{uuid4().hex[:12]}"
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._url = self._sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
        self._sns = stack.aws("sns")
        subscribed = self._sns.subscribe(
            TopicArn=stack.mail_topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )
        self._subscription = subscribed["SubscriptionArn"]

    def hear(self) -> dict[str, Any] | None:
        for message in self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=1).get("Messages", []):
            told: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
            return told
        return None

    def close(self) -> None:
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self._url)


@pytest.fixture
def ear(stack: RunningStack) -> Iterator[Ear]:
    listening = Ear(stack)
    yield listening
    listening.close()


def test_mail_becomes_an_object_and_a_notification(stack: RunningStack, ear: Ear) -> None:
    recipients = [f"nobody-{place}@{stack.report_domain}" for place in "ab"]
    message_id = stack.send_mail(MAIL, recipients, verdicts={"spf": "PASS", "dmarc": "FAIL"})
    told = stack.wait_until("the notification", ear.hear)
    receipt = told["receipt"]
    assert receipt["recipients"] == recipients
    assert (receipt["spfVerdict"], receipt["dmarcVerdict"]) == ({"status": "PASS"}, {"status": "FAIL"})
    action = receipt["action"]
    assert (action["bucketName"], action["objectKey"]) == (stack.mail_bucket, f"inbound/{message_id}")
    stored = stack.aws("s3").get_object(Bucket=action["bucketName"], Key=action["objectKey"])["Body"].read()
    assert stored.endswith(MAIL)
    assert stack.verdict_header.encode() not in stored


def test_mail_for_another_domain_is_refused(stack: RunningStack) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        stack.send_mail(MAIL, ["somebody@elsewhere.example"])
    assert refused.value.recipients["somebody@elsewhere.example"][0] == 550


def test_mail_over_the_limit_of_ses_is_refused(stack: RunningStack) -> None:
    with stack.smtp_session() as session:
        code, answer = session.mail("a@reporter.example", [f"SIZE={41 * 1024 * 1024}"])
    assert (code, b"exceeds" in answer) == (552, True)


def ask(stack: RunningStack, name: str, kind: str, *, tcp: bool = False) -> dns.message.Message:
    send = dns.query.tcp if tcp else dns.query.udp
    return send(dns.message.make_query(name, kind), stack.dns.host, timeout=10, port=stack.dns.port)


@pytest.mark.parametrize("tcp", [False, True])
def test_report_domain_is_answered_out_of_route_53(stack: RunningStack, tcp: bool) -> None:
    mx = ask(stack, stack.report_domain, "MX", tcp=tcp)
    assert mx.flags & dns.flags.AA
    assert mx.answer
    authorised = ask(stack, f"any.domain.example._report._dmarc.{stack.report_domain}", "TXT", tcp=tcp)
    assert '"v=DMARC1"' in str(authorised.answer[0])


def test_new_record_of_route_53_is_answered(stack: RunningStack) -> None:
    route53 = stack.aws("route53")
    zones = route53.list_hosted_zones()["HostedZones"]
    (zone,) = (zone for zone in zones if zone["Name"] == f"{stack.report_domain}.")
    record: dict[str, Any] = {
        "Name": f"{uuid4().hex[:8]}.{stack.report_domain}.",
        "Type": "TXT",
        "TTL": 60,
        "ResourceRecords": [{"Value": '"fresh"'}],
    }

    def change(action: str) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch=batch)

    change("CREATE")
    try:
        stack.wait_until("the record", lambda: ask(stack, record["Name"], "TXT").answer, seconds=15)
    finally:
        change("DELETE")


def test_zone_file_of_the_user_is_answered_while_it_is_there(stack: RunningStack) -> None:
    origin = f"{uuid4().hex[:8]}.example"
    file = layout.USER_ZONES / f"{origin}.zone"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"$ORIGIN {origin}.\n@ 60 IN SOA ns a 1 2 3 4 5\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n")
    try:
        stack.wait_until("the zone", lambda: ask(stack, f"ns.{origin}", "A").answer, seconds=15)
    finally:
        file.unlink()


def test_role_without_the_grant_is_refused(stack: RunningStack) -> None:
    role = stack.aws("lambda").get_function_configuration(FunctionName="postseal-local-account")["Role"]
    name = role.rpartition("/")[2]
    iam = stack.aws("iam")
    policies = {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    assert policies
    assert stack.api("GET", "/v1/account").status_code == 200
    try:
        for policy in policies:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        assert stack.api("GET", "/v1/account").status_code >= 500
    finally:
        for policy, document in policies.items():
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    assert stack.api("GET", "/v1/account").status_code == 200


def test_stranger_to_the_account_is_refused(stack: RunningStack) -> None:
    anonymous = stack.api("GET", "/v1/account", key="ps_live_" + "x" * 43)
    assert anonymous.status_code == 401


def test_accounts_are_opened_with_their_own_key(stack: RunningStack) -> None:
    first, second = stack.new_account(), stack.new_account(plan="starter")
    seen = [
        stack.api("GET", "/v1/account", key=account.key).json()["data"]["id"] for account in (first, second)
    ]
    assert seen == [first.id, second.id]


def test_state_survives_a_restart(stack: RunningStack) -> None:
    sqs, s3 = stack.aws("sqs"), stack.aws("s3")
    queue = sqs.create_queue(QueueName=f"kept-{uuid4().hex[:12]}")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="kept")
    s3.put_object(Bucket=stack.data_bucket, Key="kept", Body=b"kept")
    ports = {
        "POSTSEAL_PORT": stack.aws_endpoint.rpartition(":")[2],
        "POSTSEAL_SMTP_PORT": str(stack.smtp.port),
        "POSTSEAL_DNS_PORT": str(stack.dns.port),
    }
    down(purge=False)
    with pytest.raises(OSError, match="refused"):
        stack.smtp_session()
    assert RunningStack.of(up({**os.environ, **ports})) == stack
    try:
        assert stack.api("GET", "/v1/account").status_code == 200
        assert s3.get_object(Bucket=stack.data_bucket, Key="kept")["Body"].read() == b"kept"
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "kept"
        assert ask(stack, stack.report_domain, "MX").answer
    finally:
        s3.delete_object(Bucket=stack.data_bucket, Key="kept")
        sqs.delete_queue(QueueUrl=queue)
    with pytest.raises(ClientError):
        s3.head_object(Bucket=stack.data_bucket, Key="kept")
