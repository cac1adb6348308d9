"""No message is lost, none waits unseen, none is taken twice while it is worked on."""

from __future__ import annotations

import json

import pytest

from infra.entries import WORKERS
from infra.entry import Consumes
from tests.infra.synthesis import Templates

CONSUMERS = {entry: entry.trigger for entry in WORKERS if isinstance(entry.trigger, Consumes)}


def test_every_queue_has_one_for_dead_letters(templates: Templates) -> None:
    queues = templates.resources("AWS::SQS::Queue")
    working = {name: queue for name, queue in queues.items() if "RedrivePolicy" in queue}
    dead = {queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for queue in working.values()}

    assert len(working) == len(CONSUMERS)
    assert {f"data/{name}" for name in dead} == queues.keys() - working.keys()
    for queue in working.values():
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_dead_letters_outlive_the_queue_they_came_from(templates: Templates) -> None:
    for name, queue in templates.resources("AWS::SQS::Queue").items():
        # Retention counts from the first arrival, also in the queue of dead letters.
        assert queue["MessageRetentionPeriod"] == (604800 if "RedrivePolicy" in queue else 1209600), name


@pytest.mark.parametrize(
    "queue_metric", ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"]
)
def test_every_queue_has_its_alarms(templates: Templates, queue_metric: str) -> None:
    alarms = [
        one
        for one in templates.resources("AWS::CloudWatch::Alarm").values()
        if one["MetricName"] == queue_metric
    ]

    assert len(alarms) == len(CONSUMERS)
    assert len({json.dumps(one["Dimensions"]) for one in alarms}) == len(CONSUMERS)
    for alarm in alarms:
        wanted = "dead" if queue_metric == "ApproximateNumberOfMessagesVisible" else "main"
        assert f"queue{wanted}" in json.dumps(alarm["Dimensions"])
        assert alarm["AlarmActions"]


def test_a_message_stays_hidden_for_six_time_limits_of_its_function(prod: Templates) -> None:
    functions = prod.resources("AWS::Lambda::Function")
    limits = {function["FunctionName"]: function["Timeout"] for function in functions.values()}
    queues = prod.resources("AWS::SQS::Queue")
    for entry, trigger in CONSUMERS.items():
        (queue,) = [
            found
            for name, found in queues.items()
            if name.startswith(f"data/{trigger.queue.replace('-', '')}main")
        ]
        assert queue["VisibilityTimeout"] >= 6 * limits[f"postseal-prod-{entry.name}"] + trigger.window


def test_a_batch_fails_message_by_message(templates: Templates) -> None:
    sources = templates.resources("AWS::Lambda::EventSourceMapping")

    assert len(sources) == len(CONSUMERS)
    for source in sources.values():
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_changes_of_a_zone_follow_each_other_and_zones_do_not_wait(templates: Templates) -> None:
    queues = templates.resources("AWS::SQS::Queue")
    ordered = {name: queue for name, queue in queues.items() if queue.get("FifoQueue")}

    assert {name.partition("queue")[0] for name in ordered} == {"data/hosting"}
    assert len(ordered) == 2
    for queue in ordered.values():
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"
        assert queue["ContentBasedDeduplication"] is False


def test_a_queue_in_order_does_not_gather(templates: Templates) -> None:
    windows = [
        source.get("MaximumBatchingWindowInSeconds")
        for source in templates.resources("AWS::Lambda::EventSourceMapping").values()
        if "hostingqueuemain" in json.dumps(source["EventSourceArn"])
    ]
    assert windows == [None]
