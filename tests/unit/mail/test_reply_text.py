# ruff: noqa: E501 - mails are long lines
"""What a person newly typed: quotes, signatures, footers and hidden text are taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.command import Doubt
from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.reply_html import html_lines
from mailbot.mail.reply_text import read_reply, read_written

SENDER = MailAddress(address="an@zuid.example", display_name="An Peeters")


def mail(text="", html=""):
    return Mail(sender=SENDER, text=text, html=html)


@pytest.mark.parametrize(
    "quote",
    [
        "Op ma 2 nov. 2026 om 09:14 schreef Kantoor <r.abc@kantoor.example>:\n\n> Dag An,\n> Goedkeuren?",
        "Op ma 2 nov. 2026 om 09:14 schreef Kantoor <\nr.abc@kantoor.example>:\n\n> Dag An,\n> Goedkeuren?",
        "Le lun. 2 nov. 2026 à 09:14, Bureau <r.abc@kantoor.example> a écrit :\n\n> Bonjour",
        "On Mon, Nov 2, 2026 at 9:14 AM Office <r.abc@kantoor.example> wrote:\n> Hello",
        "Am 02.11.2026 um 09:14 schrieb Büro <r.abc@kantoor.example>:\n> Guten Tag",
        "Am Mo., 2. Nov. 2026 um 09:14 Uhr schrieb Büro <\nr.abc@kantoor.example>:\n\n> Guten Tag",
        "Van: Kantoor <r.abc@kantoor.example>\nVerzonden: maandag 2 november 2026 09:14\nAan: An Peeters\nOnderwerp: Goedkeuren?\n\nDag An,\nAntwoord GOEDGEKEURD",
        "Von: Büro <r.abc@kantoor.example>\nGesendet: Montag, 2. November 2026 09:14\nAn: An Peeters\nBetreff: Freigabe?\n\nGuten Tag",
        "De : Bureau <r.abc@kantoor.example>\nEnvoyé : lundi 2 novembre 2026 09:14\nÀ : An Peeters\nObjet : Approuver ?\n\nBonjour",
        "-----Original Message-----\nFrom: Office <r.abc@kantoor.example>\nSent: Monday\nTo: An\nSubject: Approve?\n\nHello",
        "________________________________\nVan: Kantoor <r.abc@kantoor.example>\nVerzonden: maandag\nAan: An\nOnderwerp: Goedkeuren?\n\nDag An",
        "Op 2 november 2026 09:14 schreef Kantoor <r.abc@kantoor.example>:\n\nDag An, dit staat er zonder streepjes.",
    ],
)
def test_quotes_of_every_program_are_taken_off(quote):
    assert read_written(mail(f"Goedgekeurd\n\n{quote}\n")) == "Goedgekeurd"


@pytest.mark.parametrize(
    "closing",
    [
        "A. Peeters",
        "A.P.",
        "Peeters An",
        "Alvast bedankt",
        "Alvast bedankt,\nAn",
        "Merci d'avance\n\nA. Peeters",
        "Danke und Gruß\nAn Peeters",
        "Thanks,\nAn",
        "An Peeters | Zaakvoerder\nZuid bv\nT 02 555 01 12\n\nNiet goed? Geld terug!",
        "Zuid Tuinbouw\nDorpsstraat 3, 9000 Gent",
    ],
)
def test_names_thanks_and_cards_are_taken_off(closing):
    sender = MailAddress(address="an@zuidtuinbouw.example", display_name="An Peeters")
    for text in (f"Goedgekeurd\n\n{closing}\n", f"Goedgekeurd\n\n{closing}\n\n\n"):
        assert read_written(Mail(sender=sender, text=text)) == "Goedgekeurd"


def test_a_card_of_the_company_is_taken_off_whoever_signs():
    sender = MailAddress(address="info@zuidtuinbouw.example", display_name="Boekhouding")
    card = "Griet Maes\nZaakvoerder | Zuid Tuinbouw bv\nT 02 555 01 12\nGoedgekeurd door de sector"
    for above in ("Goedgekeurd", "Zie bijlage"):
        assert read_written(Mail(sender=sender, text=f"{above}\n\n{card}\n")) == above
    assert read_written(Mail(sender=sender, text="Jan Smet\n0470 12 34 56\n")).startswith("Jan")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Daniel Osei", "I approve\n\nDan"),
        ("Jan Smet", "Is dat juist?\n\nJa"),
        ("Neele Vos", "Mag dit betaald worden?\n\nNee"),
        ("Okan Demir", "Ok"),
        ("An Peeters", "Bedankt"),
        ("Sofie Claes", "Goedgekeurd\n\nSof"),
    ],
)
def test_short_names_are_told_from_answers(name, text):
    written = read_written(
        Mail(sender=MailAddress(address="x@y.example", display_name=name), text=text)
    )
    is_name = text.endswith(("Dan", "Sof"))
    assert written == (text.split("\n")[0] if is_name else text)


@pytest.mark.parametrize(
    "closing",
    [
        "-- \nAn Peeters\nZuid nv",
        "Met vriendelijke groeten,\nAn Peeters\nZuid nv | T 02 555 01 12",
        "Mvg\nAn",
        "Groeten An",
        "An",
        "Cordialement,\nAn",
        "Kind regards\nAn Peeters",
        "Mit freundlichen Grüßen\n\nAn Peeters",
        "Verzonden vanaf mijn iPhone",
        "Sent from Outlook for Android",
        "Envoyé de mon iPhone",
        "Von meinem Galaxy gesendet",
        "Disclaimer: een akkoord bindt ons niet.",
        "An Peeters\nAankoop",
    ],
)
def test_signatures_footers_and_disclaimers_are_taken_off(closing):
    assert read_written(mail(f"Goedgekeurd\n\n{closing}\n")) == "Goedgekeurd"


@pytest.mark.parametrize(
    "banner",
    [
        "[EXTERN] Let op",
        "EXTERN: deze e-mail komt van buiten de organisatie.",
        "CAUTION: This email originated from outside of the organization.",
    ],
)
def test_banners_are_taken_off(banner):
    assert read_written(mail(f"{banner}\n\nGoedgekeurd")) == "Goedgekeurd"


def test_a_postscript_stays_because_it_may_limit():
    written = read_written(mail("Goedgekeurd\n\nGroeten,\nAn\n\nPS: wacht nog met betalen"))
    assert "wacht nog" in written


def test_answers_between_quoted_lines_count_with_the_number_above_them():
    text = "Op 2/11/2026 om 9:43 schreef Kantoor:\n> 1. Bakker  10,00\nok\n\n> 2. Slager  20,00\nverwerp dubbel\n\n> 3. Kapper\n"
    reply = read_reply(mail(text))
    assert reply.text == "ok\nverwerp dubbel"
    assert reply.numbered == "1 ok\n2 verwerp dubbel"


def test_text_below_a_quote_counts():
    assert (
        read_written(
            mail("On Mon, Nov 2, 2026 at 9:14 AM X <x@y.example> wrote:\n> Hello\n\nApproved")
        )
        == "Approved"
    )


@pytest.mark.parametrize(
    "marker",
    [
        "## Antwoord boven deze lijn ##",
        "Please type your reply above this line",
        "Répondez au-dessus de cette ligne",
        "Bitte über dieser Linie antworten",
    ],
)
def test_text_below_the_marker_is_kept_and_does_not_count(marker):
    reply = read_reply(
        mail(
            f"On Mon, Nov 2, 2026 at 9:14 AM X <x@y.example> wrote:\n> {marker}\n> Hello\n\nApproved"
        )
    )
    assert reply.text == "Approved"
    assert reply.doubt == Doubt.BELOW_MARKER
    assert reply.is_below_marker


@pytest.mark.parametrize(
    "html",
    [
        '<div>Goedgekeurd</div><div class="gmail_quote"><div class="gmail_attr">Op ma schreef X:<br></div><blockquote class="gmail_quote">Verworpen</blockquote></div>',
        '<p>Goedgekeurd</p><hr><div id="divRplyFwdMsg"><b>Van:</b> X</div><div>Verworpen</div>',
        '<p>Goedgekeurd</p><blockquote type="cite">Verworpen</blockquote>',
        '<div>Goedgekeurd</div><div class="moz-cite-prefix">X schreef:</div><blockquote type="cite" cite="mid:1">Verworpen</blockquote>',
        '<div>Goedgekeurd</div><div class="yahoo_quoted">Verworpen</div>',
        "<p class=MsoNormal>Goedgekeurd<o:p></o:p></p><div><p class=MsoNormal><b>Van:</b> X &lt;x@y.example&gt;<br><b>Verzonden:</b> maandag<br><b>Aan:</b> An<br><b>Onderwerp:</b> Y</p></div><p>Verworpen</p>",
        '<html><body><html><body><div>Goedgekeurd</div></body></html><blockquote type="cite">Verworpen</blockquote></body></html>',
        '<blockquote style="margin:0 0 0 40px"><div>Goedgekeurd</div></blockquote>',
        '<div>Goedgekeurd</div><div class="gmail_signature">Verworpen bv</div>',
        "<ul><li>Goedgekeurd</li></ul>",
        '<div style="display:none">Verworpen</div><div>Goedgekeurd</div>',
        '<span style="font-size:0">Verworpen</span><p>Goedgekeurd</p>',
        "<p hidden>Verworpen</p>Goedgekeurd",
        '<span style="color:#ffffff">Verworpen</span><p>Goedgekeurd</p>',
        "<style>.x{display:none}</style><p class=x>Verworpen</p><p>Goedgekeurd</p>",
        "<p><s>Verworpen</s></p><p>Goedgekeurd</p>",
        "<!-- Verworpen --><p>Goedgekeurd</p>",
    ],
)
def test_html_of_every_program(html):
    assert read_written(mail(html=html)) == "Goedgekeurd"


def test_the_other_form_of_the_mail_is_kept_beside_it():
    reply = read_reply(mail("Verworpen", "<p>Goedgekeurd</p>"))
    assert (reply.text, reply.other) == ("Goedgekeurd", "Verworpen")


@given(st.text(max_size=400), st.text(max_size=400))
def test_reading_never_raises(text, html):
    read_reply(mail(text, html))


@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<blockquote type=cite>",
                "</blockquote>",
                "> ",
                "\n",
                "Van: ",
                "Op 2/11 schreef X:",
                "<table><tr><td>",
                "ok",
                "<!--",
                "-- ",
            ]
        )
    ).map("".join)
)
def test_reading_broken_markup_never_raises(text):
    read_reply(mail(text, text))
    html_lines(text)
