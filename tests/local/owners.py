"""Who has a domain with us and its zone elsewhere: what they publish, and what they ask us for."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from infra.local.zone_files import publish_txt, remove_zone, write_zone
from tests.local.running import RunningStack
from tests.local.tenants import Tenant, until

_MAIL: Final = ("@ IN MX 10 mx", "mx IN A 51.38.41.20", '@ IN TXT "v=spf1 mx -all"')


class Owner:
    def __init__(self, stack: RunningStack, tenant: Tenant) -> None:
        self.stack = stack
        self.tenant = tenant
        self.domain = tenant.domain
        self.cnames: dict[str, str] = {}
        self.publish()

    def publish(self, *records: str) -> None:
        """The zone with its mail, these records, and the CNAMEs as they are now; served from here on."""
        leading = (f"{name}. IN CNAME {target}." for name, target in self.cnames.items())
        edition = uuid4().hex
        write_zone(self.domain, [*_MAIL, *records, *leading, f"edition IN TXT {edition}"])
        until(lambda: text_at(self.stack, f"edition.{self.domain}") == edition)

    def ask(self, method: str, path: str = "", body: Any = None, *, status: int = 200) -> Any:
        answer = self.tenant.ask(method, f"/domains/{self.domain}{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()["data"] if answer.content else None

    def verify(self) -> None:
        record = self.ask("GET", "/verify")["record"]
        publish_txt(record["name"], record["value"], self.stack.dns)
        assert self.ask("POST", "/verify")["is_verified"] is True

    def overall(self, service: str) -> str:
        return str(self.ask("GET", f"/hosting/{service}/verify")["overall_status"])

    def host_dmarc(self) -> str:
        """Hosted, with its CNAME in place; the name of ours that it leads to."""
        generated = self.ask("POST", "/dmarc-record", {"p": "quarantine", "np": "reject"})
        hosted = self.ask("PUT", "/hosting/dmarc", {"record": generated["record"]})
        target = str(hosted["cname"]["expected_value"])
        assert hosted["txt_record"]["status"] == "queued"
        until(lambda: self.looked_at("dmarc")["txt_record"]["status"] == "published")
        self.cnames[hosted["cname"]["host"]] = target
        self.publish()
        until(lambda: self.overall("dmarc") == "ready")
        return target

    def looked_at(self, service: str) -> Any:
        """Now, with what follows upon it."""
        return self.ask("POST", f"/hosting/{service}/verify", {})

    def leave(self) -> None:
        """Take the zones away."""
        remove_zone(self.domain)
        remove_zone(f"_postseal.{self.domain}")


def text_at(stack: RunningStack, name: str) -> str | None:
    """What anybody is answered; None for a name that does not exist."""
    asked = dns.message.make_query(name, "TXT")
    answer = dns.query.udp(asked, stack.dns.host, 5.0, stack.dns.port)
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return None
    texts = (rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.TXT)
    return "".join(part.decode() for rrset in texts for data in rrset for part in data.strings)
