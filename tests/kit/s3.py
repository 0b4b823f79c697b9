"""A real S3 API on the loopback (tests/kit/s3_server.py), and a bucket for each test."""

import http.client
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON = _ROOT / ".venv" / "s3" / "bin" / "python"
#: moto looks at who asks, and believes it
_OWNER = "AWS4-HMAC-SHA256 Credential=mailbot/20260101/us-east-1/s3/aws4_request"


@dataclass
class S3Server:
    """One server, whose buckets are in memory."""

    port: int
    #: what its secret key stands in
    secret_key_file: Path
    _buckets: int = field(default=0)

    def new_bucket(self, *, prefix: str = "kantoor", port: int = 0) -> dict[str, Any]:
        """Make an empty bucket, and return the settings `[blobs]` of a prefix in it.

        `port` is that of a proxy before the server (tests/kit/flaky_proxy.py).
        """
        self._buckets += 1
        name = f"test-{self._buckets}"
        self.ask("PUT", f"/{name}")
        return {
            "url": f"s3://{name}/{prefix}",
            "endpoint": f"http://127.0.0.1:{port or self.port}",
            "region": "eu-central-1",
            "access_key_id": "mailbot",
            "secret_key_file": self.secret_key_file,
        }

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Do something with a bucket or an object behind our back; return what there was."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Authorization": _OWNER})
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, (method, path, answer.status, content)
            return content
        finally:
            connection.close()


@contextmanager
def run_s3() -> Iterator[S3Server]:
    """Run a server that ends with the block."""
    assert _PYTHON.exists(), "the S3 server of the tests is not there: sh docker/setup.sh test"
    words = [str(_PYTHON), str(_ROOT / "tests" / "kit" / "s3_server.py")]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603
    ):
        secret = Path(folder) / "secret"
        secret.write_text("geheim\n")
        try:
            assert process.stdout
            yield S3Server(int(process.stdout.readline()), secret)
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """Give a server for all tests of this process."""
    with run_s3() as server:
        yield server
