"""A browser that is not known decides nothing until a code came back that went by mail."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from httpx import Response

from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.document import Document, Status, revised
from mailbot.domain.outbox import OutboxEntry
from storage.codes import forget_browsers
from storage.conversations import messages_about
from storage.documents import record_document
from tests.kit.browser import House, Visitor, forms, open_house
from tests.kit.office import (
    APPROVER,
    MANAGER,
    PEOPLE,
    make_definition,
    make_dossier,
    needs_approval,
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def web(house: House) -> Iterator[Visitor]:
    """A browser that was never here."""
    with closing(Visitor(house)) as visitor:
        yield visitor


def code_mails(house: House) -> list[OutboxEntry]:
    return [mail for mail in house.mails() if mail.letter == "code"]


def ask(web: Visitor, token: str, form: str = "approve", **filled: str) -> Response:
    """Open the page and send one of its forms."""
    fields = forms(web.get(f"/d/{token}"))[form]
    return web.post(f"/d/{token}", data={**fields, **filled})


def bring(web: Visitor, token: str, page: Response, code: str) -> Response:
    return web.post(f"/d/{token}", data={**forms(page)["code"], "code": code})


def is_untouched(house: House, document: Document) -> bool:
    return house.now(document) == document


@pytest.mark.feature("CF-APPR-16")
def test_the_first_decision_waits_for_the_code_that_was_mailed(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    assert page.status_code == 403
    assert "Er is nog niets gedaan" in page.text
    assert "k…@bakkerij.example" in page.text
    assert APPROVER not in page.text
    assert "goedkeuren: Drukkerij Voorbeeld BV" in page.text
    assert is_untouched(house, document)
    assert [mail.recipient for mail in code_mails(house)] == [APPROVER]
    done = bring(web, token, page, house.browser_code())
    assert done.status_code == 200
    assert "Goedgekeurd." in done.text
    assert house.now(document).status is Status.TO_REVIEW


def test_after_that_the_browser_decides_with_one_click(house: House, web: Visitor) -> None:
    first, second = house.letter(house.invoice()), house.letter(house.invoice(number="2"))
    cookie = bring(web, first, ask(web, first, verb="approve"), house.browser_code()).headers[
        "set-cookie"
    ]
    assert "mailbot_browser_" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert f"Max-Age={90 * 24 * 3600}" in cookie
    assert ask(web, second, verb="approve").status_code == 200
    assert len(code_mails(house)) == 1


def test_it_stays_unknown_as_the_browser_of_anybody_else(house: House, web: Visitor) -> None:
    web.prove(house, MANAGER)
    document = house.invoice()
    assert ask(web, house.letter(document), verb="approve").status_code == 403
    assert is_untouched(house, document)


def test_the_proof_of_one_person_is_none_of_another(house: House, web: Visitor) -> None:
    """Somebody who may decide a little takes their own cookie for a leaked link."""
    name, _ = house.browser_cookie(APPROVER)
    web.cookies.set(name, house.browser(MANAGER))
    document = house.invoice()
    assert ask(web, house.letter(document), verb="approve").status_code == 403
    assert is_untouched(house, document)


def test_a_question_is_not_asked_in_somebody_elses_name_either(house: House, web: Visitor) -> None:
    document = house.invoice()
    assert ask(web, house.letter(document), "question", text="Klopt dit?").status_code == 403
    with house.context.database.reading() as session:
        assert not messages_about(session, document.id)


def test_five_wrong_codes_end_it(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    right = house.browser_code()
    wrong = f"{(int(right.replace(' ', '')) + 1) % 10**6:06}"
    said = [bring(web, token, page, wrong).text for _ in range(5)]
    assert all("Dat is niet de code" in text for text in said[:4])
    assert "Te vaak" in said[4]
    assert bring(web, token, page, right).status_code == 403
    assert is_untouched(house, document)


@pytest.mark.parametrize("junk", ["", " ", "test", "12345", "1234567", "1" * 20, "١٢٣٤٥٦"])
def test_what_cannot_be_a_code_uses_up_no_try(house: House, web: Visitor, junk: str) -> None:
    token = house.letter(house.invoice())
    page = ask(web, token, verb="approve")
    before = house.everything()
    for _ in range(7):
        assert bring(web, token, page, junk).status_code == 403
    assert house.everything() == before
    assert bring(web, token, page, house.browser_code()).status_code == 200


def test_a_code_holds_half_an_hour(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    house.clock.move(timedelta(minutes=31))
    late = bring(web, token, page, house.browser_code())
    assert "te oud" in late.text
    assert is_untouched(house, document)


def test_a_new_code_ends_the_one_before(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    first = house.browser_code()
    again = web.post(f"/d/{token}", data=forms(page)["again"])
    assert len(code_mails(house)) == 1
    house.clock.move(timedelta(minutes=2))
    again = web.post(f"/d/{token}", data=forms(again)["again"])
    assert len(code_mails(house)) == 2
    if first != house.browser_code():
        assert bring(web, token, again, first).status_code == 403
    assert bring(web, token, again, house.browser_code()).status_code == 200


def test_nobody_is_flooded_with_codes(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice())
    page = ask(web, token, verb="approve")
    for _ in range(30):
        house.clock.move(timedelta(minutes=2))
        page = web.post(f"/d/{token}", data=forms(page).get("again", {**forms(page)["code"]}))
        if "vandaag te veel codes" in page.text:
            break
    assert len(code_mails(house)) == 10


def test_what_changed_while_the_code_was_fetched_is_shown_anew(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    with house.context.transaction() as unit:
        record_document(unit.session, revised(document, title="iets anders"))
    answer = bring(web, token, page, house.browser_code())
    assert answer.status_code == 409
    assert "intussen veranderd" in answer.text
    assert house.now(document).status is Status.TO_APPROVE
    again = web.post(f"/d/{token}", data={**forms(answer)["approve"], "verb": "approve"})
    assert again.status_code == 200


def test_what_was_typed_waits_unchanged(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    reason = 'te duur,\r\nen "niet" <b>besteld</b>'
    page = ask(web, token, "reject", reason=reason)
    assert bring(web, token, page, house.browser_code()).status_code == 200
    assert house.now(document).rejected_reason == reason.replace("\r\n", "\n")


def test_the_button_pressed_twice_proves_and_decides_once(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    code = house.browser_code()
    answers = [bring(web, token, page, code) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("mailbot_browser_" in answer.headers["set-cookie"] for answer in answers)


def test_a_code_that_was_used_proves_no_second_browser(house: House, web: Visitor) -> None:
    first, other = house.invoice(), house.invoice(number="2")
    token, leaked = house.letter(first), house.letter(other)
    bring(web, token, ask(web, token, verb="approve"), house.browser_code())
    with closing(Visitor(house)) as thief:
        page = ask(thief, leaked, verb="approve")
        assert bring(thief, leaked, page, house.browser_code()).status_code == 403
    assert is_untouched(house, other)


def test_a_browser_that_was_forgotten_must_prove_itself_anew(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    with house.context.transaction() as unit:
        forget_browsers(unit.session, APPROVER)
    document = house.invoice()
    assert ask(web, house.letter(document), verb="approve").status_code == 403
    assert is_untouched(house, document)


def test_a_browser_is_known_for_ninety_days(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    house.clock.move(timedelta(days=91))
    document = house.invoice()
    assert ask(web, house.letter(document), verb="approve").status_code == 403


def test_a_frozen_person_is_asked_for_no_code(house: House, web: Visitor) -> None:
    document = house.invoice()
    token = house.letter(document)
    page = ask(web, token, verb="approve")
    people = tuple(replace(person, frozen=True) for person in PEOPLE)
    house.change_office(make_definition(make_dossier(people=people)))
    assert "stopgezet" in bring(web, token, page, house.browser_code()).text
    assert is_untouched(house, document)


def test_a_confirmation_by_page_takes_a_known_browser_too(house: House, web: Visitor) -> None:
    """The mail that asks to confirm can be forwarded as well."""
    document = house.invoice()
    token = house.confirmation(document, Command(verb=Verb.REJECT, args={"reason": "te duur"}))
    page = ask(web, token, "confirm", verb="confirm")
    assert page.status_code == 403
    assert "verwerpen te duur" in page.text
    assert is_untouched(house, document)


def test_trying_it_out_the_code_is_read_in_the_outbox(house: House, web: Visitor) -> None:
    page = ask(web, house.letter(house.invoice()), verb="approve")
    assert 'href="/outbox"' in page.text
    with closing(Visitor(house, "192.0.2.7")) as elsewhere:
        page = ask(elsewhere, house.letter(house.invoice(number="2")), verb="approve")
    assert 'href="/outbox"' not in page.text


def transcripts(house: House) -> list[OutboxEntry]:
    return [mail for mail in house.mails() if mail.letter == "transcript"]


def test_the_person_on_file_is_told_once_what_was_done(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    token = house.letter(house.invoice())
    fields = {**forms(web.get(f"/d/{token}"))["hold"], "how": "open"}
    for _ in range(2):
        assert web.post(f"/d/{token}", data=fields).status_code == 200
    (mail,) = transcripts(house)
    assert mail.recipient == APPROVER
    text = house.text(mail)
    assert "dit deed je op 20/11/2026 14:05 op een pagina" in text
    assert "Ongedaan maken: antwoord" in text
    assert "Was jij dit niet? Antwoord stop" in text


def test_a_question_or_a_refusal_is_not_told_again(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    document = house.invoice()
    token = house.letter(document)
    ask(web, token, "question", text="Klopt dit?")
    old = {**forms(web.get(f"/d/{token}"))["approve"], "verb": "approve"}
    with house.context.transaction() as unit:
        record_document(unit.session, revised(document, title="iets anders"))
    assert web.post(f"/d/{token}", data=old).status_code == 409
    assert not transcripts(house)


def test_a_line_of_a_list_is_told_with_its_document(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    token = house.digest([house.invoice(number=f"2026-{n}") for n in (1, 2)])
    fields = {**forms(web.get(f"/d/{token}?item=2"))["approve"], "verb": "approve"}
    assert web.post(f"/d/{token}", data=fields).status_code == 200
    assert "2026-2" in transcripts(house)[0].subject


def test_an_answer_to_the_question_is_no_decision(house: House, web: Visitor) -> None:
    token = house.letter(house.invoice(), shown=Shown.QUESTION)
    page = ask(web, token, "answer", text="ja")
    assert page.status_code == 403
    assert bring(web, token, page, house.browser_code()).status_code == 200
    assert not transcripts(house)


def ask_more_from_a_hundred(house: House) -> None:
    dossier = make_dossier(approval_rules=needs_approval(), confirm_from=Decimal(100))
    house.change_office(make_definition(dossier))


def test_a_large_amount_takes_the_link_of_a_second_mail(house: House, web: Visitor) -> None:
    """Level 3: the browser is known, and a fresh secret from the mailbox comes back as well."""
    ask_more_from_a_hundred(house)
    web.prove(house, APPROVER)
    document = house.invoice()
    asked = ask(web, house.letter(document), verb="approve")
    assert "Wacht op bevestiging" in asked.text
    assert is_untouched(house, document)
    assert not transcripts(house)
    mail = next(mail for mail in house.mails() if mail.letter == "confirmation")
    assert mail.recipient == APPROVER
    link = re.search(r"/d/([a-z2-7]{32})", house.text(mail))
    assert link
    with closing(Visitor(house)) as thief:
        assert ask(thief, link[1], "confirm", verb="confirm").status_code == 403
    assert is_untouched(house, document)
    done = ask(web, link[1], "confirm", verb="confirm")
    assert "Goedgekeurd." in done.text
    assert house.now(document).status is Status.TO_REVIEW
    assert [mail.recipient for mail in transcripts(house)] == [APPROVER]


def test_the_code_of_that_mail_can_be_typed_into_the_page(house: House, web: Visitor) -> None:
    ask_more_from_a_hundred(house)
    web.prove(house, APPROVER)
    document = house.invoice()
    token = house.letter(document)
    ask(web, token, verb="approve")
    mail = next(mail for mail in house.mails() if mail.letter == "confirmation")
    code = re.search(r"bevestig (\d{3} ?\d{3})", house.text(mail))
    assert code
    page = web.get(f"/d/{token}")
    assert "goedkeuren" in page.text
    fields = forms(page)["mailed-code"]
    before = house.everything()
    assert web.post(f"/d/{token}", data=fields).status_code == 422
    assert house.everything() == before
    wrong = web.post(f"/d/{token}", data={**fields, "typed_code": "000 000"})
    assert wrong.status_code == 409
    assert is_untouched(house, document)
    fields = forms(wrong)["mailed-code"]
    done = web.post(f"/d/{token}", data={**fields, "typed_code": code[1]})
    assert "Goedgekeurd." in done.text
    assert "mailed-code" not in done.text
    assert house.now(document).status is Status.TO_REVIEW


def test_a_code_on_a_page_that_asked_nothing_does_nothing(house: House, web: Visitor) -> None:
    web.prove(house, APPROVER)
    document = house.invoice()
    token = house.letter(document)
    stamp = forms(web.get(f"/d/{token}"))["approve"]["stamp"]
    sent = {"stamp": stamp, "verb": "confirm", "waits": "code", "typed_code": "123456"}
    assert web.post(f"/d/{token}", data=sent).status_code == 403
    assert is_untouched(house, document)
