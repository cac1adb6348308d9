"""Send reports through a failing cloud, verify and host domains through it, then compare everything that the
API says with what was sent, and all that the zones hold with what was hosted."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from infra.local import layout, processes
from infra.local.account import Deployment
from infra.local.credentials import client
from infra.local.demo.__main__ import Demo
from infra.local.demo.answers import Answers
from infra.local.demo.posting import post
from infra.local.demo.script import Script, write_script
from infra.local.demo.settling import Queues, settle, until_equal
from infra.local.demo.traffic import Parameters
from infra.local.deploy import ENDPOINT_VARIABLE
from infra.local.down import down
from infra.local.emulator import server
from infra.local.outputs import read_outputs
from infra.local.stack_error import StackError
from infra.local.stack_file import Stack
from infra.local.up import up
from tests.chaos import proxy as proxies
from tests.chaos.customers import Customers
from tests.chaos.workers import Killer
from tests.chaos.zones import HostingZones

DAYS: Final = 46
TWICE_OF: Final = 6
"""One mail of so many arrives twice."""
KILL_SECONDS: Final = 3.0
KILLS: Final = 12
SETTLE_SECONDS: Final = 180.0
READY_SECONDS: Final = 75.0
"""In which all that is hosted is to be ready, while all fails; what is left then is waited for without."""


def own_account(stack: Stack) -> Stack:
    """The stack as a new account sees it, so that nothing of before is in the figures."""
    deployment = Deployment(stack.aws_endpoint, read_outputs(layout.OUTPUTS_FILE))
    opened = deployment.open_account(email=f"chaos-{time.time_ns()}@postseal.test", plan="operator")
    return replace(stack, api_key=opened.api_key, account_id=opened.account_id)


def dead_letters(stack: Stack, sqs: Any) -> dict[str, int]:
    """Messages in the dead-letter queue of each queue."""
    depths = {}
    for name, url in stack.queues.items():
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
        target = policy["RedrivePolicy"].partition('"deadLetterTargetArn"')[2].split('"')[1].split(":")[-1]
        dead = Queues(replace(stack, queues={"dead": sqs.get_queue_url(QueueName=target)["QueueUrl"]}), sqs)
        depths[name] = dead.waiting(["dead"])
    return depths


def play(stack: Stack, script: Script, queues: Queues) -> int:
    """Send all while workers die, and wait until it is worked off; returns how many came twice."""
    repeatable = [mail for mail in script.first if b"feedback-report" not in mail.data]
    twice = repeatable[::TWICE_OF]
    for mails in ([*script.first, *twice], script.then):
        post(stack, mails)
        # What a poll or a dead worker holds comes back after the queue's visibility time.
        if not settle(lambda: queues.waiting(stack.queues), seconds=SETTLE_SECONDS):
            print(f"chaos: {queues.waiting(stack.queues)} messages still wait", file=sys.stderr)
    return len(twice)


def own_domains(customers: Customers, zones: HostingZones) -> float:
    """Have them all hosted while workers die; returns the seconds after which all were ready."""
    began = time.monotonic()
    customers.play()
    for line in until_equal(lambda: [*customers.differences(), *zones.leaving()], seconds=READY_SECONDS):
        print(f"chaos: not yet: {line}", file=sys.stderr)
    return time.monotonic() - began


def run(proxy: proxies.Proxy, stack: Stack) -> list[str]:
    sqs = client("sqs", stack.aws_endpoint)
    dead_before = dead_letters(stack, sqs)
    stack = own_account(stack)
    parameters = Parameters(datetime.now(UTC).date() - timedelta(days=1), days=DAYS)
    demo, answers = Demo(stack, parameters), Answers(stack)
    addresses = {each.name: answers.set_up(each)["reporting_address"] for each in parameters.domains}
    script = write_script(parameters, addresses, stack.report_domain)
    # What nobody's address receives goes to the operator's account, which others use too.
    script = replace(
        script,
        then=tuple(mail for mail in script.then if mail.recipient in addresses.values()),
        reasons=script.reasons - Counter(unknown_recipient=1),
    )
    emulator = processes.find(server.SERVICE)
    assert emulator is not None
    customers, zones = Customers(stack), HostingZones(stack)
    proxy.fail(proxies.rules())
    try:
        with Killer(emulator.pid, seconds=KILL_SECONDS, most=KILLS) as killer:
            twice = play(stack, script, Queues(stack, sqs))
        with Killer(emulator.pid, seconds=KILL_SECONDS, most=KILLS) as second:
            ready = own_domains(customers, zones)
    finally:
        proxy.fail([])
    found = until_equal(lambda: demo.differences(script), seconds=30)
    found += until_equal(
        lambda: [*customers.differences(), *zones.leaving(), *zones.differences(customers)], seconds=60
    )
    customers.close()
    dead = {name: depth - dead_before[name] for name, depth in dead_letters(stack, sqs).items()}
    found += [f"{depth} messages in the dead-letter queue of {name}" for name, depth in dead.items() if depth]
    found += [] if killer.killed and second.killed else ["no worker was killed"]
    faults = proxy.faults()
    found += [] if faults else ["no fault was thrown"]
    told = demo.observed()
    poisoned = sum(script.reasons.values())
    print(f"mails      {len(script.first)} distinct, {twice} of them twice, then {len(script.then)} odd ones")
    for (service, kind), count in sorted(faults.items()):
        print(f"fault      {service:<11}{kind:<46}{count:>5}")
    print(f"workers    {killer.killed} killed, then {second.killed}")
    stored = sum(len(each.reports) + sum(each.failures.values()) for each in told.values())
    print(f"reports    {stored} stored, {len(script.truths)} expected")
    print(f"messages   {sum(each.total.messages for each in told.values())}")
    kept = Counter(entry["reason"] for entry in demo.new_entries())
    print(f"quarantine {dict(kept)}, {poisoned} expected")
    print(f"hosted     {len(customers.staying)} domains after {ready:.0f} s, {zones.count()} record sets")
    print(f"dead       {dead}")
    return found


def main() -> int:
    ran_before = processes.find(server.SERVICE) is not None
    plain = {name: value for name, value in os.environ.items() if name != ENDPOINT_VARIABLE}
    began = time.monotonic()
    try:
        proxy = proxies.start(up(plain).aws_endpoint)
        found = run(proxy, up({**plain, ENDPOINT_VARIABLE: proxy.endpoint}))
        print(f"time       {time.monotonic() - began:.0f} s")
    except StackError as error:
        found = [str(error)]
    finally:
        try:
            up(plain)
        finally:
            proxies.stop()
            if not ran_before:
                down(purge=False)
    for line in found[:20]:
        print(f"chaos: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
