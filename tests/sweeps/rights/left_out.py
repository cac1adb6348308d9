"""Rights that nothing on the local stack can show the use of, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.sweeps.privileges import Right

_LISTS: Final = "lets AWS tell who may not list that an object is missing: the emulator tells everybody"
_ENCRYPTS: Final = "taken by S3 in the name of its caller, and the emulator does not ask"
_POLLED: Final = "taken by the queue's poller, which the emulator asks for nothing"

_LEFT_OUT: Final[Mapping[str, str]] = {
    "CreateLogStream logs": "taken by Lambda itself, which the emulator asks for nothing",
    "PutLogEvents logs": "as above",
    "PutTraceSegments xray": "tracing is off here: nothing takes the traces",
    "PutTelemetryRecords xray": "as above",
    "ListBucket mail": _LISTS,
    "ListBucket data": _LISTS,
    "Decrypt kms": _ENCRYPTS,
    "GenerateDataKey kms": _ENCRYPTS,
    "RequestCertificate acm": "taken by CloudFront in the name of its caller, and the emulator does not ask",
    "DescribeCertificate acm": "as above",
}
"""Of any function, with the reason."""

_POLLING: Final = (
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ReceiveMessage",
)


def why_left_out(right: Right) -> str | None:
    if right.verb in _POLLING and right.thing.endswith("-queue"):
        return _POLLED
    return _LEFT_OUT.get(f"{right.verb} {right.thing}")
