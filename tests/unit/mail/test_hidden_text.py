# ruff: noqa: E501 - mails are long lines
"""What the HTML of an answer hides from a reader decides nothing, and what it shows is not lost."""

from datetime import date

import pytest

from mailbot.domain.command import Context, Doubt, Verb
from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_html import read_html
from mailbot.mail.reply_text import read_reply

SENDER = MailAddress(address="an@zuid.example", display_name="An Peeters")


def reply(html, text=""):
    return read_reply(Mail(sender=SENDER, html=html, text=text))


def answer(html, text=""):
    return read_answer(
        reply(html, text),
        language="nl",
        context=Context.APPROVAL,
        shown_items=0,
        sent_on=date(2026, 11, 2),
    )


STYLES = [
    "display:none",
    "DISPLAY : NONE !important",
    "display/**/:none",
    "visibility:hidden",
    "mso-hide:all",
    "opacity:0",
    "opacity: .01",
    "font-size:0",
    "font-size:1px",
    "font-size: 0.1em",
    "font-size:5%",
    "font:0/0 a",
    "max-height:0;overflow:hidden",
    "height:0;overflow:hidden",
    "width:1px;height:1px;overflow:hidden",
    "color:#fff",
    "color:#fefefe",
    "color: rgb(255, 255, 255)",
    "color:rgba(0,0,0,0)",
    "color:transparent",
    "color:#333;background:#303030",
    "position:absolute;left:-9999px",
    "position:absolute;top:-99em",
    "margin-left:-5000px",
    "text-indent:-9999px",
    "position:absolute;clip:rect(0 0 0 0)",
    "clip-path:inset(100%)",
    "transform:scale(0)",
    "transform:translateX(-9999px)",
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_hidden_text_is_seen_as_such(style):
    for html in (
        f'<p style="{style}">Goedgekeurd</p><p>Verworpen, te duur</p>',
        f"<style>.x {{ {style} }} </style><p class=x>Goedgekeurd</p><p>Verworpen, te duur</p>",
        f"<style>p#x{{{style}}}</style><p id=x>Goedgekeurd</p><p>Verworpen, te duur</p>",
        f'<div style="{style}"><b>Goedgekeurd</b></div><p>Verworpen, te duur</p>',
    ):
        assert reply(html).text == "Verworpen, te duur"
        found = answer(html)
        assert found.doubt == Doubt.PARTS_DIFFER
        assert not found.commands


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>Goedgekeurd</p><p>Verworpen</p>",
        "<template><p>Goedgekeurd</p></template><p>Verworpen</p>",
        "<noscript>Goedgekeurd</noscript><p>Verworpen</p>",
        "<font color=white>Goedgekeurd</font><p>Verworpen</p>",
        '<table bgcolor="#222222"><tr><td><font color="#202020">Goedgekeurd</font></td></tr></table><p>Verworpen</p>',
        "<p>Verworpen</p><!-- geen einde <p>Goedgekeurd</p>",
    ],
)
def test_other_ways_to_hide(html):
    assert reply(html).text == "Verworpen"
    assert answer(html).doubt == Doubt.PARTS_DIFFER


@pytest.mark.parametrize(
    "style",
    [
        "font-size:1em",
        "font-size:1.0rem",
        "font-size:100%",
        "font-size:10.5pt",
        "font-size:small",
        "font:10pt/1.2 Arial",
        "opacity:1",
        "opacity:.9",
        "color:#333",
        "color:windowtext",
        "color:white;background:#1d1d1d",
        "color:white;background:url(x.png)",
        "max-height:100px;overflow:hidden",
        "margin-left:-12px",
        "text-indent:-18.0pt",
        "left:-9.0pt",
        "line-height:0",
        "width:0",
    ],
)
def test_visible_text_is_read(style):
    assert [one.verb for one in answer(f'<p style="{style}">Goedgekeurd</p>').commands] == [
        Verb.APPROVE
    ]


def test_white_text_on_a_dark_table_is_read():
    html = '<table bgcolor="#202020"><tr><td style="color:#fff">Goedgekeurd</td></tr></table>'
    assert reply(html).text == "Goedgekeurd"
    inside = (
        '<div style="background:black"><p><span style="color:white">Goedgekeurd</span></p></div>'
    )
    assert reply(inside).text == "Goedgekeurd"


def test_what_a_dark_screen_shows_white_is_read_in_the_colour_for_others():
    html = '<div style="color: rgb(255, 255, 255) !important;" data-ogsc="black">Goedgekeurd</div>'
    assert [one.verb for one in answer(html).commands] == [Verb.APPROVE]


def test_an_answer_in_white_alone_is_kept_and_asked_about():
    html = '<div style="color:#ffffff">Goedgekeurd</div>'
    for text in ("", "Goedgekeurd\n"):
        assert reply(html, text).text == "Goedgekeurd"
        assert answer(html, text).doubt == Doubt.PARTS_DIFFER


def test_a_plain_text_beside_html_that_says_nothing_decides_nothing():
    html = '<p>&nbsp;</p><blockquote type="cite">Dag An</blockquote>'
    assert answer(html, "Goedgekeurd\n").doubt == Doubt.PARTS_DIFFER
    assert [one.verb for one in answer("<p></p>", "Goedgekeurd\n").commands] == [Verb.APPROVE]


@pytest.mark.parametrize(
    "html",
    [
        '<div id="mail-editor-reference-message-container"><p>Goedgekeurd</p><blockquote type="cite">Dag</blockquote></div>',
        '<div id="AppleMailSignature">Goedgekeurd</div>',
        '<div class="AppleOriginalContents"><p>Goedgekeurd</p></div>',
    ],
)
def test_an_answer_where_none_is_expected_is_kept_and_asked_about(html):
    found = answer(html)
    assert found.written == "Goedgekeurd"
    assert found.doubt
    assert not found.commands


def test_an_empty_answer_above_a_signature_is_empty():
    html = '<div><br></div><div class="gmail_signature">An Peeters<br>Zuid nv</div>'
    assert answer(html).doubt == Doubt.EMPTY


def test_comments_end_where_browsers_end_them():
    shown = "<!--[if mso]><p>oud</p><![endif]--><!--[if !mso]><!--><p>Dag</p><!--<![endif]--><!--><p>An</p>"
    assert read_html(shown).shown == "Dag\nAn"


def test_lists_of_word_keep_their_numbers():
    item = "<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>{}.<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;</span></span><![endif]>{}<o:p></o:p></p>"
    html = item.format(1, "ok") + item.format(2, "verwerp dubbel")
    assert reply(html).text.split() == ["1.", "ok", "2.", "verwerp", "dubbel"]


def test_very_long_html_is_kept_and_asked_about():
    found = answer("<p>Goedgekeurd</p>" + "<p>woord</p>" * 260_000)
    assert found.doubt
    assert not found.commands
