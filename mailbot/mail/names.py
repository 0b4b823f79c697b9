"""File names that are safe to show and to store, and names for files that have none."""

import mimetypes
import re
import unicodedata

#: control letters, and letters that turn the writing direction: "invoice\u202efdp.exe"
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_MAX_LENGTH = 200
#: Python's own table: the machine's would make names differ from machine to machine
_ENDINGS = mimetypes.MimeTypes()
_KNOWN = {
    "message/rfc822": "mail.eml",
    "message/delivery-status": "delivery-status.txt",
    "message/global-delivery-status": "delivery-status.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "feedback-report.txt",
    "text/rfc822-headers": "headers.txt",
    "text/calendar": "invitation.ics",
    "application/pdf": "document.pdf",
    "application/xml": "document.xml",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-outlook": "mail.msg",
    "application/pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "image/jpeg": "image.jpg",
    "image/heic": "image.heic",
    "image/webp": "image.webp",
    "application/octet-stream": "file.bin",
}


def clean_name(name: str) -> str:
    """Return `name` without folders, hidden letters and excess length, "" if nothing is left."""
    name = unicodedata.normalize("NFC", _HIDDEN.sub("", name))
    name = re.split(r"[/\\]", name.rstrip("/\\ "))[-1].strip()
    if name in {".", ".."}:
        return ""
    if len(name) <= _MAX_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _MAX_LENGTH - 20]}{dot}{ending[:10]}" if dot else name[:_MAX_LENGTH]


def default_name(media_type: str) -> str:
    """Return a name for a file that came without one."""
    ending = _ENDINGS.guess_extension(media_type) or ".bin"
    stem = "image" if media_type.startswith("image/") else "file"
    return _KNOWN.get(media_type, f"{stem}{ending}")
