"""Every key of a TOML text has its line."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.rules.toml_lines import Path, find_key_lines

TEXT = '''\
# a comment with [brackets] and "quotes"
name = "one"  # = two

[office]
"quoted key" = 1
'literal.key' = 2
a.b . c = 3
list = [
  "x", # comment ]
  [1, 2], { deep = true },
  { other = 1979-05-27 07:32:00 },
]
text = """
[not.a.table]
key = "no key" \\""" """
literal = \'\'\'
[[neither]]\'\'\'
inline = { x = 1, y.z = 'a,}b' }

[[dossiers]]
code = "a"
[[dossiers.people]]
email = "a"
[[dossiers.people]]
email = "b"
[dossiers.export]
connector = "csv"

[[dossiers]]
code = "b"
  [[ dossiers . people ]]
  email = "c"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("office",), 4),
        (("office", "quoted key"), 5),
        (("office", "literal.key"), 6),
        (("office", "a", "b", "c"), 7),
        (("office", "list"), 8),
        (("office", "list", 0), 9),
        (("office", "list", 1, 1), 10),
        (("office", "list", 2, "deep"), 10),
        (("office", "list", 3, "other"), 11),
        (("office", "text"), 13),
        (("office", "literal"), 16),
        (("office", "inline", "y", "z"), 18),
        (("dossiers", 0), 20),
        (("dossiers", 0, "people", 1, "email"), 25),
        (("dossiers", 0, "export", "connector"), 27),
        (("dossiers", 1, "code"), 30),
        (("dossiers", 1, "people", 0, "email"), 32),
    ],
)
def test_the_line_of(path: Path, line: int) -> None:
    assert find_key_lines(TEXT)[path] == line
    assert find_key_lines(TEXT.replace("\n", "\r\n"))[path] == line


def paths(value: Any, path: Path = ()) -> set[Path]:
    """Return the path of everything in a read TOML text."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = {(*path, name) for name, _inner in items}
    return found.union(*(paths(inner, (*path, name)) for name, inner in items))


def test_nothing_is_left_out() -> None:
    assert paths(tomllib.loads(TEXT)) <= set(find_key_lines(TEXT))


PIECES = st.sampled_from(
    (
        *("a", "b.c", '"k y"', "'x'", " = ", "1", "true", '"""t\n"""', "[", "]", "[[", "]]"),
        *("{", "}", ",", "\n", "#c\n", '"s"', "'''\n'''", ".", " ", "\r\n", "\\"),
        "1979-05-27 07:32:00",
    )
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_valid_text_is_walked_to_its_end(text: str) -> None:
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert paths(read) <= set(find_key_lines(text))


VALUES = st.recursive(
    st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,3}", fullmatch=True), VALUES, min_size=1))
def test_each_key_on_a_line_of_its_own(values: dict[str, Any]) -> None:
    text = "".join(f"{k} = {str(v).lower()}\n" for k, v in values.items())
    lines = find_key_lines(text)
    assert [lines[name,] for name in values] == list(range(1, len(values) + 1))
