"""``make demo``: bring the stack up, send weeks of reports through SMTP, check the answers, show them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from infra.local.credentials import client
from infra.local.demo import show, show_advice
from infra.local.demo.advice import AdvicePart, Advised
from infra.local.demo.answers import Answers, Json
from infra.local.demo.cast import DOMAINS, MEADOW
from infra.local.demo.check import differences, quarantine_differences
from infra.local.demo.observed import Observed, observe
from infra.local.demo.posting import post
from infra.local.demo.records import RecordsPart, Told
from infra.local.demo.records import differences as records_differences
from infra.local.demo.script import Mail, Script, write_script
from infra.local.demo.settling import Queues, settle, until_equal
from infra.local.demo.traffic import Parameters
from infra.local.demo.verdicts import told_in_a_line
from infra.local.stack_error import StackError
from infra.local.stack_file import Stack
from infra.local.up import up

_PROCESSING_SECONDS: Final = 180.0
_CHECK_SECONDS: Final = 30.0
_SHOWN_DIFFERENCES: Final = 20


class Demo:
    """One performance on a running stack."""

    def __init__(self, stack: Stack, parameters: Parameters) -> None:
        self._stack = stack
        self._parameters = parameters
        self._answers = Answers(stack)
        self._queues = Queues(stack, client("sqs", stack.aws_endpoint))
        self._known = {entry["id"] for entry in self._answers.every("/quarantine")}

    def perform(self) -> Script:
        """Send everything and wait until the deployment has worked it off."""
        addresses = {}
        for watched in self._parameters.domains:
            addresses[watched.name] = self._answers.set_up(watched)["reporting_address"]
            say("domain", f"{watched.name} reports to {addresses[watched.name]}")
        script = write_script(self._parameters, addresses, self._stack.report_domain)
        for mails, what in ((script.first, "reports of every kind"), (script.then, "oddities")):
            self._send(mails, what)
            self._work_off("mail")
        self._work_off("mail", "rollup", "hosts")
        return script

    def tell_sources(self) -> None:
        for watched in self._parameters.domains:
            told = self._answers.ask("GET", f"/domains/{watched.name}/sources", range="30d")["data"]
            say("sources", f"{watched.name}: {told_in_a_line(told['sources'])}")

    def advise(self, script: Script) -> Advised:
        """Ask for advice on what was sent, and on a domain that is set up anew for it."""
        if self._answers.remove(MEADOW.name):
            say("domain", f"{MEADOW.name} of the demo before is deleted")
            self._work_off("purge")
        return AdvicePart(self._answers, self._deliver, say, script).perform()

    def _deliver(self, mails: Sequence[Mail], what: str) -> None:
        self._send(mails, what)
        self._work_off("mail", "rollup", "hosts", "dns")

    def _send(self, mails: Sequence[Mail], what: str) -> None:
        began = time.monotonic()
        post(self._stack, mails)
        say("mail", f"{len(mails)} {what} sent through SMTP in {time.monotonic() - began:.1f} s")

    def _work_off(self, *names: str) -> None:
        began = time.monotonic()
        if not settle(lambda: self._queues.waiting(names), seconds=_PROCESSING_SECONDS):
            left = self._queues.waiting(names)
            raise StackError(f"{left} messages still wait after {_PROCESSING_SECONDS:.0f} s")
        say("work", f"queues {', '.join(names)} worked off in {time.monotonic() - began:.1f} s")

    def differences(self, script: Script) -> list[str]:
        """In what the API and the generator differ."""
        told = self.observed()
        found = [
            line
            for watched in self._parameters.domains
            for line in differences(script, watched, told[watched.name])
        ]
        return found + quarantine_differences(script.reasons, [each["reason"] for each in self.new_entries()])

    def observed(self) -> dict[str, Observed]:
        first, last = self._parameters.first_day, self._parameters.last_day
        return {
            watched.name: observe(self._answers, watched.name, first=first, last=last)
            for watched in self._parameters.domains
        }

    def new_entries(self) -> list[Json]:
        """What has come to quarantine since this performance began."""
        return [entry for entry in self._answers.every("/quarantine") if entry["id"] not in self._known]

    def show(self, advised: Advised, records: Told) -> None:
        told = self.observed()
        reporters = {
            name: self._answers.ask("GET", f"/domains/{name}/reporters", range="30d") for name in told
        }
        show.print_all(
            [
                show.domains_table(told),
                *(show.weeks_table(name, observed) for name, observed in told.items()),
                *(show.sources_table(name, observed) for name, observed in told.items()),
                *(show.reporters_table(name, answer["data"]) for name, answer in reporters.items()),
                show_advice.plans_table(advised),
                show_advice.simulations_table(advised),
                show.tls_table(told),
                show.quarantine_table(self.new_entries()),
                show.findings_table(records.inspections),
                show.hosting_table(records),
            ]
        )
        print(show.next_steps(self._stack, next(iter(told))))


def say(step: str, fact: str) -> None:
    print(f"{step:<10}{fact}", flush=True)


def main() -> int:
    try:
        stack = up(os.environ)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        demo = Demo(stack, Parameters(yesterday, domains=DOMAINS))
        script = demo.perform()
        found = until_equal(lambda: demo.differences(script), seconds=_CHECK_SECONDS)
        demo.tell_sources()
        advised = demo.advise(script)
        found += advised.found
        records = RecordsPart(Answers(stack), say).perform()
        found += records_differences(records)
    except StackError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    if found:
        for line in found[:_SHOWN_DIFFERENCES]:
            print(f"demo: {line}", file=sys.stderr)
        print(f"demo: what the API says differs from what was sent in {len(found)} points", file=sys.stderr)
        return 1
    demo.show(advised, records)
    truths = len(script.truths)
    say("check", f"the API tells exactly what was sent: {truths} reports, every day, address and reason")
    plans, simulations = len(advised.plans), len(advised.simulations)
    say("check", f"{plans} plans and {simulations} simulations equal plain sums over what was sent")
    return 0


if __name__ == "__main__":
    sys.exit(main())
