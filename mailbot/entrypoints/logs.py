"""Log lines: one event each, ids first, readable on a terminal, JSON elsewhere; no tokens.

What a line is about (mail, document, job, outbox, request) is bound once, where the work begins,
and stands on each line until it ends; also on the lines of libraries.
"""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: in an address (r.…@, b.…@) or a link (/d/…): who has it can open a page and decide there
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{32}(?![a-z2-7])", re.IGNORECASE)


def start_logging() -> None:
    """Send everything to standard error, ours and that of libraries alike."""
    structlog.configure(
        processors=[*_shared(), *_last()],
        # a logger keeps what it was made with, and some are made before
        cache_logger_on_first_use=False,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    _lead_libraries()


def hide_tokens(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave the tokens out of a line: more people read logs than may decide."""
    return {name: _hidden(value) for name, value in event.items()}


def _shared() -> list[Processor]:
    """Return what is done with every line, whoever wrote it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # what failed is part of the line, so that no token hides in it
        structlog.processors.format_exc_info,
        hide_tokens,
    ]


def _last() -> list[Processor]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer(colors=True)]
    return [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]


def _lead_libraries() -> None:
    """Write the lines of libraries as ours: from warnings on, with the name of who says it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_shared()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    dbos = logging.getLogger("dbos")
    # with a handler of its own it adds no other, and what it says goes on to ours
    dbos.handlers = [logging.NullHandler()]
    dbos.propagate = True


def _hidden(value: object) -> object:
    if isinstance(value, str):
        return _TOKEN.sub("…", value)
    if isinstance(value, list | tuple):
        return [_hidden(each) for each in value]
    return value
