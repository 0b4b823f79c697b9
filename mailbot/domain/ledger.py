"""The ledger accounts that a booking uses, by the option of a dossier's export that sets them.

Defaults are those of the Belgian minimum chart (MAR/PCMN, royal decree of 21 October 2018).
"""

import re
from collections.abc import Mapping

#: option of `[dossiers.export.options]` -> ledger account when it is not given
LEDGER_ACCOUNTS: Mapping[str, str] = {
    "purchase_account": "604000",
    "sales_account": "700000",
    "supplier_account": "440000",
    "customer_account": "400000",
    "vat_purchase_account": "411000",
    "vat_sales_account": "451000",
    "vat_reverse_charge_account": "451000",
}
_ACCOUNT = re.compile(r"\d{3,10}")


def is_ledger_account(text: str) -> bool:
    """Whether `text` can be a ledger account: 3 to 10 digits."""
    return _ACCOUNT.fullmatch(text) is not None


def ledger_account(options: Mapping[str, str], name: str) -> str:
    """Return the account that `options` set for `name`, else its default. Raises KeyError."""
    return options.get(name) or LEDGER_ACCOUNTS[name]
