"""Takes the files out of a PDF: hybrid invoices carry their XML as an attachment.

Sources: ISO 32000-2 §7.11.4 (embedded files), ISO 19005-3 (associated files), Factur-X 1.0 §6,
ZUGFeRD 1.0 §5. Streams are inflated up to a limit: a PDF of 300 kB can hold 300 MB.
"""

import io
import zlib
from collections.abc import Iterator, Sequence

import pikepdf

from mailbot.recognition.file_kind import find_media_type

#: names that the standards give the invoice, in the order in which they are tried
INVOICE_NAMES = (
    "factur-x.xml",
    "zugferd-invoice.xml",
    "xrechnung.xml",
    "ubl-invoice.xml",
    "invoice.xml",
)

#: bytes of one embedded file, inflated
MAX_FILE = 64 * 1024 * 1024
#: bytes of all of them together
MAX_TOTAL = 128 * 1024 * 1024
#: more are left out
MAX_FILES = 100

EmbeddedFile = tuple[str, str, bytes]

# What qpdf raises on damaged files is not narrower than this.
_DAMAGE = (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError)


def find_embedded_files(content: bytes, passwords: Sequence[str] = ()) -> list[EmbeddedFile]:
    """Return name, media type by content and content of each file inside a PDF.

    The list is empty for a PDF that is damaged or that none of `passwords` opens.
    """
    for password in ("", *passwords):
        try:
            with pikepdf.open(io.BytesIO(content), password=password) as pdf:
                return _limited(_read_all(pdf))
        except pikepdf.PasswordError:
            continue
        except _DAMAGE:
            return []
    return []


def find_xml_files(files: Sequence[EmbeddedFile]) -> list[EmbeddedFile]:
    """Return the XML among `files`, those under a name of the standards first."""
    xml = [file for file in files if file[1] == "application/xml"]
    return sorted(xml, key=lambda file: _rank(file[0]))


def _rank(name: str) -> int:
    lower = name.rpartition("/")[2].lower()
    return INVOICE_NAMES.index(lower) if lower in INVOICE_NAMES else len(INVOICE_NAMES)


def _limited(files: Iterator[EmbeddedFile]) -> list[EmbeddedFile]:
    """Return the first files, each content once, as long as they stay under the limits."""
    taken: list[EmbeddedFile] = []
    room = MAX_TOTAL
    for file in files:
        if any(file[2] == other[2] for other in taken):
            continue
        room -= len(file[2])
        if room < 0 or len(taken) == MAX_FILES:
            break
        taken.append(file)
    return taken


def _read_all(pdf: pikepdf.Pdf) -> Iterator[EmbeddedFile]:
    """Yield every embedded file that can be read."""
    for name, specification in _specifications(pdf):
        try:
            content = _inflated(specification)
        except _DAMAGE:
            continue
        if content:
            yield name, find_media_type(content), content


def _specifications(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Object]]:
    """Yield file specifications: the name tree, associated files, annotations of pages."""
    try:
        for key, attachment in pdf.attachments.items():
            yield attachment.filename or key, attachment.obj
    except _DAMAGE:
        pass  # a broken name tree does not hide the associated files
    for associated in _array(pdf.Root, "/AF"):
        yield _file_name(associated), associated
    for page in pdf.pages:
        for annotation in _array(page.obj, "/Annots"):
            if _get(annotation, "/Subtype") == "/FileAttachment":
                specification = _get(annotation, "/FS")
                if specification is not None:
                    yield _file_name(specification), specification


def _get(node: pikepdf.Object, key: str) -> pikepdf.Object | None:
    return node.get(key) if isinstance(node, pikepdf.Dictionary) else None


def _array(node: pikepdf.Object, key: str) -> list[pikepdf.Object]:
    found = _get(node, key)
    return list(found)[:MAX_FILES] if isinstance(found, pikepdf.Array) else []


def _file_name(specification: pikepdf.Object) -> str:
    name = _get(specification, "/UF") or _get(specification, "/F")
    return str(name) if isinstance(name, pikepdf.String) else "embedded"


def _inflated(specification: pikepdf.Object) -> bytes:
    """Return the content of an embedded file, b"" when it is too large or oddly encoded."""
    entry = _get(specification, "/EF")
    stream = (_get(entry, "/UF") or _get(entry, "/F")) if entry is not None else None
    if not isinstance(stream, pikepdf.Stream):
        return b""
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter", pikepdf.Array())
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    if not names:
        return raw if len(raw) <= MAX_FILE else b""
    if names != ["/FlateDecode"] or "/Predictor" in str(stream.get("/DecodeParms", "")):
        return b""
    return _inflate(raw)


def _inflate(raw: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, MAX_FILE)
    except zlib.error:
        return b""
    return b"" if inflater.unconsumed_tail else content
