"""Writes one of every letter of a conversation, for tests that hold for all letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from mailbot.compose.digest import DigestLine, DigestSection, DigestTalk, write_digest_employee
from mailbot.compose.messages import (
    PassedOn,
    write_batch_request,
    write_closed,
    write_message,
    write_message_notice,
    write_no_answer,
    write_passed_on,
    write_reminder,
)
from mailbot.compose.notices import write_answer
from mailbot.compose.render import Letterhead
from mailbot.compose.requests import write_question
from mailbot.compose.thread import Spoken, Thread
from mailbot.domain.booking import ExportFile
from mailbot.domain.letter import Letter
from mailbot.domain.mail import MailAddress
from tests.kit.letters import DOSSIER, PAGE, a_document, a_view

ASKED_ON = date(2026, 11, 16)
STATEMENT = ExportFile(name="uittreksel.pdf", media_type="application/pdf", content=b"%PDF-1.4")
TOPIC = Thread(dossier=DOSSIER.name, subject="Btw vierde kwartaal", mark="7k3q9m2x")
ABOUT_INVOICE = Thread(dossier=DOSSIER.name, view=a_view(), mark="7k3q9m2x")
GOING_ON = replace(
    TOPIC,
    earlier=(
        Spoken(name="Sofie Maes", day=ASKED_ON, text="Waarvoor is dit?\n\nEn welke werf?"),
        Spoken(name="Karim Peeters", day=date(2026, 11, 18), text="Dat zoek ik op."),
    ),
    also=("Karim Peeters",),
    files=(STATEMENT,),
    too_large=("plannen.zip",),
)


def _digest(head: Letterhead) -> Letter:
    asked = DigestTalk(
        document=a_document(),
        dossier=DOSSIER.name,
        asker="An Peeters",
        asked=("Sofie Maes",),
        asked_on=ASKED_ON,
    )
    asking = replace(
        asked, document=None, subject="Btw", asker="Sofie Maes", asked=("An Peeters", "Karim")
    )
    to_review = DigestLine(document=a_document(), dossier=DOSSIER.name)
    sections = (
        DigestSection(id="to_review", lines=(to_review,)),
        DigestSection(id="questions", lines=(asked,)),
        DigestSection(id="conversations", lines=(asking,)),
    )
    return write_digest_employee(head, sections, unsubscribe_url=f"{PAGE}/stop")


#: name of the golden file -> what writes it
CONVERSATION_LETTERS: dict[str, Callable[[Letterhead], Letter]] = {
    "question_on_a_topic": lambda head: write_question(
        head, GOING_ON, question="Wanneer komt de rest?", asked_by="Sofie Maes"
    ),
    "answer_in_private": lambda head: write_answer(
        head,
        replace(ABOUT_INVOICE, is_private=True),
        question="Welke werf?",
        answer="Werf Noord.",
        answered_by="Karim Peeters",
    ),
    "message": lambda head: write_message(
        head,
        replace(ABOUT_INVOICE, is_proved=False),
        message="Dit was voor werf Noord.",
        author="Karim Peeters",
    ),
    "message_of_a_stranger": lambda head: write_message_notice(
        head,
        author=MailAddress(address="iemand@elders.example", display_name="Iemand"),
        subject="Vraagje",
        text="Kan u mij bellen?",
        dossier=DOSSIER.name,
        files=(STATEMENT,),
        doubt="unproved",
    ),
    "reminder": lambda head: write_reminder(
        head, ABOUT_INVOICE, question="Welke werf?", asked_by="Sofie Maes", asked_on=ASKED_ON
    ),
    "no_answer": lambda head: write_no_answer(
        head,
        TOPIC,
        question="Wanneer komt de rest?",
        asked=("An Peeters",),
        asked_on=ASKED_ON,
        reminders=2,
    ),
    "passed_on": lambda head: write_passed_on(
        head,
        ABOUT_INVOICE,
        PassedOn(
            to=("Sofie Maes", "Karim Peeters"),
            files=("uittreksel.pdf",),
            is_closed=True,
            until=date(2026, 12, 15),
        ),
    ),
    "passed_on_to_nobody": lambda head: write_passed_on(
        head, TOPIC, PassedOn(unknown=("Bob",), text="enkel Bob\nDit blijft onder ons.")
    ),
    "closed": lambda head: write_closed(head, TOPIC, closed_by="Sofie Maes"),
    "digest_of_talks": _digest,
    "batch": lambda head: write_batch_request(
        head,
        dossiers=(DOSSIER.name, "Slagerij Bos NV"),
        subject="Btw vierde kwartaal",
        sample="Dag An,\nbezorg je ons de laatste stukken?",
        sample_dossier=DOSSIER.name,
        code="482 913",
        confirm_url=PAGE,
    ),
    "batch_with_mistakes": lambda head: write_batch_request(
        head,
        dossiers=(DOSSIER.name,),
        subject="Btw vierde kwartaal",
        sample="",
        sample_dossier="",
        problems=("{vornaam}",),
    ),
}
