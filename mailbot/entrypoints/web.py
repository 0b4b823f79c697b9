"""Serves the pages: what the links in our mails open, and whether we are well."""

import socket
import threading
import time
from collections.abc import Callable

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from handlers.context import Context
from mailbot.domain.errors import Temporary
from mailbot.entrypoints.web_answers import notice_answer, text_answer, wanted_language
from mailbot.entrypoints.web_desk import DeskPages
from mailbot.entrypoints.web_enrol import EnrolPages
from mailbot.entrypoints.web_guard import Guard
from mailbot.entrypoints.web_limits import BodyLimit
from mailbot.entrypoints.web_outbox import OutboxPages
from mailbot.entrypoints.web_proof import BrowserProofs
from mailbot.entrypoints.web_protocol import PatientProtocol
from mailbot.entrypoints.web_request import NamedRequests
from mailbot.settings import listen_address
from storage.blobs import BlobError
from storage.definitions import first_office

log = structlog.get_logger(__name__)

_READ = ["GET", "HEAD"]
_NOT_FOUND, _NOT_NOW = 404, 503
_PATIENCE_SECONDS = 5


def make_web(context: Context) -> ASGIApp:
    """Return the pages as an application; it describes itself to nobody."""
    app = FastAPI(
        title="mailbot",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # a redirect would say the token again, to whatever host was asked
        redirect_slashes=False,
    )
    app.add_middleware(BodyLimit, settings=context.settings)
    _answer_errors(app, context)
    _add_small_pages(app, context)
    browsers = BrowserProofs(context)
    app.include_router(EnrolPages(context, browsers).router)
    app.include_router(DeskPages(context, browsers).router)
    app.include_router(OutboxPages(context).router)
    return NamedRequests(Guard(app, context.settings, context.clock))


class WebServer:
    """Serves the pages in a thread of this process."""

    def __init__(self, context: Context, listen: str) -> None:
        self._context = context
        self._listen = listen
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        #: the port in use, known once started: `listen` may ask for any (0)
        self.port = 0

    def start(self) -> None:
        """Begin to answer. Raises OSError when the port is taken, SettingsError for a bad one."""
        host, port = listen_address(self._listen)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family, backlog=256)
        except OSError as error:
            raise OSError(
                f"the pages cannot be served on {self._listen} ({error.strerror}); stop what "
                "listens there, or set web.listen"
            ) from error
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            make_web(self._context),
            http=PatientProtocol,
            log_config=None,
            # request lines hold tokens
            access_log=False,
            server_header=False,
            # who asks through a proxy, mailbot.entrypoints.client_address says
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True
        )
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            listener.close()
            raise OSError(f"the pages could not be served on {self._listen}")
        self._server, self._thread = server, thread

    def stop(self) -> None:
        """Answer what was asked, then end."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(_PATIENCE_SECONDS + 2)
        self._server = self._thread = None


def _answer_errors(app: FastAPI, context: Context) -> None:
    """Say in words what went wrong; nothing of ours is shown."""

    def answer(request: Request, notice: str, status: int) -> Response:
        return notice_answer(notice, status, wanted_language(request, context.settings))

    def on_http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        notice = "not_found" if status == _NOT_FOUND else "wrong_request"
        return answer(request, notice, status)

    def on_temporary(request: Request, error: Exception) -> Response:
        log.warning("page not served", why=str(error)[:300])
        return answer(request, "not_now", _NOT_NOW)

    def on_lost_file(request: Request, error: Exception) -> Response:
        log.error("a kept file is gone", why=str(error))
        return answer(request, "no_file", _NOT_FOUND)

    def on_bug(request: Request, _error: Exception) -> Response:
        return answer(request, "broken", 500)

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_http)
    app.add_exception_handler(Temporary, on_temporary)
    app.add_exception_handler(BlobError, on_lost_file)
    app.add_exception_handler(Exception, on_bug)


def _add_small_pages(app: FastAPI, context: Context) -> None:
    def front(request: Request) -> Response:
        return notice_answer("front", 200, wanted_language(request, context.settings))

    def health() -> Response:
        try:
            with context.database.reading() as session:
                first_office(session)
        except Temporary:
            return text_answer("the database does not answer", _NOT_NOW)
        return text_answer("ok")

    def robots() -> Response:
        return text_answer("User-agent: *\nDisallow: /\n")

    pages: dict[str, Callable[..., Response]] = {
        "/": front,
        "/health": health,
        "/robots.txt": robots,
    }
    for path, endpoint in pages.items():
        app.add_api_route(path, endpoint, methods=_READ, response_model=None)
