"""Rights whose use no case shows yet: each leaves this list with the case that shows it.

They are held to the templates by the first test of ``test_least_privilege.py``: a right that is neither here
nor shown fails it, and so does one that is both, or that is granted no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNSHOWN: Final[Mapping[str, str]] = {
    "account": "AdminDeleteUser AdminGetUser AdminSetUserMFAPreference cognito-idp, "
    "AdminUserGlobalSignOut cognito-idp, BatchGetItem ConditionCheckItem DeleteItem PutItem table, "
    "GetObject data/exports/, Query gsi1, SendEmail ses, SendMessage closing-queue, "
    "SendMessage exports-queue",
    "audit": "GetItem Query UpdateItem table, Query gsi1",
    "close-account": "AdminDeleteUser cognito-idp, "
    "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem table, "
    "DeleteObject GetObject data, DeleteObject GetObject mail, Query gsi1, "
    "SendMessage closing-queue, SendMessage hosting-checks-queue",
    "domains": "Query gsi1",
    "export-account": "BatchGetItem GetItem Query UpdateItem table, GetObject data, GetObject mail, "
    "PutObject data/exports/, Query gsi1, SendMessage exports-queue",
    "groups": "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem table, Query gsi1, "
    "SendMessage dns-queue, SendMessage purge-queue",
    "hosting": "Query gsi1",
    "inspect": "Query gsi1",
    "letters": "AdminCreateUser AdminSetUserPassword AdminUpdateUserAttributes cognito-idp, "
    "AdminUserGlobalSignOut cognito-idp, "
    "DeleteItem GetItem PutItem Query UpdateItem table, SendEmail ses",
    "purge": "BatchGetItem table, Query gsi1",
    "quarantine": "Query gsi1",
    "reconcile": "SendMessage closing-queue",
    "reports": "BatchGetItem table",
    "users": "AdminDeleteUser AdminInitiateAuth AdminLinkProviderForUser cognito-idp, "
    "AdminGetUser AdminSetUserMFAPreference cognito-idp, "
    "AdminSetUserPassword AdminUserGlobalSignOut cognito-idp, "
    "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem table, "
    "Query gsi1, SendEmail ses",
}
