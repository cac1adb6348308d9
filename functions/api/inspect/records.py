"""``/inspect``: what any domain publishes, looked up now."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.inspect.app import WITH_OR_WITHOUT_KEY, DomainParam, app, described, timed
from functions.api.inspect.schemas import Inspected
from shared.core.inspections import (
    MOST_SELECTORS,
    dkim_inspection,
    inspected_name,
    selectors_of,
    whole_inspection,
)
from shared.mailauth.evaluate.bimi import BimiInspection, inspect_bimi
from shared.mailauth.evaluate.dkim import DkimInspection, DkimSurvey
from shared.mailauth.evaluate.dmarc import DmarcInspection, inspect_dmarc
from shared.mailauth.evaluate.mta_sts import (
    MtaStsInspection,
    MtaStsPolicyInspection,
    inspect_mta_sts,
    inspect_mta_sts_policy,
)
from shared.mailauth.evaluate.mx import MxInspection, inspect_mx
from shared.mailauth.evaluate.tls_rpt import TlsRptInspection, inspect_tls_rpt
from shared.mailauth.evaluate.whole import DomainInspection

_SELECTORS = Query(
    max_length=2_000,
    description=f"DKIM selectors to look at, up to {MOST_SELECTORS} of them separated by commas. Without "
    "any, well-known ones are tried.",
)
_COMMON: dict[str, Any] = {"tags": ["Inspection"], "openapi_extensions": WITH_OR_WITHOUT_KEY}


@app.get(
    "/inspect",
    summary="Inspect everything about a domain",
    description="All its records, and what they mean together.",
    operation_id="inspect_domain",
    responses=described(DomainInspection, 422),
    **_COMMON,
)
def inspect_everything(
    domain: DomainParam, selector: Annotated[str, _SELECTORS] = ""
) -> Inspected[DomainInspection]:
    name, selectors = inspected_name(domain), selectors_of(selector)
    return timed(lambda lookups: whole_inspection(lookups, name, selectors, now=app.now))


@app.get(
    "/inspect/dmarc",
    summary="Inspect a DMARC policy",
    description="The record that applies to the domain and how it is found: by the tree walk of RFC 9989, "
    "and by the public suffix list; and whether its report destinations consent.",
    operation_id="inspect_dmarc",
    responses=described(DmarcInspection, 422),
    **_COMMON,
)
def dmarc(domain: DomainParam) -> Inspected[DmarcInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_dmarc(name)))


@app.get(
    "/inspect/dkim",
    summary="Inspect DKIM keys",
    description="With one `selector` the key there; with several, or the well-known ones where none is "
    "named, a survey of them.",
    operation_id="inspect_dkim",
    responses=described(DkimInspection | DkimSurvey, 422),
    **_COMMON,
)
def dkim(
    domain: DomainParam, selector: Annotated[str, _SELECTORS] = ""
) -> Inspected[DkimInspection | DkimSurvey]:
    asking: Any = dkim_inspection(inspected_name(domain), selectors_of(selector))
    return timed(lambda lookups: lookups.run(asking))


@app.get(
    "/inspect/bimi",
    summary="Inspect a brand indicator",
    description="The BIMI record, its image and its certificate, and whether DMARC lets it be shown.",
    operation_id="inspect_bimi",
    responses=described(BimiInspection, 422),
    **_COMMON,
)
def bimi(
    domain: DomainParam,
    selector: Annotated[str, Query(max_length=253, description="The BIMI selector.")] = "default",
) -> Inspected[BimiInspection]:
    name, selectors = inspected_name(domain), selectors_of(selector)
    asking = inspect_bimi(name, selectors[0] if selectors else "default", now=app.now)
    return timed(lambda lookups: lookups.run(asking))


@app.get(
    "/inspect/mta-sts",
    summary="Inspect an MTA-STS record",
    operation_id="inspect_mta_sts",
    responses=described(MtaStsInspection, 422),
    **_COMMON,
)
def mta_sts(domain: DomainParam) -> Inspected[MtaStsInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_mta_sts(name)))


@app.get(
    "/inspect/mta-sts-policy",
    summary="Inspect an MTA-STS policy",
    description="The policy file, its host's certificate, and which mail hosts it covers.",
    operation_id="inspect_mta_sts_policy",
    responses=described(MtaStsPolicyInspection, 422),
    **_COMMON,
)
def mta_sts_policy(domain: DomainParam) -> Inspected[MtaStsPolicyInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_mta_sts_policy(name)))


@app.get(
    "/inspect/tls-rpt",
    summary="Inspect a TLS-RPT record",
    operation_id="inspect_tls_rpt",
    responses=described(TlsRptInspection, 422),
    **_COMMON,
)
def tls_rpt(domain: DomainParam) -> Inspected[TlsRptInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_tls_rpt(name)))


@app.get(
    "/inspect/mx",
    summary="Inspect mail hosts",
    operation_id="inspect_mx",
    responses=described(MxInspection, 422),
    **_COMMON,
)
def mx(domain: DomainParam) -> Inspected[MxInspection]:
    name = inspected_name(domain)
    return timed(lambda lookups: lookups.run(inspect_mx(name)))
