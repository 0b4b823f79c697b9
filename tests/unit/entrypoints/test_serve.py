"""`mailbot serve` runs, or says in one sentence why it cannot."""

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.domain.job import JobKind
from mailbot.entrypoints.app import close_context, open_context
from mailbot.entrypoints.cli import app
from mailbot.entrypoints.cli.serve import _note_death
from mailbot.entrypoints.service import Service
from mailbot.settings import Settings, read_settings
from storage.definitions import all_definitions
from tests.kit.databases import lay_database
from tests.kit.flaky_proxy import flaky_proxy, silent
from tests.kit.killed_service import start_service
from tests.kit.ports import free_port
from tests.kit.s3 import S3Server


def write_config(folder: Path, more: str = "", **listens: str) -> Path:
    """Write settings that listen on free ports, unless `listens` say otherwise."""
    smtp = listens.get("smtp", f"127.0.0.1:{free_port()}")
    web = listens.get("web", f"127.0.0.1:{free_port()}")
    file = folder / "mailbot.toml"
    file.write_text(
        f'[service]\ndata = "{folder / "data"}"\npublic_url = "http://{web}"\n'
        f'[smtp]\nlisten = "{smtp}"\n[web]\nlisten = "{web}"\n{more}'
    )
    return file


def refuse(config: Path) -> str:
    """Run `serve`, which must end by itself, and return what it says was wrong."""
    log = config.with_name("log.txt")
    ended = start_service(config, log)
    ended.join(timeout=60)
    said = log.read_text("utf-8")
    assert ended.exitcode == 1, said
    return said


def refuse_at_once(config: Path, *words: str, code: int) -> str:
    """Run `serve` in this process: it must end before it starts anything."""
    result = CliRunner().invoke(app, ["serve", "--config", str(config), *words])
    assert result.exit_code == code, result.output
    return result.stderr


@contextmanager
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("part", ["smtp", "web"])
def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, part: str) -> None:
    with taken_port() as taken:
        said = refuse(write_config(tmp_path, **{part: taken}))
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("mailbot cannot start: ")
    assert taken.rpartition(":")[2] in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[smpt]\nlisten = 1\n", "smpt"),
        ("[limits]\nmax_spool = 'many'\n", "limits.max_spool"),
        ("[database]\nurl = ", "Invalid value"),
    ],
)
def test_bad_settings_are_one_sentence(tmp_path: Path, more: str, said: str) -> None:
    wrong = refuse_at_once(write_config(tmp_path, more), code=1)
    assert said in wrong
    assert "Traceback" not in wrong
    assert len(wrong.splitlines()) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[outbound]\ndkim_key = "/nowhere/key.pem"\ndkim_selector = "m"\n', "/nowhere/key.pem"),
        ('[database]\nurl = "postgresql://u@127.0.0.1:1/x"\n', "did not answer"),
        ('[database]\nurl = "nonsense"\n', "database.url"),
    ],
)
def test_what_cannot_be_used_is_told_without_a_trace(tmp_path: Path, more: str, said: str) -> None:
    wrong = refuse(write_config(tmp_path, more))
    assert "Traceback" not in wrong
    assert "mailbot cannot start: " in wrong
    assert said in wrong


def test_a_listen_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    wrong = refuse(write_config(tmp_path, smtp="2525"))
    assert "Traceback" not in wrong
    assert "give host:port" in wrong


def test_a_part_that_does_not_exist_is_named(tmp_path: Path) -> None:
    wrong = refuse_at_once(write_config(tmp_path), "--only", "stmp,web", code=2)
    assert "no such part: stmp" in wrong


def test_it_answers_and_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    web = f"127.0.0.1:{free_port()}"
    config = write_config(tmp_path, web=web)
    arguments = [sys.executable, "-m", "mailbot", "serve", "--config", str(config)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("mailbot takes mail on"):
                break
        with urllib.request.urlopen(f"http://{web}/health", timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        deadline = time.monotonic() + 30
        assert process.wait(deadline - time.monotonic()) == 0


def test_it_ends_when_told_to_although_a_bucket_never_answers(
    tmp_path: Path, s3: S3Server
) -> None:
    with flaky_proxy(s3.port) as proxy:
        bucket = {**s3.new_bucket(port=proxy.port), "seconds": "3600"}
        lines = "".join(f'{name} = "{value}"\n' for name, value in bucket.items())
        config = write_config(tmp_path, f"[blobs]\n{lines}")
        context = open_context(read_settings(config))
        with context.transaction() as unit:
            unit.put(JobKind.RETENTION, key="now")
        close_context(context)
        proxy.trouble(silent)
        process = start_service(config, tmp_path / "log.txt")
        while not proxy.connections:
            assert process.is_alive()
            time.sleep(0.05)
        process.terminate()
        process.join(timeout=60)
        assert process.exitcode == 0


def test_a_definition_with_a_mistake_applies_nothing(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    definition = tmp_path / "office.toml"
    definition.write_text(
        '[office]\ncode = "k"\nname = "K"\naddress = "k@in.example"\n'
        '[[employees]]\nemail = "a@k.example"\nfirst_name = "A"\nlast_name = "B"\nrole = "boss"\n'
    )
    result = CliRunner().invoke(app, ["apply", str(definition), "--config", str(config)])
    assert result.exit_code == 1, result.output
    assert "role" in result.stderr
    context = open_context(Settings(service={"data": tmp_path / "data"}))  # type: ignore[arg-type]
    try:
        with context.database.reading() as session:
            assert all_definitions(session) == ()
    finally:
        close_context(context)


@pytest.mark.parametrize(("name", "ends"), [("intake", True), ("sender", True), ("other", False)])
def test_a_part_that_dies_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, name: str, ends: bool
) -> None:
    """Else mailbot would look alive, and mails would lie in the spool for ever."""
    stopping, died = threading.Event(), threading.Event()
    hook = partial(_note_death, stopping=stopping, died=died)
    monkeypatch.setattr(threading, "excepthook", hook)
    thread = threading.Thread(target=lambda: 1 / 0, name=name)
    thread.start()
    thread.join()
    assert (stopping.is_set(), died.is_set()) == (ends, ends)


class Waiting:
    """A part that ends only when another is ending too."""

    def __init__(self, both: threading.Barrier) -> None:
        self._both = both

    def start(self) -> None:
        """Begin nothing."""

    def stop(self) -> None:
        self._both.wait(timeout=20)


def test_no_part_waits_for_the_end_of_another(tmp_path: Path) -> None:
    """One after the other they could take longer than the 10 s that we promise."""
    lay_database(tmp_path)
    service = Service(Settings(service={"data": tmp_path}), only=())  # type: ignore[arg-type]
    both = threading.Barrier(2)
    service._running = [("one", Waiting(both)), ("two", Waiting(both))]
    service.stop()
    assert not both.broken
