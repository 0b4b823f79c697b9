"""A real clamd on a socket of its own, with one made-up signature and nothing from elsewhere."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: what the one signature of the test finds, and what clamd calls it
HARMFUL = b"invented-words-that-do-harm"
NAME = "Mailbot.Test.Invented.UNOFFICIAL"
MAX_STREAM = 1024 * 1024
_CONFIGURATION = """\
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength {limit}
"""
_PATIENCE_SECONDS = 30


@contextmanager
def running_clamd(folder: Path) -> Iterator[Path]:
    """Run clamd until the end of the block; give its socket."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin")
    assert program, "the package clamav-daemon is missing"
    signatures = folder / "signatures"
    signatures.mkdir()
    found = f"{NAME.removesuffix('.UNOFFICIAL')}:0:*:{HARMFUL.hex()}\n"
    (signatures / "test.ndb").write_text(found)
    configuration = folder / "clamd.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, limit=MAX_STREAM))
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [program, "--config-file", str(configuration)], stdout=log, stderr=log
        )
        try:
            yield _socket(folder, process)
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE_SECONDS)


def _socket(folder: Path, process: "subprocess.Popen[bytes]") -> Path:
    path, deadline = folder / "clamd.sock", time.monotonic() + _PATIENCE_SECONDS
    while not path.exists():
        assert process.poll() is None, (folder / "clamd.log").read_text()
        assert time.monotonic() < deadline, "clamd did not start"
        time.sleep(0.05)
    return path
