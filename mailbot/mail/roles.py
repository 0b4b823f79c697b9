"""What a part of a mail is for us: a document, a picture of the layout, a container, a danger."""

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from mailbot.domain.mail import PartRole
from mailbot.mail import file_kind

CONTAINERS = frozenset(
    {
        file_kind.ZIP,
        file_kind.MSG,
        file_kind.TNEF,
        file_kind.MAIL,
        file_kind.SMIME,
        "message/global",
    }
)
_SIGNATURES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
    }
)
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/rfc822-headers",
    }
)
#: what people photograph or scan to, and our readers open
_PICTURES = frozenset(
    {"image/jpeg", "image/png", "image/tiff", "image/gif", "image/webp", "image/bmp"}
)
#: Pillow raises these on hostile or broken pictures (checked in Pillow 13)
_BAD_PICTURE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    AssertionError,
)
_PIXEL = 3
_SMALL_SIDE = 600
_THIN_SIDE = 200
_BANNER = 3.0
_TINY_BYTES = 8 * 1024
_PHOTO_PIXELS = 1_000_000
_PHOTO_BYTES = 100 * 1024


def find_role(kind: str, content: bytes, *, is_referenced: bool) -> PartRole:
    """Return the role of a file of media type `kind`.

    `is_referenced` says that the HTML body shows it (cid:). The disposition is not asked:
    Apple Mail sends invoices and logos alike as `inline`.
    """
    if kind in CONTAINERS:
        return PartRole.CONTAINER
    if kind == file_kind.EXECUTABLE:
        return PartRole.DANGEROUS
    if kind in _SIGNATURES:
        return PartRole.SIGNATURE
    if kind in _REPORTS:
        return PartRole.REPORT
    if kind == "text/calendar":
        return PartRole.CALENDAR
    return _content_role(kind, content, is_referenced=is_referenced)


def _content_role(kind: str, content: bytes, *, is_referenced: bool) -> PartRole:
    if kind == file_kind.PDF:
        return PartRole.DOCUMENT if content else PartRole.UNSUPPORTED
    if kind in _PICTURES:
        return _picture_role(kind, content, is_referenced=is_referenced)
    if kind.startswith("image/svg"):
        return PartRole.LOGO
    if kind == file_kind.XML and file_kind.is_invoice_xml(content):
        return PartRole.DOCUMENT
    return PartRole.UNSUPPORTED


def _picture_role(kind: str, content: bytes, *, is_referenced: bool) -> PartRole:
    width, height = _size(content)
    if not width or not height:
        return PartRole.UNSUPPORTED
    longest, shortest = max(width, height), min(width, height)
    if longest <= _PIXEL:
        return PartRole.TRACKING_PIXEL
    is_banner = width > _BANNER * height
    is_tiny = len(content) < _TINY_BYTES and kind != "image/tiff"
    if longest < _SMALL_SIDE or shortest < _THIN_SIDE or is_banner or is_tiny:
        return PartRole.LOGO
    is_photo = (
        kind in {"image/jpeg", "image/tiff"}
        and width * height >= _PHOTO_PIXELS
        and len(content) >= _PHOTO_BYTES
    )
    # phones show the photo of a receipt in the text; a logo is smaller
    return PartRole.LOGO if is_referenced and not is_photo else PartRole.DOCUMENT


def _size(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels from the picture's header, zeros if it is broken."""
    try:
        with Image.open(BytesIO(content)) as picture:
            return picture.size
    except _BAD_PICTURE:
        return 0, 0
