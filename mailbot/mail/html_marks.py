"""Knows the marks by which mail programs tell, in HTML, what they quoted and what is a signature.

Programs that quote a mail put a prefix before the names in it (Outlook "x_", Yahoo "ydp…",
Gmail "m_…"); it is taken off, so that a mark is known wherever it stands.
"""

import re
from enum import Enum
from typing import Final

from lxml import html

from mailbot.mail.html_style import read_declarations


class Mark(Enum):
    """What a program says about an element."""

    NONE = 0
    #: everything in it is quoted
    QUOTE = 1
    #: everything from here on is quoted
    CUT = 2
    SIGNATURE = 3


#: the attributes in which programs name an element
_NAMING: Final = ("class", "id", "name", "data-marker", "data-smartmail")
_PREFIX = re.compile(r"^(?:x_|ydp[0-9a-f]{5,12}|m_-?\d{5,}|yiv\d{5,}){1,20}")
#: what is quoted, or says who wrote what is quoted
_QUOTES: Final = frozenset(
    {
        "gmail_attr",
        "moz-cite-prefix",
        "moz-forward-container",
        "moz-email-headers-table",
        "yahoo_quoted",
        "yahoo-quoted-begin",
        "iosymail",
        "airmail_on",
        "airmail_ext_on",
        "clean_bq",
        "spark_quote",
        "skiff_quote",
        "reply-intro",
        "zmail_extra",
        "freyaquote",
        "history_container",
        "missive_quote",
        "front-blockquote",
        "quoted-content",
        "__headers__",
        "__quoted_text__",
        "fairemail:reference",
        "isforwardcontent",
        "isreplycontent",
        "ms-outlook-quote",
        "cm_replymail_content_wrap",
        "quoted_mail",
        "quotedmail",
    }
)
#: programs put these around an answer and what it answers alike, more often around the latter
WRAPPERS: Final = frozenset(
    {
        "mail-editor-reference-message-container",
        "ms-outlook-mobile-reference-message",
        "appleoriginalcontents",
        "olk_src_body_section",
    }
)
#: hold the introduction and the quote, and answers that were typed between its pieces
_HOLDERS: Final = frozenset(
    {
        "gmail_quote",
        "gmail_quote_container",
        "protonmail_quote",
        "tutanota_quote",
        "messagereplysection",
        "quote",
    }
)
#: Outlook and Zimbra write what they answer behind these, and close nothing around it
_CUTS: Final = frozenset(
    {"divrplyfwdmsg", "outlookmessageheader", "zwchr", "__divider__", "replysplit"}
)
_SIGNATURE = re.compile(
    r"gmail_signature(_prefix)?|moz-signature|protonmail_signature_block\S*|signature|signatureblock"
    r"|ms-outlook-mobile-signature|\S*(ymail|yahoo)\S*signature\S*|applemailsignature"
    r"|mobile_signature|mail_android_signature\S*|composer_signature|_rc_sig|bloop_sign\S*"
    r"|fairemail:signature|k9mail-signature|bluemail_signature|messagesignaturesection|__sig_(pre|post)__"
    r"|io-ox-signature|missive_signature|front-signature|sh-signature|mb_sig|cm_signature"
    r"|canarysig|zm-_id_-sgn\d*|sig\d{4,}|signature_\w+|outlook-signature|emailsignature"
)
_CITING = re.compile(r"quote|cite|history_container|clean_bq|iosymail")
_RULED = re.compile(r"solid|#[0-9a-f]{3,6}|rgb\(")
_FORWARDED = re.compile(r"[-\u2014_]{5,}")
#: a label of a copied header in bold letters: "Von:", whatever the language
_FEWEST_LABELS = 3


def names_of(element: html.HtmlElement) -> set[str]:
    """Return the names of `element`, in lower case, without the prefixes of programs."""
    given = " ".join(element.get(key, "") for key in _NAMING if key in element.attrib)
    names = {_PREFIX.sub("", one) for one in given.lower().split()}
    return names | {f"fairemail:{one}" for one in element.get("fairemail", "").split()}


def find_mark(element: html.HtmlElement, tag: str, *, trusts_wrappers: bool = True) -> Mark:
    """Return what its program says about `element`, a `tag`.

    `trusts_wrappers`: whether an element that only usually holds a quote counts as one.
    """
    names = names_of(element)
    if element.get("data-signatureblock") or any(_SIGNATURE.fullmatch(one) for one in names):
        return Mark.SIGNATURE
    if names & _CUTS or (tag == "div" and _is_header_box(element)):
        return Mark.CUT
    if names & _QUOTES or (trusts_wrappers and names & WRAPPERS):
        return Mark.QUOTE
    if names & _HOLDERS and tag != "blockquote" and _is_filled(element):
        return Mark.QUOTE
    return Mark.QUOTE if tag == "blockquote" and _is_citing(element, names) else Mark.NONE


def _is_citing(element: html.HtmlElement, names: set[str]) -> bool:
    if element.get("type", "").lower() == "cite" or element.get("cite") is not None:
        return True
    return any(_CITING.search(one) for one in names) or "border-left" in element.get("style", "")


def _is_filled(element: html.HtmlElement) -> bool:
    """Whether all of a holder is quoted: it has no quote of its own, or holds a forwarded mail."""
    children = [one for one in element if isinstance(one.tag, str)]
    if not any(one.tag == "blockquote" for one in children):
        return True
    heads = [one for one in children if "gmail_attr" in one.get("class", "")]
    return any(_FORWARDED.search(str(one.text_content())[:200]) for one in heads)


def _is_header_box(element: html.HtmlElement) -> bool:
    """Whether it is the box with the copied header that Outlook's desktop program draws.

    It is told by the line above it and by its labels in bold, in whatever language.
    """
    style = element.get("style")
    if not style or "border-top" not in style:
        return False
    line = read_declarations(style).get("border-top", "")
    if not _RULED.search(line):
        return False
    bold = (str(one.text_content()).strip() for one in element.iter("b", "strong"))
    return sum(one.endswith(":") for one in bold) >= _FEWEST_LABELS
