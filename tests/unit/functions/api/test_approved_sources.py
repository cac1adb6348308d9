from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.core.watching.world import CHECK
from tests.unit.functions.api.client import Api


def test_approved_sources(api: Api, look: Callable[..., None]) -> None:
    path = "/domains/ud_19/approved_sources"
    api.zone["mailer.example", "TXT"] = ["v=spf1 ip4:198.51.100.0/24 ~all"]
    answer = api.call(
        "PUT", f"{path}/mailer", body=json.dumps({"name": " Mailer ", "domain": "Mailer.Example"})
    )
    assert answer.status == 200
    assert (
        answer.data.items()
        >= {
            "slug": "mailer",
            "name": "Mailer",
            "domain": "mailer.example",
            "ips": [],
            "resolved_at": None,
            "created_at": "2026-11-21T12:00:00Z",
        }.items()
    )
    assert api.dns_checks.sent == [(CHECK, 0)]
    look()
    (listed,) = api.get(path).data
    assert (listed["ips"], listed["tag"]) == (["198.51.100.0/24"], answer.data["tag"])
    assert api.get(path, format="csv").body.decode().splitlines()[1].startswith("mailer,Mailer,")

    renamed = api.call("PUT", f"{path}/mailer", body='{"name": "New", "domain": "mailer.example"}').data
    assert (renamed["tag"], renamed["ips"]) == (answer.data["tag"], ["198.51.100.0/24"])
    moved = api.call("PUT", f"{path}/mailer", body='{"name": "New", "domain": "other.example"}').data
    assert (moved["tag"], moved["ips"]) == (answer.data["tag"], [])
    assert api.delete(f"{path}/mailer").status == 204
    assert api.delete(f"{path}/mailer").status == 404
    assert api.get(path).data == []


@pytest.mark.parametrize(
    ("slug", "name", "domain", "param"),
    [
        ("UPPER", "Mailer", "mailer.example", "slug"),
        ("a" * 64, "Mailer", "mailer.example", "slug"),
        ("mailer", "  ", "mailer.example", "name"),
        ("mailer", "a\nb", "mailer.example", "name"),
        ("mailer", "Mailer", "not a domain", "domain"),
    ],
)
def test_bad_sources_are_refused(api: Api, slug: str, name: str, domain: str, param: str) -> None:
    body = json.dumps({"name": name, "domain": domain})
    answer = api.call("PUT", f"/domains/ud_19/approved_sources/{slug}", body=body)
    assert (answer.status, answer.error["param"]) == (422, param)
    assert api.dns_states.sources.stored == {}


def test_a_domain_has_so_many_sources_and_no_more(api: Api) -> None:
    path = "/domains/ud_19/approved_sources"
    body = '{"name": "Mailer", "domain": "mailer.example"}'
    answers = [api.call("PUT", f"{path}/s{number}", body=body).status for number in range(51)]
    assert answers == [200] * 50 + [422]
    assert api.call("PUT", f"{path}/s7", body=body).status == 200
