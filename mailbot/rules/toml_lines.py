"""Finds the line on which each key of a TOML text stands: `tomllib` reads values, not places.

Source: TOML 1.0.0. Only for text that `tomllib` has read: what is no TOML is refused there.
"""

import re
import tomllib
from bisect import bisect_right

#: names of tables and keys, and numbers (from 0) in arrays, from the outside in
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
#: numbers, booleans, dates (which may hold a space)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def find_key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every table, key and array element of a valid TOML text."""
    return _Scanner(text.replace("\r\n", "\n")).run()


class _Scanner:
    """Walks over a text once, statement by statement."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[Path, int] = {}
        #: arrays of tables, with how many tables they have so far
        self._arrays: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        """Return the line of every path."""
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._sees("["):
                table = self._header()
            else:
                self._key_and_value(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]` and return where its keys belong."""
        line = self._line()
        is_array = self._text.startswith("[[", self._at)
        brackets = 2 if is_array else 1
        self._at += brackets
        *outer, name = self._key()
        self._skip(_SPACE)
        self._at += brackets
        path = (*self._resolve(outer), name)
        self._lines.setdefault(path, line)
        if not is_array:
            return path
        number = self._arrays.get(path, 0)
        self._arrays[path] = number + 1
        self._lines[*path, number] = line
        return (*path, number)

    def _resolve(self, names: list[str]) -> Path:
        """Return the path of a table; inside an array of tables its last one is meant."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        return path

    def _key_and_value(self, table: Path) -> None:
        line = self._line()
        path = table
        for name in self._key():
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._skip(_SPACE)
        self._at += len("=")
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        """Read a key with its dots."""
        names = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._text, self._at)
            if quoted:
                names.append(str(tomllib.loads(f"key = {quoted[0]}")["key"]))
                self._at = quoted.end()
            else:
                names.append(self._skip(_BARE_KEY))
            self._skip(_SPACE)
            if not self._sees("."):
                return names
            self._at += len(".")

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._inline_table(path)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += len("[")
        self._skip(_BLANK)
        number = 0
        while not self._sees("]"):
            self._lines[*path, number] = self._line()
            self._value((*path, number))
            number += 1
            self._skip_comma()
        self._at += len("]")

    def _inline_table(self, path: Path) -> None:
        self._at += len("{")
        self._skip(_BLANK)
        while not self._sees("}"):
            self._key_and_value(path)
            self._skip_comma()
        self._at += len("}")

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self._sees(","):
            self._at += len(",")
            self._skip(_BLANK)

    def _sees(self, letter: str) -> bool:
        if self._at >= len(self._text):
            # text that tomllib has read never ends inside a value
            raise ValueError("the text is not valid TOML")
        return self._text[self._at] == letter

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)
