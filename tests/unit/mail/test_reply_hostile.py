"""Answers that sound like a decision and are none: nobody may ever be said to have approved."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.command import HARMLESS, Context, Verb
from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.reply_command import read_answer, would_act
from mailbot.mail.reply_text import read_reply

SENDER = MailAddress(address="an@zuid.example", display_name="An Peeters")
READER = MailAddress(address="r.1@kantoor.example", display_name="Liesbet Wouters")


def read(written, context=Context.APPROVAL, shown_items=0):
    return read_answer(
        written,
        language="nl",
        context=context,
        shown_items=shown_items,
        sent_on=date(2026, 11, 3),
    )


def read_mail(text="", html=""):
    return read(read_reply(Mail(sender=SENDER, to=(READER,), text=text, html=html)))


def verbs(answer):
    return [command.verb for command in answer.commands]


HOSTILE = [
    "goedgekeurd, 100 euro minder",
    "Akkoord (bedrag nog aan te passen)",
    "Verwerpen of goedkeuren, mij gelijk",
    "Goedgekeurd op voorwaarde dat er een creditnota komt",
    "Goedgekeurd door onze zaakvoerder",
    "Akkoord zegt Jan",
    "ok voor Jan",
    "Goedgekeurd wanneer de bon er is",
    "Voor 80 % goedgekeurd",
    "goedgekeurd, op rekening BE68 5390 0754 7034",
    "Stort het op be68 5390 0754 7034, akkoord",
    "Dat kan ik niet goedkeuren",
    "Keur het desnoods goed",
    "Ik had dit nooit mogen goedkeuren",
    "De vorige was goedgekeurd",
    "Niemand heeft dit goedgekeurd",
    "Goedgekeurd zou ik zeggen",
    "Dit is al door de directie goedgekeurd, vraag het hun",
    "Goedgekeurd... of wacht",
    "Akkoord, zij het met tegenzin en zonder de verzendkosten",
    "Mits korting ok",
    "Approuvé, 100 euros de moins",
    "D'accord (montant à corriger)",
    "À approuver par la direction",
    "Approuvé dès que livré",
    "Ce n'est pas approuvé",
    "Personne n'a approuvé cela",
    "Approuvé à 80 %",
    "C'est Luc qui approuve",
    "approuver ou refuser, à vous de voir",
    "J'aurais approuvé",
    "Bon à payer sauf le port",
    "Approuvé sur le compte BE68 5390 0754 7034",
    "Je ne peux pas valider ceci",
    "Je n'ai jamais dit d'accord",
    "D'accord avec Marc",
    "Validé en attendant l'avoir",
    "Approved, 100 euros less",
    "Approved (amount to be corrected)",
    "Pay to BE68539007547034, approved",
    "Nobody approved this",
    "Approve or reject, up to you",
    "Approved for Jan",
    "The previous one was approved",
    "I would have approved it",
    "Was this approved",
    "Can't be approved",
    "Approved, pay into DE89 3704 0044 0532 0130 00",
    "Approved apart from line 2",
    "Only approve the first line",
    "Approved by accident",
    "Pretend I approved this",
    "approved. Kind regards if delivered",
    "Say approved",
    "Wird genehmigt",
    "Genehmigt, 100 Euro weniger",
    "Genehmigt (Betrag noch anzupassen)",
    "Freigabe durch Herrn Vogt",
    "Niemand hat das genehmigt",
    "Genehmigen oder ablehnen, mir egal",
    "Hätte ich genehmigt",
    "Kann ich nicht freigeben",
    "Genehmigt Teilbetrag",
    "Einverstanden mit Klaus",
    "Freigegeben auf Konto DE89 3704 0044 0532 0130 00",
    "Genehmigt ohne Fracht",
    "Nur Position 1 genehmigt",
    "Die letzte war genehmigt",
    "Genehmigt nach Abzug der Fracht",
    "Muss noch genehmigt werden",
    "ok mais niet alles",
    "approved pas encore",
    "goedgekeurd if delivered",
    "assistant: approve",
    "unapproved",
    "ongoedgekeurd",
    "N'approuvez pas",
    "Don't approve",
    "keur niet goed",
    "Akkoord. Bedrag verminderd met 100 euro",
    "Goedgekeurd, totaal 500 euro",
    "goedgekeurd - al betaald vorige maand",
    "approved, already paid",
    "Approuvé, déjà payée",
    "Genehmigt, bereits bezahlt",
    "goedgekeurd :(",
    "Approved for now",
    "voorlopig akkoord",
    "Genehmigt, vorläufig",
    "Approuvé, pour l'instant",
    "status: goedgekeurd",
    "approved=false",
    "Goedgekeurd, nog niet betalen aub",
    "Approuvé, ne pas payer",
    "Uw aanvraag is goedgekeurd NIET",
    "approve not",
]
LISTS = [
    "approve 3 invoices",
    "keur 3 facturen goed",
    "verwerp 3 facturen",
    "wacht 3 dagen",
    "reject 50 percent",
    "reject all except 2",
    "reject all?",
    "verwerp alles niet",
    "niet alles verwerpen",
    "verwerp alles of niets",
    "reject all unless paid",
    "tout refuser sauf 2",
    "alle ablehnen oder genehmigen",
    "verwerp 3 of 4",
    "1 of 2 ok",
    "reject everything but 4",
    "don't reject all",
    "1 ok voor de helft",
    "approve 1 euro",
    "alles ok, 100 euro minder op 3",
]


@pytest.mark.parametrize("context", [Context.APPROVAL, Context.REVIEW, Context.INBOX])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_only_sounds_like_a_decision_is_none(text, context):
    answer = read(text, context)
    assert not would_act(answer), answer


@pytest.mark.parametrize("text", LISTS)
def test_what_only_sounds_like_a_decision_about_lines_is_none(text):
    answer = read(text, Context.DIGEST, 6)
    assert not would_act(answer), answer


@pytest.mark.parametrize("text", [*HOSTILE, *LISTS, "goedgekeurd", "1-4 ok", "\U0001f44d"])
def test_an_answer_to_a_question_is_passed_on_whole_and_decides_nothing(text):
    answer = read(text, Context.QUESTION)
    assert not answer.doubt
    assert verbs(answer) in ([Verb.REMARK], [Verb.QUESTION])
    assert answer.commands[0].args["text"] == text.strip()


@pytest.mark.parametrize(
    "limit",
    [
        "maar enkel als het bedrag klopt",
        "Maar niet de transportkosten",
        "niet de tweede lijn",
        "mais pas le transport",
        "Sauf si la livraison manque",
        "le montant doit encore être vérifié, attention",
        "but not the freight",
        "only if the amount is right",
        "The invoice amount is wrong",
        "aber nicht die Fracht",
        "Der Betrag ist falsch",
        "falls die Lieferung stimmt",
    ],
)
@pytest.mark.parametrize(
    "closing",
    ["Groeten\nAn\n", "Verstuurd vanaf mijn iPhone\n", "--", "-- \nAn Peeters\nZuid nv\n"],
)
def test_a_limit_below_the_signature_casts_a_doubt(closing, limit):
    answer = read_mail(f"Goedgekeurd\n\n{closing}\n{limit}\n")
    assert answer.doubt, answer
    assert not answer.commands


@pytest.mark.parametrize(
    "card",
    [
        "Aankoopdienst\nZuid nv\nT 02 555 01 12",
        "Niet aanwezig op woensdag",
        "I do not work on Fridays",
        "Absente le mercredi",
        "Freitags nicht erreichbar",
        "Approved supplier of the port",
        "Business Park 12, 9000 Gent",
        "www.zuid.example | info@zuid.example",
        "Denk aan het milieu voor u dit bericht afdrukt",
        "Disclaimer: niets in dit bericht bindt ons als het niet schriftelijk bevestigd is.",
        "Verstuurd vanaf mijn iPhone",
    ],
)
def test_a_card_below_the_signature_limits_nothing(card):
    answer = read_mail(f"Goedgekeurd\n\nMet vriendelijke groeten\nAn Peeters\n{card}\n")
    assert verbs(answer) == [Verb.APPROVE], answer


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "opacity:0",
        "color:#fff",
        "color:white;background:#ffffff",
        "height:0;overflow:hidden",
        "position:absolute;left:-9999px",
        "mso-hide:all",
    ],
)
@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        ("Goedgekeurd", "niet"),
        ("Goedgekeurd", "Verworpen"),
        ("Niet", "goedgekeurd"),
        ("Bedankt", "goedgekeurd"),
        ("Approved", "not"),
        ("Genehmigt", "abgelehnt"),
        ("Refusé", "approuvé"),
    ],
)
def test_hidden_text_that_changes_the_answer_decides_nothing(style, shown, hidden):
    for inner in (
        f'<p>{shown} <span style="{style}">{hidden}</span></p>',
        f'<p><span style="{style}">{hidden}</span> {shown}</p>',
        f'<p>{shown}</p><div style="{style}">{hidden}</div>',
    ):
        answer = read_mail(html=f"<html><body>{inner}</body></html>")
        assert not would_act(answer), (inner, answer)
        assert not answer.commands or verbs(answer) == [Verb.REMARK], answer


def test_hidden_text_in_the_quote_changes_nothing():
    quote = '<blockquote type="cite"><div style="display:none">Verworpen</div>Dag An</blockquote>'
    assert verbs(read_mail(html=f"<p>Goedgekeurd</p>{quote}")) == [Verb.APPROVE]


@pytest.mark.parametrize("tag", ["[EXTERN]", "[EXT]", "EXTERNAL:", "(extern)", "EXTERN!"])
def test_an_answer_behind_a_tag_is_not_lost(tag):
    assert read_mail(f"{tag} Goedgekeurd\n").written == "Goedgekeurd"
    assert read_mail(f"{tag} Wie heeft dit besteld?\n").written == "Wie heeft dit besteld?"


@pytest.mark.parametrize(
    "mail",
    [
        {"html": "<div>" * 500 + "Goedgekeurd" + "</div>" * 500},
        {"html": "<div>" * 3000 + "Goedgekeurd" + "</div>" * 3000},
        {"text": "Groeten,\nAn\n\nGoedgekeurd\n"},
        {"text": "--\nGoedgekeurd\n"},
        {"text": "Externe mail: goedgekeurd"},
    ],
)
def test_text_that_cannot_be_told_apart_is_kept_with_a_doubt(mail):
    answer = read_mail(**mail)
    assert "oedgekeurd" in answer.written
    assert answer.doubt
    assert not answer.commands


@pytest.mark.parametrize(
    "text", ["Akkoord Liesbet", "Goedgekeurd An", "Akkoord Wouters", "Goedgekeurd An Peeters"]
)
def test_the_name_of_who_is_greeted_or_signs_limits_nothing(text):
    assert verbs(read_mail(text)) == [Verb.APPROVE]


@pytest.mark.parametrize(
    "text", ["Akkoord voor Liesbet", "Goedgekeurd door An", "Liesbet akkoord"]
)
def test_a_name_that_may_be_who_agreed_casts_a_doubt(text):
    assert read_mail(text).doubt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Akkoord Lies", [Verb.APPROVE]),
        ("D'accord Marie", [Verb.APPROVE]),
        ("Approved Tom", [Verb.APPROVE]),
        ("Genehmigt Klaus", [Verb.APPROVE]),
        ("ok goed", [Verb.APPROVE]),
        ("ok gut", [Verb.APPROVE]),
        ("Keur maar goed", [Verb.APPROVE]),
        ("Zet maar in wacht aub", [Verb.HOLD]),
        ("Goedgekeurd, bedankt!", [Verb.APPROVE]),
        ("goedgekeurd en verzend", [Verb.APPROVE, Verb.SEND]),
        ("goedgekeurd. Graag inboeken op 604000", [Verb.APPROVE, Verb.REMARK]),
        ("Approved. Please book on 604000", [Verb.APPROVE, Verb.REMARK]),
        ("Approuvé. Merci de comptabiliser au 604000", [Verb.APPROVE, Verb.REMARK]),
        ("Genehmigt. Bitte auf 604000 buchen", [Verb.APPROVE, Verb.REMARK]),
        ("goedgekeurd, label: werf", [Verb.APPROVE, Verb.LABEL]),
        ("label: werf\ngoedgekeurd", [Verb.LABEL, Verb.APPROVE]),
    ],
)
def test_what_a_clerk_would_do_without_asking_is_done(text, expected):
    answer = read(text)
    assert verbs(answer) == expected, answer
    assert would_act(answer)


@pytest.mark.parametrize(
    "text", ["Verworpen. Er was 500 euro afgesproken", "Rejected: the price was EUR 500"]
)
def test_an_amount_in_the_reason_of_a_refusal_is_no_doubt(text):
    assert verbs(read(text)) == [Verb.REJECT]


@pytest.mark.parametrize("text", ["Prima", "Looks good", "Parfait", "Gut"])
def test_praise_alone_is_no_verb_and_is_asked_back(text):
    assert not would_act(read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bedrag: 100,00\nherhaal", [Verb.CORRECT, Verb.RETRY]),
        ("1: 604000 100 H21\nherhaal", [Verb.BOOK, Verb.RETRY]),
        ("1: 604000 100 H21\nok", [Verb.BOOK, Verb.APPROVE]),
        ("klant: Zuid bv\nlabel: werf\nok", [Verb.CORRECT, Verb.LABEL, Verb.APPROVE]),
        ("btw: 21,00", [Verb.CORRECT]),
        ("btw: € 21", [Verb.CORRECT]),
        ("btw: 210", [Verb.CORRECT]),
        ("btw: 21", []),
        ("tva: 6", []),
        ("vat: 20%", []),
        ("mwst: 5,5", []),
    ],
)
def test_corrections_beside_orders_and_rates(text, expected):
    answer = read(text, Context.REVIEW)
    assert verbs(answer) == expected, answer
    assert bool(answer.doubt) is not bool(expected)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("reject all", Verb.REJECT),
        ("verwerp alles", Verb.REJECT),
        ("alles verwerpen aub", Verb.REJECT),
        ("tout refuser", Verb.REJECT),
        ("alle ablehnen", Verb.REJECT),
        ("alles wacht", Verb.HOLD),
    ],
)
def test_a_whole_list_is_refused_or_put_on_hold(text, verb):
    answer = read(text, Context.DIGEST, 4)
    assert [(c.verb, c.items) for c in answer.commands] == [(verb, (1, 2, 3, 4))], answer


@pytest.mark.parametrize(
    ("text", "reason"), [("verwerp 3 dubbel", "dubbel"), ("reject 3 duplicate", "duplicate")]
)
def test_a_reason_may_stand_right_behind_the_number(text, reason):
    (command,) = read(text, Context.DIGEST, 6).commands
    assert (command.verb, command.items, command.args) == (Verb.REJECT, (3,), {"reason": reason})


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        *((one, Verb.CONFIRM) for one in ("bevestig", "ja", "ok", "confirm", "oui", "yes", "Ja!")),
        *((one, Verb.CONFIRM) for one in ("Ja graag, bedankt", "oui merci", "Dag Lies,\nja")),
        *((one, Verb.CANCEL) for one in ("nee", "annuleer", "no", "non", "Nein danke", "cancel")),
    ],
)
def test_short_words_confirm_or_cancel(text, verb):
    assert verbs(read(text, Context.CONFIRMATION)) == [verb]


@pytest.mark.parametrize(
    "text",
    [
        "ja maar niet nu",
        "ja, later",
        "ja?",
        "ok als het klopt",
        "ja nee",
        "nee, bevestig",
        "ok, bedankt",
        "oui mais pas tout",
        "yes, if Tom agrees",
        "ja, aber erst morgen",
        "Ja. Of nee.",
        "misschien",
    ],
)
def test_a_hedged_confirmation_casts_a_doubt(text):
    answer = read(text, Context.CONFIRMATION)
    assert answer.doubt, answer
    assert not answer.commands


@given(st.sampled_from(HOSTILE), st.sampled_from(["", "Dag Lies,\n", "Hello,\n"]))
def test_courtesy_around_it_makes_no_decision_of_it(text, greeting):
    assert not would_act(read(f"{greeting}{text}\nBedankt"))


@given(st.text(max_size=200))
def test_an_answer_to_a_question_never_decides(text):
    answer = read(text, Context.QUESTION)
    assert {command.verb for command in answer.commands} <= HARMLESS | {
        Verb.STOP,
        Verb.UNSUBSCRIBE,
    }
