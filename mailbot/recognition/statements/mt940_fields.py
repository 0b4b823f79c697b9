"""Cuts a SWIFT message into its fields, whatever stands around it.

Source: SWIFT Standards MT, category 9: a field begins a line with ":61:"; banks put the blocks of
FIN ("{1:…}{4:") or lines of their own before the first one, and "-" or "-}" behind the last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: of MT940 and MT942, and "NS" of the old German STA files
_TAG = re.compile(r":(?:(13|20|21|25|28|34|60|61|62|64|65|86|90)([A-Z]?)|(NS)):")
#: "-" and "-}"; a soft hyphen where a word processor was in between
_END = re.compile("[-\u00ad](?:\\}|XXX|\\s*$)|\\}")
#: between lines, in old files of German banks
_OLD_LINE_END = "@@"
#: SWIFT allows 6 lines of 65 characters, banks write more; what goes beyond this is no statement
_MAX_LINE, _MAX_LINES = 1000, 100
_TEXT_BLOCK = "{4:"
#: a statement that has no :20: begins with one of these
_BEGINNINGS = ("25", "28", "60")
_BODY = ("20", "60", "61", "62")


@dataclass
class Field:
    """One field: its tag without and its option letter, its lines, its place in the file."""

    tag: str
    option: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        """Return the first line."""
        return self.lines[0].strip()

    @property
    def rest(self) -> list[str]:
        """Return the other lines that are not blank."""
        return [line for line in self.lines[1:] if line.strip()]


def read_fields(text: str) -> list[Field]:
    """Return the fields of every message in `text`, in order.

    A line such as ":26:37" is no field of these messages but a time that a line end cut.
    """
    fields: list[Field] = []
    is_open = False
    lines = text.replace(f"{_OLD_LINE_END}:", "\n:").split("\n")
    for number, whole in enumerate(lines, 1):
        line = whole[:_MAX_LINE]
        _before, is_block, rest = line.partition(_TEXT_BLOCK)
        content = rest if is_block else line
        tag = _TAG.match(content)
        if tag:
            name, option = tag[1] or tag[3], tag[2] or ""
            fields.append(Field(name, option, number, [content[tag.end() :]]))
            is_open = True
        elif is_block or _END.match(content):
            is_open = False
        elif is_open and len(fields[-1].lines) < _MAX_LINES:
            fields[-1].lines.append(content)
    return fields


def split_statements(fields: Sequence[Field]) -> list[list[Field]]:
    """Return the fields of each statement: every :20: begins one, wherever in its head it is."""
    statements: list[list[Field]] = []
    has_begun = True
    for one in fields:
        if (one.tag == "20" and has_begun) or (not statements and one.tag in _BEGINNINGS):
            statements.append([])
            has_begun = False
        has_begun = has_begun or one.tag in _BODY
        if statements:
            statements[-1].append(one)
    return statements


def split_entries(fields: Sequence[Field]) -> list[list[Field]]:
    """Return each :61: with the :86: and :NS: that follow it."""
    entries: list[list[Field]] = []
    is_open = False
    for one in fields:
        if one.tag == "61":
            entries.append([one])
        elif is_open and one.tag in {"86", "NS"}:
            entries[-1].append(one)
        is_open = one.tag == "61" or (is_open and one.tag in {"86", "NS"})
    return entries
