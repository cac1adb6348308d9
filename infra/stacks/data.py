"""What rests (table, buckets, key) and what is under way (queues, topic), apart from the code."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.bucket import private_bucket
from infra.constructs.queue import WorkQueue
from infra.entries import WORKERS
from infra.entry import Consumes, Thing
from infra.stage import Stage
from shared import settings

UPLOAD_PREFIXES = ("uploads/", "tlsrpt/")
"""What arrives other than by mail: the bucket itself tells the mail queue."""


class DataStack(Stack):
    """Everything here outlives a deployment of the functions."""

    def __init__(self, scope: Construct, name: str, stage: Stage, **kwargs: Any) -> None:
        super().__init__(scope, name, **kwargs)
        removal = RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY
        self.failure_key = kms.Key(
            self,
            "failure-key",
            description="Postseal: failure reports, which can hold parts of somebody's mail",
            enable_key_rotation=True,
            removal_policy=removal,
        )
        self.table = _table(self, stage, removal)
        self.mail = private_bucket(
            self,
            "mail",
            stage,
            days={
                "inbound/": stage.mail_days,
                "failures/": stage.failure_days,
                **dict.fromkeys(UPLOAD_PREFIXES, stage.mail_days),
            },
        )
        self.data = private_bucket(
            self,
            "data",
            stage,
            days={
                **{f"{days}/": days for days in settings.KEPT_DAYS},
                settings.EXPORTS: settings.EXPORT_DAYS,
                settings.DETAILS: settings.DETAIL_DAYS,
                settings.SOURCES: settings.SOURCE_DAYS,
                settings.LAKE: stage.lake_days,
                settings.LAKE_RESULTS: settings.LAKE_RESULT_DAYS,
            },
        )
        self.queues = {
            entry.trigger.queue: WorkQueue(self, entry.trigger.queue, stage, consumer=entry)
            for entry in WORKERS
            if isinstance(entry.trigger, Consumes)
        }
        self.alert_bus = events.EventBus(
            self,
            "alert-bus",
            event_bus_name=stage.alert_bus,
            description="Postseal: every alert, for whoever makes a rule",
        )
        self.mail_topic = _topic_to(self, self.queues[Thing.MAIL_QUEUE], stage)
        _notify_of_uploads(self.mail, self.queues[Thing.MAIL_QUEUE])
        _outputs(self)


def _table(scope: Construct, stage: Stage, removal: RemovalPolicy) -> dynamodb.Table:
    def key(name: str) -> dynamodb.Attribute:
        return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)

    table = dynamodb.Table(
        scope,
        "table",
        partition_key=key("pk"),
        sort_key=key("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.DEFAULT,
        time_to_live_attribute="expires",
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=stage.retain,
        removal_policy=removal,
    )
    carried = list(settings.INDEX_ATTRIBUTES)
    table.add_global_secondary_index(
        index_name=Thing.INDEX,
        partition_key=key(f"{Thing.INDEX}pk"),
        sort_key=key(f"{Thing.INDEX}sk"),
        projection_type=dynamodb.ProjectionType.INCLUDE if carried else dynamodb.ProjectionType.ALL,
        non_key_attributes=carried or None,
    )
    return table


def _topic_to(stack: Stack, queue: WorkQueue, stage: Stage) -> sns.Topic:
    """The topic that SES tells of a mail in the bucket, with envelope recipients and verdicts."""
    topic = sns.Topic(stack, "mail-topic", enforce_ssl=stage.requires_tls)
    sns.Subscription(
        stack,
        "mail-subscription",
        topic=topic,
        endpoint=queue.main.queue_arn,
        protocol=sns.SubscriptionProtocol.SQS,
    )
    queue.main.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("sns.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.main.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": topic.topic_arn}},
        )
    )
    return topic


def _notify_of_uploads(bucket: s3.Bucket, queue: WorkQueue) -> None:
    """By property: CDK's own way is a function with a wide role that edits the bucket after the fact.

    S3 tries the queue while the bucket is made, so the queue's policy comes first and cannot name the bucket.
    """
    granted = queue.main.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("s3.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.main.queue_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(bucket).account}},
        )
    )
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            s3.CfnBucket.QueueConfigurationProperty(
                event="s3:ObjectCreated:*",
                queue=queue.main.queue_arn,
                filter=s3.CfnBucket.NotificationFilterProperty(
                    s3_key=s3.CfnBucket.S3KeyFilterProperty(
                        rules=[s3.CfnBucket.FilterRuleProperty(name="prefix", value=prefix)]
                    )
                ),
            )
            for prefix in UPLOAD_PREFIXES
        ]
    )
    if granted.policy_dependable is not None:
        resource.node.add_dependency(granted.policy_dependable)


def _outputs(stack: DataStack) -> None:
    CfnOutput(stack, "TableName", value=stack.table.table_name)
    CfnOutput(stack, "MailBucket", value=stack.mail.bucket_name)
    CfnOutput(stack, "DataBucket", value=stack.data.bucket_name)
    CfnOutput(stack, "MailTopic", value=stack.mail_topic.topic_arn)
    CfnOutput(stack, "AlertBus", value=stack.alert_bus.event_bus_name)
    CfnOutput(stack, "FailureKey", value=stack.failure_key.key_arn)
    for thing, queue in stack.queues.items():
        CfnOutput(stack, thing.title().replace("-", ""), value=queue.main.queue_url)
        CfnOutput(stack, f"{thing.title().replace('-', '')}Dead", value=queue.dead.queue_url)
