"""Which files a choice of payments becomes, and the hash by which it is confirmed (CF-PAY-16)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mailbot.domain.execution import Execution, PlannedFile
from mailbot.domain.payment import Payment
from mailbot.rules.payment_dates import actual_day


def plan_execution(
    payments: Sequence[Payment], *, today: date, debit_iban: str = "", wanted: date | None = None
) -> Execution:
    """Return one file per account and actual day, and the hash over all that is confirmed.

    `debit_iban` and `wanted` take the place of what each payment says (CF-PAY-27, CF-PAY-29); the
    payments come back as they would leave.
    """
    leaving = [
        replace(
            payment,
            debit_iban=debit_iban or payment.debit_iban,
            execution_date=wanted or payment.execution_date,
        )
        for payment in payments
    ]
    groups: dict[tuple[date, str], list[Payment]] = {}
    for payment in sorted(leaving, key=lambda p: p.id):
        day = actual_day(payment.execution_date, today)
        groups.setdefault((day, payment.debit_iban), []).append(payment)
    files = tuple(
        PlannedFile(debit_iban=iban, execution_date=day, payments=tuple(groups[day, iban]))
        for day, iban in sorted(groups)
    )
    return Execution(files=files, fingerprint=fingerprint(leaving))


def fingerprint(payments: Sequence[Payment]) -> str:
    """Return the SHA-256 over what is confirmed of each payment.

    The wanted day counts, not the actual one: who confirms after midnight confirms the same.
    """
    facts = sorted(
        [
            payment.id,
            payment.version,
            str(payment.amount),
            payment.creditor_iban,
            payment.execution_date.isoformat() if payment.execution_date else "",
            payment.debit_iban,
        ]
        for payment in payments
    )
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
