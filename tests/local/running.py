"""The running local stack as the tests see it: send mail, ask the API, wait for what comes of it."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx

from infra.local.account import Deployment
from infra.local.credentials import client
from infra.local.outputs import Outputs
from infra.local.stack_file import Stack, with_listeners

PATIENCE: Final = 60.0
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class TestAccount:
    """An account of its own for one test, with its key."""

    __test__ = False

    id: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStack(Stack):
    """What ``.local/stack.json`` tells, and what a test does with it."""

    @classmethod
    def of(cls, stack: Stack) -> RunningStack:
        return cls(**with_listeners(asdict(stack)))

    def send_mail(
        self,
        message: bytes,
        recipients: Sequence[str],
        *,
        sender: str = "reports@reporter.example",
        verdicts: Mapping[str, str] | None = None,
    ) -> str:
        """Mail the message; returns the id that SES would have given it. Raises what ``smtplib`` raises."""
        said = " ".join(f"{kind}={status}" for kind, status in (verdicts or {}).items())
        header = f"{self.verdict_header}: {said}\r\n".encode() if said else b""
        with self.smtp_session() as session:
            session.mail(sender)
            for recipient in recipients:
                code, answer = session.rcpt(recipient)
                if code != 250:
                    raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
            code, answer = session.data(header + message)
            if code != 250:
                raise smtplib.SMTPDataError(code, answer)
            return answer.decode().split()[-1]

    def smtp_session(self) -> smtplib.SMTP:
        session = smtplib.SMTP(
            self.smtp.host, self.smtp.port, local_hostname="mx.reporter.example", timeout=60
        )
        session.ehlo()
        return session

    def api(self, method: str, path: str, *, key: str | None = None, **options: Any) -> httpx.Response:
        """Ask the API (``path`` with its ``/v1``); with the operator's key unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.api_key}", **options.pop("headers", {})}
        url = f"{self.api_url}{path}"
        return httpx.request(method, url, headers=headers, timeout=60, trust_env=False, **options)

    def aws(self, service: str) -> Any:
        """A client of the emulator with all rights."""
        return client(service, self.aws_endpoint)

    def new_account(self, plan: str = "msp") -> TestAccount:
        """Open an account that no other test knows."""
        opened = Deployment(self.aws_endpoint, self._outputs()).open_account(
            email=f"owner@{uuid4().hex[:12]}.example", plan=plan
        )
        return TestAccount(opened.account_id, opened.api_key)

    @staticmethod
    def wait_until(what: str, look: Callable[[], Found | None], *, seconds: float = PATIENCE) -> Found:
        """What ``look`` finds, once it finds something; fails when it doesn't in time."""
        deadline = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
            time.sleep(0.1)
        return found

    def _outputs(self) -> Outputs:
        return Outputs(
            api_id=self.api_url.rpartition("/")[2],
            table=self.table,
            mail_bucket=self.mail_bucket,
            data_bucket=self.data_bucket,
            mail_topic=self.mail_topic,
            report_domain=self.report_domain,
            user_pool=self.user_pool,
            user_pool_client=self.user_pool_client,
            sign_in_url=self.sign_in_url,
            letter_sender=self.letter_sender,
            queues=self.queues,
        )
