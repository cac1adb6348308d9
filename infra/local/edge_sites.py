"""What the local edge serves: files of hosts, and the policies of CloudFront's tenants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from shared import settings

CLOUDFRONT: Final = "edge.cloudfront.net"
"""Every endpoint of CloudFront has the same addresses here."""

_TYPES: Final = {".txt": "text/plain", ".svg": "image/svg+xml", ".pem": "application/x-pem-file"}
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII)
_BUCKET: Final = re.compile(r"(?P<bucket>.+?)\.s3[.-]")
_PARAMETER: Final = re.compile(r"\{\{(\w+)\}\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """Of a web host to a GET."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


MISSING: Final = Reply(HTTPStatus.NOT_FOUND, b"not found\n", {"Content-Type": "text/plain"})


class Site(Protocol):
    """One host with a certificate."""

    def get(self, path: str) -> Reply: ...


class Sites(Protocol):
    def find(self, host: str) -> Site | None:
        """By the host's name in lower case; what has no certificate has no site."""


class FileSites:
    """Hosts that have a folder of their own name in one of these; the first one wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def find(self, host: str) -> Site | None:
        if not _HOST.fullmatch(host):
            return None
        found = (folder / host for folder in self._folders)
        return next((_Folder(folder) for folder in found if folder.is_dir()), None)


@dataclass(frozen=True, slots=True)
class _Folder:
    folder: Path

    def get(self, path: str) -> Reply:
        root = self.folder.resolve()
        file = (root / path.lstrip("/")).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            return MISSING
        kind = _TYPES.get(file.suffix, "application/octet-stream")
        return Reply(HTTPStatus.OK, file.read_bytes(), {"Content-Type": kind})


class TenantSites:
    """Hosts that have a distribution tenant, enabled and with its certificate attached."""

    def __init__(self, cloudfront: Any, s3: Any) -> None:
        self._cloudfront = cloudfront
        self._s3 = s3

    def find(self, host: str) -> Site | None:
        try:
            tenant = self._cloudfront.get_distribution_tenant_by_domain(Domain=host)["DistributionTenant"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("EntityNotFound", "404"):
                return None
            raise
        if not (tenant["Enabled"] and tenant.get("Customizations", {}).get("Certificate")):
            return None
        config = self._cloudfront.get_distribution_config(Id=tenant["DistributionId"])["DistributionConfig"]
        origin = config["Origins"]["Items"][0]
        bucket = _BUCKET.match(origin["DomainName"])
        if bucket is None:
            return None
        given = {each["Name"]: each["Value"] for each in tenant.get("Parameters", ())}
        folder = _PARAMETER.sub(lambda parameter: given[parameter[1]], origin.get("OriginPath", ""))
        return _Origin(self._s3, bucket["bucket"], folder.strip("/"))


@dataclass(frozen=True, slots=True)
class _Origin:
    """A folder of a bucket: what the bucket's policy lets the distribution read of it."""

    s3: Any
    bucket: str
    folder: str

    def get(self, path: str) -> Reply:
        if path != settings.POLICY_PATH:
            return MISSING
        try:
            found = self.s3.get_object(Bucket=self.bucket, Key=f"{self.folder}{path}")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return MISSING
            raise
        headers = {"Content-Type": found["ContentType"], "X-Content-Type-Options": "nosniff"}
        return Reply(HTTPStatus.OK, found["Body"].read(), headers)


class RoutedSites:
    """A host is served by who its name leads to: by CloudFront, or by its owner."""

    def __init__(self, addresses: Callable[[str], frozenset[str]], cloudfront: Sites, owners: Sites) -> None:
        self._addresses = addresses
        self._cloudfront = cloudfront
        self._owners = owners

    def find(self, host: str) -> Site | None:
        if not _HOST.fullmatch(host):
            return None
        sites = self._cloudfront if self._addresses(host) & self._addresses(CLOUDFRONT) else self._owners
        return sites.find(host)
