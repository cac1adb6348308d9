from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.core.domains import Domain
from shared.core.ids import DomainId
from shared.core.queues import DnsCheck
from tests.unit.core.watching.world import DMARC, NAME
from tests.unit.core.world import ACCOUNT, DOMAIN
from tests.unit.functions.api.client import Api


def names(api: Api, **query: Any) -> list[str]:
    answer = api.get("/domains", **query)
    assert answer.json["meta"]["total_count"] == len(answer.data)
    return [each["domain"] for each in answer.data]


def test_domains_are_found_by_what_their_dns_says(api: Api, look: Callable[..., None]) -> None:
    def below(number: int, name: str, **changes: Any) -> Domain:
        made = replace(DOMAIN, id=DomainId(number), name=name, token=f"t{number}", active=False, **changes)
        api.domains.add(made)
        api.dns_checks.send([DnsCheck(ACCOUNT.id, made.id)])
        return made

    below(20, f"shop.{NAME}", parked=True)
    below(21, "pear.example", verified=None)
    below(22, f"news.{NAME}", top_level=True)
    api.zone[f"_dmarc.{NAME}", "TXT"] = [DMARC.replace("p=reject", "p=quarantine; sp=none")]
    api.zone["pear.example", "TXT"] = ["v=spf1 a mx ?all"]
    look()

    shop, news, pear = f"shop.{NAME}", f"news.{NAME}", "pear.example"
    assert names(api) == [NAME, shop, pear, news]
    assert names(api, dns_status="missing") == [shop, pear, news]
    assert names(api, dmarc_policy="quarantine") == [NAME]
    assert names(api, dmarc_policy="none") == [shop, news]
    assert names(api, dmarc_policy="missing") == [pear]
    assert names(api, verified="false") == [pear]
    assert names(api, parked="true") == [shop]
    assert names(api, parent="ud_19") == names(api, parent=NAME.upper()) == [shop, news]
    assert names(api, parent="ud_9999") == []
    assert names(api, top_level="false") == [shop]
    assert names(api, top_level="true", parent=NAME) == [news]
    assert names(api, domain="PEAR.example.") == [pear]
    assert names(api, spf_lookups_min=1, spf_lookups_max=2) == [pear]
    assert names(api, spf_lookups_min=3) == []
    assert pear in names(api, has_errors="true")
    assert api.get("/domains", dns_status="fine").status == 400
    assert api.get("/domains", domain="not a name").status == 422


def test_only_a_subdomain_can_be_made_a_domain_of_its_own(api: Api) -> None:
    assert api.patch("/domains/ud_19", {"top_level": True}).status == 422
    api.domains.add(replace(DOMAIN, id=DomainId(20), name=f"shop.{NAME}", token="shop"))
    assert api.patch("/domains/ud_20", {"top_level": True}).data["top_level"] is True
    assert api.patch("/domains/ud_20", {"top_level": False}).data["top_level"] is False
