"""A receiver that is to be told of what changed: each alert once, each message signed."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from typing import Any, Final

from infra.local.stack_file import Stack
from shared.core.clock import DAY_SECONDS
from tests.chaos.asking import Asker
from tests.chaos.customers import Customer, Customers
from tests.fixtures.reports import Record, aggregate_xml
from tests.local.receiver import Receiver

LEARNED: Final = 30
"""Days since which a domain's senders are known."""

OWN, NEW = "51.38.41.20", "167.89.0.10"
_MANY: Final = 500
_SERVICES: Final = 2
"""That are hosted for each customer."""


class Listener:
    """The account's webhook, and what came of it."""

    def __init__(self, stack: Stack, receiver: Receiver) -> None:
        self._asker = Asker(stack)
        self._receiver = receiver
        made = self._asker.ask("POST", "/webhooks", {"url": receiver.url})
        self._hook, self._secret = made["id"], made["secret"]
        self._told_of: list[str] = []

    def surprise(self, customer: Customer) -> None:
        """A sender that the domain never had, in yesterday's report of somebody who reported before."""
        path = f"/domains/{customer.name}/stats?range=90d"
        self._asker.upload(_report(customer.name, LEARNED, OWN))
        deadline = time.monotonic() + 60
        while (
            self._asker.ask("GET", path)["totals"]["total_messages"] < _MANY and time.monotonic() < deadline
        ):
            time.sleep(1)
        self._asker.upload(_report(customer.name, 1, NEW))
        self._told_of.append(customer.name)

    def differences(self, customers: Customers) -> list[str]:
        """Alerts of domains that left went with them, after they were told."""
        gone = {each.name for each in customers.all if each.leaves}
        kept = {each["id"]: each for each in self._asker.every("/alerts")}
        came: defaultdict[str, set[str]] = defaultdict(set)
        for message, body in self._receiver.verified(self._secret):
            if body["data"]["domain"] not in gone:
                came[body["data"]["id"]].add(message)
        found = [f"alert {kept[each]['title']} did not come" for each in kept.keys() - came.keys()]
        found += [f"{each} came and is no alert" for each in came.keys() - kept.keys()]
        found += [
            f"alert {each} came under {len(known)} ids" for each, known in came.items() if len(known) > 1
        ]
        heard = Counter(each["domain"] for each in kept.values() if each["kind"] == "new_source")
        found += [
            f"{heard[name]} alerts of a new source of {name}" for name in self._told_of if heard[name] != 1
        ]
        live = Counter(each["domain"] for each in kept.values() if each["kind"] == "hosting_live")
        found += [
            f"{live[each.name]} alerts of live hosting of {each.name}"
            for each in customers.staying
            if live[each.name] != _SERVICES
        ]
        same = Counter((each["kind"], each["domain"], each["title"]) for each in kept.values())
        return found + [f"{count} alerts that say {said}" for said, count in same.items() if count > 1]

    def figures(self) -> dict[str, Any]:
        messages = [message for message, _ in self._receiver.verified(self._secret)]
        kinds = Counter(each["kind"] for each in self._asker.every("/alerts"))
        return {**kinds, "delivered": len(set(messages)), "again": len(messages) - len(set(messages))}


def _report(domain: str, back: int, ip: str) -> bytes:
    begin = (int(time.time()) // DAY_SECONDS - back) * DAY_SECONDS
    signed = domain if ip == OWN else "sendgrid.net"
    passed = "pass" if ip == OWN else "fail"
    record = Record(
        ip, _MANY, "none", passed, passed, header_from=domain, dkim=((signed, "s1", "pass"),), spf=()
    )
    return aggregate_xml(
        records=(record,),
        domain=domain,
        begin=begin,
        end=begin + DAY_SECONDS - 1,
        report_id=f"{domain}-{back}",
    )
