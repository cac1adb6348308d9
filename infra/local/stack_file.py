"""``.local/stack.json``: how to reach the running stack."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Listener:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running local stack, as its file tells it."""

    api_url: str
    """Base of the API: ``{api_url}/v1/account``."""
    api_key: str
    """Key of the operator's account."""
    account_id: str
    aws_endpoint: str
    smtp: Listener
    dns: Listener
    edge: Listener
    """HTTPS, for every host there is here."""
    edge_authority: str
    """Path of the root certificate of all that the edge shows."""
    report_domain: str
    mail_bucket: str
    table: str
    data_bucket: str
    mail_topic: str
    user_pool: str
    user_pool_client: str
    """Id of the app client that sign-ins are asked for in the name of."""
    sign_in_url: str
    letter_sender: str
    """Address that mail to people comes from. The emulator has it at ``/_ministack/ses/messages``."""
    queues: dict[str, str]
    """URL by name: mail, rollup, hosts, purge, dns and so on."""
    verdict_header: str
    """Header in which a test says the verdicts on its mail; the listener strips it."""


def with_listeners(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a stack, its listeners made out of their own fields."""
    return fields | {name: Listener(**fields[name]) for name in ("smtp", "dns", "edge")}


def write_stack(path: Path, stack: Stack) -> None:
    """Write the file so that a reader sees the old one or the whole new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(asdict(stack), indent=2) + "\n")
    temporary.replace(path)


def read_stack(path: Path) -> Stack | None:
    """The stack in the file, or None when there is no file or not one of ours."""
    try:
        return Stack(**with_listeners(json.loads(path.read_text())))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
