"""What can be wrong with the image of a BIMI record."""

from __future__ import annotations

from typing import Final

from shared.mailauth.findings import Flaw, Severity

_PROFILE: Final = "SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman)"
_ERROR: Final = Severity.ERROR

NOT_SVG: Final = Flaw(
    "svg_unreadable",
    _ERROR,
    "The image is no SVG: {why}.",
    "Publish an SVG Tiny PS document (.svg, or .svgz when compressed with gzip).",
    _PROFILE,
)
TOO_LARGE: Final = Flaw(
    "svg_too_large",
    _ERROR,
    "The image has {size} octets, the limit is {limit}.",
    "Simplify the paths until the document fits into 32 KB.",
    "BIMI draft, 32 KB",
)
DECLARATIONS: Final = Flaw(
    "svg_document_type",
    _ERROR,
    "The image has a document type or entity declaration.",
    "Remove the <!DOCTYPE ...> from the file.",
    _PROFILE,
)
INSTRUCTION: Final = Flaw(
    "svg_processing_instruction",
    _ERROR,
    "The image has the processing instruction {subject!r}.",
    "Remove it; style sheets are not part of the profile.",
    _PROFILE,
)
ROOT: Final = Flaw(
    "svg_root",
    _ERROR,
    "The root element is {subject!r}, not svg in the namespace http://www.w3.org/2000/svg.",
    "Give the root element svg its namespace.",
    _PROFILE,
)
VERSION: Final = Flaw(
    "svg_version",
    _ERROR,
    'The root element has version="{subject}", not version="1.2".',
    'Set version="1.2" on the root element.',
    _PROFILE,
)
BASE_PROFILE: Final = Flaw(
    "svg_base_profile",
    _ERROR,
    'The root element has baseProfile="{subject}", not baseProfile="tiny-ps".',
    'Set baseProfile="tiny-ps" on the root element.',
    _PROFILE,
)
PLACED: Final = Flaw(
    "svg_root_placed",
    _ERROR,
    "The root element has the attribute {subject!r}.",
    "Remove x and y from the root element.",
    _PROFILE,
)
NO_TITLE: Final = Flaw(
    "svg_no_title",
    _ERROR,
    "The image has no title.",
    "Put <title>Name of the brand</title> directly below the root element.",
    _PROFILE,
)
SCRIPT: Final = Flaw(
    "svg_script",
    _ERROR,
    "The image holds a script: {subject!r}.",
    "Remove scripts and event handlers.",
    _PROFILE,
)
ANIMATION: Final = Flaw(
    "svg_animation",
    _ERROR,
    "The image is animated: element {subject!r}.",
    "Remove all animation.",
    _PROFILE,
)
EXTERNAL: Final = Flaw(
    "svg_external_reference",
    _ERROR,
    "The image refers to something outside itself: {subject!r}.",
    "Only references within the document (#name) are allowed.",
    _PROFILE,
)
EMBEDDED: Final = Flaw(
    "svg_embedded",
    _ERROR,
    "The image embeds other content: element {subject!r}.",
    "Draw it as vectors; bitmaps, media, links and foreign content are not part of the profile.",
    _PROFILE,
)
OTHER_ELEMENT: Final = Flaw(
    "svg_element_outside_profile",
    Severity.WARNING,
    "The element {subject!r} is not part of SVG Tiny PS.",
    "Remove it or draw it otherwise; mark-verifying authorities and receivers may refuse the image.",
    _PROFILE,
)
FOREIGN_NAMES: Final = Flaw(
    "svg_foreign_namespace",
    Severity.WARNING,
    "The image has elements of another namespace: {subject!r}.",
    "Remove what an editor left in the file.",
    _PROFILE,
)
NOT_SQUARE: Final = Flaw(
    "svg_not_square",
    Severity.WARNING,
    "The image is {width:g} wide and {height:g} high.",
    "Use a square: receivers show it in a square or a circle.",
    "BIMI draft, image",
)
NO_SIZE: Final = Flaw(
    "svg_no_view_box",
    Severity.WARNING,
    "The root element has no usable viewBox.",
    'Set a square viewBox, such as viewBox="0 0 512 512".',
    "BIMI draft, image",
)
