"""Domains that are verified, watched and hosted while all fails: what their owners do, and wait for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import uuid4

from infra.local.stack_error import StackError
from infra.local.stack_file import Stack
from infra.local.zone_files import remove_zone, txt, write_zone
from tests.chaos.asking import Asker

STAYING: Final = 12
LEAVING: Final = 2
_AT_ONCE: Final = 3
_PATIENCE: Final = 60.0
_MAIL: Final = ("@ IN MX 10 mx", "mx IN A 51.38.41.20", '@ IN TXT "v=spf1 mx -all"')

Found = TypeVar("Found")


@dataclass(slots=True)
class Customer:
    """``texts`` is what the names of ours shall answer in the end; ``leads`` are the customer's CNAMEs."""

    name: str
    leaves: bool
    texts: dict[str, str] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)


class Customers:
    """``STAYING`` domains with hosted DMARC and MTA-STS, and ``LEAVING`` that are removed before any CNAME
    led here: nothing of those is to be left."""

    def __init__(self, stack: Stack) -> None:
        self._ask = Asker(stack).ask
        run = uuid4().hex[:8]
        self.all = [
            Customer(f"c{place}-{run}.example", place >= STAYING) for place in range(STAYING + LEAVING)
        ]
        self.staying = [each for each in self.all if not each.leaves]

    def play(self) -> None:
        """Do all that owners do; what follows from it is still under way."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._live, self.all))

    def close(self) -> None:
        for each in self.all:
            remove_zone(each.name)

    def differences(self) -> list[str]:
        """Of what is hosted and watched, each with a look that has what is left done."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [line for lines in pool.map(self._unfinished, self.staying) for line in lines]

    def _live(self, customer: Customer) -> None:
        path = f"/domains/{customer.name}"
        self._ask("POST", "/domains", {"domain": customer.name}, passing=(422,))
        record = self._ask("GET", f"{path}/verify")["record"]
        proof = f"{record['name']}. IN TXT {txt(record['value'])}"
        write_zone(customer.name, [*_MAIL, proof])
        _until(f"{customer.name} is verified", lambda: self._ask("POST", f"{path}/verify")["is_verified"])
        self._ask("POST", f"{path}/activate")
        self._host_dmarc(customer, "none")
        hosted = self._ask("PUT", f"{path}/hosting/mta-sts", {"mode": "testing"})
        if customer.leaves:
            self._ask("DELETE", path, passing=(404,))
            return
        for part in ("policy_cname", "mta_sts_record", "tls_rpt_record"):
            _lead(customer, hosted[part].get("cname", hosted[part]))
        leading = (f"{host}. IN CNAME {target}." for host, target in customer.leads.items())
        write_zone(customer.name, [*_MAIL, proof, *leading])
        self._host_dmarc(customer, "reject")

    def _host_dmarc(self, customer: Customer, policy: str) -> None:
        path = f"/domains/{customer.name}"
        record = self._ask("POST", f"{path}/dmarc-record", {"p": policy})["record"]
        hosted = self._ask("PUT", f"{path}/hosting/dmarc", {"record": record})
        _lead(customer, hosted["cname"])
        customer.texts[hosted["cname"]["expected_value"]] = record

    def _unfinished(self, customer: Customer) -> list[str]:
        path = f"/domains/{customer.name}"
        lines = []
        for service in ("dmarc", "mta-sts"):
            seen = self._ask("POST", f"{path}/hosting/{service}/verify", {})["overall_status"]
            if seen != "ready":
                lines.append(f"{customer.name}: hosted {service} is {seen}")
        if not lines:
            self._note_texts(customer)
        state = self._ask("GET", f"{path}/dns")
        if (state["dmarc"]["status"], state["mta_sts"]["status"]) != ("valid", "valid"):
            self._ask("POST", f"{path}/refresh_dns")
            lines.append(
                f"{customer.name}: the DNS state is of {state['last_checked_at']}, before it was hosted"
            )
        return lines

    def _note_texts(self, customer: Customer) -> None:
        """Those that are only known once all is ready."""
        hosted = self._ask("GET", f"/domains/{customer.name}/hosting/mta-sts")
        for part in ("mta_sts_record", "tls_rpt_record"):
            customer.texts[hosted[part]["cname"]["expected_value"]] = hosted[part]["txt_record"]["value"]


def _lead(customer: Customer, cname: Mapping[str, str]) -> None:
    customer.leads[cname["host"]] = cname["expected_value"]


def _until(what: str, look: Callable[[], Found]) -> Found:
    deadline = time.monotonic() + _PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not within {_PATIENCE:.0f} s")
        time.sleep(1)
    return found
