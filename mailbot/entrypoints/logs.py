"""Log lines: one event each, ids first, readable on a terminal, JSON elsewhere; no tokens."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

#: in an address (r.…@, b.…@) or a link (/d/…): who has it can open a page and decide there
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{32}(?![a-z2-7])", re.IGNORECASE)


def start_logging() -> None:
    """Send everything to standard error."""
    is_terminal = sys.stderr.isatty()
    renderer = (
        structlog.dev.ConsoleRenderer(colors=True)
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_tokens,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    line = "%(levelname)s %(message)s"
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format=line)


def hide_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave the tokens out of a line: more people read logs than may decide."""
    return {name: _hidden(value) for name, value in event.items()}


def _hidden(value: object) -> object:
    if isinstance(value, str):
        return _TOKEN.sub("…", value)
    if isinstance(value, list | tuple):
        return [_hidden(each) for each in value]
    return value
