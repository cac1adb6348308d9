"""Work as text for a queue, and back."""

from shared.core.messages.accounts import (
    decode_closing,
    decode_export,
    encode_closing,
    encode_export,
)
from shared.core.messages.alerts import (
    decode_alert_event,
    decode_delivery_order,
    decode_digest_order,
    decode_watch_order,
    encode_alert_event,
    encode_delivery_order,
    encode_digest_order,
    encode_watch_order,
)
from shared.core.messages.analysis import (
    decode_advice_due,
    decode_detail_task,
    decode_lake_task,
    decode_source_refresh,
    encode_advice_due,
    encode_detail_task,
    encode_lake_task,
    encode_source_refresh,
)
from shared.core.messages.domains import (
    decode_dns_check,
    decode_hosting_change,
    decode_hosting_check,
    decode_removed,
    encode_dns_check,
    encode_hosting_change,
    encode_hosting_check,
    encode_removed_domain,
    encode_sweep,
)
from shared.core.messages.fields import (
    Unreadable,
)
from shared.core.messages.reports import (
    decode_delivery,
    decode_touched_day,
    decode_unknown_hosts,
    encode_delivery,
    encode_touched_day,
    encode_unknown_hosts,
)

__all__ = [
    "Unreadable",
    "decode_advice_due",
    "decode_alert_event",
    "decode_closing",
    "decode_delivery",
    "decode_delivery_order",
    "decode_detail_task",
    "decode_digest_order",
    "decode_dns_check",
    "decode_export",
    "decode_hosting_change",
    "decode_hosting_check",
    "decode_lake_task",
    "decode_removed",
    "decode_source_refresh",
    "decode_touched_day",
    "decode_unknown_hosts",
    "decode_watch_order",
    "encode_advice_due",
    "encode_alert_event",
    "encode_closing",
    "encode_delivery",
    "encode_delivery_order",
    "encode_detail_task",
    "encode_digest_order",
    "encode_dns_check",
    "encode_export",
    "encode_hosting_change",
    "encode_hosting_check",
    "encode_lake_task",
    "encode_removed_domain",
    "encode_source_refresh",
    "encode_sweep",
    "encode_touched_day",
    "encode_unknown_hosts",
    "encode_watch_order",
]
