"""What may leave on one day, and what one person may let leave without a second one."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from mailbot.domain.errors import Refused
from mailbot.domain.money import total
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier, Employee, Person


def check_limits(
    payments_to_make: Sequence[Payment],
    made_today: Sequence[Payment],
    dossier: Dossier,
    person: Person | Employee,
    *,
    mine_today: Decimal = Decimal(0),
    frozen: Collection[str] = (),
) -> bool:
    """Return whether these payments, made together by `person`, take a second person (level 4).

    That is so when what the person lets leave on one day, with these, is above their limit: many
    small payments are one large one. `made_today` is what left the basket of the dossier today,
    `mine_today` how much of it this person let leave, `frozen` the addresses (in lower case) of
    people without authority.
    Raises Refused: "frozen_person", "prepared_by_frozen", "over_daily_limit".
    """
    if person.frozen or person.email.lower() in frozen:
        raise Refused("frozen_person")
    _check_who_prepared(payments_to_make, frozen)
    amount = total(payment.amount for payment in payments_to_make)
    _check_day(amount + total(payment.amount for payment in made_today), dossier)
    return person.limit is not None and amount + mine_today > person.limit


def _check_who_prepared(payments: Sequence[Payment], frozen: Collection[str]) -> None:
    """Refuse what somebody prepared who was frozen since, until another person takes it over."""
    waiting = [p for p in payments if p.waits_since_freeze or p.prepared_by.lower() in frozen]
    if waiting:
        values = {"name": waiting[0].prepared_by, "count": str(len(waiting))}
        raise Refused("prepared_by_frozen", values)


def _check_day(amount: Decimal, dossier: Dossier) -> None:
    limit = dossier.payments.daily_limit
    if limit is not None and amount > limit:
        raise Refused("over_daily_limit", {"amount": f"{limit:.2f}"})
