"""What a new definition may not switch off while payments wait for it (CF-PAPP-06).

Shared by handlers.
"""

from collections.abc import Iterator

from handlers.approving_payments import follow_basket, open_approvals
from handlers.context import Unit
from mailbot.domain.payment import IN_BASKET, PaymentStatus
from mailbot.domain.people import Definition, Dossier
from storage.payments import lock_payments, payments_in


def find_cut_off(unit: Unit, before: Definition, after: Definition) -> list[str]:
    """Return a sentence for each switch or rule that payments in a basket still need."""
    now = {dossier.code: dossier for dossier in after.dossiers}
    return [
        f"dossier {old.code}: {problem}"
        for old in before.dossiers
        if before.office.payments and old.payments.active
        for problem in _problems(unit, old, now.get(old.code), is_on=after.office.payments)
    ]


def follow_baskets(unit: Unit, definition: Definition) -> None:
    """Ask for the approvals that changed rules demand of what is in the baskets."""
    for dossier in definition.dossiers:
        follow_basket(unit, dossier, cause=unit.context.new_id())


def _problems(unit: Unit, old: Dossier, new: Dossier | None, *, is_on: bool) -> Iterator[str]:
    lock_payments(unit.session, old.code)
    if new is None or not new.payments.active or not is_on:
        count = len(payments_in(unit.session, old.code, IN_BASKET))
        if count:
            yield f"{_wait(count)} in the basket; payments cannot go off before it is empty"
        return
    to_approve = payments_in(unit.session, old.code, [PaymentStatus.TO_APPROVE])
    if old.payments.approval and not new.payments.approval and to_approve:
        yield f"{_wait(len(to_approve))} for approval; payments.approval cannot go off before"
    elif new.payments.approval:
        yield from _rules_gone(unit, old, new)


def _rules_gone(unit: Unit, old: Dossier, new: Dossier) -> Iterator[str]:
    """Tell of each payment rule that is gone, or rests, while payments wait for it."""
    kept = {rule.name for rule in new.payment_rules if rule.active}
    counts: dict[str, int] = {}
    for payment in payments_in(unit.session, old.code, [PaymentStatus.TO_APPROVE]):
        for rule in {part.rule for part in open_approvals(unit, payment)}:
            counts[rule] = counts.get(rule, 0) + 1
    for rule, count in sorted(counts.items()):
        if rule not in kept:
            yield f"{_wait(count)} for rule {rule!r}; it cannot go before they are decided"


def _wait(count: int) -> str:
    return "1 payment waits" if count == 1 else f"{count} payments wait"
