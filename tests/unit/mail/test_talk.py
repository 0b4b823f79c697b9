"""What steers a conversation is taken out; what was said is passed on whole."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.talk import Talk, read_marks, read_talk, read_topic

TODAY = date(2026, 11, 20)


def said(text: str) -> Talk:
    return read_talk(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "Werf noord.",
        "Privé gebruik van de wagen is 20 %.",
        "Enkel de factuur van maart ontbreekt nog.",
        "Alleen Karim weet dat.",
        "Vraag is of dit klopt",
        "Aan de achterkant staat het nummer.",
        "Bedrag: 605,00",
        "Let op: dit is dubbel",
        "Voor: niets",
        "Het dossier is afgesloten.",
        "De factuur",
        "Alleen Karim",
        "aan: An",
        "Only the second page counts.",
    ],
)
def test_ordinary_words_are_said_to_everybody(text: str) -> None:
    assert said(text).text == text
    assert not said(text).is_private
    assert not said(text).closes


@pytest.mark.feature("CF-COM-03")
@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("privé: dat mag Karim niet weten", (), "dat mag Karim niet weten"),
        ("Privé\nDat blijft onder ons.", (), "Dat blijft onder ons."),
        ("enkel An\nHet is betaald.", ("An",), "Het is betaald."),
        ("enkel An: het is betaald", ("An",), "het is betaald"),
        ("alleen voor an en karim\nJa.", ("an", "karim"), "Ja."),
        ("Privé An Peeters, karim@b.example\nJa.", ("An Peeters", "karim@b.example"), "Ja."),
        ("en privé: oui", (), "oui"),
        ("uniquement pour Amélie\nOui.", ("Amélie",), "Oui."),
        ("only for Alice: yes", ("Alice",), "yes"),
        ("nur Jürgen von Berg\nJa.", ("Jürgen von Berg",), "Ja."),
        ("privat: ja", (), "ja"),
    ],
)
def test_who_alone_may_read_it(text: str, names: tuple[str, ...], rest: str) -> None:
    assert said(text) == Talk(text=rest, only=names, is_private=True)


@pytest.mark.feature("CF-COM-10")
@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("aan: An, Karim\nWelke werf?", ("An", "Karim"), "Welke werf?"),
        ("vraag aan An: welke werf?", ("An",), "welke werf?"),
        ("à: Amélie et Karim\nQuel chantier ?", ("Amélie", "Karim"), "Quel chantier ?"),
        ("to: Alice\nWhich site?", ("Alice",), "Which site?"),
        ("an: Jürgen und Karim\nWelche Baustelle?", ("Jürgen", "Karim"), "Welche Baustelle?"),
        ("vraag klant welke werf dit is", (), "welke werf dit is"),
        ("vraag: welke werf?", (), "welke werf?"),
        ("vraag Welke werf?", (), "Welke werf?"),
    ],
)
def test_who_reads_along(text: str, names: tuple[str, ...], rest: str) -> None:
    assert said(text) == Talk(text=rest, to=names)


def test_who_only_reads_along() -> None:
    assert said("Welke werf?\ncc: karim@b.example") == Talk(
        text="Welke werf?", cc=("karim@b.example",)
    )


@pytest.mark.feature("CF-COM-08")
@pytest.mark.parametrize(
    "word",
    ["sluit", "Afgesloten.", "gesprek afsluiten", "clore", "Clôturer", "close", "schließen"],
)
def test_a_line_with_nothing_else_ends_it(word: str) -> None:
    assert said(word) == Talk(text="", closes=True)
    assert said(f"Bedankt, dat is duidelijk.\n{word}") == Talk(
        text="Bedankt, dat is duidelijk.", closes=True
    )


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("wacht tot 15/12", "2026-12-15"),
        ("Ik zoek het op.\nwacht tot 15 december", "2026-12-15"),
        ("attends jusqu'au 15/12", "2026-12-15"),
        ("wacht tot Karim terug is", ""),
        ("Moet ik wachten tot 15/12?", ""),
    ],
)
def test_until_when_it_can_wait(text: str, until: str) -> None:
    assert said(text) == Talk(text=text, until=until)


@pytest.mark.parametrize("word", ["factuur", "Facture.", "invoice", "Rechnung"])
def test_what_was_passed_on_is_an_invoice_after_all(word: str) -> None:
    assert said(word).is_invoice
    assert not said(f"{word} is betaald").is_invoice


def test_the_mark_of_a_conversation_is_found_in_what_is_quoted() -> None:
    quoted = "> Gesprek 0a1b2c3d\n> Conversation 99999999\nGesprek met An"
    assert read_marks(quoted) == ("0a1b2c3d", "99999999")


@pytest.mark.parametrize("subject", ["Re: Btw", "AW: RE: Btw", "Btw", "Antw: Btw "])
def test_a_topic_has_no_prefix(subject: str) -> None:
    assert read_topic(subject) == "Btw"


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_read_and_none_of_it_is_lost_but_steering_lines(text: str) -> None:
    read = said(text)
    assert read.closes or bool(read.text) == bool(text.strip())


@settings(max_examples=50)
@given(st.text(st.characters(categories=["Ll", "Zs", "Nd"]), max_size=120))
def test_plain_small_letters_are_passed_on_whole(text: str) -> None:
    read = said(f"zz {text}")
    assert read.text == f"zz {text}".strip()
