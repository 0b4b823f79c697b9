"""Remembers a question that nobody has answered, and in the end tells who asked; shared."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from handlers.bringing import Delivery, bare_thread, deliver, thread_for
from handlers.context import Unit
from handlers.correspondence import find_person
from handlers.participants import office_of
from handlers.threads import next_reminder
from mailbot.compose.messages import write_no_answer, write_reminder
from mailbot.domain.clock import local_date
from mailbot.domain.conversation import Conversation, Message
from mailbot.domain.people import Employee, Person
from storage.conversations import find_conversation, find_message, record_conversation
from storage.definitions import get_dossier


def remind(unit: Unit, conversation_id: str) -> None:
    """Remind those who must answer, once; after the last time tell who asked, and stop."""
    now = unit.context.now()
    conversation = find_conversation(unit.session, conversation_id)
    if conversation is None or not conversation.remind_at or conversation.remind_at > now:
        return
    question = find_message(unit.session, conversation.question)
    asked = _people(unit, conversation)
    if question is None or not asked:
        record_conversation(unit.session, replace(conversation, remind_at=None))
        return
    if conversation.reminded >= unit.context.settings.conversations.reminders:
        _give_up(unit, conversation, question, asked)
        record_conversation(unit.session, replace(conversation, remind_at=None))
        return
    for person in asked:
        _remind_one(unit, conversation, question, person)
    due = next_reminder(unit.context, office_of(unit.session, conversation))
    counted = replace(conversation, reminded=conversation.reminded + 1, remind_at=due)
    record_conversation(unit.session, counted)


def _people(unit: Unit, conversation: Conversation) -> list[Person | Employee]:
    """Return those who must answer and still can."""
    dossier = get_dossier(unit.session, conversation.dossier)
    found = (find_person(unit.session, dossier, email) for email in conversation.waits_for)
    return [person for person in found if person is not None and not person.frozen]


def _remind_one(
    unit: Unit, conversation: Conversation, question: Message, person: Person | Employee
) -> None:
    dossier = get_dossier(unit.session, conversation.dossier)
    asker = find_person(unit.session, dossier, question.author)
    office = office_of(unit.session, conversation)
    delivery = Delivery(
        key=f"reminder:{question.id}:{conversation.reminded}",
        message=question.id,
        subject=question.author,
        write=partial(
            write_reminder,
            thread=thread_for(unit, conversation, question, person),
            question=question.text,
            asked_by=asker.name if asker else question.author,
            asked_on=local_date(question.at, office.time_zone),
        ),
    )
    deliver(unit, conversation, person, delivery)


def _give_up(
    unit: Unit, conversation: Conversation, question: Message, asked: Sequence[Person | Employee]
) -> None:
    """Tell who asked that there is no answer; when they have left, the dossier manager."""
    dossier = get_dossier(unit.session, conversation.dossier)
    asker = find_person(unit.session, dossier, question.author)
    if asker is None or asker.frozen:
        asker = find_person(unit.session, dossier, dossier.dossier_manager)
    if asker is None:
        return
    office = office_of(unit.session, conversation)
    delivery = Delivery(
        key=f"no-answer:{question.id}",
        message=question.id,
        subject=asked[0].email.lower(),
        write=partial(
            write_no_answer,
            thread=bare_thread(unit, conversation),
            question=question.text,
            asked=[person.name for person in asked],
            asked_on=local_date(question.at, office.time_zone),
            reminders=conversation.reminded,
        ),
    )
    deliver(unit, conversation, asker, delivery)
