"""What goes wrong between here and AWS, as one exception for callers that know no SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError


class AwsTrouble(Exception):
    """AWS cannot be reached, or says no; the message is one line."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Whatever the SDK raises inside becomes ``AwsTrouble``; everything else passes."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsTrouble(" ".join(str(error).split())) from None
