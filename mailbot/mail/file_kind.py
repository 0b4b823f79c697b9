"""What a file is, by its content first and by its label last."""

import re

from mailbot.mail.charsets import decode_text

PDF = "application/pdf"
XML = "application/xml"
ZIP = "application/zip"
MSG = "application/vnd.ms-outlook"
TNEF = "application/ms-tnef"
MAIL = "message/rfc822"
SMIME = "application/pkcs7-mime"
EXECUTABLE = "application/x-msdownload"
UNKNOWN = "application/octet-stream"

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"#!", EXECUTABLE),
    (b"{\\rtf", "application/rtf"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
)
#: by the fourth to twelfth byte (ISO 14496-12): photos of phones
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
#: what Windows runs on a double click, and documents with macros
_DANGEROUS_ENDING = re.compile(
    r"\.(exe|scr|bat|cmd|pif|js|jse|vbs|vbe|wsf|wsh|hta|ps1|msi|msp|jar|lnk|cpl|reg|iso|img|"
    r"vhdx?|chm|dll|scf|url|docm|xlsm|xlsb|pptm|dotm|xltm|one|apk)$",
    re.IGNORECASE,
)
_BY_ENDING = {
    "pdf": PDF,
    "eml": MAIL,
    "p7m": SMIME,
    "p7s": "application/pkcs7-signature",
    "asc": "application/pgp-signature",
    "sig": "application/pgp-signature",
    "ics": "text/calendar",
    "vcf": "text/vcard",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "txt": "text/plain",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_OFFICE_ENTRIES = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml", b"mimetypeapplication/vnd.")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}")
_MAIL_HEADER = re.compile(
    rb"(?im)^(received|return-path|from|to|subject|date|message-id|mime-version|"
    rb"delivered-to|content-type|dkim-signature):[ \t]"
)
_ANY_HEADER = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
_XML_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,80})")
#: what may stand before the root element (XML 1.0 §2.8): how it begins and ends
_XML_PROLOG = (("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"))
_MAX_PROLOG = 50
#: UBL 2.1, UN/CEFACT CII, ZUGFeRD 1.0, and the Peppol envelope around them
_INVOICE_ROOTS = frozenset(
    {
        "Invoice",
        "CreditNote",
        "SelfBilledInvoice",
        "SelfBilledCreditNote",
        "CrossIndustryInvoice",
        "CrossIndustryDocument",
        "StandardBusinessDocument",
    }
)


def find_kind(content: bytes, label: str = "", name: str = "") -> str:
    """Return the media type of `content`; `label` and `name` count only where bytes are mute."""
    if _DANGEROUS_ENDING.search(name.strip(" .")):
        return EXECUTABLE
    labelled = _by_label(label.lower(), name)
    return (
        _by_magic(content)
        or _by_container(content)
        or _by_pdf_header(content, labelled)
        or _by_text(content)
        or labelled
    )


def is_invoice_xml(content: bytes) -> bool:
    """Say whether the XML is an invoice or credit note by its root element."""
    return xml_root(content) in _INVOICE_ROOTS


def xml_root(content: bytes) -> str:
    """Return the local name of the root element, "" if `content` is no XML."""
    if b"<" not in content[:200]:
        return ""
    text = decode_text(content[:65536]).lstrip("\ufeff")
    match = _XML_ROOT.match(text, _end_of_prolog(text))
    return match[1] if match else ""


def _end_of_prolog(text: str) -> int:
    """Return where the root element should begin, the end of `text` if it does not."""
    at = 0
    for _ in range(_MAX_PROLOG):
        while text[at : at + 1].isspace():
            at += 1
        ending = next((end for begin, end in _XML_PROLOG if text.startswith(begin, at)), "")
        if not ending:
            return at
        if ending == ">" and 0 <= text.find("[", at) < text.find(">", at):
            ending = "]>"
        found = text.find(ending, at)
        if found < 0:
            return len(text)
        at = found + len(ending)
    return len(text)


def _by_magic(content: bytes) -> str:
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return ""


def _by_container(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        start = content[:4096]
        is_office = any(entry in start for entry in _OFFICE_ENTRIES)
        return "application/vnd.openxmlformats" if is_office else ZIP
    if content.startswith(OLE_MAGIC):
        # every .msg has this stream (MS-OXMSG §2.4); directory names are UTF-16
        return (
            MSG
            if "__properties_version1.0".encode("utf-16-le") in content
            else "application/msword"
        )
    return ""


def _by_pdf_header(content: bytes, labelled: str) -> str:
    """Readers accept a header within the first 1024 bytes (ISO 32000-1, annex H.3.4.1).

    What is wrapped (a signed or forwarded mail) may show one there, too.
    """
    at = content[:1029].find(b"%PDF-")
    may_have_junk = labelled in {PDF, UNKNOWN} and not _MAIL_HEADER.search(content[: max(at, 0)])
    return PDF if at == 0 or (at > 0 and may_have_junk) else ""


def _by_text(content: bytes) -> str:
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "text/html"
    if start.startswith(b"<?xml") or content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        root = xml_root(content)
        return {"svg": "image/svg+xml", "html": "text/html", "": ""}.get(root, XML)
    if is_invoice_xml(content):
        return XML
    return ""


def _by_label(label: str, name: str) -> str:
    ending = name.lower().rpartition(".")[2] if "." in name else ""
    known = _BY_ENDING.get(ending, "")
    if label in {"", UNKNOWN, "application/binary", "application/x-download", "text/plain"}:
        return known or label or UNKNOWN
    # Outlook and fax gateways label anything: a name that says PDF wins
    if known == PDF or not _MEDIA_TYPE.fullmatch(label):
        return known or UNKNOWN
    return {"application/x-pdf": PDF, "application/x-pkcs7-mime": SMIME}.get(label, label)


def looks_like_mail(content: bytes) -> bool:
    """Say whether `content` starts with the headers of a mail, not with text that cites some."""
    head = re.split(rb"\r?\n\r?\n", content[:65536].lstrip(), maxsplit=1)[0]
    lines = [line for line in head.splitlines() if not line.startswith((b" ", b"\t", b"From "))]
    headers = sum(bool(_ANY_HEADER.match(line)) for line in lines)
    return bool(_MAIL_HEADER.search(head)) and headers >= 2 and headers >= len(lines) - 1
