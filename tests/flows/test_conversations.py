"""Questions reach the right person with the document, answers come back, and no text is lost."""

import copy
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.domain.conversation import ConversationState
from mailbot.domain.document import Status
from mailbot.domain.job import Job, JobKind
from storage.conversations import messages_in
from tests.kit.office import (
    ADMIN,
    APPROVER,
    MANAGER,
    OFFICE,
    OWNER,
    make_definition,
    make_dossier,
    needs_approval,
)
from tests.kit.pdf_builder import text_pdf
from tests.kit.talks import QUESTIONS, Got, Talks, open_talks

STRANGER = "iemand@elders.example"
PDF = ("uittreksel.pdf", "application/pdf", text_pdf())
DAY = timedelta(days=1)


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Talks]:
    with open_talks(tmp_path) as opened:
        yield opened


def asked_about_invoice(talks: Talks) -> Got:
    """Let Karim, who is to approve an invoice, ask the office about it."""
    talks.invoice()
    talks.reply(talks.got(APPROVER, "Goedkeuren"), "Wie heeft dit besteld?")
    talks.got(APPROVER)
    return talks.got(MANAGER, "Vraag van Karim")


def texts(talks: Talks, number: int = -1) -> list[str]:
    """Return what was said in the last conversation, or another."""
    with talks.room.context.database.reading() as session:
        return [m.text for m in messages_in(session, talks.conversations()[number].id)]


@pytest.mark.feature("CF-COM-01", "CF-COM-02", "CF-COM-09", "CF-ANN-17")
def test_a_question_carries_the_document_and_its_answer_comes_back_in_the_same_thread(
    talks: Talks,
) -> None:
    question = asked_about_invoice(talks)
    assert "Wie heeft dit besteld?" in question.text
    assert question.files == ["factuur.xml"]
    talks.reply(question, "Jan van het atelier.\nDe bon zit erbij.", files=[PDF])
    told = talks.got(MANAGER, "Doorgestuurd aan Karim Haddad")
    assert "uittreksel.pdf" in told.text
    answer = talks.got(APPROVER, "Antwoord van Lies")
    assert "Jan van het atelier.\n    De bon zit erbij." in answer.text
    assert "Wie heeft dit besteld?" in answer.text
    assert answer.files == ["factuur.xml", "uittreksel.pdf"]
    shared = set(str(question.message["References"]).split()) & set(
        str(answer.message["References"]).split()
    )
    assert any("conversation." in each for each in shared)
    (conversation,) = talks.conversations()
    assert conversation.state is ConversationState.ANSWERED
    assert conversation.readers == (APPROVER, MANAGER)
    assert all(each.answered_at for each in conversation.participants)
    assert talks.room.documents()[0].status is Status.TO_APPROVE, "an attachment is no booking"


def test_a_question_mail_never_decides(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "goedgekeurd")
    assert talks.room.documents()[0].status is Status.TO_APPROVE
    assert "goedgekeurd" in talks.got(APPROVER, "Antwoord").text


@pytest.mark.feature("CF-COM-04")
def test_free_text_of_a_client_in_answer_to_anything_is_told_to_the_office(talks: Talks) -> None:
    talks.invoice()
    talks.reply(talks.got(APPROVER, "Goedkeuren"), "De levering kwam een week te laat aan.")
    assert "week te laat" in talks.got(MANAGER, "Bericht van Karim").text
    (conversation,) = talks.conversations()
    assert conversation.document_id == talks.room.documents()[0].id
    assert conversation.state is ConversationState.ANSWERED, "nobody was asked anything"


def test_what_the_office_remarks_is_told_to_nobody_unless_it_says_to_whom(talks: Talks) -> None:
    talks.invoice()
    request = talks.got(APPROVER, "Goedkeuren")
    talks.reply(request, "goedgekeurd")
    review = talks.got(MANAGER, "Nakijken")
    talks.forget()
    talks.reply(review, "Deze klant is altijd traag.")
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    talks.forget()
    talks.reply(review, "aan: An\nGraag de leverbon nog bezorgen.")
    assert "leverbon" in talks.got(OWNER, "Bericht van Lies").text


@pytest.mark.feature("CF-COM-04", "CF-COM-10")
def test_a_client_begins_a_conversation_and_its_files_are_passed_on_not_booked(
    talks: Talks,
) -> None:
    text = "Wanneer moet de aangifte binnen zijn?"
    talks.say(OWNER, QUESTIONS, text, subject="Btw kwartaal 4", files=[PDF])
    told = talks.got(OWNER, "Doorgestuurd aan Lies Boekhouder: Btw kwartaal 4")
    asked = talks.got(MANAGER, "Vraag van An Peeters: Btw kwartaal 4")
    assert text in asked.text
    assert asked.files == ["uittreksel.pdf"]
    assert talks.room.documents() == []
    talks.reply(told, "factuur")
    assert "als factuur verwerkt" in talks.got(OWNER, "Genoteerd").text
    assert [d.delivered_by for d in talks.room.documents()] == [OWNER]
    talks.reply(asked, "Voor 20 januari.")
    assert "20 januari" in talks.got(OWNER, "Antwoord van Lies").text


@pytest.mark.feature("CF-COM-03", "CF-COM-10")
def test_an_employee_says_who_reads_along(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "aan: Karim\nHeb je de bon nog?", subject="Bon", cc=OWNER)
    question = talks.got(APPROVER, "Vraag van Lies")
    assert "Dit leest ook: An Peeters" in question.text
    assert "Heb je de bon nog?" in talks.got(OWNER, "Bericht van Lies").text
    talks.reply(question, "Ja, die ligt hier.")
    assert "ligt hier" in talks.got(MANAGER, "Antwoord van Karim").text
    assert "ligt hier" in talks.got(OWNER, "Antwoord van Karim").text


def test_without_names_the_office_asks_the_admins_of_the_client(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Mogen we afsluiten?", subject="Boekjaar")
    talks.got(OWNER, "Vraag van Lies Boekhouder: Boekjaar")
    assert not [to for to, _subject in talks.waiting() if to == APPROVER]


@pytest.mark.parametrize("line", ["aan: Bob", "enkel Bob"])
def test_a_name_that_is_nobodys_stops_everything(talks: Talks, line: str) -> None:
    talks.say(MANAGER, QUESTIONS, f"{line}\nDit blijft onder ons.", subject="Stil")
    refused = talks.got(MANAGER, "Niet gedaan")
    assert "Bob" in refused.text
    assert "Dit blijft onder ons." in refused.text, "what was typed is not lost"
    assert talks.waiting() == []
    assert talks.conversations() == []


@pytest.mark.feature("CF-COM-03")
def test_a_private_answer_reaches_who_asked_alone_and_so_does_the_answer_to_it(
    talks: Talks,
) -> None:
    talks.say(OWNER, QUESTIONS, "cc: Karim\nWat kost dat?", subject="Prijs")
    question = talks.got(MANAGER, "Vraag van An")
    talks.forget()
    talks.reply(question, "privé: tweehonderd euro, zeg het niet voort")
    private = talks.got(OWNER, "Antwoord van Lies")
    assert "Privé: alleen jij" in private.text
    assert not [to for to, _subject in talks.waiting() if to == APPROVER]
    talks.forget()
    talks.reply(private, "Dank je, dat blijft hier.")
    assert {to for to, _subject in talks.waiting()} == {MANAGER, OWNER}
    talks.forget()
    talks.reply(question, "enkel Karim\nJij krijgt een aparte offerte.")
    assert "aparte offerte" in talks.got(APPROVER).text
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    talks.forget()
    talks.reply(question, "Aan iedereen: het is geregeld.")
    said = talks.got(APPROVER)
    assert "geregeld" in said.text
    assert "tweehonderd" not in said.text, "what went before was not for Karim"


def test_an_answer_to_the_wrong_address_finds_its_conversation(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "Jan bestelde dat.", to=QUESTIONS)
    assert "Jan bestelde" in talks.got(APPROVER, "Antwoord van Lies").text
    talks.reply(
        question,
        "En Piet keurde het goed.",
        to="mailbot@in.example",
        threading={"In_Reply_To": "<rewritten@relay.example>", "References": "<x@y.example>"},
    )
    assert "En Piet" in talks.got(APPROVER).text, "the mark in the quoted mail is enough"
    assert len(talks.conversations()) == 1


def test_mail_to_the_address_that_our_mails_come_from_is_no_dead_letter(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "Jan bestelde dat.", to=OFFICE.address)
    assert "Jan bestelde" in talks.got(APPROVER, "Antwoord van Lies").text
    talks.forget()
    talks.say(OWNER, OFFICE.address, "Belt u mij?", subject="Bellen")
    talks.got(MANAGER, "Vraag van An Peeters: Bellen")
    talks.forget()
    talks.say(OWNER, OFFICE.address, "Ik ben er niet.", subject="Automatisch antwoord: Bellen")
    assert talks.waiting() == [], "a machine is never answered"
    talks.say(STRANGER, OFFICE.address, "Reclame", subject="Aanbod")
    assert {to for to, _subject in talks.waiting()} == {ADMIN}


def test_references_let_nobody_in(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "Betaal op rekening X.", to=QUESTIONS, is_proved=False)
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    talks.forget()
    talks.reply(question, "Betaal op rekening X.", to=QUESTIONS, sender=STRANGER)
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    assert "Betaal op rekening X." in talks.got(MANAGER, f"Bericht van {STRANGER}").text
    assert texts(talks) == ["Wie heeft dit besteld?"]
    talks.forget()
    talks.reply(question, "Ik lees mee.", to=QUESTIONS, sender=OWNER)
    assert len(talks.conversations()) == 2, "An took no part: she begins one of her own"


def test_what_somebody_else_answers_goes_to_the_office_and_nobody_else(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Klopt het nieuwe adres?", subject="Adres")
    question = talks.got(OWNER, "Vraag van Lies")
    talks.forget()
    talks.reply(question, "Ja hoor.", sender=STRANGER)
    strange = talks.got(MANAGER, "Bericht van")
    assert "niet degene die wij schreven" in " ".join(strange.text.split())
    assert talks.waiting() == []
    assert talks.conversations()[0].state is ConversationState.OPEN


def test_who_reads_along_may_answer_a_mail_that_was_forwarded(talks: Talks) -> None:
    talks.say(
        MANAGER, QUESTIONS, "Klopt het nieuwe adres?", subject="Adres", cc=f"{OWNER}, {APPROVER}"
    )
    question = talks.got(OWNER, "Vraag van Lies")
    talks.forget()
    talks.reply(question, "Ja, het klopt.", sender=APPROVER)
    assert "Antwoord van Karim" in talks.got(MANAGER).subject


def test_a_late_answer_is_taken_and_a_closed_conversation_opens_again(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Klopt het nieuwe adres?", subject="Adres")
    question = talks.got(OWNER, "Vraag van Lies")
    talks.reply(talks.got(MANAGER, "Doorgestuurd"), "sluit")
    talks.got(OWNER, "Gesprek gesloten")
    talks.forget()
    talks.clock.move(timedelta(days=90))
    talks.reply(question, "Ja, sinds mei.")
    assert "sinds mei" in talks.got(MANAGER).text
    (conversation,) = talks.conversations()
    assert conversation.state is ConversationState.ANSWERED


@pytest.mark.feature("CF-COM-08")
def test_closing_is_told_once(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "Dat was Jan.\nafgesloten")
    told = talks.got(MANAGER, "Doorgestuurd")
    assert "Het gesprek is gesloten" in told.text
    talks.got(APPROVER, "Antwoord van Lies")
    assert talks.conversations()[0].state is ConversationState.CLOSED
    talks.reply(told, "sluit")
    assert [to for to, _subject in talks.waiting()] == [MANAGER]


def test_a_conversation_about_a_document_is_closed_from_any_mail_about_it(talks: Talks) -> None:
    talks.invoice()
    request = talks.got(APPROVER, "Goedkeuren")
    talks.reply(request, "Wie heeft dit besteld?")
    talks.forget()
    talks.reply(request, "sluit")
    talks.got(APPROVER, "Gedaan")
    assert talks.conversations()[0].state is ConversationState.CLOSED
    talks.reply(request, "sluit")
    assert "geen open gesprek" in talks.got(APPROVER).text


def test_the_same_mail_twice_is_passed_on_once(talks: Talks) -> None:
    mail = talks.say(OWNER, QUESTIONS, "Wanneer bel je?", subject="Bellen")
    talks.got(MANAGER, "Vraag van An")
    talks.forget()
    talks.send(copy.deepcopy(mail), QUESTIONS)
    assert talks.waiting() == []
    with talks.room.context.database.reading() as session:
        (message,) = messages_in(session, talks.conversations()[0].id)
    again = Job(key="again", kind=JobKind.CONVERSATION, ids={"mail": message.mail_id})
    talks.run(again)
    assert talks.waiting() == []
    assert len(talks.conversations()) == 1


def test_an_answer_of_nothing_but_a_file_is_passed_on(talks: Talks) -> None:
    question = asked_about_invoice(talks)
    talks.reply(question, "", files=[PDF])
    assert talks.got(APPROVER, "Antwoord van Lies").files == ["factuur.xml", "uittreksel.pdf"]


def test_what_a_client_answers_to_a_receipt_or_a_list_reaches_the_office(talks: Talks) -> None:
    talks.say(OWNER, "aankoop-0400000185@in.example", "", subject="Factuur", files=[PDF])
    receipt = talks.got(OWNER)
    talks.forget()
    talks.reply(receipt, "Dit was de verkeerde, stuur ik de juiste nog?")
    assert "verkeerde" in talks.got(MANAGER, "Vraag van An").text


@pytest.mark.parametrize("sender", [STRANGER, ADMIN])
def test_mail_to_the_postmaster_reaches_the_admin(talks: Talks, sender: str) -> None:
    talks.say(sender, "postmaster@in.example", "Uw server hapert.", subject="Hapert")
    assert "hapert" in talks.got(ADMIN, "Bericht van").text


def remind(talks: Talks, days: int) -> None:
    for _day in range(days):
        talks.tick(DAY)


@pytest.mark.feature("CF-COM-07")
def test_an_unanswered_question_is_reminded_twice_and_then_who_asked_is_told(
    talks: Talks,
) -> None:
    talks.say(MANAGER, QUESTIONS, "Klopt het nieuwe adres?", subject="Adres")
    talks.forget()
    remind(talks, 4)
    assert talks.waiting() == [], "Wednesday and three working days is Monday at seven"
    remind(talks, 1)
    reminder = talks.got(OWNER, "Herinnering: vraag van Lies Boekhouder: Adres")
    assert "Klopt het nieuwe adres?" in reminder.text
    remind(talks, 3)
    talks.got(OWNER, "Herinnering")
    remind(talks, 7)
    told = talks.got(MANAGER, "Nog geen antwoord van An Peeters: Adres")
    assert "2 herinneringen" in told.text
    remind(talks, 20)
    assert talks.waiting() == []
    talks.reply(reminder, "Ja, het klopt.")
    talks.got(MANAGER, "Antwoord van An")


def test_who_was_asked_says_until_when_it_waits(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Waar zijn de bonnen?", subject="Bonnen")
    question = talks.got(OWNER, "Vraag van Lies")
    talks.forget()
    talks.reply(question, "wacht tot 7/12")
    assert "Voor 07/12 herinneren we niemand" in talks.got(OWNER, "Doorgestuurd").text
    assert "wacht tot 7/12" in talks.got(MANAGER, "Bericht van An").text
    remind(talks, 18)
    assert talks.waiting() == []
    assert talks.conversations()[0].state is ConversationState.OPEN
    remind(talks, 1)
    talks.got(OWNER, "Herinnering")


def test_an_answered_or_closed_question_is_not_reminded_of(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Klopt het?", subject="Een")
    talks.reply(talks.got(OWNER, "Een"), "Ja.")
    talks.say(MANAGER, QUESTIONS, "Klopt het?", subject="Twee")
    talks.reply(talks.got(MANAGER, "Doorgestuurd aan An Peeters: Twee"), "sluit")
    talks.forget()
    remind(talks, 30)
    assert talks.waiting() == []


@pytest.mark.feature("CF-COM-06", "CF-COM-08")
def test_the_list_of_the_day_counts_open_conversations_and_takes_answers_by_number(
    talks: Talks,
) -> None:
    asked_about_invoice(talks)
    talks.say(MANAGER, QUESTIONS, "Waar zijn de bonnen?", subject="Bonnen")
    talks.say(MANAGER, QUESTIONS, "Klopt het adres?", subject="Adres")
    listed = talks.digest(MANAGER)
    assert listed.subject.startswith("3 gesprekken wachten op jou")
    assert "VRAGEN DIE OP ANTWOORD WACHTEN (1)" in listed.text
    assert "OPEN GESPREKKEN (2)" in listed.text
    talks.reply(listed, "1 vraag welke bestelling bedoel je\n2 wacht tot 9/12\n3 sluit")
    transcript = talks.got(MANAGER)
    assert "Het gesprek is gesloten" in transcript.text
    assert "welke bestelling bedoel je" in talks.got(APPROVER, "Vraag van Lies").text
    about_invoice, receipts, address = talks.conversations()
    assert about_invoice.waits_for == (APPROVER,)
    assert str(receipts.remind_at).startswith("2026-12-09")
    assert address.state is ConversationState.CLOSED
    talks.got(OWNER, "Gesprek gesloten: Adres")
    theirs = talks.digest(OWNER)
    assert "Bonnen" in theirs.text
    assert "Adres" not in theirs.text


def test_a_list_takes_no_answer_about_a_conversation_of_others(talks: Talks) -> None:
    talks.say(OWNER, QUESTIONS, "Wanneer bel je?", subject="Bellen")
    listed = talks.digest(MANAGER)
    talks.reply(listed, "1 ok")
    assert "kan hier niet" in talks.got(MANAGER, "Niet gedaan").text
    talks.reply(listed, "1 sluit")
    talks.reply(listed, "1 sluit")
    assert "al gebeurd" in talks.got(MANAGER, "Niet gedaan").text


BUTCHER = make_dossier("slager", "0456123791", name="Slagerij Bos NV", language="fr")
BAKER = make_dossier(approval_rules=needs_approval())


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Talks]:
    with open_talks(tmp_path, make_definition(BAKER, BUTCHER)) as opened:
        yield opened


def code_in(mail: Got) -> str:
    """Return the one-time code that a mail shows."""
    found = re.search(r"bevestig (\d{3} \d{3})", mail.text)
    assert found is not None, mail.text
    return found[1]


@pytest.mark.feature("CF-COM-05", "CF-COM-12", "CF-MON-05")
def test_the_office_writes_to_many_dossiers_and_each_answer_goes_into_its_own(
    two: Talks,
) -> None:
    text = "Dag {voornaam},\nbezorg je ons de stukken van {dossier}?\n{kantoor}"
    mail = f"aan: alle\n{text}"
    two.say(MANAGER, "vraag@in.example", mail, subject="Stukken {dossier}", files=[PDF])
    asked = two.got(MANAGER, "Versturen naar 2 dossiers?")
    assert "Dag An,\n    bezorg je ons de stukken van Bakkerij Peeters BV?" in asked.text
    assert two.conversations() == [], "nothing goes before it is confirmed"
    two.reply(asked, "bevestig 000 000")
    two.forget()
    two.reply(asked, f"bevestig {code_in(asked)}")
    assert "2 dossiers" in two.got(MANAGER).text
    first = two.got(OWNER, "Stukken Bakkerij Peeters BV")
    second = two.got(OWNER, "Stukken Slagerij Bos NV")
    assert "stukken van Slagerij Bos NV?\n    Kantoor Vermeer" in second.text
    assert second.files == ["uittreksel.pdf"]
    two.forget()
    two.reply(second, "Morgen.")
    two.reply(first, "Vandaag.")
    for code, answer in (("bakkerij", "Vandaag."), ("slager", "Morgen.")):
        (conversation,) = two.conversations(code)
        with two.room.context.database.reading() as session:
            assert messages_in(session, conversation.id)[-1].text == answer
    two.forget()
    two.reply(asked, f"bevestig {code_in(asked)}")
    assert "al gebeurd" in two.got(MANAGER).text
    assert len(two.conversations()) == 1


@pytest.mark.feature("CF-COM-12")
@pytest.mark.parametrize(
    ("first", "text", "said"),
    [
        ("vraag aan: alle", "Dag {voornam}", "{voornam}"),
        ("vraag aan: bakkerij, kapper", "Dag", "kapper"),
        ("vraag aan: onleesbaar", "Dag", "geen enkel dossier"),
        ("vraag aan: alle", "", "geen tekst"),
    ],
)
def test_what_cannot_be_sent_to_all_is_sent_to_nobody(
    two: Talks, first: str, text: str, said: str
) -> None:
    two.say(MANAGER, "mailbot@in.example", f"{first}\n{text}", subject="Rondvraag")
    refused = two.got(MANAGER, "Versturen naar")
    assert said in " ".join(refused.text.split())
    assert "bevestig" not in refused.text
    two.reply(refused, "bevestig")
    assert two.conversations() == []


@pytest.mark.parametrize(("sender", "is_proved"), [(OWNER, True), (MANAGER, False)])
def test_only_a_proved_employee_writes_to_many(two: Talks, sender: str, is_proved: bool) -> None:
    two.say(sender, "mailbot@in.example", "vraag aan: alle\nDag", is_proved=is_proved)
    assert not [subject for _to, subject in two.waiting() if "Versturen" in subject]


@pytest.mark.feature("CF-COM-05")
def test_dossiers_are_chosen_by_what_they_lack(two: Talks) -> None:
    two.invoice()
    two.forget()
    two.say(MANAGER, "vraag@in.example", "aan: ontbrekende documenten\nWaar blijft {documenten}?")
    asked = two.got(MANAGER, "Versturen naar 1 dossier?")
    assert "Slagerij Bos NV" in asked.text
    two.say(MANAGER, "vraag@in.example", "aan: goed te keuren\nDit wacht:\n{documenten}")
    asked = two.got(MANAGER, "Versturen naar 1 dossier?")
    assert "Bakkerij" in asked.text
    assert "- Drukkerij" in asked.text


def test_a_word_of_the_office_must_be_proved_before_a_client_reads_it(talks: Talks) -> None:
    talks.say(OWNER, QUESTIONS, "Op welke rekening betaal ik?", subject="Rekening")
    question = talks.got(MANAGER, "Vraag van An")
    talks.forget()
    talks.reply(question, "Op BE99.", is_proved=False)
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    assert "niet bewezen" in " ".join(talks.got(MANAGER, "Bericht van").text.split())
    talks.invoice()
    talks.reply(talks.got(APPROVER, "Goedkeuren"), "goedgekeurd")
    review = talks.got(MANAGER, "Nakijken")
    talks.forget()
    talks.reply(review, "vraag klant welke werf is dit", is_proved=False)
    assert {to for to, _subject in talks.waiting()} == {MANAGER}
    assert "niets doorgestuurd" in " ".join(talks.got(MANAGER).text.split())


def test_a_client_whose_mail_is_not_proved_is_heard_with_a_warning(talks: Talks) -> None:
    talks.say(MANAGER, QUESTIONS, "Klopt het adres?", subject="Adres")
    talks.reply(talks.got(OWNER, "Vraag"), "Nee, het is veranderd.", is_proved=False)
    assert "! Het is niet bewezen dat deze mail" in talks.got(MANAGER, "Antwoord van An").text
    talks.say(OWNER, QUESTIONS, "Bel me eens.", subject="Bellen", is_proved=False)
    heard = talks.got(MANAGER, "Bericht van")
    talks.forget()
    talks.reply(heard, "Dat doe ik.")
    assert "Dat doe ik." in talks.got(OWNER, "Bericht van Lies Boekhouder: Bellen").text
