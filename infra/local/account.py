"""The operator's account and key, opened with the product's own command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

import httpx

from infra.local import layout
from infra.local.credentials import client_environment
from infra.local.outputs import Outputs
from infra.local.stack_error import StackError
from shared import settings

EMAIL: Final = "operator@postseal.test"
KEY_NAME: Final = "local stack"
ANSWER_SECONDS: Final = 60.0
"""The first request of all starts a worker, which unpacks and imports."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The account that everything of the local stack is done with."""

    account_id: str
    api_key: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the command line needs to work on a deployment of the emulator."""

    endpoint: str
    outputs: Outputs

    def open_account(self, *, email: str, plan: str, operator: bool = False) -> Operator:
        """A new account with its first key."""
        options = [
            "--email",
            email,
            "--plan",
            plan,
            "--key-name",
            KEY_NAME,
            *(["--operator"] if operator else []),
        ]
        opened = self._command("account", "create", *options)
        return Operator(opened["id"], opened["key"])

    def operator(self) -> Operator:
        """A key of the operator's account, which is opened if there is none."""
        held = [account for account in self._command("accounts", "list") if account["operator"]]
        if not held:
            return self.open_account(email=EMAIL, plan="operator", operator=True)
        oldest = min(held, key=lambda account: str(account["created_at"]))
        (key,) = self._command("keys", "create", KEY_NAME, "--account", oldest["id"])
        return Operator(oldest["id"], key["key"])

    def _command(self, *arguments: str) -> Any:
        """What ``postseal ... --json`` prints."""
        command = [sys.executable, "-c", "from cli.main import main; main()", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=layout.CHECKOUT, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise StackError(f"postseal {' '.join(arguments[:2])} failed: {lines[-1]}")
        return json.loads(done.stdout)

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **inherited,
            **client_environment(self.endpoint),
            settings.STAGE: "local",
            settings.TABLE: self.outputs.table,
            settings.MAIL_BUCKET: self.outputs.mail_bucket,
            settings.DATA_BUCKET: self.outputs.data_bucket,
            settings.REPORT_DOMAIN: self.outputs.report_domain,
            settings.MAIL_QUEUE: self.outputs.queues["mail"],
            settings.ROLLUP_QUEUE: self.outputs.queues["rollup"],
            settings.HOSTS_QUEUE: self.outputs.queues["hosts"],
            settings.PURGE_QUEUE: self.outputs.queues["purge"],
        }


def answers_to(api_url: str, api_key: str) -> int:
    """Status with which the API answers a key's request for its account."""
    headers = {"Authorization": f"Bearer {api_key}"}
    try:
        return httpx.get(
            f"{api_url}/v1/account", headers=headers, timeout=ANSWER_SECONDS, trust_env=False
        ).status_code
    except httpx.HTTPError as error:
        raise StackError(f"{api_url}/v1/account does not answer: {error}") from None
