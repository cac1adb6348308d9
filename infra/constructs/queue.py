"""A queue with the queue beside it that catches what fails five times."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.entry import Consumes, Entry, Thing
from infra.stage import Stage

ATTEMPTS = 5
"""Lambda's own advice is five at the least: a throttled poll counts as an attempt too."""


class WorkQueue(Construct):
    """``main`` for the work, ``dead`` for what nobody could do."""

    def __init__(self, scope: Construct, thing: Thing, stage: Stage, consumer: Entry) -> None:
        super().__init__(scope, thing.value)
        self.thing = thing
        order = _order(consumer)
        self.dead = sqs.Queue(
            self,
            "dead",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.requires_tls,
            retention_period=Duration.days(14),
            **order,
        )
        self.main = sqs.Queue(
            self,
            "main",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.requires_tls,
            visibility_timeout=_visibility(stage, consumer),
            delivery_delay=_delay(consumer),
            # Less than the dead letters' 14 days, which count from the first arrival.
            retention_period=Duration.days(7),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=ATTEMPTS),
            **order,
        )

    def alarms(self, scope: Construct) -> list[cloudwatch.Alarm]:
        """One for a dead letter, one for work that has waited for a quarter of an hour."""
        dead = cloudwatch.Alarm(
            scope,
            f"{self.thing}-dead",
            alarm_description=f"The {self.thing} gave up on a message: see docs/operations.md, dead letters.",
            metric=self.dead.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        age = cloudwatch.Alarm(
            scope,
            f"{self.thing}-age",
            alarm_description=f"Work in the {self.thing} has waited for more than 15 minutes.",
            metric=self.main.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            threshold=900,
            evaluation_periods=2,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        return [dead, age]


def _visibility(stage: Stage, consumer: Entry) -> Duration:
    """Six times the consumer's time limit and the time it gathers: AWS's own rule for retries."""
    assert isinstance(consumer.trigger, Consumes)
    return Duration.seconds(stage.redelivery_seconds or 6 * consumer.timeout + consumer.trigger.window)


def _order(consumer: Entry) -> dict[str, Any]:
    """Where order matters it does within a group: groups do not wait for each other. The sender names what
    is the same message."""
    if not (isinstance(consumer.trigger, Consumes) and consumer.trigger.in_order):
        return {}
    return {
        "fifo": True,
        "content_based_deduplication": False,
        "deduplication_scope": sqs.DeduplicationScope.MESSAGE_GROUP,
        "fifo_throughput_limit": sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    }


def _delay(consumer: Entry) -> Duration:
    trigger = consumer.trigger
    return Duration.seconds(trigger.delay if isinstance(trigger, Consumes) else 0)
