"""What can be wrong with a BIMI record."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_RULE: Final = "BIMI draft, assertion record"
_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING

NOT_A_RECORD: Final = Flaw(
    "bimi_not_a_record",
    _ERROR,
    "The text is no BIMI record: it does not begin with v=BIMI1.",
    "Begin with v=BIMI1; exactly in these letters.",
    _RULE,
)
MALFORMED: Final = Flaw(
    "bimi_malformed_tag",
    _WARNING,
    "{subject!r} is no tag and is ignored.",
    "Write tags as name=value, separated by semicolons.",
    _RULE,
)
REPEATED: Final = Flaw(
    "bimi_repeated_tag",
    _ERROR,
    "The tag {subject} stands there more than once.",
    "Keep one of them.",
    _RULE,
)
UNKNOWN: Final = Flaw(
    "bimi_unknown_tag",
    Severity.INFO,
    "The tag {subject} is unknown and ignored.",
    "Remove it, unless a receiver asks for it.",
    _RULE,
)
NO_LOCATION: Final = Flaw(
    "bimi_no_location",
    _ERROR,
    "The tag l is missing.",
    "Add l= with the https URI of the image; leave it empty to decline.",
    _RULE,
)
BAD_URI: Final = Flaw(
    "bimi_bad_uri",
    _ERROR,
    "{tag}={subject} is not one https URI.",
    "Name one URI that begins with https://.",
    _RULE,
)
NOT_SVG_NAME: Final = Flaw(
    "bimi_location_not_svg",
    _WARNING,
    "The image is named {subject}, neither .svg nor .svgz.",
    "Let the path end in .svg, or in .svgz when compressed.",
    _RULE,
)
DECLINED: Final = Flaw(
    "bimi_declined",
    Severity.INFO,
    "l and a are empty: the domain declines to have an image shown.",
    "Nothing to do, if that is meant.",
    _RULE,
)
IMAGE_ONLY_IN_EVIDENCE: Final = Flaw(
    "bimi_no_image",
    _WARNING,
    "l is empty: only receivers that take the image out of the certificate can show it.",
    "Publish the image and name it in l.",
    _RULE,
)
NO_EVIDENCE: Final = Flaw(
    "bimi_no_evidence",
    _WARNING,
    "The record names no mark certificate (a): large receivers show no image without one.",
    "Have a Verified or Common Mark Certificate issued and name its PEM file in a.",
    _RULE,
)
BAD_PREFERENCE: Final = Flaw(
    "bimi_bad_avp",
    _WARNING,
    "avp={subject} is neither brand nor personal; brand is assumed.",
    "Write avp=brand or avp=personal.",
    _RULE,
)
BAD_SELECTORS: Final = Flaw(
    "bimi_bad_lps",
    _WARNING,
    "lps={subject} is no list of local-part selectors.",
    "List selectors of letters, digits and hyphens, separated by commas.",
    _RULE,
)
