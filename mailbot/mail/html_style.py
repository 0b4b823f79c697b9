"""Tells which elements of an HTML mail a reader does not see: hidden, too small, of no colour."""

import re
from functools import lru_cache
from typing import Final

from lxml import html

#: selector of one class or id -> its declarations
Rules = dict[str, dict[str, str]]
#: red, green and blue, 0 to 255; () is transparent, None is not known
Colour = tuple[int, ...] | None

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?([.#][\w-]+)")
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|%|in|cm|mm)?")
_HEX = re.compile(r"#(?:([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})|([0-9a-f])([0-9a-f])([0-9a-f]))")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]+%?))?\s*\)")
_NO_FONT = re.compile(r"(?:^|\s)0(?:\.\d+)?(?:px|pt|em)?\s*(?:/|\s)")
_CLIPPED = re.compile(r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)|inset\(\s*(?:[5-9]\d|100)%")
_SCALED = re.compile(r"scale[xy]?\(\s*0*(?:\.0+)?\s*[,)]|translate[xy]?\(\s*-\d{3,}")
#: how many pixels a unit has; 1 for those that are told apart below
_PIXELS: Final = {
    "pt": 1.33,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "in": 96.0,
    "cm": 38.0,
    "mm": 3.8,
}
_NAMED: Final = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
    "black": (0, 0, 0),
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "red": (255, 0, 0),
    "navy": (0, 0, 128),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
}
WHITE: Final = _NAMED["white"]
#: colours that differ by less in every channel (0 to 255) are one to the eye
_SAME_COLOUR = 20
_LONGEST_SHEET = 200_000
_MOST_RULES = 2000
_NO_GROUND: Final = frozenset({"none", "transparent", "inherit", "initial", "unset"})
#: pixels; what is moved out farther stands outside of any window
_OUTSIDE = -300.0
_SMALLEST = 2.0


def read_rules(root: html.HtmlElement) -> Rules:
    """Return the rules of the style sheets in `root` that are about one class or one id."""
    sheets = "".join(str(one.text or "") for one in root.iter("style"))[:_LONGEST_SHEET].lower()
    found: Rules = {}
    for rule in _COMMENT.sub("", sheets).split("}")[:_MOST_RULES]:
        selectors, _, body = rule.rpartition("{")
        for selector in selectors.rpartition("{")[2].split(","):
            if match := _SELECTOR.fullmatch(selector.strip()):
                found.setdefault(match[1], {}).update(read_declarations(body))
    return found


@lru_cache(maxsize=2000)
def read_declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute, in lower case and without "!important"."""
    found: dict[str, str] = {}
    for one in _COMMENT.sub("", style.lower()).split(";"):
        name, _, value = one.partition(":")
        found[name.strip()] = value.replace("!important", "").strip()
    return found


def style_of(element: html.HtmlElement, rules: Rules) -> dict[str, str]:
    """Return the declarations that hold for `element` itself, those it inherits left out."""
    style: dict[str, str] = {}
    if rules:
        for name in element.get("class", "").lower().split():
            style |= rules.get(f".{name}", {})
        style |= rules.get(f"#{element.get('id', '').lower()}", {})
    own = element.get("style")
    return style | read_declarations(own) if own else style


def ground_of(element: html.HtmlElement, style: dict[str, str], ground: Colour) -> Colour:
    """Return the colour behind `element`, which lies on `ground`; None if it is not known."""
    value = style.get("background-color") or style.get("background") or element.get("bgcolor")
    if not value or value in _NO_GROUND:
        return ground
    colour = _colour(value.strip().lower())
    return ground if colour == () else colour


def is_hidden(element: html.HtmlElement, style: dict[str, str], ground: Colour) -> bool:
    """Whether a reader of the mail sees nothing of `element`, which has `style` on `ground`."""
    if element.get("hidden") is not None:
        return True
    if not style and element.get("color") is None:
        return False
    return (
        _is_switched_off(style)
        or _is_tiny(style)
        or _is_outside(style)
        or _is_colourless(element, style, ground)
    )


def _is_switched_off(style: dict[str, str]) -> bool:
    return (
        style.get("display") == "none"
        or style.get("visibility") in {"hidden", "collapse"}
        or style.get("mso-hide") == "all"
        or _number(style.get("opacity", ""), 1.0) < 0.06
        or bool(_CLIPPED.search(style.get("clip", "") + style.get("clip-path", "")))
        or bool(_SCALED.search(style.get("transform", "")))
    )


def _is_tiny(style: dict[str, str]) -> bool:
    size = style.get("font-size", "")
    if size and _pixels(size, 16.0, percent=0.16) < _SMALLEST:
        return True
    if _NO_FONT.search(style.get("font", "")):
        return True
    if _pixels(style.get("max-height", ""), 99.0) <= 0:
        return True
    is_cut = "hidden" in style.get("overflow", "")
    sides = ("height", "width", "max-width")
    return is_cut and any(_pixels(style.get(side, ""), 99.0) <= 1 for side in sides)


def _is_outside(style: dict[str, str]) -> bool:
    places = ("left", "top", "right", "bottom", "margin-left", "margin-top")
    if any(_pixels(style.get(place, ""), 0.0) < _OUTSIDE for place in places):
        return True
    return _pixels(style.get("text-indent", ""), 0.0) <= _OUTSIDE / 3


def _is_colourless(element: html.HtmlElement, style: dict[str, str], ground: Colour) -> bool:
    # Outlook, in its dark mode, keeps the colour that others see beside the one it shows
    given = element.get("data-ogsc") or style.get("color") or element.get("color", "")
    if not given:
        return False
    colour = _colour(given.strip().lower())
    if not colour or not ground:
        return colour == ()
    return all(abs(a - b) < _SAME_COLOUR for a, b in zip(colour, ground, strict=True))


def _colour(value: str) -> Colour:
    """Return red, green and blue of `value`; () if it is transparent, None if it is not known."""
    if value == "transparent":
        return ()
    if match := _HEX.match(value):
        digits = [one for one in match.groups() if one]
        return tuple(int(one * (2 // len(one)), 16) for one in digits)
    if match := _RGB.match(value):
        if match[4] and _number(match[4].rstrip("%"), 1.0) == 0:
            return ()
        return tuple(int(match[i]) for i in (1, 2, 3))
    return _NAMED.get(value.split(" ")[0])


def _pixels(value: str, otherwise: float, *, percent: float = 1.0) -> float:
    """Return a length in pixels, `otherwise` if `value` is none; a percent counts `percent`."""
    match = _LENGTH.match(value)
    if match is None:
        return otherwise
    unit = match[2] or ""
    return float(match[1]) * (percent if unit == "%" else _PIXELS.get(unit, 1.0))


def _number(value: str, otherwise: float) -> float:
    match = re.match(r"\d*\.?\d+", value)
    return float(match[0]) if match else otherwise
