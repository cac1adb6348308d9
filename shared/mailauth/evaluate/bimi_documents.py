"""The image and the evidence that a BIMI record leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate import bimi_flaws as flaws
from shared.mailauth.evaluate.fetching import fetched_from, is_open, media_type, trouble_with
from shared.mailauth.evaluate.questions import Asking, Fetch, Fetched
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.records.mark_certificate import MarkCertificate, read_mark_certificate
from shared.mailauth.records.svg import Svg, read_svg

_LARGEST_IMAGE: Final = 128 * 2**10
"""More than is allowed, so that an image that is a little too large gets its other findings, too."""
_LARGEST_CHAIN: Final = 256 * 2**10
_PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInspection:
    """What ``l=`` leads to. ``unknown``: the web server gave no usable answer.

    ``findings`` are about how it is served; those about the image itself are the ``svg``'s.
    """

    url: str
    valid: bool
    unknown: bool = False
    status: int = 0
    media_type: str = ""
    svg: Svg | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceInspection:
    """What ``a=`` leads to; ``unknown`` and ``findings`` as with the image."""

    url: str
    valid: bool
    unknown: bool = False
    status: int = 0
    certificate: MarkCertificate | None = None
    findings: tuple[Finding, ...] = ()


def findings_of(image: ImageInspection | None, evidence: EvidenceInspection | None) -> tuple[Finding, ...]:
    """All that is to be said about both."""
    found: tuple[Finding, ...] = ()
    if image is not None:
        found += image.findings + (image.svg.findings if image.svg is not None else ())
    if evidence is not None:
        found += evidence.findings
        found += evidence.certificate.findings if evidence.certificate is not None else ()
    return found


Documents = tuple[ImageInspection | None, EvidenceInspection | None]


def inspect_documents(location: str, evidence: str, names: Sequence[str], *, now: float) -> Asking[Documents]:
    """Both are fetched at once; an empty URI has no document. ``names`` may be in the certificate."""
    image_wanted = Fetch(location, _LARGEST_IMAGE, _PATIENCE)
    chain_wanted = Fetch(evidence, _LARGEST_CHAIN, _PATIENCE)
    wanted = tuple(each for each in (image_wanted, chain_wanted) if each.url)
    replies = (yield wanted) if wanted else {}
    image, octets = None, None
    if location:
        fetched = fetched_from(replies, image_wanted)
        image = _image(location, fetched)
        octets = fetched.body if image.svg is not None else None
    if not evidence:
        return image, None
    return image, _evidence(evidence, fetched_from(replies, chain_wanted), names, octets, now)


def _image(url: str, fetched: Fetched) -> ImageInspection:
    trouble = trouble_with(fetched, url, flaws.RULE)
    if trouble is not None:
        return ImageInspection(
            url=url, valid=False, unknown=is_open(trouble), status=fetched.status, findings=(trouble,)
        )
    svg = read_svg(fetched.body)
    served = media_type(fetched)
    findings = () if served == "image/svg+xml" else (flaws.IMAGE_TYPE.found(served),)
    return ImageInspection(
        url=url,
        valid=svg.valid and not has_errors(findings),
        status=fetched.status,
        media_type=served,
        svg=svg,
        findings=findings,
    )


def _evidence(
    url: str, fetched: Fetched, names: Sequence[str], image: bytes | None, now: float
) -> EvidenceInspection:
    trouble = trouble_with(fetched, url, flaws.RULE)
    if trouble is not None:
        return EvidenceInspection(
            url=url, valid=False, unknown=is_open(trouble), status=fetched.status, findings=(trouble,)
        )
    certificate = read_mark_certificate(fetched.body, names, image, now=now)
    return EvidenceInspection(
        url=url,
        valid=certificate.valid,
        status=fetched.status,
        certificate=certificate,
    )
