"""Finds what can be the name of a firm on a page: legal forms, first lines of addresses, logos."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailbot.recognition.layout import Cell, Layout
from mailbot.recognition.vocabulary import LABELS, WORDS, compact, compacted, tokens

#: what separates name, street and register on one line
_SEPARATOR = re.compile(
    r"\s[\u2013\u2014\u2022\u00b7\u25cf\u00ab|*~/-]+\s|[|\u00b7\u2022\u25cf;]|,\s|\s-|\u2022|:\s"
)
_CAPITAL, _SMALL = "A-Z\u00c0-\u00dd", "\\w'\u00c0-\u00ff.-"
_POSTCODE_CITY = re.compile(
    # 2300 Turnhout, B-4700 Eupen, 1012 AB Amsterdam, 80333 München
    rf"(?:^|[\s,(-])(?:[A-Z]{{1,2}}-)?(?:\d{{4}}\s?[A-Z]{{2}}|\d{{4,5}})\s+[{_CAPITAL}][{_SMALL}]+"
    # 80333München
    rf"|^\d{{5}}[{_CAPITAL}][a-z\u00df-\u00ff]{{3}}"
    # SW1A 1AA, PA 18503, D02 XA00
    r"|[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}\b|\b[A-Z]{2}\s\d{5}\b|\b[A-Z]\d[\dW]\s[A-Z0-9]{4}\b"
)
_POSTCODE_FIRST = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5}(?:\s?[A-Z]{2})?\s+\D")
_INTERNET = re.compile(r"^(?:www\.|https?:)|^\S+\.[a-z]{2,}$")
#: a line that ends with a house number is a street
_STREET = re.compile(
    r"\D\s\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?(?:,?\s(?:bus|bte|box|b)\s?\w+)?$"
)
_HOUSE_FIRST = re.compile(r"\d{1,4}\s?(?:bis|ter|[a-zA-Z])?,?\s\D")
_PAPER_WORD = re.compile(r"rechnung|factuur|facture|invoice")

_LEGAL = compacted("legal_forms", "names")
#: these are words, too, and must be written in capitals
_LEGAL_WORDS = compacted("legal_forms", "written_in_capitals")
#: these are written in small letters, too
_LEGAL_SMALL = compacted("legal_forms", "written_small")
#: these are told from other words by their full stops
_LEGAL_EXACT = frozenset(WORDS["legal_forms"]["written_exactly"])
#: these stand before the name
_LEGAL_FIRST = compacted("legal_forms", "before_the_name")
_PERSON_TITLES = compacted("person_titles")
_NAME_LABELS = compacted("name_labels")
_TITLES = frozenset(compact(w) for words in WORDS["paper"].values() for w in words)
_ALL_LABELS = frozenset(
    compact(w) for kind in LABELS.values() for words in kind.values() for w in words
)

_MAX_NAME = 70
#: longest name without a legal form, in words
_MAX_WORDS = 9
#: an address: how many lines, rows of the page, and letter heights between two lines
_ADDRESS_LINES, _ADDRESS_ROWS, _ADDRESS_GAP = 5, 14, 2.4
#: a sender's line gives name and street before the town
_SENDER_PIECES = 2
#: points by which the lines of an address may begin apart
_ALIGNED = 4.0
#: how far a line may stand below the usual distance of the address
_LONGER_PITCH = 1.7
#: times the usual letters from which a text is a logo
LARGE = 1.25
#: how alike two spellings of one name are (difflib)
_SAME_NAME = 0.75


@dataclass(frozen=True, slots=True)
class Name:
    """A name, where it stands, and what speaks for it."""

    text: str
    cell: Cell
    has_legal_form: bool
    #: first line of an address
    heads_address: bool = False
    #: behind "Name:" or "Firma:"
    is_labelled: bool = False


def find_names(layout: Layout) -> list[Name]:
    """Return what can be the name of a firm: parts with a legal form, first lines of addresses."""
    names = [*_labelled_names(layout), *_senders(layout)]
    for cell in layout.cells:
        for piece in _pieces(cell.text):
            name = _cleaned(piece)
            if name and _has_legal_form(name):
                names.append(Name(name, cell, has_legal_form=True))
    for city, column in _columns(layout):
        head = _head_of_address(city, column)
        if head is not None:
            name = _cleaned(_SEPARATOR.split(head.text)[0])
            if name:
                names.append(Name(name, head, _has_legal_form(name), heads_address=True))
    return names + _big_names(layout)


def _labelled_names(layout: Layout) -> Iterable[Name]:
    """Yield what stands behind "Name:" or "Firma:", in its cell or in the next of its row."""
    for row in layout.rows:
        for place, cell in enumerate(row):
            label, _, text = cell.text.partition(":")
            if compact(label) not in _NAME_LABELS or len(cell.tokens) > _MAX_WORDS:
                continue
            value = cell if text.strip() else next(iter(row[place + 1 :]), None)
            name = _cleaned(text if value is cell else value.text) if value else None
            if value and name:
                yield Name(name, value, _has_legal_form(name), is_labelled=True)


def _senders(layout: Layout) -> Iterable[Name]:
    """Yield what begins a line with name, street and town: a sender's line or a footer."""
    for cell in layout.cells:
        pieces = _SEPARATOR.split(cell.text)
        if len(pieces) > _SENDER_PIECES and not any(map(has_town, pieces[:_SENDER_PIECES])):
            name = _cleaned(pieces[0]) if has_town(cell.text) else None
            if name:
                yield Name(name, cell, _has_legal_form(name))


def _pieces(text: str) -> Iterable[str]:
    """Yield the parts of a line; a legal form behind a comma belongs to the name before it."""
    parts = _SEPARATOR.split(text)
    for place, part in enumerate(parts):
        after = parts[place + 1] if place + 1 < len(parts) else ""
        yield f"{part} {after}" if compact(after) in _LEGAL else part


def _big_names(layout: Layout) -> list[Name]:
    """Return the texts in large letters at the top of the first page: logos."""
    if not layout.rows:
        return []
    first = layout.rows[0][0].page
    cells = [c for c in layout.cells if c.page is first]
    top = [c for c in cells if c.box[1] < 0.25 * first.height]
    names = []
    for place, cell in enumerate(top):
        name = _cleaned(_SEPARATOR.split(cell.text)[0])
        if name and (cell.height > LARGE * layout.letter or place < 2):
            names.append(Name(name, cell, _has_legal_form(name)))
    return names


def _cleaned(text: str) -> str | None:
    """Return `text` as a name, None if it cannot be one."""
    name = text.strip(" ,:;-\u2013|*()\"'/")
    if name.split(" ")[-1] not in _LEGAL_EXACT:
        name = name.strip(". ")
    letters = sum(c.isalpha() for c in name)
    digits = sum(c.isdigit() for c in name)
    flat = compact(name)
    if letters < 2 or digits > letters / 2 or len(name) > _MAX_NAME or "@" in name:
        return None
    if flat in _TITLES or flat in _ALL_LABELS or flat in _PERSON_TITLES:
        return None
    words = tokens(name)
    if all(w in _TITLES or w in _ALL_LABELS for w in words) or _LEGAL.issuperset(words):
        return None
    is_sentence = (
        len(words) > _MAX_WORDS
        or any(_PAPER_WORD.search(w) for w in words)
        or text.rstrip().endswith(("!", "?"))
    )
    if is_sentence and not _has_legal_form(name):
        return None
    is_address = bool(_POSTCODE_FIRST.match(name)) or _INTERNET.search(name) is not None
    return None if is_address or (is_place(name) and not _has_legal_form(name)) else name


def is_place(text: str) -> bool:
    """Tell whether a line is a street or a town."""
    return bool(_STREET.search(text) or _HOUSE_FIRST.match(text) or _POSTCODE_CITY.search(text))


def _has_legal_form(name: str) -> bool:
    """Tell whether `name` carries a legal form: "Voorbeeld BV", "X GmbH & Co. KG", "Y NV/SA"."""
    words = re.findall(r"[^\s/&()]+", name)
    if len(words) > 1 and any(_is_legal_form(word, place) for place, word in enumerate(words)):
        return True
    return len(words) > 2 and compact(" ".join(words[-2:])) in _LEGAL


def _is_legal_form(word: str, place: int) -> bool:
    """Tell whether the word at `place` of a name is a legal form and not just a word."""
    flat = compact(word)
    if word.strip(",;") in _LEGAL_EXACT:
        return True
    if flat not in _LEGAL or (place == 0 and flat not in _LEGAL_FIRST):
        return False
    if flat in _LEGAL_WORDS:
        return word.isupper()
    return word[0].isupper() or flat in _LEGAL_SMALL


def _head_of_address(city: Cell, column: Sequence[Cell]) -> Cell | None:
    """Return the line that names who lives in `city`: the top of the address in its column."""
    head, lower, pitch = None, city, 0.0
    for cell in reversed(column):
        gap = lower.box[1] - cell.box[3]
        is_far = gap > _ADDRESS_GAP * max(lower.height, cell.height) or (
            head and lower.box[1] - cell.box[1] > _LONGER_PITCH * pitch
        )
        if is_far or _is_heading_line(cell.text) or is_one_line_address(cell.text):
            break
        pitch, lower = lower.box[1] - cell.box[1], cell
        if _cleaned(cell.text):
            head = cell
    return head


def _columns(layout: Layout) -> Iterable[tuple[Cell, list[Cell]]]:
    """Yield each line with a postcode and town, and the lines that begin above it."""
    for city in layout.cells:
        if not _POSTCODE_CITY.search(city.text) or is_one_line_address(city.text):
            continue
        above = [
            cell
            for row in layout.rows[max(0, city.row - _ADDRESS_ROWS) : city.row]
            for cell in row
            if cell.page is city.page and abs(cell.x0 - city.x0) < _ALIGNED
        ]
        yield city, above[-_ADDRESS_LINES:]


def is_one_line_address(text: str) -> bool:
    """Tell whether name, street and town stand on one line: a sender's line or a footer."""
    return len(_SEPARATOR.findall(text)) >= 2 and bool(_POSTCODE_CITY.search(text))


def _is_heading_line(text: str) -> bool:
    """Tell whether a line is a heading over an address: "Factuur voor:", "Bill to"."""
    flat = compact(text)
    return flat in _ALL_LABELS or flat in _TITLES


def is_in_domain(name: str, domains: Iterable[str]) -> bool:
    """Tell whether a domain on the page is made of the name."""
    flat = compact(name)
    words = [w for w in tokens(name) if len(w) > 3]
    return any(
        compact(d) in flat or any(w in compact(d) for w in words) for d in domains if len(d) > 2
    )


def is_same_firm(one: str, other: str) -> bool:
    """Tell whether two names are of one firm, legal forms and case aside."""
    a, b = ("".join(w for w in tokens(n) if w not in _LEGAL) or compact(n) for n in (one, other))
    return a == b or SequenceMatcher(None, a, b).ratio() > _SAME_NAME


def has_town(text: str) -> bool:
    """Tell whether a postcode with its town stands in `text`."""
    return bool(_POSTCODE_CITY.search(text))
