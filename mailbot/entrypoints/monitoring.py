"""Answers machines that watch over us: metrics, health, readiness; on a port of its own.

/metrics         counts and gauges of this process and of those that it started (Prometheus)
/health          200 while every part of this process runs, else 503: start it again
/ready           200 while all of them can do their work, else 503: send nothing here now
/health/smtp     the same of one part; as /ready/smtp for a load balancer in front of it
"""

import json
import socket
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from handlers.context import Context
from mailbot import measures
from mailbot.entrypoints.gauges import Gauges
from mailbot.entrypoints.readiness import Readiness, is_well
from mailbot.settings import listen_address

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_JSON = "application/json"


class Monitoring:
    """Listens on `monitoring.listen`."""

    def __init__(
        self,
        context: Context,
        readiness: Readiness,
        left: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        """`left` tells where processes that this one started leave their counts."""
        self._listen = context.settings.monitoring.listen
        self._readiness = readiness
        self._gauges = Gauges(context, readiness)
        self._left = left
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        #: the port in use, known once started
        self.port = 0

    def start(self) -> None:
        """Begin to answer. Raises OSError when the port is taken, SettingsError for a bad one."""
        host, port = listen_address(self._listen)
        try:
            server = _Server((host, port), _answerer(self._answer))
        except OSError as error:
            raise OSError(
                f"monitoring cannot listen on {self._listen} ({error.strerror}); another process "
                "of mailbot on this machine needs a monitoring.listen of its own"
            ) from error
        self.port = server.server_address[1]
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.1,), name="monitoring", daemon=True
        )
        self._server = server
        self._thread.start()

    def stop(self) -> None:
        """End."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(timeout=5)

    def _answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return what is said to who asks for `path`."""
        what, _, part = path.strip("/").partition("/")
        if what == "metrics" and not part:
            return HTTPStatus.OK, _TEXT, measures.exposition(self._gauges, left=self._left())
        asked = {"health": self._readiness.health, "ready": self._readiness.ready}.get(what)
        if asked is None:
            return HTTPStatus.NOT_FOUND, _JSON, b'{"paths": ["/metrics", "/health", "/ready"]}\n'
        checks = asked(part)
        status = HTTPStatus.OK if is_well(checks) else HTTPStatus.SERVICE_UNAVAILABLE
        return status, _JSON, json.dumps(checks).encode() + b"\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], answerer: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, answerer)


def _answerer(
    answer: Callable[[str], tuple[HTTPStatus, str, bytes]],
) -> type[BaseHTTPRequestHandler]:
    """Return the class whose objects answer one connection each."""

    class Answerer(BaseHTTPRequestHandler):
        server_version = "mailbot"
        sys_version = ""
        #: seconds that a question may take to come
        timeout = 10

        def do_GET(self) -> None:
            status, media_type, body = answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing: it is asked every few seconds."""

    return Answerer
