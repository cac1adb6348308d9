"""``/validate``: texts that are to become records, held to the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.inspect.app import WITH_OR_WITHOUT_KEY, app, described, timed
from functions.api.inspect.schemas import Inspected, RecordText
from shared.core.inspections import Kind, validation
from shared.edge.recording import unrecorded
from shared.mailauth.evaluate.bimi import BimiInspection
from shared.mailauth.evaluate.dkim import DkimInspection
from shared.mailauth.evaluate.dmarc import DmarcInspection
from shared.mailauth.evaluate.inspection import Inspection
from shared.mailauth.evaluate.mta_sts import MtaStsInspection, MtaStsPolicyInspection
from shared.mailauth.evaluate.spf_tree import SpfInspection
from shared.mailauth.evaluate.tls_rpt import TlsRptInspection

_MODELS: Final[Mapping[Kind, tuple[type[Inspection], str]]] = {
    Kind.DMARC: (DmarcInspection, "a DMARC record"),
    Kind.SPF: (SpfInspection, "an SPF record"),
    Kind.DKIM: (DkimInspection, "a DKIM key record"),
    Kind.BIMI: (BimiInspection, "a BIMI record"),
    Kind.MTA_STS: (MtaStsInspection, "an MTA-STS record"),
    Kind.MTA_STS_POLICY: (MtaStsPolicyInspection, "an MTA-STS policy file"),
    Kind.TLS_RPT: (TlsRptInspection, "a TLS-RPT record"),
}
_DESCRIPTION: Final = (
    "The shape of the answer is that of the inspection of a published one; what only the DNS tells is left "
    "out, except what an SPF record includes when its domain is named. A record may be in quoted strings, as "
    "zone files have it."
)

_LONGEST_IN_URL: Final = 4_096
"""Characters of a text in a query. API Gateway takes 10,240 octets of request line and headers."""

RecordParam = Annotated[
    str, Query(max_length=_LONGEST_IN_URL, description="The text. A longer one is sent as a body.")
]
OwnerParam = Annotated[str, Query(max_length=1_000, description="The domain that is to publish it.")]


def validated(kind: Kind, record: str, domain: str) -> Inspected[Any]:
    return timed(lambda lookups: validation(lookups, kind, record, domain))


def _add_routes(kind: Kind, model: type[Inspection], what: str) -> None:
    """Short texts fit into a URL, and all into a body. Each kind has routes of its own in the document."""

    def of_query(record: RecordParam, domain: OwnerParam = "") -> Any:
        return validated(kind, record, domain)

    def of_body(body: RecordText) -> Any:
        return validated(kind, body.record, body.domain)

    of_query.__annotations__["return"] = of_body.__annotations__["return"] = Inspected[model]  # type: ignore[valid-type]
    said: dict[str, Any] = {
        "summary": f"Validate {what}",
        "description": _DESCRIPTION,
        "tags": ["Validation"],
        "openapi_extensions": WITH_OR_WITHOUT_KEY,
    }
    path, name = f"/validate/{kind}", f"validate_{kind.replace('-', '_')}"
    app.get(path, operation_id=name, responses=described(model, 422), **said)(of_query)
    posted = described(model, 413, 415, 422)
    app.post(path, operation_id=f"{name}_text", responses=posted, middlewares=[unrecorded], **said)(of_body)


for _kind, (_model, _what) in _MODELS.items():
    _add_routes(_kind, _model, _what)
