"""Tells people that money came back, so that an invoice is open again; shared by handlers."""

from functools import partial

from handlers.context import Unit
from handlers.correspondence import Post, dossier_manager, find_person, post, reader_of
from mailbot.compose.statements import write_payment_returned
from mailbot.domain.movement import Movement
from mailbot.domain.payment import Payment
from mailbot.domain.people import Dossier
from storage.definitions import get_office
from storage.documents import find_document


def tell_returned(unit: Unit, dossier: Dossier, payment: Payment, movement: Movement) -> None:
    """Tell who prepared the payment, and the dossier manager."""
    office, _employees = get_office(unit.session, dossier.office)
    found = find_document(unit.session, payment.document_id, is_locked=False)
    prepared_by = find_person(unit.session, dossier, payment.prepared_by)
    manager = dossier_manager(unit.session, dossier)
    people = {person.email.lower(): person for person in (manager, prepared_by) if person}
    for email, person in people.items():
        if person.frozen:
            continue
        letter = Post(
            key=f"returned:{movement.key}:{email}",
            reader=reader_of(person, office),
            office=office,
            dossier=dossier.code,
            documents=[found] if found else (),
            write=partial(
                write_payment_returned,
                payment=payment,
                movement=movement,
                document=found,
                dossier=dossier.name,
            ),
        )
        post(unit, letter)
