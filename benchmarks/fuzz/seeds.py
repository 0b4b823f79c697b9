# ruff: noqa: E501 - mails are long lines
"""What the harness starts from: small, well-formed inputs of each kind, and pieces to put in."""

import zipfile
from functools import cache
from io import BytesIO

from mailbot.domain.command import Context
from tests.kit.mails import PDF, build_mail
from tests.kit.msg_builder import Message, build_msg
from tests.kit.tnef_builder import build_tnef

_HTML = (
    b'<div dir="ltr">Goedgekeurd<ol start=3><li>ok</li></ol></div><div class="gmail_quote"><div '
    b'class="gmail_attr">Op ma 2 nov 2026 om 09:14 schreef X &lt;x@y.example&gt;:</div><blockquote '
    b'class="gmail_quote" style="border-left:1px solid #ccc">Verworpen</blockquote></div>'
)
_TEXT = (
    b'Goedgekeurd, 1-3 ok, 4 nee te duur\nbedrag: 1.210,00\n1: 604000 1700,00 H21 "laptop"\n\n'
    b"Met vriendelijke groeten,\nAn\n\nVan: X <x@y.example>\nVerzonden: maandag 2 november 2026 "
    b"09:14\nAan: An\nOnderwerp: Re: x\n\n> 1. Bakker\nok\n> 2. Slager\n-- \nAn Peeters\n"
)
_REPORT = (
    b"From: MAILER-DAEMON@x.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; "
    b'report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nsorry\r\n--b\r\nContent-Type: '
    b"message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\nFinal-Recipient: rfc822;"
    b" an@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n--b--\r\n"
)
_SIGNED = (
    b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=zuid.example; s=s1; t=1793500000;"
    b" h=from:to:subject; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA\r\n"
    b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AA==; b=AA==\r\n"
    b"ARC-Authentication-Results: i=1; mx.x.example; spf=pass smtp.mailfrom=an@zuid.example\r\n"
    b"Authentication-Results: mx.kantoor.example; dkim=pass (ok) header.d=zuid.example; dmarc=pass\r\n"
    b'From: "An" <an@zuid.example>, x (y) <z@z.example>\r\nTo: b@y.example\r\nSubject: x\r\n\r\nDag\r\n'
)
_RTF = (
    b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 \\'e9 \\u8364?"
    b"{\\v x}\\bin3 }}}\\par}"
)
_CMS = bytes.fromhex(
    "3080060a2a864886f70d010702a080308002010131003080060a2a864886f70d010701a0802480040544616721"
    "0a0000000000000000"
)
_HEADER = (
    b'=?utf-8?Q?Fact=C3=BAur?= =?iso-8859-1?B?6ek=?= <an@x.example>, groep: a@b.example, "c, d" '
    b"<e@f.example>; filename*0*=utf-8''a%20; filename*1=\"b.pdf\"; Mon, 2 Nov 2026 09:14:00 +0100"
)
_SPF = b"ip4:192.0.2.0/24 a:%{d} mx include:x.example exists:%{i}.%{l}.x.example redirect=y.example ~all"
_TAGS = b"v=DMARC1; p=reject; sp=none; pct=50; adkim=s; k=rsa; h=sha256; t=y; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"
#: what readers look for: a change that puts one in goes deeper than a change of bytes
PIECES = (
    b"\r\n\r\n", b"\n", b"--b\r\n", b"--b--", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?B?", b"?=", b"<", b">", b"</", b"<!--", b"-->",
    b"<blockquote type=cite>", b"<div style='display:none'>", b"<style>", b"</style>", b"<pre>", b"&#0;",
    b"Van: ", b"Op 2/11/2026 schreef X:", b"> ", b"-- \n", b"goedgekeurd ", b"1-4 ok ", b"alles behalve ",
    b"(" * 40, b"((((", b'"', b"\\", b";", b":", b",", b"@", b"\x00", b"\xff\xfe", b"\xe2\x80\xae", b" " * 60,
    b"{\\*\\", b"}", b"\\u", b"\\'", b"\x80\x80", b"\x30\x80", b"PK\x01\x02", b"PK\x03\x04", b"=" * 30,
    b"1" * 400, b"9999999999", b"a" * 300, b"-" * 300, b"%{ir}", b"ip6:", b"/", b"v=1;", b"b=",
)  # fmt: skip


@cache
def seeds_of(target: str) -> tuple[bytes, ...]:
    """Return what to start from for `target`."""
    if target in {"mail", "mime", "attachments"}:
        files = (("f.pdf", PDF), ("b.zip", _zip()))
        html = b"Content-Type: text/html\n\n" + _HTML
        return (build_mail(text=_TEXT.decode(), files=files), html, _REPORT, _SIGNED, _zip())
    own: dict[str, tuple[bytes, ...]] = {
        "address": (b"aankoop.1-0400000185+label@mailbot.example", b"r.abc@x.example", b"b.abc@x"),
        "answer": tuple(bytes([kind]) + _TEXT for kind in range(len(Context))),
        "charsets": (b"utf-7\n+AOk-x", b"utf-16\n\xff\xfea\x00", b"gb2312\n\xc4\xe3", b"hz\n~{<:~}"),
        "dkim": (_SIGNED,),
        "flowed": (b"> a \n> b \n-- \nx \n", _TEXT),
        "headers": (_HEADER,),
        "html": (_HTML,),
        "msg": (build_msg(Message(subject="x", text="y", files=(("a.pdf", PDF),))),),
        "password": (b"wachtwoord: geheim\nof \"ander geheim\"\n",),
        "reply": (_TEXT, b"\x00" + _HTML, _TEXT + b"\x00" + _HTML),
        "results": (_SIGNED, b"mx.kantoor.example; dkim=pass header.d=zuid.example"),
        "rtf": (_RTF, bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")),
        "smime": (_CMS,),
        "spf": (_SPF,),
        "tags": (_TAGS,),
        "talk": (b"aan: Jan, Piet\nprive\nsluit\nherinner vrijdag\nJan: kan jij dit nakijken?\n",),
        "winmail": (build_tnef(("a.pdf", PDF), text="x", long_names=True),),
        "zip": (_zip(),),
    }  # fmt: skip
    return own[target]


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("map/factuur.pdf", PDF * 3)
        archive.writestr("b.txt", b"x" * 500)
    return out.getvalue()
