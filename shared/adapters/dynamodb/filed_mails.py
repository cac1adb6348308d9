from __future__ import annotations

from shared import settings
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.table import Table
from shared.core.clock import DAY_SECONDS
from shared.core.holdings import FiledMail
from shared.core.ids import AccountId


class DynamoFiledMails:
    """``FiledMails`` on the table: an item a mail and account, one write unit each."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, account: AccountId, mail: FiledMail, received: int) -> None:
        expires = received + (settings.MAIL_DAYS + 1) * DAY_SECONDS
        item = {**keys.mail(account, mail.place)._asdict(), "expires": expires}
        self._table.put({**item, "shared": True} if mail.shared else item)
