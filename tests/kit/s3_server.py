"""The S3 API of the tests: moto, in an environment of its own, where python-dateutil is another.

    .venv/s3/bin/python tests/kit/s3_server.py     # says on which port it listens

It has what moto leaves out: like Amazon's, it refuses what did not arrive as it was sent. Buckets
and objects are in memory. tests/kit/s3.py starts and ends it; nothing of ours is imported here.
"""

import base64
import hashlib
import io
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Quiet(WSGIRequestHandler):
    """Keeps no log."""

    #: else the second piece of an answer waits 40 ms for the client's ACK of the first
    disable_nagle_algorithm = True

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


def checking(app: App) -> App:
    """Refuse what does not have the checksum that came along (S3: error BadDigest)."""

    def checked(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_AMZ_CHECKSUM_SHA256")
        if not wanted:
            return app(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if base64.b64encode(hashlib.sha256(body).digest()).decode() != wanted:
            answer = b"<Error><Code>BadDigest</Code></Error>"
            start("400 Bad Request", [("Content-Length", str(len(answer)))])
            return [answer]
        environ["wsgi.input"] = io.BytesIO(body)
        return app(environ, start)

    return checked


if __name__ == "__main__":
    application = checking(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
