"""What may not stand in a log, and that every line has one form, whoever wrote it."""

import json
import subprocess
import sys

import pytest

from mailbot.entrypoints.logs import hide_tokens
from storage.reply_tokens import new_token

TOKEN = new_token(bytes(32))


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (f"r.{TOKEN}@in.example", "r.…@in.example"),
        ((f"b.{TOKEN}@in.example", "aankoop-0400000185@in.example"),
         ["b.…@in.example", "aankoop-0400000185@in.example"]),
        (f"GET /d/{TOKEN.upper()}/approve", "GET /d/…/approve"),
        ("01a20ba68ccb7143bbbbfa0ea50506bb", "01a20ba68ccb7143bbbbfa0ea50506bb"),
        (4711, 4711),
    ],
    ids=["reply address", "several recipients", "link", "our own ids stay", "number"],
)  # fmt: skip
def test_who_reads_the_log_can_decide_nothing(value: object, logged: object) -> None:
    assert hide_tokens(None, "info", {"event": "mail kept", "value": value}) == {
        "event": "mail kept",
        "value": logged,
    }


_SCRIPT = f"""
import logging, warnings
import dbos  # it makes a handler of its own
import structlog
from mailbot.entrypoints.logs import start_logging
log = structlog.get_logger("early")
start_logging()
with structlog.contextvars.bound_contextvars(mail="m1", job="m1:reply"):
    log.info("mail kept", value="r.{TOKEN}@in.example")
    logging.getLogger("dbos").warning("queue %s", "light")
    logging.getLogger("uvicorn.error").error("no %s", "r.{TOKEN}@in.example")
    logging.getLogger("apscheduler").info("a detail")
    warnings.warn("old")
    try:
        raise ValueError("{TOKEN}")
    except ValueError as error:
        log.error("broken", exc_info=error)
"""


def test_lines_of_libraries_look_like_ours_and_say_what_they_are_about() -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["event"].split(":")[0].strip() for line in lines[:3]] == [
        "mail kept", "queue light", "no r.…@in.example",
    ]  # fmt: skip
    assert [line.get("logger") for line in lines] == [
        None, "dbos", "uvicorn.error", "py.warnings", None,
    ]  # fmt: skip
    assert all((line["mail"], line["job"]) == ("m1", "m1:reply") for line in lines)
    assert all(line["level"] and line["timestamp"] for line in lines)
    assert "ValueError" in lines[-1]["exception"]
    assert TOKEN not in run.stderr
