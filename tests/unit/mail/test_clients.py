# ruff: noqa: E501 - mails are long lines
"""What a person newly typed, as each mail program in use sends it, in four languages."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.domain.command import Context, Verb
from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_text import read_reply

SENDER = MailAddress(address="an@zuid.example", display_name="An Peeters")
#: what is quoted: our own mail asks for answers that must not count
QUOTED = (
    "Dag An,",
    "deze factuur wacht op jou.",
    "Antwoord met één regel:",
    "verwerpen",
    "goedgekeurd",
)
HTML_QUOTE = "".join(f"<p>{line}</p>" for line in QUOTED)
TEXT_QUOTE = "\n".join(QUOTED)
CITED = "\n".join(f"> {line}" for line in QUOTED)
ANSWERS = {"nl": "Goedgekeurd.", "fr": "Approuvé.", "en": "Approved.", "de": "Genehmigt."}
WHO, AT = "Kantoor Noord", "r.abc234@kantoor.example"
MAILTO = f'<a href="mailto:{AT}">{AT}</a>'

HEADERS = {
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp", "maandag 2 november 2026 09:14"),
    "fr": ("De&nbsp;", "Envoyé&nbsp;", "À&nbsp;", "Objet&nbsp;", "lundi 2 novembre 2026 09:14"),
    "en": ("From", "Sent", "To", "Subject", "Monday, November 2, 2026 9:14 AM"),
    "de": ("Von", "Gesendet", "An", "Betreff", "Montag, 2. November 2026 09:14"),
}
WROTE = {
    "nl": f"Op ma 2 nov 2026 om 09:14 schreef {WHO} &lt;{MAILTO}&gt;:",
    "fr": f"Le lun. 2 nov. 2026 à 09:14, {WHO} &lt;{MAILTO}&gt; a écrit&nbsp;:",
    "en": f"On Mon, Nov 2, 2026 at 9:14 AM {WHO} &lt;{MAILTO}&gt; wrote:",
    "de": f"Am Mo., 2. Nov. 2026 um 09:14 Uhr schrieb {WHO} &lt;{MAILTO}&gt;:",
}
#: Apple, Thunderbird, Roundcube and Spark say it in other words
APPLE = {
    "nl": f"Op 2 nov 2026, om 09:14 heeft {WHO} &lt;{AT}&gt; het volgende geschreven:",
    "fr": f"Le 2 nov. 2026 à 09:14, {WHO} &lt;{AT}&gt; a écrit :",
    "en": f"On 2 Nov 2026, at 09:14, {WHO} &lt;{AT}&gt; wrote:",
    "de": f"Am 02.11.2026 um 09:14 schrieb {WHO} &lt;{AT}&gt;:",
}
THUNDERBIRD = {
    "nl": f"{WHO} schreef op 2/11/2026 om 9:14:",
    "fr": f"Le 02/11/2026 à 09:14, {WHO} a écrit&nbsp;:",
    "en": f"On 02/11/2026 09:14, {WHO} wrote:",
    "de": f"Am 02.11.26 um 09:14 schrieb {WHO}:",
}
ORIGINAL = {
    "nl": "Oorspronkelijk bericht",
    "fr": "Message d'origine",
    "en": "Original message",
    "de": "Ursprüngliche Nachricht",
}


def bold_header(language, end="<br>", mark="b"):
    sender, sent, to, subject, date = HEADERS[language]
    values = (f"{WHO} &lt;{AT}&gt;", date, "An Peeters", "Goedkeuren? Factuur 12")
    labels = (sender, sent, to, subject)
    return end.join(f"<{mark}>{a}:</{mark}> {b}" for a, b in zip(labels, values, strict=True))


def outlook_desktop(answer, language):
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {{margin:0cm;font-size:11.0pt}} --></style></head>
<body lang=NL-BE link="#0563C1" vlink="#954F72"><div class=WordSection1><p class=MsoNormal><span style='mso-fareast-language:EN-US'>{answer}<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>
<p class=MsoNormal>{bold_header(language)}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{HTML_QUOTE}</div></body></html>"""


def outlook_web(answer, language):
    return f"""<html><head><style type="text/css" style="display:none;"> P {{margin-top:0;margin-bottom:0;}} </style></head><body dir="ltr">
<div class="elementToProof" style="font-family: Aptos; font-size: 12pt; color: rgb(0, 0, 0);">{answer}</div><div id="appendonsend"></div>
<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">{bold_header(language)}</font><div>&nbsp;</div></div>
<div><div class="x_WordSection1">{HTML_QUOTE}</div></div></body></html>"""


def outlook_mobile(answer, language):
    return f"""<html><body><div dir="auto">{answer}</div><div dir="auto"><br></div><div class="ms-outlook-mobile-body-separator-line"><br></div>
<div id="ms-outlook-mobile-signature"><div>Sent from <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div></div>
<div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message"><hr><div style="direction:ltr">{bold_header(language, mark="strong")}<br></div><br>{HTML_QUOTE}</div></body></html>"""


def outlook_mac(answer, language):
    return f"""<html><body><div class="WordSection1"><p class="MsoNormal">{answer}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal" style="margin-bottom:12.0pt">{bold_header(language)}</p></div>{HTML_QUOTE}</div></body></html>"""


def windows_mail(answer, language):
    return f"""<html><body><div class=WordSection1><p class=MsoNormal>{answer}</p><p class=MsoNormal>Verzonden vanuit <a href="https://go.microsoft.com/fwlink/?LinkId=550986">Mail</a> voor Windows</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><div style='mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal style='border:none;padding:0cm'>{bold_header(language)}</p></div>{HTML_QUOTE}</div></body></html>"""


def gmail(answer, language):
    return f"""<div dir="ltr">{answer}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{WROTE[language]}<br></div>
<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>{HTML_QUOTE}</div></blockquote></div>"""


def gmail_with_signature(answer, language):
    return f"""<div dir="ltr"><div>{answer}</div><div><br clear="all"></div><div><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">An Peeters<div>Zuid nv - wacht niet, bel 02 555 01 12</div></div></div></div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{WROTE[language]}<br></div><blockquote class="gmail_quote">{HTML_QUOTE}</blockquote></div>"""


def apple_mail(answer, language):
    return f"""<html><head></head><body style="overflow-wrap: break-word;">{answer}<div><br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>{APPLE[language]}</div><br class="Apple-interchange-newline"><div>{HTML_QUOTE}</div></blockquote></div><br></div></body></html>"""


def iphone(answer, language):
    footer = {
        "nl": "Verstuurd vanaf mijn iPhone",
        "fr": "Envoyé de mon iPhone",
        "en": "Sent from my iPhone",
        "de": "Von meinem iPhone gesendet",
    }[language]
    return f"""<html><body dir="auto">{answer}<br><br><div dir="ltr" id="AppleMailSignature">{footer}</div><div dir="ltr"><br><blockquote type="cite">{APPLE[language]}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{HTML_QUOTE}</div></blockquote></body></html>"""


def thunderbird(answer, language):
    return f"""<!DOCTYPE html><html><body><p>{answer}</p><div class="moz-cite-prefix">{THUNDERBIRD[language]}<br></div><blockquote type="cite" cite="mid:abc@kantoor.example">{HTML_QUOTE}</blockquote><pre class="moz-signature" cols="72">-- \nAn Peeters</pre></body></html>"""


def samsung(answer, language):
    sender, _, to, subject, _ = HEADERS[language]
    return f"""<html><body><div dir="auto">{answer}</div><div id="composer_signature" dir="auto"><div style="font-size:85%;color:#575757">Verzonden vanaf mijn Galaxy</div></div><div dir="auto"><br></div>
<div align="left" style="font-size:100%;color:#000000" dir="auto"><div>-------- {ORIGINAL[language]} --------</div><div>{sender}: {WHO} &lt;{AT}&gt; </div><div>Datum: 02/11/2026 09:14 (GMT+01:00) </div><div>{to}: an@zuid.example </div><div>{subject}: Goedkeuren? </div><div><br></div></div>{HTML_QUOTE}</body></html>"""


def yahoo(answer, language):
    return f"""<html><head></head><body><div class="ydp1a2b3c4dyahoo-style-wrap"><div dir="ltr">{answer}</div></div><div id="ydp5e6f7a8byahoo_quoted_0123456789" class="ydp5e6f7a8byahoo_quoted"><div><div>{WROTE[language]}</div><div><br></div><div><div id="yiv0123456789">{HTML_QUOTE}</div></div></div></div></body></html>"""


def proton(answer, language):
    return f"""<div style="font-family: Arial; font-size: 14px;">{answer}</div><div class="protonmail_signature_block" style="font-size: 14px;"><div class="protonmail_signature_block-user">An Peeters<br></div><div class="protonmail_signature_block-proton">Verzonden met Proton Mail</div></div>
<div class="protonmail_quote">{WROTE[language]}<br><blockquote class="protonmail_quote" type="cite">{HTML_QUOTE}</blockquote><br></div>"""


def notes(answer, language):
    sender, _, to, subject, _ = HEADERS[language]
    date = {"nl": "Datum", "fr": "Date", "en": "Date", "de": "Datum"}[language]
    return f"""<font size=2 face="sans-serif">{answer}</font><br><br><br><br><font size=1 color=#5f5f5f face="sans-serif">{sender}: &nbsp; &nbsp; &nbsp; &nbsp;</font><font size=1 face="sans-serif">"{WHO}" &lt;{AT}&gt;</font><br><font size=1 color=#5f5f5f face="sans-serif">{to}: &nbsp; </font><font size=1>an@zuid.example</font><br><font size=1 color=#5f5f5f>{date}: &nbsp; </font><font size=1>02/11/2026 09:14</font><br><font size=1 color=#5f5f5f>{subject}: &nbsp; </font><font size=1>Goedkeuren?</font><br><hr noshade><br>{HTML_QUOTE}"""


def k9(answer, language):
    return f"""<!DOCTYPE html><html><body>{answer}<br><br><div class='gmail_quote'>{THUNDERBIRD[language]}<blockquote class='gmail_quote' style='margin: 0pt 0pt 1ex 0.8ex; border-left: 1px solid #729fcf; padding-left: 1ex;'>{HTML_QUOTE}</blockquote></div><br><div class='k9mail-signature'>-- <br>Verstuurd vanaf mijn Android apparaat met K-9 Mail. Excuseer mijn beknoptheid.</div></body></html>"""


def fairemail(answer, language):
    return f"""<html><body><div>{answer}</div><div fairemail="signature"><p>An Peeters<br>Zuid nv</p></div><div fairemail="reference"><p>2 nov. 2026 09:14:12 {WHO} &lt;{AT}&gt;:</p><blockquote type="cite">{HTML_QUOTE}</blockquote></div></body></html>"""


def zimbra(answer, language):
    return f"""<html><body><div style="font-family: arial; font-size: 12pt"><div>{answer}</div><div><br></div><div data-marker="__SIG_PRE__"><div>An Peeters</div></div><div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{bold_header(language)}<br></div><div><br></div><div data-marker="__QUOTED_TEXT__">{HTML_QUOTE}</div></div></body></html>"""


def roundcube(answer, language):
    return f"""<html><body style='font-size: 10pt'><p>{answer}</p><div id="_rc_sig"><div class="pre">-- <br>An Peeters</div></div><p id="reply-intro">{THUNDERBIRD[language]}</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0">{HTML_QUOTE}</blockquote></body></html>"""


def spark(answer, language):
    return f"""<html><body><div name="messageBodySection"><div dir="auto">{answer}</div></div><div name="messageSignatureSection"><br><div>An Peeters</div></div><div name="messageReplySection">{WROTE[language]}<br><blockquote type="cite" class="spark_quote" style="border-left-color: grey;">{HTML_QUOTE}</blockquote></div></body></html>"""


def airmail(answer, language):
    return f"""<html><body><div id="bloop_customfont" style="margin:0px">{answer}</div><br><div class="bloop_sign" id="bloop_sign_1604304852"><div>-- <br>An Peeters</div></div><br><p class="airmail_on">{APPLE[language]}</p><blockquote type="cite" class="clean_bq"><span>{HTML_QUOTE}</span></blockquote></body></html>"""


def gmx(answer, language):
    sender, sent, to, subject, date = HEADERS[language]
    return f"""<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;"><div>{answer}</div><div>&nbsp;<div style="margin: 10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;" name="quote"><div style="margin:0 0 10px 0;"><b>{sent}:</b>&nbsp;{date} Uhr<br><b>{sender}:</b>&nbsp;"{WHO}" &lt;{AT}&gt;<br><b>{to}:</b>&nbsp;an@zuid.example<br><b>{subject}:</b>&nbsp;Goedkeuren?</div><div name="quoted-content">{HTML_QUOTE}</div></div></div></div></body></html>"""


def fastmail(answer, language):
    return f"""<!DOCTYPE html><html><body><div style="font-family:Arial;">{answer}</div><div id="sig38281"><div class="signature">An Peeters</div></div><div><br></div><div>{APPLE[language]}</div><blockquote type="cite" id="qt">{HTML_QUOTE}</blockquote></body></html>"""


def em_client(answer, language):
    return f"""<html><body><div>{answer}</div><div id="signature_old"><div>An Peeters</div></div><div><br></div><div><br></div><div>------ {ORIGINAL[language]} ------</div><div>{HEADERS[language][0]} "{WHO}" &lt;<a href="mailto:{AT}">{AT}</a>&gt;</div><div>2/11/2026 9:14:12</div><div><br></div><div id="x0a1b2c"><blockquote cite="ab12@kantoor.example" type="cite" class="cite2">{HTML_QUOTE}</blockquote></div></body></html>"""


def mailbird(answer, language):
    return f"""<div>{answer}</div><div class="mb_sig"><div>An Peeters</div></div><blockquote class="history_container" type="cite" style="border-left-style:solid;border-width:1px;margin-top:20px;margin-left:0px;padding-left:10px;"><p style="color: #AAAAAA; margin-top: 10px;">{THUNDERBIRD[language]}</p>{HTML_QUOTE}</blockquote>"""


def open_xchange(answer, language):
    return f"""<!doctype html><html><head></head><body><div class="default-style">{answer}</div><div class="default-style"><br></div><div class="io-ox-signature"><p>An Peeters</p></div><blockquote type="cite"><div>{APPLE[language]}</div><div><br></div>{HTML_QUOTE}</blockquote></body></html>"""


def hey(answer, language):
    return f"""<html><body><div class="trix-content"><div>{answer}<br><br></div></div><div>{APPLE[language]}</div><blockquote>{HTML_QUOTE}</blockquote></body></html>"""


def blue_mail(answer, language):
    return f"""<html><body><div dir='auto'>{answer}</div><div id="bluemail_signature" dir='auto'>Verzonden met <a href="http://www.bluemail.me/r?b=1">BlueMail</a></div><div class="gmail_quote">{THUNDERBIRD[language]}<blockquote class="gmail_quote" style="margin: 0pt 0pt 1ex 0.8ex; border-left: 1px solid rgb(204, 204, 204);">{HTML_QUOTE}</blockquote></div></body></html>"""


HTML_PROGRAMS = [
    outlook_desktop, outlook_web, outlook_mobile, outlook_mac, windows_mail, gmail, gmail_with_signature, apple_mail,
    iphone, thunderbird, samsung, yahoo, proton, notes, k9, fairemail, zimbra, roundcube, spark, airmail, gmx, fastmail,
    em_client, mailbird, open_xchange, hey, blue_mail,
]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
@pytest.mark.parametrize("program", HTML_PROGRAMS)
def test_html_of_each_program(program, language):
    answer = ANSWERS[language]
    reply = read_reply(Mail(sender=SENDER, html=program(answer, language)))
    assert reply.text == answer
    assert not reply.doubt
    assert not reply.hidden


@pytest.mark.parametrize("program", HTML_PROGRAMS)
def test_an_answer_without_words_stays_empty(program):
    reply = read_reply(Mail(sender=SENDER, html=program("", "nl")))
    assert reply.text == ""


def text_header(language, end="\n"):
    return (
        bold_header(language, end=end, mark="*")
        .replace("<*>", "")
        .replace("</*>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
    )


def plain(line):
    return (
        line.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace(MAILTO, AT)
    )


FOOTERS = {
    "nl": ["Verstuurd vanaf mijn iPhone", "Verzonden vanaf Outlook voor Android", "Outlook voor iOS downloaden", "Verzonden vanaf mijn Galaxy", "Verzonden met Proton Mail", "Verstuurd vanuit Yahoo Mail op Android", "Deze e-mail is door Avast-antivirussoftware op virussen gecontroleerd.", "Verstuurd vanaf mijn Android apparaat met K-9 Mail. Excuseer mijn beknoptheid.", "Download BlueMail voor Android", "Afzender op de hoogte gebracht via Mailtrack"],
    "fr": ["Envoyé de mon iPhone", "Télécharger Outlook pour Android", "Envoyé depuis mon appareil Galaxy", "Envoyé avec la messagerie sécurisée Proton Mail.", "Envoyé à partir de Yahoo Mail pour iPhone", "L'absence de virus dans ce courrier électronique a été vérifiée par le logiciel antivirus Avast.", "Cet e-mail a été envoyé depuis mon appareil Android avec K-9 Mail. Veuillez excuser ma brièveté.", "Obtenez BlueMail pour Android", "Envoyé à partir de Courrier pour Windows", "Garanti sans virus. www.avast.com"],
    "en": ["Sent from my iPhone", "Get Outlook for iOS", "Sent from my Galaxy", "Sent with Proton Mail secure email.", "Sent from Yahoo Mail on Android", "This email has been checked for viruses by Avast antivirus software.", "Sent from my Android device with K-9 Mail. Please excuse my brevity.", "Get BlueMail for Android", "Sender notified by Mailtrack 02/11/26, 09:14:12", "Virus-free. www.avast.com"],
    "de": ["Von meinem iPhone gesendet", "Outlook für Android herunterladen", "Gesendet von Outlook für iOS", "Von meinem/meiner Galaxy gesendet", "Gesendet mit Proton Mail", "Diese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.", "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Gesendet von Yahoo Mail auf Android", "Gesendet von Mail für Windows", "Virenfrei. www.avast.com"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "footer"),
    [(one, footer) for one, footers in FOOTERS.items() for footer in footers],
)
def test_footers_of_programs(language, footer):
    answer = ANSWERS[language]
    for text in (
        f"{answer}\n\n{footer}\n",
        f"{answer}\n\n{footer}\n\n{plain(WROTE[language])}\n{CITED}\n",
    ):
        assert read_reply(Mail(sender=SENDER, text=text)).text == answer
    html = f"<div>{answer}</div><div><br></div><div>{footer}</div>"
    assert read_reply(Mail(sender=SENDER, html=html)).text == answer


def wrapped(line, at=60):
    cut = line.rfind(" ", 0, at)
    return f"{line[:cut]}\n{line[cut + 1 :]}"


TEXT_QUOTES = {
    "outlook": lambda one: f"{text_header(one)}\n\n{TEXT_QUOTE}",
    "outlook with a rule": lambda one: (
        f"________________________________\n{text_header(one)}\n\n{TEXT_QUOTE}"
    ),
    "old outlook": lambda one: f"-----{ORIGINAL[one]}-----\n{text_header(one)}\n\n{TEXT_QUOTE}",
    "gmail": lambda one: f"{plain(WROTE[one])}\n\n{CITED}",
    "gmail wrapped": lambda one: plain(WROTE[one]).replace("<", "<\n") + f"\n\n{CITED}",
    "wrapped at a word": lambda one: f"{wrapped(plain(WROTE[one]), 50)}\n{CITED}",
    "apple": lambda one: f"{plain(APPLE[one])}\n\n{CITED}",
    "apple without marks": lambda one: f"{plain(APPLE[one])}\n\n{TEXT_QUOTE}",
    "thunderbird": lambda one: f"{plain(THUNDERBIRD[one])}\n{CITED}",
    "thunderbird without marks": lambda one: f"{plain(THUNDERBIRD[one])}\n{TEXT_QUOTE}",
    "samsung": lambda one: (
        f"-------- {ORIGINAL[one]} --------\n{text_header(one)}\n\n{TEXT_QUOTE}"
    ),
    "proton": lambda one: f"------- {ORIGINAL[one]} -------\n{plain(WROTE[one])}\n\n{CITED}",
    "em client": lambda one: f'------ {ORIGINAL[one]} ------\nVan "{WHO}" <{AT}>\n\n{TEXT_QUOTE}',
    "another language": lambda one: (
        f"Da: {WHO} <{AT}>\nInviato: lunedì 2 novembre 2026 09:14\nA: An Peeters\nOggetto: Fattura\n\n{TEXT_QUOTE}"
    ),
    "no language": lambda one: f"2026-11-02 09:14 {WHO} <{AT}>:\n\n{CITED}",
    "gmx": lambda one: (
        "\n".join(text_header(one).split("\n")[i] for i in (1, 0, 2, 3)) + f"\n\n{TEXT_QUOTE}"
    ),
}


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
@pytest.mark.parametrize("quote", TEXT_QUOTES)
def test_text_of_each_program(quote, language):
    answer = ANSWERS[language]
    quoted = TEXT_QUOTES[quote](language)
    for text in (f"{answer}\n\n{quoted}\n", f"{answer}\n{quoted}\n"):
        reply = read_reply(Mail(sender=SENDER, text=text))
        assert reply.text == answer, text
        assert not reply.doubt
    assert read_reply(Mail(sender=SENDER, text=f"\n\n{quoted}\n")).text == ""


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_an_answer_below_the_quote(language):
    answer = ANSWERS[language]
    for introduction in (WROTE, APPLE, THUNDERBIRD):
        text = f"{plain(introduction[language])}\n{CITED}\n\n{answer}\n\n-- \nAn Peeters\n"
        assert read_reply(Mail(sender=SENDER, text=text)).text == answer
    html = f'<div class="moz-cite-prefix">{THUNDERBIRD[language]}</div><blockquote type="cite" cite="mid:1">{HTML_QUOTE}</blockquote><p>{answer}</p>'
    assert read_reply(Mail(sender=SENDER, html=html)).text == answer


def test_answers_between_the_pieces_of_a_quote():
    piece = '<blockquote class="gmail_quote"><div>{}</div></blockquote>'
    html = f'<div class="gmail_quote"><div class="gmail_attr">{WROTE["nl"]}</div>{piece.format("1. Bakker 10,00")}<div>ok</div>{piece.format("2. Slager 20,00")}<div>verwerp dubbel</div></div>'
    reply = read_reply(Mail(sender=SENDER, html=html))
    assert reply.numbered == "1 ok\n2 verwerp dubbel"


FORWARDED = {
    "gmail": f'<div dir="ltr"><br><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>Van: <b>{WHO}</b> &lt;{AT}&gt;<br>Date: ma 2 nov 2026 om 09:14<br>Subject: Factuur<br>To: An<br></div><br><br><div>Goedgekeurd</div><blockquote>Verworpen</blockquote></div></div>',
    "thunderbird": '<div class="moz-forward-container"><br><br>-------- Doorgestuurd bericht --------<table class="moz-email-headers-table"><tr><th>Onderwerp: </th><td>X</td></tr></table><p>Goedgekeurd</p></div>',
    "apple": f'<br><div><blockquote type="cite"><div>Begin doorgestuurd bericht:</div><br><div><b>Van: </b>{WHO}</div><br><div>Goedgekeurd</div></blockquote></div>',
    "outlook": f'<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{bold_header("nl")}</div><div>Goedgekeurd</div>',
}


@pytest.mark.parametrize("program", FORWARDED)
def test_a_forwarded_mail_says_nothing_for_who_forwards_it(program):
    assert read_reply(Mail(sender=SENDER, html=FORWARDED[program])).text == ""
    html = f"<div>Zie hieronder</div>{FORWARDED[program]}"
    assert read_reply(Mail(sender=SENDER, html=html)).text == "Zie hieronder"


def test_an_outlook_mail_inside_a_quote_does_not_end_what_was_typed_below():
    inner = '<p>Ter info</p><div id="divRplyFwdMsg"><b>Van:</b> X</div><p>Verworpen</p>'
    html = f'<blockquote type="cite">{inner}</blockquote><p>Goedgekeurd</p>'
    assert read_reply(Mail(sender=SENDER, html=html)).text == "Goedgekeurd"


@pytest.mark.parametrize(
    "typed",
    ["Verworpen", "datum: 02/11/2026", "Op zich goed", "Bakkerij De Molen mag betaald worden"],
)
def test_a_line_right_above_an_introduction_is_not_lost(typed):
    for line in (
        plain(WROTE["nl"]),
        f"{WHO} <{AT}> schreef:",
        plain(THUNDERBIRD["nl"]),
        text_header("nl"),
    ):
        assert read_reply(Mail(sender=SENDER, text=f"{typed}\n{line}\n{CITED}\n")).text == typed


BANNERS = [
    "[EXTERN] Let op: deze e-mail komt van buiten de organisatie. Klik niet op links\nof open geen bijlagen tenzij u de afzender kent.",
    "U ontvangt niet vaak e-mail van r.abc234@kantoor.example. Ontdek waarom dit belangrijk is",
    "CAUTION: This email originated from outside of the organization. Do not click links or open\nattachments unless you recognize the sender and know the content is safe.",
    "Vous n'obtenez pas souvent d'e-mail à partir de r.abc234@kantoor.example. Découvrez pourquoi cela est important",
    "ATTENTION : ce message provient de l'extérieur de l'organisation. Ne cliquez pas sur les liens et\nn'ouvrez pas les pièces jointes à moins de connaître l'expéditeur.",
    "Sie erhalten nicht häufig E-Mails von r.abc234@kantoor.example. Erfahren Sie, warum dies wichtig ist",
    "ACHTUNG: Diese E-Mail stammt von außerhalb der Organisation. Klicken Sie nicht auf Links und öffnen Sie\nkeine Anhänge, wenn Sie den Absender nicht kennen.",
]  # fmt: skip


@pytest.mark.parametrize("banner", BANNERS)
def test_banners_over_two_lines(banner):
    assert read_reply(Mail(sender=SENDER, text=f"{banner}\n\nGoedgekeurd\n")).text == "Goedgekeurd"
    html = f"<table><tr><td>{banner}</td></tr></table><p>Goedgekeurd</p>"
    assert read_reply(Mail(sender=SENDER, html=html)).text == "Goedgekeurd"


def test_the_end_of_a_quoted_line_that_was_wrapped_is_no_answer():
    quote = "> Antwoord met een regel: goedkeuren · verwerpen en waarom · of\nwacht tot … · of stel je vraag\n>\n> Kantoor"
    text = f"{plain(WROTE['nl'])}\n> Dag An,\n{quote}\n\nGoedgekeurd\n"
    assert read_reply(Mail(sender=SENDER, text=text)).text == "Goedgekeurd"


def test_a_short_answer_right_below_a_long_quoted_line_counts():
    long = "> 1. Drukkerij Voorbeeld BV, factuur 2026-0117, € 1.263,00 tegen 13/12/2026"
    text = f"{plain(WROTE['nl'])}\n{long}\nok\n> 2. Slager 20,00\nverwerp dubbel\n> 3. Kapper\n"
    assert read_reply(Mail(sender=SENDER, text=text)).numbered == "1 ok\n2 verwerp dubbel"


def test_a_sentence_with_a_date_and_an_address_is_no_introduction():
    text = "Stuur dit op 15/12/2026 om 14:00 naar jan@zuid.example, en dit:\n\nhet is betaald"
    assert read_reply(Mail(sender=SENDER, text=text)).text == text


@pytest.mark.parametrize("language", ["nl", "fr", "en", "de"])
def test_both_forms_of_a_mail_say_the_same(language):
    answer, quotes = ANSWERS[language], list(TEXT_QUOTES.values())
    for at, program in enumerate(HTML_PROGRAMS):
        signature = "\n\nAn Peeters" if at % 2 else ""
        text = f"{answer}{signature}\n\n{quotes[at % len(quotes)](language)}\n"
        read = read_answer(
            read_reply(Mail(sender=SENDER, text=text, html=program(answer, language))),
            language=language,
            context=Context.APPROVAL,
            shown_items=0,
            sent_on=date(2026, 11, 2),
        )
        assert [one.verb for one in read.commands] == [Verb.APPROVE], (program, text)


WORDS = ["de", "factuur", "is", "goed", "maar", "ik", "wacht", "omdat", "niet", "12,50", "euro"]


@given(
    st.lists(
        st.lists(st.sampled_from(WORDS), min_size=2, max_size=9).map(" ".join),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(HTML_PROGRAMS),
    st.sampled_from(sorted(TEXT_QUOTES)),
    st.sampled_from(["nl", "fr", "en", "de"]),
)
@settings(max_examples=100)
def test_every_word_that_was_typed_comes_out_and_none_that_was_quoted(
    lines, program, quote, language
):
    html = program("<br>".join(lines), language)
    assert read_reply(Mail(sender=SENDER, html=html)).text.split("\n") == lines
    text = "\n".join(lines) + f"\n\n{TEXT_QUOTES[quote](language)}\n"
    assert read_reply(Mail(sender=SENDER, text=text)).text.split("\n") == lines
