"""Where reports come in: the report domain's zone and, on AWS, what SES does with its mail."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ses_actions as actions
from constructs import Construct

from infra.stacks.data import DataStack
from infra.stage import Stage

TTL = Duration.hours(1)


class MailStack(Stack):
    """The zone outlives the stack: the name servers that the parent zone points at are this very zone's."""

    def __init__(self, scope: Construct, name: str, stage: Stage, data: DataStack, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        self.zone = zone = route53.PublicHostedZone(
            self, "zone", zone_name=stage.report_domain, comment="Postseal: where reports are mailed to"
        )
        zone.apply_removal_policy(RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY)
        _records(self, zone, stage)
        if stage.receives_mail:
            _receive(self, zone, stage, data)
        CfnOutput(self, "HostedZoneId", value=zone.hosted_zone_id)
        CfnOutput(self, "ReportDomain", value=stage.report_domain)


def _records(scope: Construct, zone: route53.IHostedZone, stage: Stage) -> None:
    route53.MxRecord(
        scope,
        "mx",
        zone=zone,
        values=[route53.MxRecordValue(host_name=stage.mail_host, priority=10)],
        ttl=TTL,
    )
    texts = {
        # The domain receives and never sends (RFC 7208 section 10.1.2, RFC 9989 section 4.7).
        "spf": ("", "v=spf1 -all"),
        "dmarc": ("_dmarc", "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"),
        # RFC 9990 section 4: any domain may have its reports sent here. Nothing may ever be published below
        # this name, for that would hide the wildcard from the new name's siblings (RFC 4592 section 2.2.1).
        "authorise-all": ("*._report._dmarc", "v=DMARC1"),
    }
    for name, (label, text) in texts.items():
        route53.TxtRecord(scope, name, zone=zone, record_name=label or None, values=[text], ttl=TTL)


def _receive(stack: Stack, zone: route53.PublicHostedZone, stage: Stage, data: DataStack) -> None:
    """SES: one rule on the whole domain, for it knows no wildcard of the local part.

    The rule set is not made the active one here: there is one active set in an account and region, and
    taking its place without a word would switch off somebody's mail. The output says how to.
    """
    ses.EmailIdentity(stack, "identity", identity=ses.Identity.public_hosted_zone(zone))
    data.mail_topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("ses.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[data.mail_topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        )
    )
    rule_set = f"postseal-{stage.name}"
    rules = ses.ReceiptRuleSet(stack, "rules", receipt_rule_set_name=rule_set)
    rules.add_rule(
        "reports",
        recipients=[stage.report_domain],
        scan_enabled=True,
        tls_policy=ses.TlsPolicy.OPTIONAL,
        # No KMS key here: it would mean encryption by SES's own client, which boto3 cannot undo.
        actions=[actions.S3(bucket=data.mail, object_key_prefix="inbound/", topic=data.mail_topic)],
    )
    CfnOutput(stack, "NameServers", value=Fn.join(" ", zone.hosted_zone_name_servers or []))
    CfnOutput(
        stack,
        "ActivateReceiptRules",
        value=f"aws ses set-active-receipt-rule-set --region {stage.region} --rule-set-name {rule_set}",
    )
