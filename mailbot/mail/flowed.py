"""Text that was wrapped for sending, as it was typed (RFC 3676, format=flowed)."""

import re

_QUOTES = re.compile(r"^>+")
_SIGNATURE = "-- "


def unflow(text: str, *, del_sp: bool = False) -> str:
    """Return `text` with soft line ends taken out; quote depth and signature stay as they are."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        quotes = _QUOTES.match(line)
        depth = quotes.end() if quotes else 0
        content = line[depth:].removeprefix(" ")
        if depth == open_depth and content != _SIGNATURE:
            lines[-1] += content
        else:
            lines.append(f"{'>' * depth} {content}" if depth else content)
        is_open = content.endswith(" ") and content != _SIGNATURE
        if is_open and del_sp:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if is_open else -1
    return "\n".join(lines)
