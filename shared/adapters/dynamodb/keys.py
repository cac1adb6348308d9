"""Every key of the table, under the questions that it answers.

One table, ``pk``/``sk``, and one index, ``gsi1pk``/``gsi1sk``. Numbers are padded so that text sorts as
numbers do. The index carries ``settings.INDEX_ATTRIBUTES``: all that lists of reports show. Whatever else is
found through it is then read from the table.

| question                                              | answered by                                    |
|-------------------------------------------------------|------------------------------------------------|
| account by id, with its exact domain counters         | get ``A#<account>`` / ``ACCOUNT``              |
| the operator's account                                | get ``OPERATOR`` / ``OPERATOR``                |
| whose token is this                                   | get ``T#<token>`` / ``TOKEN``                  |
| all accounts                                          | index ``ACCOUNTS``                             |
| API key by hash; count its request                    | update ``K#<hash>`` / ``KEY``                  |
| API keys of an account, newest first                  | index ``A#<account>#KEYS``                     |
| requests of an address in a minute                    | update ``IP#<address>#<bucket>#<minute>``      |
| member by account and user; members of an account     | ``A#<account>#MEMBERS`` / ``<user>``, and      |
|                                                       | ``<user>#SETTINGS``                            |
| accounts of a user                                    | index ``U#<user>#ACCOUNTS`` / ``<account>``    |
| domain by id; domains of an account by id             | ``A#<account>`` / ``D#<domain>``               |
| domain by name; domain that covers a name             | get ``A#<account>#NAMES`` / ``<name>``         |
| active domains of the deployment, in 16 parts         | index ``DOMAINS#<shard>``                      |
| groups of an account; group by id                     | ``A#<account>#GROUPS`` / ``<group>``           |
| is this label of a group taken                        | ``A#<account>#LABELS`` / ``<hash of it>``      |
| domains in a group, by id                             | ``G#<account>#<group>`` / ``<domain>``         |
| domains in no group; in any                           | ``G#<account>#1``; ``G#<account>#ANY``         |
| tags of an account; tag by id                         | ``A#<account>#TAGS`` / ``<tag>``               |
| is this name of a tag taken                           | ``A#<account>#TAGNAMES`` / ``<hash of it>``    |
| domains with a tag, by id                             | ``X#<account>#<tag>`` / ``<domain>``           |
| is this report stored; has its content come before    | ``F#<account>#<domain>`` / ``<kind>#<id>``,    |
|                                                       | ``C#<content>``, in one transaction            |
| reports of a domain by kind and date, newest first    | ``F#<account>#<domain>`` / ``<kind>#<id>``     |
| reports of a domain and day                           | the same, as ids start with the day            |
| reports of an account by kind and date; report by id  | index ``A#<account>#<kind>`` / ``<id>``        |
| day totals of a domain between dates                  | ``S#<account>#<domain>`` / ``<day>``           |
| day sources and reporters of a domain between dates   | ``SD#<account>#<domain>`` / ``<day>``          |
| since when, until when senders of a domain were seen   | get ``SD#<account>#<domain>`` / ``SEEN``       |
| an account's own senders                              | get ``A#<account>`` / ``SENDERS``              |
| what TLS reports say of the domains of an account     | ``A#<account>#TLS`` / ``<domain>``             |
| messages of the last days, by standing, of domains    | ``A#<account>#WEEK`` / ``<domain>``            |
| day counts of an account between dates                | ``A#<account>#DAYS`` / ``<day>``               |
| audit log of an account, newest first                 | ``L#<account>#<month>`` / ``<id>``             |
| quarantine of an owner, newest first                  | ``Q#<owner>`` / ``<id>``                       |
| quarantine entries of one delivery                    | index ``Q#<owner>#<mail>`` / ``<id>``          |
| upload by id                                          | get ``A#<account>`` / ``U#<upload>``           |
| host names of up to 256 neighbouring addresses        | get ``H#<network>`` / ``HOSTS``                |
| the answer to a request with this idempotency key     | ``I#<account>`` / ``<hash of the key>``        |
| every mail that came for an account                   | ``M#<account>`` / ``<key in the bucket>``      |
| searches among failure reports of somebody; of all    | ``A#<account>#SEARCHES`` / ``<who>#<token>``   |
| the last export of an account                         | get ``A#<account>`` / ``EXPORT``               |
| detail reports of an account, by age; one by token    | ``A#<account>#DETAILS`` / ``JOB#<token>``, and |
| with what was asked, and its parts that are done      | ``ASK#<token>``, ``NOTE#<token>#<part>``       |
| is there one that answers the same question           | the same / ``SAME#<hash of it>``               |
| what of a closed account is being cleared up          | ``A#<account>#LEAVING`` / ``<kind>#<id>``      |
| a secret of the deployment                            | get ``SECRET`` / ``<name>``                    |
| what is known of a domain's DNS, and for looking at   | ``W#<account>#<domain>`` / ``NOW#...``: its    |
| it: in one request                                    | state, its mail's selectors, approved sources  |
| changes of a domain's DNS, newest first               | the same / ``PAST#<change>``                   |
| domains whose DNS is looked at in a quarter of an hour | index ``CHECKS#<interval>#<slot>``            |
| the last quarter whose looks were asked for           | get ``SCHEDULE`` / ``CHECKS``                  |
| what is hosted for a domain                           | get ``Z#<account>#<domain>`` / ``HOSTING``     |
| hosted domains in 4 parts                             | index ``HOSTINGS#<slot>``                      |
| the last quarter in which those were looked at        | get ``SCHEDULE`` / ``HOSTINGS``                |
| how many domains a zone holds                         | get ``ZONE#<zone>`` / ``LOAD``                 |
| alerts of an account, newest first                    | ``N#<account>`` / ``<alert>``                  |
| is this alert raised already; alerts of a domain      | ``NM#<account>#<domain>`` / ``<hash of it>``   |
| webhooks of an account                                | ``A#<account>#WEBHOOKS`` / ``<webhook>``       |
| deliveries to a webhook, newest first                 | ``V#<account>`` / ``<webhook>#<delivery>``     |
| is this member's digest of this period sent           | ``A#<account>#DIGESTS`` / ``<user>#<period>``  |
| user by id                                            | get ``P#<user>`` / ``USER``                    |
| user by e-mail address                                | get ``E#<address>`` / ``USER``                 |
| what a letter lets a user do; tickets of a user       | ``P#<user>`` / ``TICKET#<purpose>#<account>``  |
| advice about a domain: every issue and task of it     | get ``J#<account>#<domain>`` / ``ADVICE``      |
| what the policy planner's list shows of a domain      | ``A#<account>#PLANS`` / ``<domain>``           |
| of which domain is this issue or task                 | get ``A#<account>#MATTERS`` / ``<id>``         |
| issues of an account, sorted by created, domain, or   | ``A#<account>#ISSUES#<order>`` /               |
| solved; those that are (not) solved or ignored        | ``<solved><ignored>#<place>#<id>``             |
| tasks of an account, sorted so, or by category        | ``A#<account>#TASKS#<order>`` / the same       |
| policy filters of an account                          | ``A#<account>#POLICYFILTERS`` / ``<id>``       |
| favourite addresses of a domain                       | get ``Y#<account>#<domain>`` / ``FAVOURITES``  |
| the newest snapshot of an account's sources           | get ``A#<account>`` / ``SNAPSHOT``             |
| what of a day is in the lake                          | get ``LAKE#<account>`` / ``<day>``             |
| filters of its sources                                | ``A#<account>#SOURCEFILTERS`` / ``<id>``       |
| attempts at something in a stretch of time            | update ``TRY#<what>#<seconds>#<stretch>``      |
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, NamedTuple

from shared import settings
from shared.core.advice.advices import Order
from shared.core.advice.ledger import Kind as Matters
from shared.core.clock import utc_day
from shared.core.domains import SHARDS
from shared.core.hosting.hosting import SLOTS
from shared.core.ids import (
    AccountId,
    AlertId,
    ApiKeyId,
    AuditId,
    DeliveryId,
    DomainId,
    FilterId,
    GroupId,
    MatterId,
    QuarantineId,
    ReportId,
    TagId,
    UploadId,
    UserId,
    WebhookId,
    minted_at,
)
from shared.core.people.tickets import Purpose as TicketPurpose
from shared.core.stored_filters import Purpose
from shared.core.watching.states import ChangeId
from shared.mailauth.reports.values import Kind

INDEX: Final = "gsi1"

KINDS: Final = {Kind.AGGREGATE: "A", Kind.TLS: "T", Kind.FAILURE: "U"}
_DIGITS: Final = 16
BEFORE_ALL: Final = " "
AFTER_ALL: Final = "\x7f"
"""Sort before and after every number and name."""

NOW: Final = "NOW#"
SOURCE: Final = f"{NOW}SOURCE#"
PAST: Final = "PAST#"


class Key(NamedTuple):
    pk: str
    sk: str


def padded(number: int) -> str:
    return f"{number:0{_DIGITS}d}"


def member(owner: AccountId, user: UserId) -> Key:
    return Key(f"A#{owner}#MEMBERS", padded(user))


def member_settings(owner: AccountId, user: UserId) -> Key:
    """Right after the member."""
    where = member(owner, user)
    return Key(where.pk, f"{where.sk}#SETTINGS")


def memberships_of(user: UserId, owner: AccountId) -> Key:
    """In the index."""
    return Key(f"U#{user}#ACCOUNTS", padded(owner))


def account_of_members(pk: str) -> AccountId:
    return AccountId(int(pk.split("#")[1]))


def account(number: AccountId) -> Key:
    return Key(f"A#{number}", "ACCOUNT")


def all_accounts(number: AccountId) -> Key:
    """In the index."""
    return Key("ACCOUNTS", padded(number))


OPERATOR: Final = Key("OPERATOR", "OPERATOR")


def token(text: str) -> Key:
    return Key(f"T#{text}", "TOKEN")


def api_key(key_hash: str) -> Key:
    return Key(f"K#{key_hash}", "KEY")


def keys_of(owner: AccountId, key: ApiKeyId) -> Key:
    """In the index."""
    return Key(f"A#{owner}#KEYS", padded(key))


def address_minute(address: str, bucket: str, minute: int) -> Key:
    return Key(f"IP#{address}#{bucket}#{minute}", "COUNT")


def domain(owner: AccountId, number: DomainId) -> Key:
    return Key(f"A#{owner}", f"D#{padded(number)}")


def domain_name(owner: AccountId, name: str) -> Key:
    return Key(f"A#{owner}#NAMES", name)


def active_domain(owner: AccountId, number: DomainId) -> Key:
    """In the index. Domains of two accounts can have one number."""
    return Key(shard(number % SHARDS), f"{padded(number)}#{owner}")


def shard(number: int) -> str:
    return f"DOMAINS#{number}"


def group(owner: AccountId, number: GroupId) -> Key:
    return Key(f"A#{owner}#GROUPS", padded(number))


def group_label(owner: AccountId, folded: str) -> Key:
    return Key(f"A#{owner}#LABELS", _short(folded))


def in_group(owner: AccountId, number: GroupId, home: DomainId) -> Key:
    """In the default group's partition are the domains that are in no other."""
    return Key(f"G#{owner}#{number}", padded(home))


def in_any_group(owner: AccountId, home: DomainId) -> Key:
    """Beside the default group."""
    return Key(f"G#{owner}#ANY", padded(home))


def tag(owner: AccountId, number: TagId) -> Key:
    return Key(f"A#{owner}#TAGS", padded(number))


def tag_name(owner: AccountId, folded: str) -> Key:
    return Key(f"A#{owner}#TAGNAMES", _short(folded))


def tagged(owner: AccountId, number: TagId, home: DomainId) -> Key:
    return Key(f"X#{owner}#{number}", padded(home))


def fact(owner: AccountId, home: DomainId, kind: Kind, report: ReportId) -> Key:
    return Key(f"F#{owner}#{home}", f"{KINDS[kind]}#{padded(report)}")


def content(owner: AccountId, home: DomainId, content_hash: str) -> Key:
    return Key(f"F#{owner}#{home}", f"C#{content_hash}")


def reports_of(owner: AccountId, kind: Kind, report: ReportId) -> Key:
    """In the index."""
    return Key(f"A#{owner}#{KINDS[kind]}", padded(report))


def day_totals(owner: AccountId, home: DomainId, day: date) -> Key:
    return Key(f"S#{owner}#{home}", day.isoformat())


def day_detail(owner: AccountId, home: DomainId, day: date) -> Key:
    return Key(f"SD#{owner}#{home}", day.isoformat())


def sender_history(owner: AccountId, home: DomainId) -> Key:
    """Beside the days, behind them all."""
    return Key(f"SD#{owner}#{home}", "SEEN")


def sender_extension(owner: AccountId) -> Key:
    return Key(f"A#{owner}", "SENDERS")


def account_day(owner: AccountId, day: date) -> Key:
    return Key(f"A#{owner}#DAYS", day.isoformat())


def tls_days(owner: AccountId, home: DomainId) -> Key:
    return Key(f"A#{owner}#TLS", padded(home))


def week(owner: AccountId, home: DomainId) -> Key:
    return Key(f"A#{owner}#WEEK", padded(home))


def quarantined(owner: AccountId, entry: QuarantineId) -> Key:
    return Key(f"Q#{owner}", padded(entry))


def quarantined_of(owner: AccountId, mail: str, entry: QuarantineId) -> Key:
    """In the index."""
    return Key(f"Q#{owner}#{mail}", padded(entry))


def audited(owner: AccountId, entry: AuditId) -> Key:
    """A partition a month: lists go from one to the one before, and none grows for ever."""
    return Key(audit_month(owner, utc_day(minted_at(entry))), padded(entry))


def audit_month(owner: AccountId, day: date) -> str:
    """The partition that holds the entries of a day."""
    return f"{settings.AUDIT_LOG}{owner}#{day:%Y-%m}"


def upload(owner: AccountId, number: UploadId) -> Key:
    return Key(f"A#{owner}", f"U#{padded(number)}")


def mail(owner: AccountId, place: str) -> Key:
    return Key(f"M#{owner}", place)


def failure_job(owner: AccountId, asker: str, token: str) -> Key:
    return Key(f"A#{owner}#SEARCHES", f"{asker}#{token}")


def export(owner: AccountId) -> Key:
    return Key(f"A#{owner}", "EXPORT")


def leaving(owner: AccountId, kind: str, number: int) -> Key:
    return Key(f"A#{owner}#LEAVING", f"{kind}#{padded(number)}")


def hosts(network: str) -> Key:
    return Key(f"H#{network}", "HOSTS")


def answer(owner: AccountId, key: str) -> Key:
    """Clients choose their keys: as long as they like."""
    return Key(f"I#{owner}", _short(key))


def _short(text: str) -> str:
    """Of text that might be longer than a key may be."""
    return hashlib.sha256(text.encode()).hexdigest()


def secret(name: str) -> Key:
    return Key("SECRET", name)


def dns_state(owner: AccountId, home: DomainId) -> Key:
    return Key(watched(owner, home), f"{NOW}STATE")


def seen_mail(owner: AccountId, home: DomainId) -> Key:
    return Key(watched(owner, home), f"{NOW}MAIL")


def approved_source(owner: AccountId, home: DomainId, slug: str) -> Key:
    return Key(watched(owner, home), f"{SOURCE}{slug}")


def dns_change(owner: AccountId, home: DomainId, change: ChangeId) -> Key:
    return Key(watched(owner, home), f"{PAST}{padded(change)}")


def turn(owner: AccountId, home: DomainId) -> Key:
    return Key(watched(owner, home), "TURN")


def watched(owner: AccountId, home: DomainId) -> str:
    return f"W#{owner}#{home}"


def slot(interval: int, number: int) -> str:
    """In the index."""
    return f"CHECKS#{interval}#{number}"


def turn_of(owner: AccountId, home: DomainId, interval: int, number: int) -> Key:
    """In the index."""
    return Key(slot(interval, number), f"{padded(home)}#{owner}")


CHECKS: Final = Key("SCHEDULE", "CHECKS")


def hosting(owner: AccountId, home: DomainId) -> Key:
    """Outlives the domain: what its names lead to is served until they do no more."""
    return Key(f"Z#{owner}#{home}", "HOSTING")


def hosting_of(owner: AccountId, home: DomainId) -> Key:
    """In the index."""
    return Key(hosting_slot(home % SLOTS), f"{padded(home)}#{owner}")


def hosting_slot(slot: int) -> str:
    return f"HOSTINGS#{slot}"


HOSTING_LOOKS: Final = Key("SCHEDULE", "HOSTINGS")


def zone_load(zone: str) -> Key:
    return Key(f"ZONE#{zone}", "LOAD")


def alert(owner: AccountId, number: AlertId) -> Key:
    return Key(f"N#{owner}", padded(number))


def alert_mark(owner: AccountId, home: DomainId | None, identity: str) -> Key:
    """Beside the alert, and gone with its domain."""
    return Key(f"NM#{owner}#{home or 0}", _short(identity))


def webhook(owner: AccountId, number: WebhookId) -> Key:
    return Key(f"A#{owner}#WEBHOOKS", padded(number))


def delivery(owner: AccountId, hook: WebhookId, number: DeliveryId) -> Key:
    return Key(f"V#{owner}", f"{padded(hook)}#{padded(number)}")


def digest(owner: AccountId, reader: UserId, period: str) -> Key:
    return Key(f"A#{owner}#DIGESTS", f"{padded(reader)}#{period}")


def advice(owner: AccountId, home: DomainId) -> Key:
    return Key(f"J#{owner}#{home}", "ADVICE")


def plan(owner: AccountId, home: DomainId) -> Key:
    return Key(f"A#{owner}#PLANS", padded(home))


def matter(owner: AccountId, number: MatterId) -> Key:
    return Key(f"A#{owner}#MATTERS", padded(number))


def matters_by(owner: AccountId, kind: Matters, order: Order) -> str:
    return f"A#{owner}#{kind.upper()}S#{order.upper()}"


def listed_matter(owner: AccountId, kind: Matters, order: Order, state: str, place: tuple[str, int]) -> Key:
    """Names hold nothing that sorts before ``#``: a name and its number sort as the pair of them does."""
    text, number = place
    return Key(matters_by(owner, kind, order), f"{state}#{text}#{padded(number)}")


def matter_state(*, solved: bool, ignored: bool) -> str:
    return f"{solved:d}{ignored:d}"


def snapshot(owner: AccountId) -> Key:
    return Key(f"A#{owner}", "SNAPSHOT")


def favourites(owner: AccountId, home: DomainId) -> Key:
    return Key(f"Y#{owner}#{home}", "FAVOURITES")


def stored_filter(owner: AccountId, purpose: Purpose, number: FilterId) -> Key:
    return Key(f"A#{owner}#{purpose.upper()}FILTERS", padded(number))


def user(number: UserId) -> Key:
    return Key(f"P#{number}", "USER")


def user_email(address: str) -> Key:
    """``address`` as ``emails.identity`` has it."""
    return Key(f"E#{address}", "USER")


def ticket(purpose: TicketPurpose, number: UserId, owner: AccountId | None) -> Key:
    return Key(f"P#{number}", f"TICKET#{purpose}#{owner or 0}")


def tickets_of(number: UserId) -> Key:
    """What the keys of all tickets of a user begin with."""
    return Key(f"P#{number}", "TICKET#")


def attempts(what: str, seconds: int, stretch: int) -> Key:
    return Key(f"TRY#{what}#{seconds}#{stretch}", "COUNT")


def detail_job(owner: AccountId, token: str) -> Key:
    """Tokens sort by time."""
    return Key(f"A#{owner}#DETAILS", f"JOB#{token}")


def detail_question(owner: AccountId, token: str) -> Key:
    return Key(f"A#{owner}#DETAILS", f"ASK#{token}")


def detail_note(owner: AccountId, token: str, part: int) -> Key:
    return Key(f"A#{owner}#DETAILS", f"NOTE#{token}#{padded(part)}")


def detail_same(owner: AccountId, sameness: str) -> Key:
    return Key(f"A#{owner}#DETAILS", f"SAME#{sameness}")


def lake_day(owner: AccountId, day: date) -> Key:
    return Key(f"LAKE#{owner}", day.isoformat())
