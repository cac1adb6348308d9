"""Send reports through a failing cloud, verify and host domains through it, have the data analysed; then
compare everything that the API says with what was sent, and with what it says where nothing failed, and all
that the zones hold with what was hosted."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

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
from tests.chaos.alerting import Listener
from tests.chaos.analysis import WORKERS, Analyst, unlike
from tests.chaos.customers import Customers
from tests.chaos.workers import Killer
from tests.chaos.zones import HostingZones
from tests.local.dead_letters import dead_letters
from tests.local.receiver import Receiver

DAYS: Final = 46
TWICE_OF: Final = 6
"""One mail of so many arrives twice."""
KILL_SECONDS: Final = 3.0
KILLS: Final = 12
SURPRISED: Final = 4
"""Hosted domains of which a sender is reported that they never had."""
SETTLE_SECONDS: Final = 180.0
READY_SECONDS: Final = 75.0
"""In which all that is hosted is to be ready, while all fails; what is left then is waited for without."""


class Account:
    """The account of the stack with the demo's domains, and what it is to be sent."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.parameters = Parameters(datetime.now(UTC).date() - timedelta(days=1), days=DAYS)
        self.demo, answers = Demo(self.stack, self.parameters), Answers(self.stack)
        addresses = {each.name: answers.set_up(each)["reporting_address"] for each in self.parameters.domains}
        script = write_script(self.parameters, addresses, self.stack.report_domain)
        # What nobody's address receives goes to the operator's account, which others use too.
        self.script = replace(
            script,
            then=tuple(mail for mail in script.then if mail.recipient in addresses.values()),
            reasons=script.reasons - Counter(unknown_recipient=1),
        )
        self.analyst = Analyst(self.stack, self.script)
        self.analyst.prepare()


def own_account(stack: Stack) -> Stack:
    """The stack as a new account sees it, so that nothing of before is in the figures."""
    deployment = Deployment(stack.aws_endpoint, read_outputs(layout.OUTPUTS_FILE))
    opened = deployment.open_account(email=f"chaos-{time.time_ns()}@postseal.test", plan="operator")
    return replace(stack, api_key=opened.api_key, account_id=opened.account_id)


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


def analyse(account: Account, customers: Customers, listener: Listener, queues: Queues) -> float:
    """Have the data looked at by everybody while workers die; returns the seconds until all was done."""
    began = time.monotonic()
    for customer in customers.staying[:SURPRISED]:
        listener.surprise(customer)
    account.analyst.work()
    if not settle(lambda: queues.waiting(account.stack.queues), seconds=SETTLE_SECONDS):
        print(f"chaos: {queues.waiting(account.stack.queues)} messages still wait", file=sys.stderr)
    return time.monotonic() - began


def without_faults(stack: Stack, queues: Queues) -> Account:
    """Another account that is told the same, and has it looked at."""
    account = Account(own_account(stack))
    for mails in (account.script.first, account.script.then):
        post(account.stack, mails)
        settle(lambda: queues.waiting(stack.queues), seconds=SETTLE_SECONDS)
    account.analyst.work()
    settle(lambda: queues.waiting(stack.queues), seconds=SETTLE_SECONDS)
    return account


def run(proxy: proxies.Proxy, stack: Stack, receiver: Receiver) -> list[str]:
    sqs = client("sqs", stack.aws_endpoint)
    queues, dead_before = Queues(stack, sqs), dead_letters(stack, sqs)
    own = own_account(stack)
    listener = Listener(own, receiver)
    account = Account(own)
    emulator = processes.find(server.SERVICE)
    assert emulator is not None
    customers, zones = Customers(account.stack), HostingZones(account.stack)
    killers = [Killer(emulator.pid, seconds=KILL_SECONDS, most=KILLS, of=of) for of in ((), (), WORKERS)]
    proxy.fail(proxies.rules())
    try:
        with killers[0]:
            twice = play(account.stack, account.script, queues)
        with killers[1]:
            ready = own_domains(customers, zones)
        with killers[2]:
            analysed = analyse(account, customers, listener, queues)
    finally:
        proxy.fail([])
    control = without_faults(stack, queues)
    found = until_equal(lambda: account.demo.differences(account.script), seconds=30)
    found += until_equal(
        lambda: [*customers.differences(), *zones.leaving(), *zones.differences(customers)], seconds=60
    )
    found += until_equal(account.analyst.differences, seconds=30)
    found += until_equal(lambda: listener.differences(customers), seconds=60)
    found += until_equal(lambda: unlike(account.analyst.told(), control.analyst.told()), seconds=30)
    found += [] if control.analyst.letters() == 1 else ["no digest without faults, or more than one"]
    found += [] if account.analyst.letters() <= 1 else ["a digest was mailed twice"]
    customers.close()
    dead = {name: depth - dead_before[name] for name, depth in dead_letters(stack, sqs).items()}
    found += [f"{depth} messages in the dead-letter queue of {name}" for name, depth in dead.items() if depth]
    found += [] if all(killer.killed for killer in killers) else ["no worker was killed"]
    faults = proxy.faults()
    found += [] if faults else ["no fault was thrown"]
    script, told = account.script, account.demo.observed()
    print(f"mails      {len(script.first)} distinct, {twice} of them twice, then {len(script.then)} odd ones")
    for (service, kind), count in sorted(faults.items()):
        print(f"fault      {service:<11}{kind:<46}{count:>5}")
    print(f"workers    {', then '.join(str(killer.killed) for killer in killers)} killed")
    stored = sum(len(each.reports) + sum(each.failures.values()) for each in told.values())
    print(f"reports    {stored} stored, {len(script.truths)} expected")
    print(f"messages   {sum(each.total.messages for each in told.values())}")
    kept = Counter(entry["reason"] for entry in account.demo.new_entries())
    print(f"quarantine {dict(kept)}, {sum(script.reasons.values())} expected")
    print(f"hosted     {len(customers.staying)} domains after {ready:.0f} s, {zones.count()} record sets")
    print(f"analysed   {account.analyst.rows()} rows of detail reports, all looked at after {analysed:.0f} s")
    print(f"alerts     {listener.figures()}")
    print(f"digests    {account.analyst.letters()}, {control.analyst.letters()} without faults")
    print(f"dead       {dead}")
    return found


def main() -> int:
    ran_before = processes.find(server.SERVICE) is not None
    plain = {name: value for name, value in os.environ.items() if name != ENDPOINT_VARIABLE}
    began = time.monotonic()
    try:
        proxy = proxies.start(up(plain).aws_endpoint)
        receiver = Receiver()
        with receiver.listening():
            found = run(proxy, up({**plain, ENDPOINT_VARIABLE: proxy.endpoint}), receiver)
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
