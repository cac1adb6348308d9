from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain, in_index
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Range, Table, delete, put, update
from shared.core.accounts import Account, AccountPage, Counted, Recipient, Status, Terms
from shared.core.errors import Conflict, NotFound
from shared.core.ids import AccountId, DomainId
from shared.core.plans import plan_named

_OPEN = "attribute_exists(#pk) AND NOT #status IN (:closing, :deleting)"
_STAGES: dict[str, Plain] = {"closing": Status.CLOSING.value, "deleting": Status.DELETING.value}


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
        return self._listed([keys.Key(item["pk"], item["sk"]) for item in self._table.query(everyone)])

    def total(self) -> int:
        return self._table.count(Range(keys.all_accounts(AccountId(0)).pk, index=True))

    def page(self, *, after: AccountId | None, limit: int) -> AccountPage:
        first = keys.all_accounts(AccountId(0 if after is None else after + 1))
        listed: list[keys.Key] = []
        for item in self._table.query(Range(first.pk, first.sk, index=True), batch=limit + 1):
            if len(listed) == limit:
                return AccountPage(self._listed(listed), True)
            listed.append(keys.Key(item["pk"], item["sk"]))
        return AccountPage(self._listed(listed), False)

    def describe(self, account: AccountId, *, name: str, email: str) -> Account:
        values = {"name": name, "email": email}
        return self._changed(account, "SET #name = :name, #email = :email", "attribute_exists(#pk)", values)

    def agree(self, account: AccountId, terms: Terms) -> Account:
        change = "SET #plan = :plan, #extra_domains = :extra_domains, #status = :status"
        values: dict[str, Plain] = {
            "plan": terms.plan.name,
            "extra_domains": terms.extra_domains,
            "status": terms.status.value,
            **_STAGES,
        }
        if terms.current_period_end is None:
            change += " REMOVE #current_period_end"
        else:
            change += ", #current_period_end = :current_period_end"
            values["current_period_end"] = terms.current_period_end
        return self._changed(account, change, _OPEN, values)

    def close(self, account: AccountId, *, closes: int) -> Account:
        change = "SET #before = #status, #status = :closing, #closes = :closes"
        try:
            return self._changed(account, change, _OPEN, {"closes": closes, **_STAGES})
        except Conflict:
            current = self.get(account)
            if current is None:
                raise _missing() from None
            return current

    def reopen(self, account: AccountId) -> Account:
        return self._changed(
            account,
            "SET #status = #before REMOVE #before, #closes",
            "#status = :closing",
            {"closing": Status.CLOSING.value},
        )

    def begin_deletion(self, account: AccountId, now: int) -> Account | None:
        current = self.get(account)
        if current is None or current.status is Status.DELETING:
            return current
        step = update(
            keys.account(account),
            "SET #status = :deleting",
            "#status = :closing AND #closes <= :now",
            {**_STAGES, "now": now},
        )
        try:
            self._table.transact(step, delete(keys.token(current.token)))
        except Cancelled:
            return None
        return self.get(account)

    def remove(self, account: AccountId) -> None:
        deleting: dict[str, Plain] = {"deleting": Status.DELETING.value}
        with suppress(ConditionFailed):
            self._table.delete(keys.account(account), "#status = :deleting", deleting)

    def _changed(
        self, account: AccountId, change: str, condition: str, values: Mapping[str, Plain]
    ) -> Account:
        try:
            return _account(self._table.update(keys.account(account), change, condition, values))
        except ConditionFailed as failed:
            if failed.item is None:
                raise _missing() from None
            raise _unfit(_account(failed.item)) from None

    def _listed(self, listed: list[keys.Key]) -> list[Account]:
        found = self._table.get_many(listed)
        return [_account(found[key]) for key in listed if key in found]


def _missing() -> NotFound:
    return NotFound("The requested resource could not be found", param="id")


def _unfit(account: Account) -> Conflict:
    return Conflict(f"The account is {account.status}")


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
        "parked_domains": account.parked_domains,
        **{what.value: getattr(account, what) for what in Counted},
        "name": account.name,
        "closes": account.closes,
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
        parked_domains=item.get("parked_domains", 0),
        members=item.get("members", 0),
        groups=item.get("groups", 0),
        tags=item.get("tags", 0),
        api_keys=item.get("api_keys", 0),
        webhooks=item.get("webhooks", 0),
        name=item.get("name", ""),
        closes=item.get("closes"),
        current_period_end=item.get("current_period_end"),
        default_group_hides_assigned=item.get("default_group_hides_assigned", False),
        removed_groups=item.get("removed_groups", frozenset()),
    )
