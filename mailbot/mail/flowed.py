"""Text that was wrapped for sending, as it was typed (RFC 3676, format=flowed)."""

import re

_QUOTES = re.compile(r"^>+")
_SIGNATURE = "-- "


def unflow(text: str, *, del_sp: bool = False) -> str:
    """Return `text` with soft line ends taken out; quote depth and signature stay as they are."""
    paragraphs: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        quotes = _QUOTES.match(line)
        depth = quotes.end() if quotes else 0
        content = line[depth:].removeprefix(" ")
        if depth != open_depth or content == _SIGNATURE:
            paragraphs.append([f"{'>' * depth} " if depth else ""])
        is_open = content.endswith(" ") and content != _SIGNATURE
        paragraphs[-1].append(content[:-1] if is_open and del_sp else content)
        open_depth = depth if is_open else -1
    return "\n".join("".join(pieces) for pieces in paragraphs)
