from __future__ import annotations

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, in_index
from shared.adapters.dynamodb.table import Cancelled, Range, Table, put, update
from shared.core.accounts import Account, Recipient, Status
from shared.core.errors import Conflict
from shared.core.ids import AccountId, DomainId
from shared.core.plans import plan_named


class DynamoAccounts:
    """``Accounts`` on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, account: Account) -> None:
        steps = [
            put(_item(account), "attribute_not_exists(#pk)"),
            put(
                {**keys.token(account.token)._asdict(), "account": account.id},
                "attribute_not_exists(#pk)",
            ),
        ]
        if account.operator:
            first = "SET #account = if_not_exists(#account, :account)"
            steps.append(update(keys.OPERATOR, first, values={"account": account.id}))
        try:
            self._table.transact(*steps)
        except Cancelled:
            raise Conflict("The account exists already") from None

    def get(self, account: AccountId) -> Account | None:
        item = self._table.get(keys.account(account))
        return None if item is None else _account(item)

    def operator(self) -> AccountId | None:
        item = self._table.get(keys.OPERATOR)
        return None if item is None else AccountId(item["account"])

    def recipient(self, token: str) -> Recipient | None:
        item = self._table.get(keys.token(token))
        if item is None:
            return None
        domain = item.get("domain")
        return Recipient(AccountId(item["account"]), None if domain is None else DomainId(domain))

    def list_all(self) -> list[Account]:
        everyone = Range(keys.all_accounts(AccountId(0)).pk, index=True)
        listed = [keys.Key(item["pk"], item["sk"]) for item in self._table.query(everyone)]
        found = self._table.get_many(listed)
        return [_account(found[key]) for key in listed if key in found]


def _item(account: Account) -> Item:
    return {
        **keys.account(account.id)._asdict(),
        **in_index(keys.all_accounts(account.id)),
        "id": account.id,
        "email": account.email,
        "plan": account.plan.name,
        "token": account.token,
        "created": account.created,
        "status": account.status.value,
        "operator": account.operator,
        "extra_domains": account.extra_domains,
        "domains": account.domains,
        "active_domains": account.active_domains,
        "current_period_end": account.current_period_end,
        "default_group_hides_assigned": account.default_group_hides_assigned,
        "removed_groups": account.removed_groups,
    }


def _account(item: Item) -> Account:
    return Account(
        id=AccountId(item["id"]),
        email=item["email"],
        plan=plan_named(item["plan"]),
        token=item["token"],
        created=item["created"],
        status=Status(item["status"]),
        operator=item["operator"],
        extra_domains=item["extra_domains"],
        domains=item["domains"],
        active_domains=item["active_domains"],
        current_period_end=item.get("current_period_end"),
        default_group_hides_assigned=item.get("default_group_hides_assigned", False),
        removed_groups=item.get("removed_groups", frozenset()),
    )
