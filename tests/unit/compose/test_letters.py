"""Every letter: in four languages, safe with hostile values, the same in text and in HTML."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import html as lxml_html

from mailbot.compose.answers import VERBS, numbers, offer
from mailbot.compose.digest import DigestLine, write_digest_approver
from mailbot.compose.exports import write_export_mail
from mailbot.compose.facts import DocumentView, Earlier, stars
from mailbot.compose.requests import (
    write_approval_request,
    write_confirmation_request,
    write_new_version,
    write_quarantine_request,
    write_question,
    write_review_request,
)
from mailbot.compose.sentences import table
from mailbot.compose.transcript import command_words, undo_hint, write_doubt, write_transcript
from mailbot.domain.command import Answer, Command, Context, Outcome, Verb
from mailbot.domain.invoice import DocumentClass, Evidence, Source
from mailbot.domain.letter import Letter, Links
from mailbot.domain.mail import LANGUAGES, Language, MailAddress
from mailbot.domain.people import JournalKind
from tests.kit.every_letter import LETTERS, STOP, unsure_document
from tests.kit.letters import (
    BOOKING,
    DOSSIER,
    INVOICE,
    OFFICE,
    a_document,
    a_letterhead,
    a_reader,
    a_view,
    certain,
)

EVERY = [(language, name) for language in LANGUAGES for name in LETTERS]
SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"Evil{SCRIPT}\r\nBcc: all@evil.example\u202e & \"Sons' {{{{ 7*7 }}}} %s {{x}}"


def words_of_html(letter: Letter) -> list[str]:
    """Return the words that HTML shows, in order."""
    body = lxml_html.document_fromstring(letter.html).find("body")
    assert body is not None
    return " ".join(body.itertext()).split()


def words_of_text(letter: Letter) -> list[str]:
    return letter.text.split()


def bare(words: list[str]) -> set[str]:
    """Return words without what only lays them out, in lower case."""
    stripped = (word.strip("!·|-:;,.()").lower() for word in words)
    return {word for word in stripped if word and not word.startswith("http")}


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize(("language", "name"), EVERY)
def test_text_and_html_say_the_same(language: Language, name: str) -> None:
    letter = LETTERS[name](a_letterhead(language))
    assert bare(words_of_text(letter)) == bare(words_of_html(letter))


NOT_OURS = {"forwarding": {"https://provider.example/mail/vf-abc"}}


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_link_of_the_text_is_in_the_html_and_nothing_else_is_loaded(
    language: Language, name: str
) -> None:
    letter = LETTERS[name](a_letterhead(language))
    page = lxml_html.document_fromstring(letter.html)
    links, foreign = set(page.xpath("//a/@href")), NOT_OURS.get(name, set())
    assert set(re.findall(r"https?://\S+", letter.text)) == links | foreign
    # what somebody else wants to be opened is shown, and is no link of ours
    assert all(link in page.text_content() for link in foreign)
    assert {src.split(":")[0] for src in page.xpath("//*/@src")} <= {"cid"}
    assert not page.xpath("//script|//link|//iframe|//form|//object")
    assert "url(" not in letter.html
    assert "@import" not in letter.html


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_letter_has_a_purpose_a_subject_and_short_lines(
    language: Language, name: str
) -> None:
    letter = LETTERS[name](a_letterhead(language))
    assert letter.purpose in {"ask", "tell"}
    assert letter.language == language
    assert 5 < len(letter.subject) <= 180
    assert "\n" not in letter.subject
    assert "  " not in letter.subject
    assert all(len(line) <= 80 or "https://" in line for line in letter.text.splitlines())
    assert not re.search(r"\n{3}|\{\{|\{%|\bNone\b|Undefined|[\u00a0\u202f]", letter.text)


@pytest.mark.parametrize("name", LETTERS)
def test_languages_differ(name: str) -> None:
    subjects = {LETTERS[name](a_letterhead(language)).subject for language in LANGUAGES}
    assert len(subjects) == len(LANGUAGES)


def test_the_approval_mail_of_the_design() -> None:
    """Design: mail.md §3."""
    letter = LETTERS["approval"](a_letterhead("nl"))
    assert letter.subject == (
        "Goedkeuren? Drukkerij Voorbeeld BV, factuur 2026-114, € 605,00 tegen 13/12"
    )
    text = " ".join(letter.text.split())
    assert 'wacht op jou (regel "boven € 500", samen met Karim).' in text
    assert "Leverancier Drukkerij Voorbeeld BV, BE0456.123.791, bekend sinds 2024" in text
    assert "Factuur 2026-114 van 13/11/2026, folders najaar" in text
    assert "€ 605,00 tegen 13/12/2026 op BE17 … 1212 (dezelfde rekening als vorige keer)" in text
    assert "Mededeling +++123/4567/89002+++" in text
    assert "Zekerheid ★★★ alles gelezen uit de UBL" in text
    assert "goedkeuren · verwerpen en waarom · wacht tot … · of stel je vraag" in text
    assert letter.purpose == "ask"
    assert letter.name == "approval"
    assert list(letter.images) == ["page-0198c0ffee-1@mailbot"]
    assert 'src="cid:page-0198c0ffee-1@mailbot"' in letter.html


@pytest.mark.feature("CF-APPR-08")
@pytest.mark.parametrize(
    ("rules", "together", "said"),
    [
        ((), (), "wacht op jou."),
        (("a",), (), 'wacht op jou (regel "a").'),
        ((), ("Karim", "Sofie"), "wacht op jou (samen met Karim en Sofie)."),
        (("a", "b"), ("Karim",), 'wacht op jou (regel "a" en "b", samen met Karim).'),
    ],
)
def test_the_approver_is_told_why(
    rules: tuple[str, ...], together: tuple[str, ...], said: str
) -> None:
    letter = write_approval_request(a_letterhead(), a_view(), rules=rules, together_with=together)
    assert said in " ".join(letter.text.split())


@pytest.mark.feature("CF-ST-10")
@pytest.mark.parametrize(
    ("confidence", "shown"),
    [(1.0, "★★★"), (0.9, "★★★"), (0.899, "★★☆"), (0.8, "★★☆"), (0.799, "★☆☆"), (0.0, "★☆☆")],
)
def test_stars(confidence: float, shown: str) -> None:
    assert stars(confidence) == shown


def test_what_is_doubtful_is_named_in_the_approval_mail() -> None:
    letter = write_approval_request(a_letterhead(), a_view(unsure_document()))
    text = " ".join(letter.text.split())
    assert "★☆☆ alles gelezen uit het beeld (OCR); kijk na: vervaldag, bedrag" in text


def test_several_sources_are_all_named() -> None:
    read = certain(INVOICE, Source.PDF_TEXT)
    qr = Evidence(confidence=0.95, source=Source.QR)
    mixed = replace(read, evidence={**read.evidence, "iban": qr})
    letter = write_approval_request(a_letterhead(), a_view(a_document(invoice=mixed)))
    assert "gelezen uit de tekst van de PDF en de QR-code" in " ".join(letter.text.split())


def test_an_invoice_that_people_filled_in_says_so() -> None:
    filled_in = certain(INVOICE, Source.PERSON)
    letter = write_approval_request(a_letterhead(), a_view(a_document(invoice=filled_in)))
    assert "★★★ alles ingevuld door een mens" in letter.text


@pytest.mark.feature("CF-ST-05")
def test_a_review_asks_for_what_is_missing_by_name() -> None:
    letter = write_review_request(a_letterhead(), a_view(unsure_document()))
    assert "factuurnummer: …" in letter.text
    assert "bedrag: …" not in letter.text
    assert "Nok: minstens één verplicht veld ontbreekt." in " ".join(letter.text.split())


@pytest.mark.feature("CF-ST-04")
def test_a_review_of_an_empty_reading_asks_for_all_mandatory_fields() -> None:
    empty = a_document(invoice=None, booking=None)
    letter = write_review_request(a_letterhead(), a_view(empty))
    for name in ("leverancier", "factuurnummer", "factuurdatum", "bedrag", "munt"):
        assert f"{name}: …" in letter.text


def test_a_review_of_a_sale_asks_for_the_customer() -> None:
    sale = a_document(kind=JournalKind.SALES, invoice=replace(INVOICE, customer_name=None))
    letter = write_review_request(a_letterhead(), a_view(sale))
    assert "klant: …" in letter.text
    assert "leverancier" not in letter.text
    assert letter.subject.startswith("Nakijken? onbekende klant, factuur 2026-114")


@pytest.mark.feature("CF-ST-11")
def test_a_review_says_that_its_status_is_no_guarantee() -> None:
    assert "geen waarborg" in write_review_request(a_letterhead(), a_view()).text


def test_other_readings_are_shown_as_the_reader_writes() -> None:
    letter = write_review_request(a_letterhead(), a_view(unsure_document()))
    assert "€ 605,00 ★☆☆ (of € 665,00 / € 606,00?)" in letter.text
    assert "13/12/2026 ★★☆ (of 18/12/2026?)" in letter.text


def test_booking_lines_can_be_typed_back() -> None:
    letter = write_review_request(a_letterhead(), a_view())
    assert '1: 613400 500,00 S21 "folders najaar"' in letter.text


@pytest.mark.parametrize(
    ("kind", "document_class", "label"),
    [
        (JournalKind.PURCHASE, DocumentClass.INVOICE, "Te betalen"),
        (JournalKind.PURCHASE, DocumentClass.CREDIT_NOTE, "Te ontvangen"),
        (JournalKind.SALES, DocumentClass.INVOICE, "Te ontvangen"),
        (JournalKind.SALES, DocumentClass.CREDIT_NOTE, "Te betalen"),
    ],
)
def test_money_goes_out_or_comes_in(
    kind: JournalKind, document_class: DocumentClass, label: str
) -> None:
    invoice = replace(INVOICE, document_class=document_class)
    letter = write_approval_request(a_letterhead(), a_view(a_document(kind=kind, invoice=invoice)))
    assert f"  {label}  " in letter.text


@pytest.mark.parametrize("name", ["approval", "review", "digest_employee", "digest_approver"])
def test_warnings_are_in_every_mail_about_the_document(name: str) -> None:
    head = a_letterhead()
    warned = DocumentView(document=unsure_document(), dossier=DOSSIER)
    letters = {
        "approval": write_approval_request(head, warned),
        "review": write_review_request(head, warned),
    }
    letter = letters.get(name) or LETTERS[name](head)
    said = table("nl", "warnings")["changed_iban"]
    assert said in re.sub(r"\s+", " ", letter.text)
    assert said in " ".join(words_of_html(letter))


def test_warnings_stand_at_the_top() -> None:
    letter = write_approval_request(a_letterhead(), a_view(unsure_document()))
    assert letter.text.startswith("! Het rekeningnummer is een ander dan vroeger")


@pytest.mark.parametrize("same", [False, None])
def test_an_account_that_must_be_compared_is_shown_whole(same: bool | None) -> None:
    view = replace(a_view(), earlier=Earlier(same_account=same))
    letter = write_approval_request(a_letterhead(), view)
    assert "BE17 1234 5678 1212" in letter.text


def test_a_reader_without_first_name_is_greeted_too() -> None:
    head = a_letterhead(reader=a_reader(first_name=""))
    assert write_approval_request(head, a_view()).text.startswith("Dag,\n")


def test_buttons_only_for_pages_that_exist() -> None:
    head = a_letterhead(links=Links())
    letter = write_approval_request(head, a_view())
    assert "http" not in letter.text
    assert "Klikken" not in letter.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_stay_words(language: Language) -> None:
    invoice = certain(
        replace(
            INVOICE,
            supplier_name=HOSTILE,
            invoice_number=HOSTILE,
            payment_reference=HOSTILE,
            currency="<b>",
            supplier_vat=HOSTILE,
        )
    )
    document = a_document(invoice=invoice, title=HOSTILE, delivered_by=HOSTILE)
    view = DocumentView(document=document, dossier=replace(DOSSIER, name=HOSTILE))
    head = a_letterhead(
        language,
        office=replace(OFFICE, name=HOSTILE),
        reader=a_reader(language, first_name=HOSTILE, name=HOSTILE),
    )
    sender = MailAddress(address="x@evil.example", display_name=HOSTILE)
    for letter in (
        write_approval_request(head, view, rules=(HOSTILE,), together_with=(HOSTILE,)),
        write_review_request(head, view),
        write_quarantine_request(head, view, sender=sender, is_authenticated=False),
        write_question(head, view, question=HOSTILE, asked_by=HOSTILE),
        write_new_version(head, view, context=Context.APPROVAL, shown=a_document()),
        write_doubt(
            head, Answer(written=HOSTILE, doubt="hedged"), context=Context.APPROVAL, view=view
        ),
        write_confirmation_request(head, asked=(HOSTILE,), about=HOSTILE, code=HOSTILE),
    ):
        page = lxml_html.document_fromstring(letter.html)
        assert not page.xpath("//script|//b")
        assert "<script" not in letter.html
        assert "49" not in letter.subject
        assert not re.search(r"[\r\n\u202e]", letter.subject)
        assert "\u202e" not in letter.text + letter.html


def test_a_question_keeps_its_lines() -> None:
    letter = write_question(
        a_letterhead(), a_view(), question="Eerste\n\n<b>tweede</b>", asked_by="Karim"
    )
    assert "    Eerste\n\n    <b>tweede</b>\n" in letter.text
    assert "&lt;b&gt;tweede&lt;/b&gt;" in letter.html


def test_a_new_version_shows_what_changed_and_only_that() -> None:
    before = a_document(invoice=certain(replace(INVOICE, total_incl=Decimal("650.00"))))
    letter = write_new_version(a_letterhead(), a_view(), context=Context.APPROVAL, shown=before)
    assert "€ 650,00 → € 605,00" in letter.text
    assert letter.text.count("→") == 1


def test_numbers_named_in_a_digest_exist() -> None:
    digest = LETTERS["digest_approver"](a_letterhead()).text
    assert "1-3 ok" in digest
    assert LETTERS["digest_employee"](a_letterhead()).unsubscribe_url == STOP
    assert numbers(1) == {"all": "1", "one": "1"}


def test_lines_of_a_digest_are_numbered_through() -> None:
    text = LETTERS["digest_employee"](a_letterhead()).text
    assert re.findall(r"^ {2}(\d)  ", text, re.MULTILINE) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Command(verb=Verb.APPROVE), "goedkeuren"),
        (Command(verb=Verb.APPROVE, items=(1, 2, 3, 4, 6)), "1-4,6 goedkeuren"),
        (Command(verb=Verb.REJECT, args={"reason": "te duur"}), "verwerpen te duur"),
        (Command(verb=Verb.HOLD, args={"until": "2026-12-15"}), "wacht 15/12/2026"),
        (
            Command(verb=Verb.CORRECT, args={"field": "total", "value": "1210.00"}),
            "bedrag: 1210,00",
        ),
        (Command(verb=Verb.CORRECT, args={"field": "kleur", "value": "rood"}), "kleur: rood"),
    ],
)
def test_commands_are_said_as_they_are_typed(command: Command, said: str) -> None:
    assert command_words(a_letterhead(), command) == said


def test_a_transcript_says_done_refused_and_how_to_undo() -> None:
    text = LETTERS["transcript"](a_letterhead()).text
    assert "  1  wacht 15/12/2026 → gedaan\n" in text
    assert "Ongedaan maken: antwoord 1 herstel" in text
    assert "→ genoteerd" in text
    assert "  3  goedkeuren → niet gedaan\n" in text
    assert "het document is al verworpen" in text


def test_a_transcript_of_nothing_is_not_written() -> None:
    with pytest.raises(ValueError, match="outcome"):
        write_transcript(a_letterhead(), (), about="")


def test_what_cannot_be_undone_gets_no_hint() -> None:
    done = Outcome(command=Command(verb=Verb.HOLD), is_done=True, sentence="hold")
    assert undo_hint(a_letterhead(), done) == ""
    undoable = replace(done, can_be_undone=True)
    assert undo_hint(a_letterhead(), undoable) == "antwoord herstel"
    assert undo_hint(a_letterhead(), replace(undoable, item=3)) == "antwoord 3 herstel"


def test_an_answer_to_a_mail_says_so() -> None:
    assert LETTERS["transcript"](a_letterhead(is_answer=True)).auto_submitted == "auto-replied"
    assert LETTERS["approval"](a_letterhead()).auto_submitted == "auto-generated"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_mail_names_answers(language: Language) -> None:
    head = a_letterhead(language)
    for context in Context:
        options = offer(head, context, code="4471", **numbers(3))
        assert all(option.typed or option.rest for option in options)
    assert set(VERBS.values()) <= set(Verb)


def test_old_due_dates_keep_their_year() -> None:
    invoice = certain(replace(INVOICE, due_date=date(2025, 12, 13)))
    letter = write_approval_request(a_letterhead(), a_view(a_document(invoice=invoice)))
    assert letter.subject.endswith("€ 605,00 tegen 13/12/2025")


def test_an_empty_digest_and_an_export_without_files_are_not_written() -> None:
    with pytest.raises(ValueError, match="empty digest"):
        write_digest_approver(a_letterhead(), (), unsubscribe_url=STOP)
    with pytest.raises(ValueError, match="at least one file"):
        write_export_mail(a_letterhead(), (BOOKING,), (), dossier=DOSSIER.name)


def test_a_line_of_a_digest_says_until_when_it_waits() -> None:
    held = a_document(on_hold=True, hold_until=date(2026, 12, 15))
    line = DigestLine(document=held, dossier=DOSSIER.name, note="Karim vroeg iets.")
    text = write_digest_approver(a_letterhead(), (line,), unsubscribe_url=STOP).text
    assert "wacht tot 15/12\n" in text
    assert "Karim vroeg iets." in text
    assert "  1 ok  ·" in text


def test_a_document_that_is_no_invoice_is_called_by_its_title() -> None:
    letter = write_question(
        a_letterhead(),
        a_view(a_document(invoice=None, title="huurcontract")),
        question="Wat is dit?",
        asked_by="Karim",
    )
    assert letter.subject == "Vraag van Karim: huurcontract"
    assert "over dit document" in letter.text
    assert "Aangeleverd  factuur 2026-114.pdf, door karim@korenaar.example" in letter.text


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"due_date": None}, "Drukkerij Voorbeeld BV, factuur 2026-114, € 605,00"),
        ({"amount_due": None}, "Drukkerij Voorbeeld BV, factuur 2026-114, € 605,00 tegen 13/12"),
        (
            {"amount_due": None, "total_incl": None},
            "Drukkerij Voorbeeld BV, factuur 2026-114",
        ),
        ({"supplier_name": None}, "onbekende leverancier, factuur 2026-114, € 605,00 tegen 13/12"),
        ({"invoice_number": None}, "Drukkerij Voorbeeld BV, factuur, € 605,00 tegen 13/12"),
        ({"currency": None}, "Drukkerij Voorbeeld BV, factuur 2026-114, 605,00 tegen 13/12"),
        (
            {"document_class": DocumentClass.CREDIT_NOTE},
            "Drukkerij Voorbeeld BV, creditnota 2026-114, € 605,00 tegen 13/12",
        ),
    ],
)
def test_a_subject_says_what_is_known(changes: dict[str, Any], subject: str) -> None:
    document = a_document(invoice=replace(INVOICE, **changes))
    assert write_approval_request(a_letterhead(), a_view(document)).subject == (
        f"Goedkeuren? {subject}"
    )


def test_an_alternative_that_cannot_be_read_is_shown_as_it_is() -> None:
    doubt = Evidence(confidence=0.5, source=Source.OCR, alternatives=("6O5,0O",))
    invoice = replace(INVOICE, evidence={"total_incl": doubt})
    letter = write_review_request(a_letterhead(), a_view(a_document(invoice=invoice)))
    assert "(of 6O5,0O?)" in letter.text
