"""Opens a delivery (a mail, or a bare file) and reads every report in it (RFC 9990 3.5, RFC 8460 5).

What a thing is, is told by its bytes. Labels only decide whether something that cannot be read is
noise (a picture, a signature, a letter) or a report we must say we have refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shared.mailauth.reports import (
    archives,
    ole,
    sniff,
    tnef,
    transfer,
)
from shared.mailauth.reports.aggregate import read_aggregate
from shared.mailauth.reports.allowance import Allowance
from shared.mailauth.reports.failure import read_failure
from shared.mailauth.reports.failure_parts import (
    feedback_reading,
    letter_reading,
    original_of,
)
from shared.mailauth.reports.headers import BLOCK
from shared.mailauth.reports.labels import (
    claims_report,
    is_feedback,
    is_letter,
    is_mail,
    name_claims_report,
)
from shared.mailauth.reports.mail_headers import MailHeaders, mail_headers
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.mime import Part, walk
from shared.mailauth.reports.pieces import Readable, chunks_of, first, gathered, peeked
from shared.mailauth.reports.reading import (
    Exceeded,
    Parsed,
    Reading,
    Reason,
    Refused,
    Unreadable,
)
from shared.mailauth.reports.smime import signed_content
from shared.mailauth.reports.sniff import Shape
from shared.mailauth.reports.texts import plain
from shared.mailauth.reports.tls_rpt import read_tls
from shared.mailauth.reports.values import RowSink, TlsReport

_ARCHIVES = frozenset({Shape.GZIP, Shape.ZIP, Shape.BASE64, Shape.UUENCODE})
_BUNDLES = frozenset({Shape.MAIL, Shape.TNEF, Shape.CMS, Shape.OLE})


def read_delivery(
    source: bytes | Readable,
    *,
    open_sink: Callable[[], RowSink],
    meter: Meter,
    name: str = "",
) -> Iterator[Reading]:
    """Yield a reading for each report in the delivery, and for each thing that claimed to be one.

    At least one reading is yielded, and no input makes it raise. ``open_sink`` is called for each
    aggregate report; a sink is whole only once its ``Parsed`` is yielded, so the rows of a report
    that breaks off must be dropped with their sink. Once a limit is exceeded nothing more is read.
    """
    opening = _Opening(open_sink, meter)
    try:
        yield from opening.delivery(source, _Place(plain(name, 200)))
    except Exceeded as stop:
        yield Refused(opening.where, stop.reason, stop.detail)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the delivery something lies, and in how many archives and bundles."""

    path: str
    archives: int = 0
    bundles: int = 0

    def named(self, name: str) -> _Place:
        return replace(self, path=f"{self.path}/{name}".strip("/"))


class _Opening:
    """The opening of one delivery. ``where`` is the path of what is being read."""

    def __init__(self, open_sink: Callable[[], RowSink], meter: Meter) -> None:
        self.where = ""
        self._open_sink = open_sink
        self._meter = meter
        self._limits = meter.limits
        self._allowance = Allowance(meter)

    def delivery(self, source: bytes | Readable, place: _Place) -> Iterator[Reading]:
        self.where = place.path
        head, rest = peeked(chunks_of(source), sniff.HEAD)
        if sniff.sniff(head) in (Shape.MAIL, Shape.OTHER, Shape.HTML, Shape.EMPTY):
            # bytes are not copied, which would double what a large mail takes
            whole = (source,) if isinstance(source, bytes) else rest
            data = gathered(whole, self._limits.message)
            if not data.strip(b" \t\r\n\0"):
                yield Refused(place.path, Reason.EMPTY, "no content")
                return
            head_of_mail = mail_headers(data)
            readings: Iterator[Reading] = (
                _signed(each, head_of_mail) for each in self._mail_file(data, place)
            )
        else:
            readings = self._payload(rest, place)
        found = False
        for reading in readings:
            found = True
            yield reading
        if not found:
            yield Refused(place.path, Reason.NOT_A_REPORT, "nothing in it is a report")

    # --- mails ---

    def _mail_file(self, data: bytes, place: _Place) -> Iterator[Reading]:
        if b"\n" not in data:
            data = data.replace(b"\r", b"\n")
        yield from self._mail(data, 0, len(data), place)

    def _mail(self, data: bytes, start: int, end: int, place: _Place) -> Iterator[Reading]:
        self.where = place.path
        parts = walk(
            data,
            start,
            end,
            depth=place.bundles,
            path=place.path,
            allowance=self._allowance,
        )
        found = False
        for reading in self._parts(data[start : min(end, start + BLOCK)], parts, place):
            found = True
            yield reading
        if not found:
            letter = letter_reading(data[start : min(end, start + BLOCK)], parts, self._limits)
            yield from () if letter is None else (letter,)

    def _parts(self, top: bytes, parts: tuple[Part, ...], place: _Place) -> Iterator[Reading]:
        read: set[int] = set()
        failures = 0
        for index, part in enumerate(parts):
            if index in read:
                continue
            inside = replace(place, path=part.path, bundles=part.depth + 1)
            if is_mail(part) and not part.is_encoded:
                yield from self._mail(part.data, part.start, part.end, inside)
                continue
            head, content = peeked(part.content(), sniff.HEAD)
            if is_feedback(part) or sniff.sniff(head) is Shape.FEEDBACK:
                self.where = part.path
                original = original_of(parts, index)
                read.update(() if original is None else (original,))
                beside = None if original is None else parts[original]
                yield feedback_reading(top, part, beside, self._limits, failures)
                failures += 1
            elif is_mail(part):
                yield from self._guarded(self._bundle(Shape.MAIL, content, inside), inside)
            else:
                yield from self._leaf(part, head, content, inside)

    def _leaf(self, part: Part, head: bytes, content: Iterator[bytes], place: _Place) -> Iterator[Reading]:
        if is_letter(part):
            if transfer.has_uuencode(head):
                content = transfer.from_uuencode(content)
            elif not sniff.is_report_in_letter(head):
                return
        yield from self._payload(content, place, claimed=claims_report(part))

    # --- payloads ---

    def _payload(self, chunks: Iterable[bytes], place: _Place, *, claimed: bool = True) -> Iterator[Reading]:
        """Read what its bytes say it is. What nothing says is noise, unless it claimed to be a report."""
        yield from self._guarded(self._shaped(chunks, place, claimed), place)

    def _guarded(self, readings: Iterator[Reading], place: _Place) -> Iterator[Reading]:
        self.where = place.path
        try:
            yield from readings
        except Exceeded:
            raise
        except Unreadable as no:
            yield Refused(place.path, no.reason, no.detail, no.personal)

    def _shaped(self, chunks: Iterable[bytes], place: _Place, claimed: bool) -> Iterator[Reading]:
        head, content = peeked(chunks, sniff.HEAD)
        shape = sniff.sniff(head)
        if shape is Shape.XML:
            sink = self._open_sink()
            yield Parsed(place.path, read_aggregate(content, sink, self._meter), sink)
        elif shape is Shape.JSON:
            yield Parsed(place.path, read_tls(gathered(content, self._limits.json), self._meter))
        elif shape is Shape.FEEDBACK:
            fields = first(content, BLOCK)
            report = read_failure(fields, original=None, mail=mail_headers(b""), limits=self._limits)
            yield Parsed(place.path, report)
        elif shape in _ARCHIVES:
            yield from self._archive(shape, content, replace(place, archives=place.archives + 1))
        elif shape in _BUNDLES:
            yield from self._bundle(shape, content, replace(place, bundles=place.bundles + 1))
        elif shape is Shape.PGP:
            raise Unreadable(Reason.ENCRYPTED, "OpenPGP encrypted")
        elif claimed:
            raise _not_read(shape)

    def _archive(self, shape: Shape, chunks: Iterator[bytes], place: _Place) -> Iterator[Reading]:
        if place.archives > self._limits.archives_deep:
            raise Unreadable(Reason.NESTED_TOO_DEEP, "an archive in an archive in an archive")
        if shape is Shape.ZIP:
            yield from self._zip(gathered(chunks, self._limits.message), place)
        elif shape is Shape.GZIP:
            yield from self._payload(archives.gunzip(chunks, self._allowance), place)
        elif shape is Shape.BASE64:
            yield from self._payload(transfer.from_base64(chunks), place)
        else:
            yield from self._payload(transfer.from_uuencode(chunks), place)

    def _zip(self, data: bytes, place: _Place) -> Iterator[Reading]:
        members = archives.zip_members(data, self._limits)
        if not members:
            raise Unreadable(Reason.EMPTY, "a zip without files")
        found = False
        for member in members:
            content = archives.unzip(data, member, self._allowance)
            claimed = name_claims_report(member.name)
            for reading in self._payload(content, place.named(member.name), claimed=claimed):
                found = True
                yield reading
        if not found:
            raise Unreadable(Reason.NOT_A_REPORT, "no file in the zip is a report")

    def _bundle(self, shape: Shape, chunks: Iterator[bytes], place: _Place) -> Iterator[Reading]:
        """Open what holds mails or attachments; all of these count as levels of MIME."""
        self._allowance.part(place.bundles)
        data = gathered(chunks, self._limits.message)
        if shape is Shape.MAIL:
            yield from self._mail_file(data, place)
        elif shape is Shape.CMS:
            content = signed_content(data)
            if content is not None:
                yield from self._mail_file(content, place)
        else:
            files = tnef.attachments(data) if shape is Shape.TNEF else ole.attachments(data)
            for file in files:
                self._allowance.part(place.bundles)
                claimed = name_claims_report(file.name)
                yield from self._payload(file.content(data), place.named(file.name), claimed=claimed)


def _signed(reading: Reading, mail: MailHeaders) -> Reading:
    """A TLS report with what is known of the mail that brought it: only the head of the outermost one was
    written by who received it."""
    if not isinstance(reading, Parsed) or not isinstance(reading.report, TlsReport):
        return reading
    report = replace(reading.report, sender=mail.from_domain, signers=mail.dkim_domains)
    return replace(reading, report=report)


def _not_read(shape: Shape) -> Unreadable:
    if shape is Shape.FOREIGN_ARCHIVE:
        return Unreadable(Reason.MALFORMED_ARCHIVE, "an archive that is neither gzip nor zip")
    if shape is Shape.EMPTY:
        return Unreadable(Reason.EMPTY, "no content")
    return Unreadable(Reason.NOT_A_REPORT, "neither XML nor JSON nor an archive of them")
