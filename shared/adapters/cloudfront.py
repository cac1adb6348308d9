"""Policy hosts as tenants of a multi-tenant CloudFront distribution."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from shared import settings
from shared.core.hosting.policy_host import Certificate, PolicyHostRefused, Reason, Tenant

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

_REFUSALS: Final = {
    "CNAMEAlreadyExists": Reason.NAME_TAKEN,
    "EntityLimitExceeded": Reason.LIMIT_REACHED,
    "InvalidArgument": Reason.REFUSED,
    "InvalidAssociation": Reason.REFUSED,
}
_UNSEEN: Final = "ownership"
"""The word that tells an ``InvalidArgument`` for a name that CloudFront does not see leading to it."""

_GONE: Final = "EntityNotFound"
_MOVED: Final = frozenset({"PreconditionFailed", "InvalidIfMatchVersion"})
"""Somebody else changed the tenant between our reading and writing it."""

_LATER: Final = frozenset({"IllegalUpdate", "InvalidViewerCertificate"})
"""Another change is under way, or a new certificate is not known everywhere: asked again at the next look."""

_ATTEMPTS: Final = 3


class _Passed(Exception):
    """An answer that a caller may live with; ``code`` is CloudFront's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CloudFrontPolicyHosts:
    """``PolicyHosts``: the tenant's name is the label, its only domain the customer's host, and its
    parameter the folder of the policy."""

    def __init__(
        self,
        client: CloudFrontClient,
        *,
        distribution: str,
        connection_group: str,
    ) -> None:
        self._client = client
        self._distribution = distribution
        self._group = connection_group

    def find(self, label: str, domain: str) -> Tenant | None:
        found = self._tenant(label)
        if found is None:
            return None
        held = found["DistributionTenant"]
        certificate, arn = self._certificate(held["Id"])
        attached = held.get("Customizations", {}).get("Certificate", {}).get("Arn", "")
        return Tenant(
            enabled=held["Enabled"],
            deployed=held["Status"] == "Deployed",
            certificate=certificate,
            certificate_arn=arn,
            attached=attached,
            leads_here=bool(attached) and self._leads_here(held["Id"], domain),
        )

    def create(self, label: str, domain: str) -> None:
        request: Any = {
            "DistributionId": self._distribution,
            "Name": label,
            "Domains": [{"Domain": domain}],
            "Parameters": [{"Name": settings.POLICY_PARAMETER, "Value": label}],
            "ManagedCertificateRequest": _certificate_request(domain),
            "Enabled": True,
            **({"ConnectionGroupId": self._group} if self._group else {}),
        }
        with suppress(_Passed):
            _asked(lambda: self._client.create_distribution_tenant(**request), {"EntityAlreadyExists"})

    def request_certificate(self, label: str, domain: str) -> None:
        self._update(label, ManagedCertificateRequest=_certificate_request(domain))

    def attach(self, label: str, arn: str) -> None:
        self._update(label, Customizations={"Certificate": {"Arn": arn}})  # nothing else is ever customized

    def enable(self, label: str) -> None:
        self._update(label, Enabled=True)

    def disable(self, label: str) -> None:
        self._update(label, Enabled=False)

    def delete(self, label: str) -> None:
        found = self._tenant(label)
        if found is None:
            return
        tenant = found["DistributionTenant"]["Id"]
        # Whatever keeps it, the next look finds it and asks again.
        with suppress(_Passed):
            _asked(
                lambda: self._client.delete_distribution_tenant(Id=tenant, IfMatch=found["ETag"]),
                {_GONE, "ResourceNotDisabled", *_MOVED},
            )

    def _tenant(self, label: str) -> Mapping[str, Any] | None:
        try:
            return _asked(lambda: self._client.get_distribution_tenant(Identifier=label), {_GONE})
        except _Passed:
            return None

    def _certificate(self, tenant: str) -> tuple[Certificate, str]:
        try:
            answer = _asked(lambda: self._client.get_managed_certificate_details(Identifier=tenant), {_GONE})
        except _Passed:
            return Certificate.NONE, ""
        details = answer.get("ManagedCertificateDetails", {})
        if not details.get("CertificateStatus"):
            return Certificate.NONE, ""
        return Certificate(details["CertificateStatus"]), details.get("CertificateArn", "")

    def _leads_here(self, tenant: str, domain: str) -> bool:
        try:
            answer = _asked(lambda: self._client.verify_dns_configuration(Identifier=tenant, Domain=domain))
        except PolicyHostRefused:
            return False
        configured = answer.get("DnsConfigurationList", ())
        return any(each["Status"] == "valid-configuration" for each in configured)

    def _update(self, label: str, **changes: Any) -> None:
        """Harmless when the tenant is gone: the next look begins anew."""
        for _ in range(_ATTEMPTS):
            if self._is_updated(label, changes):
                return

    def _is_updated(self, label: str, changes: Mapping[str, Any]) -> bool:
        """False when somebody else changed the tenant meanwhile."""
        found = self._tenant(label)
        if found is None:
            return True
        tenant = found["DistributionTenant"]
        request: Any = {"Id": tenant["Id"], "IfMatch": found["ETag"], **_settings_of(tenant), **changes}
        try:
            _asked(lambda: self._client.update_distribution_tenant(**request), {_GONE, *_MOVED, *_LATER})
        except _Passed as passed:
            return passed.code not in _MOVED
        return True


def _settings_of(tenant: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that an update may say, as it is: whether it keeps what is left out is not documented."""
    kept = ("DistributionId", "Customizations", "Parameters", "ConnectionGroupId", "Enabled")
    domains = [{"Domain": each["Domain"]} for each in tenant["Domains"]]
    return {"Domains": domains, **{name: tenant[name] for name in kept if name in tenant}}


def _certificate_request(domain: str) -> dict[str, str]:
    """Validated over HTTP by CloudFront, at the name that already leads to it."""
    return {"ValidationTokenHost": "cloudfront", "PrimaryDomainName": domain}


def _asked(call: Callable[[], Any], passing: Collection[str] = ()) -> Mapping[str, Any]:
    """The answer. ``_Passed`` for the errors named, ``PolicyHostRefused`` for refusals."""
    try:
        answer: Mapping[str, Any] = call()
    except ClientError as error:
        problem = error.response["Error"]
        code = problem["Code"]
        if code in passing:
            raise _Passed(code) from error
        if code in _REFUSALS:
            unseen = code == "InvalidArgument" and _UNSEEN in problem.get("Message", "").lower()
            raise PolicyHostRefused(Reason.NAME_UNSEEN if unseen else _REFUSALS[code]) from error
        raise
    return answer or {}
