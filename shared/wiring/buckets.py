"""The buckets."""

from __future__ import annotations

from functools import cache

from shared import settings
from shared.adapters.blobs import Blobs
from shared.adapters.s3 import S3Mailbox
from shared.core.mail import Mailbox
from shared.wiring import clients
from shared.wiring.environment import optional, required


@cache
def mailbox() -> Mailbox:
    return S3Mailbox(clients.s3(), required(settings.MAIL_BUCKET), failure_key=optional(settings.FAILURE_KEY))


@cache
def failure_mailbox() -> Mailbox:
    """Of what is set apart, and nothing else."""
    return S3Mailbox(
        clients.s3(), required(settings.MAIL_BUCKET), failure_key=optional(settings.FAILURE_KEY), apart=True
    )


@cache
def blobs() -> Blobs:
    return Blobs(clients.s3(), required(settings.DATA_BUCKET))
