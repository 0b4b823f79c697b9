"""Who is told what at RCPT; the codes are those of mail.md §2."""

from dataclasses import replace

import pytest

from mailbot.domain.directory import Directory, DossierEntry
from mailbot.domain.mail import LANGUAGES, Language, Recipient, RecipientKind
from mailbot.domain.treatment import SenderLists, Treatment
from mailbot.rules.intake import _CODES, answer_recipient, find_language, write_answer

BAKKER = DossierEntry(
    code="bakker", office="kantoor", enterprise_number="0400000185", active=True, language="fr"
)
DIRECTORY = Directory(
    domains=("in.example",),
    dossiers=(BAKKER, replace(BAKKER, code="slager", enterprise_number="1", active=False)),
    offices=("facturen@in.example",),
    blacklist=("spam@winst.example", "@reclame.example"),
)
OFFICE = Recipient(kind=RecipientKind.DELIVER, address="facturen@in.example", dossier="facturen")
SENDER = "an@drukkerij.example"


def recipient(kind: RecipientKind, domain: str = "in.example", **values: str) -> Recipient:
    return Recipient(kind=kind, address=f"x@{domain}", **values)  # type: ignore[arg-type]


DELIVER, QUESTION = RecipientKind.DELIVER, RecipientKind.QUESTION
REPLY, BOUNCE = RecipientKind.REPLY, RecipientKind.BOUNCE
POSTMASTER = RecipientKind.POSTMASTER
OURS, GUESSED = {"token": "goed"}, {"token": "geraden"}


@pytest.mark.parametrize(
    ("to", "sender", "answer"),
    [
        (recipient(DELIVER, dossier="bakker"), SENDER, (250, "2.1.5")),
        (recipient(DELIVER, dossier="0400000185"), SENDER, (250, "2.1.5")),
        (recipient(DELIVER, dossier="bakker", journal="nieuw"), SENDER, (250, "2.1.5")),
        (recipient(DELIVER, dossier="bakker"), "", (250, "2.1.5")),
        (recipient(DELIVER, dossier="onbekend"), SENDER, (550, "5.1.1")),
        (recipient(QUESTION, dossier="onbekend"), SENDER, (550, "5.1.1")),
        (recipient(RecipientKind.UNKNOWN), SENDER, (550, "5.1.1")),
        (recipient(DELIVER, dossier="slager"), SENDER, (550, "5.2.1")),
        (recipient(QUESTION, dossier="slager"), SENDER, (550, "5.2.1")),
        (recipient(DELIVER, dossier="bakker"), "SPAM@winst.example", (550, "5.7.1")),
        (recipient(DELIVER, dossier="bakker"), "eerlijk@winst.example", (250, "2.1.5")),
        (recipient(DELIVER, dossier="bakker"), "x@Reclame.example", (550, "5.7.1")),
        (recipient(DELIVER, dossier="bakker"), "x@niet-reclame.example", (250, "2.1.5")),
        (recipient(DELIVER, dossier="onbekend"), "x@reclame.example", (550, "5.7.1")),
        (recipient(REPLY, **OURS), SENDER, (250, "2.1.5")),
        (recipient(REPLY, **GUESSED), SENDER, (550, "5.1.1")),
        (recipient(REPLY, **OURS), "x@reclame.example", (550, "5.7.1")),
        (recipient(BOUNCE, **OURS), "", (250, "2.1.5")),
        (recipient(BOUNCE, **GUESSED), "", (550, "5.1.1")),
        (recipient(RecipientKind.COMMANDS), SENDER, (250, "2.1.5")),
        (OFFICE, SENDER, (250, "2.1.5")),
        (OFFICE, "x@reclame.example", (550, "5.7.1")),
        (recipient(POSTMASTER), "x@reclame.example", (250, "2.1.5")),
        (Recipient(kind=POSTMASTER, address="postmaster"), SENDER, (250, "2.1.5")),
        (Recipient(kind=DELIVER, address="bakker", dossier="bakker"), SENDER, (550, "5.7.1")),
        (recipient(DELIVER, "elders.example", dossier="bakker"), SENDER, (550, "5.7.1")),
        (recipient(POSTMASTER, "elders.example"), SENDER, (550, "5.7.1")),
        (recipient(DELIVER, "sub.in.example", dossier="bakker"), SENDER, (550, "5.7.1")),
    ],
)  # fmt: skip
def test_answer(to: Recipient, sender: str, answer: tuple[int, str]) -> None:
    found = answer_recipient(
        to, DIRECTORY, envelope_sender=sender, is_token_known={"goed"}.__contains__
    )
    assert (found.code, found.status) == answer
    assert found.is_accepted == (answer[0] == 250)


@pytest.mark.feature("CF-IN-19")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted(_CODES))
def test_every_answer_is_one_plain_line_in_every_language(reason: str, language: Language) -> None:
    line = str(write_answer(reason, language, id="0198", size="50"))
    assert line.isascii()
    assert line.isprintable()
    assert "{" not in line
    assert len(line) < 500, "RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets"


def test_answers_differ_by_language_and_lose_no_letters_on_the_way_to_ascii() -> None:
    texts = {write_answer("mail_too_large", one, size="50").text for one in LANGUAGES}
    assert len(texts) == len(LANGUAGES)
    assert "groesser" in write_answer("mail_too_large", "de", size="50").text
    assert "depasse" in write_answer("mail_too_large", "fr", size="50").text


@pytest.mark.parametrize(
    ("sender", "language"),
    [
        ("a@b.be", "nl"), ("a@b.NL", "nl"), ("a@b.fr", "fr"), ("a@b.lu", "fr"), ("a@b.de", "de"),
        ("a@b.at", "de"), ("a@b.com", "en"), ("", "en"), ("geen adres", "en"),
    ],
)  # fmt: skip
def test_the_language_of_a_sender(sender: str, language: Language) -> None:
    assert find_language(sender) == language


def test_a_dossier_that_is_closed_answers_in_its_own_language() -> None:
    found = answer_recipient(
        recipient(DELIVER, dossier="slager"),
        DIRECTORY,
        envelope_sender="a@b.de",
        is_token_known=bool,
    )
    assert "Ce dossier est clos" in found.text


@pytest.mark.feature("CF-IN-17", "SB-USR-03")
@pytest.mark.parametrize(
    ("kind", "lists", "sender", "answer"),
    [
        (DELIVER, SenderLists(), SENDER, "250 2.1.5"),
        (DELIVER, SenderLists(reject=(".drukkerij.example",)), SENDER, "550 5.7.1 Les messages"),
        (DELIVER, SenderLists(reject=("@drukkerij.example",), forward=(SENDER,)), SENDER, "250"),
        # in the office's list of another office only: this dossier has its own word
        (DELIVER, SenderLists(), "x@reclame.example", "250"),
        (DELIVER, SenderLists(others=Treatment.REJECT), SENDER, "550 5.7.1 Ce dossier n'accepte"),
        (DELIVER, SenderLists(others=Treatment.REJECT, inbox=(SENDER,)), SENDER, "250"),
        (DELIVER, SenderLists(others=Treatment.REJECT), "", "250"),
        (DELIVER, SenderLists(others=Treatment.QUARANTINE), SENDER, "250"),
        (QUESTION, SenderLists(others=Treatment.REJECT), SENDER, "250"),
        (QUESTION, SenderLists(reject=(SENDER,)), SENDER, "550 5.7.1"),
    ],
)
def test_the_lists_of_a_dossier_at_the_door(
    kind: RecipientKind, lists: SenderLists, sender: str, answer: str
) -> None:
    directory = replace(DIRECTORY, dossiers=(replace(BAKKER, senders=lists),))
    found = answer_recipient(
        recipient(kind, dossier="bakker"),
        directory,
        envelope_sender=sender,
        is_token_known=bool,
    )
    assert str(found).startswith(answer)
