"""Domains of any account, for the operator."""

from __future__ import annotations

from typing import Any

from cli.operating import account_named, deployment
from cli.operator_audit import record_command
from shared.core.access import system_writable
from shared.core.clock import rfc3339
from shared.core.errors import NotFound
from shared.core.ids import DOMAIN, render
from shared.core.ownership import record_to_publish, trust_operator
from shared.wiring import entropy, table


def trust(account: str, reference: str, stack_file: str | None) -> dict[str, Any]:
    """Take the ownership of a domain as proved; in the shape in which the API tells of it."""
    with deployment(stack_file):
        found = table.domains().resolve(account_named(account).id, reference)
        if found is None:
            raise NotFound(f"the account has no domain {reference}", param="domain")
        domain = trust_operator(table.domains(), system_writable(found), now=entropy.now())
        record_command(domain.account, "trust_domain", render(DOMAIN, domain.id), domain=domain.name)
    record = record_to_publish(domain)
    return {
        "domain": domain.name,
        "is_verified": domain.verified is not None,
        "verified_at": None if domain.verified is None else rfc3339(domain.verified),
        "proof": None if domain.proof is None else domain.proof.value,
        "record": {"name": record.name, "type": record.type, "value": record.value},
        "checks": [],
    }
