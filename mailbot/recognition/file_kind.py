"""Says what a file is by its content: names and declared media types of attachments often lie."""

from enum import StrEnum

#: a PDF may begin with other bytes (ISO 32000-1, Annex H.3.4.1: "within the first 1024 bytes")
_PDF_WITHIN = 1024

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
    (b"GIF8", 0, "image/gif"),
    (b"BM", 0, "image/bmp"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypheic", 4, "image/heic"),
    (b"ftypheix", 4, "image/heic"),
    (b"ftypmif1", 4, "image/heic"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
)

_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class FileKind(StrEnum):
    """What recognition can begin with."""

    EMPTY = "empty"
    PDF = "pdf"
    XML = "xml"
    IMAGE = "image"
    UNKNOWN = "unknown"


def find_media_type(content: bytes) -> str:
    """Return the media type that `content` shows, else "application/octet-stream"."""
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return "application/pdf"
    for signature, offset, media_type in _SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return media_type
    return "application/xml" if _looks_like_xml(content) else "application/octet-stream"


def find_kind(content: bytes, name: str = "") -> FileKind:
    """Return what `content` is; white space alone is an empty file.

    `name` decides only about content that shows nothing: an .xml with other text before it.
    """
    if not content.strip(b" \t\r\n\x00"):
        return FileKind.EMPTY
    media_type = find_media_type(content)
    if media_type.startswith("image/"):
        return FileKind.IMAGE
    kinds = {"application/pdf": FileKind.PDF, "application/xml": FileKind.XML}
    return kinds.get(media_type) or _kind_by_name(content, name)


def _kind_by_name(content: bytes, name: str) -> FileKind:
    """Return XML for text with markup called .xml; a PDF without its header is no PDF."""
    is_xml = name.lower().endswith(".xml") and b"<" in content[:_PDF_WITHIN]
    return FileKind.XML if is_xml else FileKind.UNKNOWN


def _looks_like_xml(content: bytes) -> bool:
    """Tell whether the first character of a text is `<`, in UTF-8 or UTF-16; HTML is not XML."""
    start = content[:_PDF_WITHIN].lstrip(b" \t\r\n")
    if not start.startswith(_XML_STARTS):
        return False
    letters = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return letters.startswith(b"<") and not letters.startswith((b"<html", b"<!doctype html"))
