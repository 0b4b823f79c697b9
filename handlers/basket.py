"""Sends the basket (betaalmand) of a dossier to somebody who may see it; shared by handlers.

Decision 33 says when: on `betaalmand`, once a day after something was put in it, with the daily
list while something waits, and whenever an older basket was answered.
"""

from functools import partial

from handlers.approving_payments import shown_payment
from handlers.context import Unit
from handlers.correspondence import Post, post, reader_of
from handlers.payment_facts import basket_of, view_payment
from mailbot.compose.basket import write_basket
from mailbot.domain.clock import local_date
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.mail import StoredMail
from mailbot.domain.people import Dossier, Employee, Person
from mailbot.rules.access import may_decide
from storage.definitions import get_office


def send_basket(
    unit: Unit,
    dossier: Dossier,
    person: Person | Employee,
    *,
    key: str,
    answers: StoredMail | None = None,
    is_changed: bool = False,
) -> None:
    """Mail somebody the basket as it is now; `key` says why, and the same why sends it once.

    `is_changed`: nothing was done of what they answered to an older basket.
    """
    office, _employees = get_office(unit.session, dossier.office)
    waiting = basket_of(unit.session, dossier.code)
    views = [view_payment(unit, payment, dossier) for payment in waiting]
    letter = Post(
        key=f"{key}:{dossier.code}:{person.email.lower()}",
        reader=reader_of(person, office),
        office=office,
        shown=Shown.BASKET,
        dossier=dossier.code,
        items=tuple(shown_payment(payment, Shown.BASKET) for payment in waiting),
        answers=answers,
        write=partial(write_basket, views=views, dossier=dossier.name, is_changed=is_changed),
    )
    post(unit, letter)


def show_after_change(unit: Unit, dossier: Dossier, person: Person | Employee) -> None:
    """Show the basket to who just put something in it, at most once a day."""
    office, _employees = get_office(unit.session, dossier.office)
    day = local_date(unit.context.now(), office.time_zone).isoformat()
    send_basket(unit, dossier, person, key=f"basket:{day}")


def remind_of_basket(unit: Unit, dossier: Dossier, person: Person | Employee, *, day: str) -> None:
    """Send the basket with the daily list of one day to who may execute, if anything waits."""
    if may_execute(person, dossier) and basket_of(unit.session, dossier.code):
        send_basket(unit, dossier, person, key=f"basket-digest:{day}")


def may_execute(person: Person | Employee, dossier: Dossier) -> bool:
    """Whether somebody may let payments of a dossier leave."""
    is_able = dossier.payments.active and not person.frozen
    return is_able and may_decide(person, dossier, Command(verb=Verb.EXECUTE))
