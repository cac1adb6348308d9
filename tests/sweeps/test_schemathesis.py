"""Generated requests against the deployment: nothing breaks, and every answer is what the document says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.api.docs.build import document
from infra.local.stack_file import Stack
from infra.local.zone_files import remove_zone, write_zone
from tests.local.tenants import belongings, open_tenant

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LOOSE = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LOSES = re.compile(
    r"/(domains/{domain_id}|reports/{report_id}|quarantine/{entry_id}|api-keys/{key_id}|tags/{tag_id}"
    r"|domain-groups/{group_id}|users/{user_id}|senders/{sender}|webhooks/{webhook_id})"
)
"""What is deleted there is asked for again."""

AS_BEFORE = {"parked": False, "report_kinds": {"tls": True}}
"""What a domain has to be for all of its routes to have something to do."""

BOUNDARIES = {"examples": {"enabled": False}, "coverage": {"unexpected-methods": ["TRACE"]}}
ANYTHING = {"examples": {"enabled": False}, "coverage": {"enabled": False}}
"""Cases are made where tests are collected, which every worker does."""


def described(phases: dict[str, Any]) -> schemathesis.schemas.BaseSchema:
    config = SchemathesisConfig.from_dict({"phases": phases})
    return schemathesis.openapi.from_dict(document(), config=config)


of_boundaries, of_anything = described(BOUNDARIES), described(ANYTHING)


@pytest.fixture(scope="module")
def asked(stack: Stack) -> Iterator[Callable[..., None]]:
    """Asks an account of its own, as what is generated may add, change and delete; and holds the answer to
    the document. With ``there``, routes are asked for ids that the account has, wherever they can be."""
    tenant = open_tenant(stack, plan="operator")
    write_zone(tenant.domain, ["@ IN MX 10 mx", "mx IN A 51.38.41.20"])
    ids, key = belongings(tenant), f"Bearer {tenant.key}"

    def ask(case: schemathesis.Case[Any], base: str, *, there: bool) -> None:
        keeps = case.operation.method.upper() != "DELETE" or LOSES.search(case.path) is None
        if there and keeps and valid(case, ParameterLocation.PATH):
            case.path_parameters = {
                name: ids.get(name, given) for name, given in case.path_parameters.items()
            }
        if "Idempotency-Key" in case.headers and valid(case, ParameterLocation.HEADER):
            case.headers["Idempotency-Key"] = uuid4().hex
        case.path = case.path.replace("/v1", base, 1)
        answer = case.call_and_validate(
            base_url=tenant.url.removesuffix("/v1"),
            session=session,
            headers={"Authorization": key},
            checks=CHECKS,
            timeout=60,
            allow_redirects=False,
        )
        # What needs no credential is counted for the address, and there is one for all.
        public = case.operation.definition.raw.get("security") == []
        if answer.request.headers.get("Authorization") == key and not public:
            assert answer.status_code != HTTPStatus.TOO_MANY_REQUESTS, "nothing was tried"
        if case.operation.method.upper() == "PATCH" and answer.status_code == HTTPStatus.OK:
            assert tenant.ask("PATCH", f"/domains/{tenant.domain}", json=AS_BEFORE).status_code == 200

    with requests.Session() as session:
        session.trust_env = False
        yield ask
    remove_zone(tenant.domain)


def valid(case: schemathesis.Case[Any], location: ParameterLocation) -> bool:
    """Whether these parameters of the case are as the document wants them."""
    made = case.meta.components.get(location) if case.meta else None
    return made is not None and made.mode is GenerationMode.POSITIVE


@of_boundaries.parametrize()
@settings(LOOSE, max_examples=3, phases=[Phase.explicit, Phase.generate])
def test_what_is_there_is_answered_as_the_document_says(
    case: schemathesis.Case[Any], asked: Callable[..., None]
) -> None:
    """Every boundary of every parameter, on the things of an account."""
    asked(case, "/v1", there=True)


@of_anything.parametrize()
@settings(LOOSE, max_examples=1, phases=[Phase.generate])
def test_every_answer_is_what_the_document_says(
    case: schemathesis.Case[Any], asked: Callable[..., None]
) -> None:
    asked(case, "/dmarctrust/api/v1", there=False)
