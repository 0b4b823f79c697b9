"""The readers that meet bytes of strangers, each as a function of bytes that must not raise."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from mailbot.domain.command import Context
from mailbot.domain.mail import Mail, MailAddress
from mailbot.mail.address import read_recipient
from mailbot.mail.any_mail import read_any_mail
from mailbot.mail.arc import check_arc
from mailbot.mail.archives import Budget, TooMuchError, read_zip
from mailbot.mail.attachments import UnpackLimits, unpack
from mailbot.mail.authentication_results import read_authentication_results, read_results
from mailbot.mail.automatic import find_automatic
from mailbot.mail.bounce import read_bounce
from mailbot.mail.charsets import decode_html, decode_text
from mailbot.mail.delivery import find_envelope_recipients, find_envelope_sender
from mailbot.mail.dkim_check import check_signatures
from mailbot.mail.dmarc import find_policy
from mailbot.mail.file_kind import find_kind
from mailbot.mail.flowed import unflow
from mailbot.mail.forwarding import find_forwarding_request
from mailbot.mail.from_domain import find_from_domain
from mailbot.mail.headers import read_addresses, read_date, read_header, read_ids
from mailbot.mail.mime import read_entity
from mailbot.mail.msg import NotAMessageError, msg_to_mime
from mailbot.mail.names import clean_name
from mailbot.mail.parameters import read_parameters
from mailbot.mail.parse import parse_mail
from mailbot.mail.password_text import find_passwords
from mailbot.mail.raw_mail import read_raw_mail
from mailbot.mail.reply_command import read_answer
from mailbot.mail.reply_html import read_html
from mailbot.mail.reply_text import Written, read_reply
from mailbot.mail.rtf import read_compressed, read_rtf
from mailbot.mail.signature_tags import read_tags
from mailbot.mail.signing_key import read_key
from mailbot.mail.smime import NoSignedContentError, read_signed_content
from mailbot.mail.spf import check_spf
from mailbot.mail.talk import read_talk
from mailbot.mail.winmail import UnreadableWinmailError, winmail_to_mime

_SENDER = MailAddress(address="an.peeters@zuid.example", display_name="An Peeters")
_DAY = date(2026, 11, 2)
_NOW = 1_793_600_000.0
_SMALL = UnpackLimits(max_bytes=8 * 1024 * 1024, max_files=50, max_depth=4)


class _Records:
    """A DNS that gives the same answer to every question: what a stranger wrote."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def txt(self, _name: str) -> tuple[bytes, ...]:
        """Return the record."""
        return (self.content,)

    def addresses(self, _name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return an address of the wanted kind."""
        return ("2001:db8::1",) if ipv6 else ("192.0.2.1",)

    def mail_exchangers(self, _name: str) -> tuple[tuple[int, str], ...]:
        """Return one host."""
        return ((10, "mx.zuid.example"),)

    def host_names(self, _reverse_name: str) -> tuple[str, ...]:
        """Return one host."""
        return ("mx.zuid.example",)


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _headers(content: bytes) -> None:
    read_header(content)
    read_addresses(content)
    read_ids(content)
    read_date(content)
    read_parameters(_text(content))
    clean_name(_text(content))


def _charsets(content: bytes) -> None:
    charset, _, rest = content.partition(b"\n")
    decode_text(rest, charset.decode("latin-1")).encode()
    decode_html(rest, charset.decode("latin-1")).encode()


def _reply(content: bytes) -> None:
    text, _, html = _text(content).partition("\x00")
    read_reply(Mail(sender=_SENDER, text=text, html=html))


def _answer(content: bytes) -> None:
    """Read an answer; the first byte says what was answered."""
    text, kinds = _text(content[1:]), list(Context)
    written = Written(text=text, numbered=text, names=("An Peeters",))
    context = kinds[content[0] % len(kinds)] if content else Context.NONE
    read_answer(written, language="nl", context=context, shown_items=9, sent_on=_DAY)


def _whole(content: bytes) -> None:
    """Read a mail as the service does, from its bytes to its commands."""
    mail = parse_mail(content)
    find_automatic(mail)
    read_bounce(mail)
    find_forwarding_request(mail)
    written = read_reply(mail)
    read_answer(written, language="nl", context=Context.APPROVAL, shown_items=3, sent_on=_DAY)


def _zip(content: bytes) -> None:
    budget = Budget(bytes=8 * 1024 * 1024, files=50)
    with suppress(TooMuchError):
        list(read_zip(content, "x.zip", budget))


def _winmail(content: bytes) -> None:
    with suppress(UnreadableWinmailError):
        parse_mail(winmail_to_mime(content))


def _msg(content: bytes) -> None:
    with suppress(NotAMessageError):
        parse_mail(msg_to_mime(content))


def _smime(content: bytes) -> None:
    with suppress(NoSignedContentError):
        read_signed_content(content)


def _rtf(content: bytes) -> None:
    read_rtf(content)
    read_compressed(content)


def _dkim(content: bytes) -> None:
    lookup = _Records(b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    check_signatures(content, lookup, now=_NOW)
    if mail := read_raw_mail(content):
        check_arc(mail, lookup, now=_NOW)


def _tags(content: bytes) -> None:
    read_tags(content)
    read_key((content,))
    find_policy("zuid.example", _Records(content))


def _spf(content: bytes) -> None:
    check_spf(
        client_address="192.0.2.1",
        client_name="mx.zuid.example",
        envelope_sender="an@zuid.example",
        lookup=_Records(b"v=spf1 " + content),
    )


def _results(content: bytes) -> None:
    read_results(content, "zuid.example")
    read_authentication_results(content, ["mx.kantoor.example"])
    find_from_domain(content)
    find_envelope_recipients(content)
    find_envelope_sender(content)


def _attachments(content: bytes) -> None:
    unpack(read_any_mail(content), _SMALL)
    find_kind(content, "application/octet-stream", "factuur.xml")


#: name -> what must read any bytes without raising
TARGETS: dict[str, Callable[[bytes], object]] = {
    "address": lambda content: read_recipient(_text(content)),
    "answer": _answer,
    "attachments": _attachments,
    "charsets": _charsets,
    "dkim": _dkim,
    "flowed": lambda content: unflow(_text(content), del_sp=True),
    "headers": _headers,
    "html": lambda content: read_html(_text(content)),
    "mail": _whole,
    "mime": lambda content: list(read_entity(content).walk()),
    "msg": _msg,
    "password": lambda content: find_passwords(_text(content)),
    "reply": _reply,
    "results": _results,
    "rtf": _rtf,
    "smime": _smime,
    "spf": _spf,
    "tags": _tags,
    "talk": lambda content: read_talk(_text(content), _DAY),
    "winmail": _winmail,
    "zip": _zip,
}
