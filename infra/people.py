"""How people sign in to a stage, and whom their mail comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared import settings

_SAML_EMAIL: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """An OIDC provider by its ``issuer``, or a SAML one by the URL of its metadata."""

    name: str
    issuer: str = ""
    client_id: str = ""
    secret: str = ""
    """Name of the secret in Secrets Manager that holds the client secret, as plain text."""
    metadata_url: str = ""
    email: str = ""
    """The claim or assertion attribute with the e-mail address; if not set, what most call it."""

    def __post_init__(self) -> None:
        oidc, saml = (self.issuer, self.client_id, self.secret), self.metadata_url
        if any(oidc) == bool(saml) or (any(oidc) and not all(oidc)):
            raise ValueError(
                f"the identity provider {self.name} takes issuer, client_id and secret, or metadata_url"
            )

    @property
    def kind(self) -> str:
        """As Cognito calls it."""
        return "SAML" if self.metadata_url else "OIDC"

    @property
    def mapping(self) -> Mapping[str, str]:
        """Attribute of the pool -> what the provider calls it."""
        return {settings.PROVIDER_EMAIL: self.email or (_SAML_EMAIL if self.metadata_url else "email")}

    def details(self, client_secret: str) -> Mapping[str, str]:
        """What Cognito is to know of it; ``client_secret`` is of OIDC providers."""
        if self.metadata_url:
            return {"MetadataURL": self.metadata_url, "IDPSignout": "false"}
        return {
            "client_id": self.client_id,
            "client_secret": client_secret,
            "oidc_issuer": self.issuer,
            "authorize_scopes": "openid email",
            "attributes_request_method": "GET",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What of a stage is about people."""

    sign_in_prefix: str
    """First label of the hosted sign-in's name, which nobody else in the region has."""
    letter_sender: str
    """Address that mail to people comes from. Below the report domain its domain is set up here; elsewhere
    the domain is one that SES has verified."""
    callback_urls: tuple[str, ...] = ()
    """Where a sign-in may end beside the command line's own addresses."""
    identity_providers: tuple[IdentityProvider, ...] = ()
    pages_url: str | None = None
    """What the links in letters begin with; if not set, the API's own pages."""
    cognito_endpoint: str | None = None
    """Of the emulator, for Cognito's keys and sign-in; if not set, AWS's own addresses."""
    makes_providers: bool = True
    """Whether the stacks make the identity providers; if not, something else does: the emulator's
    CloudFormation knows no such resource, though its Cognito does."""

    @property
    def letter_domain(self) -> str:
        return self.letter_sender.rpartition("@")[2]


def people_of(
    report_domain: str,
    *,
    sign_in_prefix: str | None = None,
    letter_sender: str | None = None,
    callback_urls: tuple[str, ...] = (),
    identity_providers: tuple[IdentityProvider, ...] = (),
    pages_url: str | None = None,
    cognito_endpoint: str | None = None,
    makes_providers: bool = True,
) -> People:
    """What is not said follows from the report domain, which is nobody else's. Letters come from below it:
    it says of itself that it sends nothing, so that ``ValueError`` is raised for an address of its own."""
    people = People(
        sign_in_prefix=sign_in_prefix or report_domain.replace(".", "-")[:63].strip("-"),
        letter_sender=letter_sender or f"postseal@letters.{report_domain}",
        callback_urls=callback_urls,
        identity_providers=identity_providers,
        pages_url=pages_url,
        cognito_endpoint=cognito_endpoint,
        makes_providers=makes_providers,
    )
    if people.letter_domain == report_domain:
        raise ValueError(f"{report_domain} sends no mail, and says so: letters need another domain")
    return people
