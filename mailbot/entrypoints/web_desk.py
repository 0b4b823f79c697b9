"""The pages behind the links in our mails: GET shows, a POST from the page does."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from handlers.acting import Acted
from handlers.context import Context
from handlers.desk import Desk, SentForm, act, open_desk, unsubscribe
from handlers.sheets import read_file
from mailbot.compose.facts import heading
from mailbot.compose.page_forms import Wish
from mailbot.compose.pages import Around, Sheet, write_desk, write_stop
from mailbot.domain.command import Command, Verb
from mailbot.domain.command import Context as Shown
from mailbot.domain.mail import Language
from mailbot.entrypoints.web_answers import (
    file_answer,
    notice_answer,
    page_answer,
    wanted_language,
)
from mailbot.entrypoints.web_forms import (
    MistakeError,
    Sent,
    is_confirming,
    post_record,
    read_command,
)
from mailbot.entrypoints.web_proof import Asked, BrowserProofs
from mailbot.entrypoints.web_session import PageSession, Proof, is_from_elsewhere

_READ = ["GET", "HEAD"]
#: last part of a link -> the form that is shown first
_WISHES = {"approve": Verb.APPROVE, "reject": Verb.REJECT, "correct": Verb.CORRECT}
_CLOSED = {"token_unknown": 404, "token_expired": 410, "frozen_person": 403, "not_allowed": 403}
_FORBIDDEN, _CONFLICT, _UNFILLED = 403, 409, 422


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """One request for the pages of a token that opens something."""

    request: Request
    token: str
    desk: Desk
    #: path of the page; a proxy may have put it under another one
    path: str
    session: PageSession


@dataclass(frozen=True, kw_only=True)
class _Form:
    """A form that was sent from a page of ours."""

    command: Command
    #: the document that it is about, None for the page itself
    sheet: Sheet | None
    proof: Proof


class DeskPages:
    """The routes under /d/<token>."""

    def __init__(self, context: Context, browsers: BrowserProofs) -> None:
        self._context = context
        self._settings = context.settings
        self._browsers = browsers
        self.router = APIRouter()
        routes = (
            ("/d/{token}", self.show, _READ),
            ("/d/{token}", self.decide, ["POST"]),
            ("/d/{token}/stop", self.ask_stop, _READ),
            ("/d/{token}/stop", self.stop, ["POST"]),
            ("/d/{token}/page.png", self.picture, _READ),
            ("/d/{token}/file", self.file, _READ),
            ("/d/{token}/{wish}", self.show, _READ),
        )
        for path, endpoint, methods in routes:
            self.router.add_api_route(path, endpoint, methods=methods, response_model=None)

    def show(
        self, request: Request, token: str, wish: str = "", *, item: int = 0, field: str = ""
    ) -> Response:
        """Show what the token opens; changes nothing, however often it is asked."""
        if wish and wish not in _WISHES:
            return self._notice("not_found", 404, wanted_language(request, self._settings))
        desk = open_desk(self._context, token)
        if desk is None or desk.why:
            return self._closed(request, desk)
        wished = Wish(first=_WISHES.get(wish), field=field)
        return self._page(self._visit(request, token, desk), wish=wished, only=item)

    def decide(self, request: Request, token: str, sent: Sent) -> Response:
        """Do what a form of the page asks, once, in a browser that proved whose it is."""
        desk = open_desk(self._context, token)
        if desk is None or desk.why:
            return self._closed(request, desk)
        visit = self._visit(request, token, desk)
        sheet = _asked_about(desk, sent)
        proof = self._proof(visit, sent, sheet)
        if proof is None:
            return self._no_session(visit)
        try:
            items = (sheet.number,) if sheet and sheet.number else ()
            command = read_command(sent, desk.head.today, items)
        except MistakeError as mistake:
            wish = Wish(first=_verb(sent), field=sent.get("field", ""))
            return self._page(visit, wish=wish, mistake=str(mistake), status=_UNFILLED)
        return self._act(visit, _Form(command=command, sheet=sheet, proof=proof), sent)

    def ask_stop(self, request: Request, token: str) -> Response:
        """Ask whether the daily list must end; changes nothing."""
        desk = open_desk(self._context, token)
        if desk is None or not desk.is_list:
            return self._closed(request, None)
        return self._stop_page(self._visit(request, token, desk))

    def stop(self, request: Request, token: str, sent: Sent) -> Response:
        """End the daily list: from the page, or in one click by a mail program (RFC 8058 §3.2)."""
        desk = open_desk(self._context, token)
        if desk is None or not desk.is_list:
            return self._closed(request, None)
        visit = self._visit(request, token, desk)
        if sent.get("List-Unsubscribe") != "One-Click":
            if self._proof(visit, sent, None) is None:
                return self._no_session(visit, "/stop")
            if sent.get("verb") != Verb.UNSUBSCRIBE.value:
                return self._stop_page(visit, mistake="nothing_picked", status=_UNFILLED)
        unsubscribe(self._context, token)
        return self._stop_page(visit, is_done=True)

    def picture(self, request: Request, token: str, item: int = 0) -> Response:
        """Return the picture of the document's first page."""
        return self._file(request, token, item, "page_image")

    def file(self, request: Request, token: str, item: int = 0) -> Response:
        """Return the document itself."""
        return self._file(request, token, item, "visual")

    def _file(self, request: Request, token: str, item: int, role: str) -> Response:
        desk = open_desk(self._context, token)
        if desk is None or desk.why:
            return self._closed(request, desk)
        sheet = _sheet_of(desk, str(item) if item else "")
        found = read_file(self._context, sheet, role) if sheet else None
        if found is None:
            return self._notice("no_file", 404, desk.head.language)
        file, content = found
        return file_answer(file.name, content)

    def _act(self, visit: _Visit, form: _Form, sent: dict[str, str]) -> Response:
        person, asked = visit.desk.token.person, _asked(visit, form, sent)
        proved, mistake = self._browsers.prove(asked, visit.session.visitor)
        sheet = form.sheet
        how = SentForm(
            browser=proved or self._browsers.known(visit.request, person),
            form=form.proof.form,
            seen={sheet.view.document.id: form.proof.version} if sheet else {},
            post=post_record(visit.request, sent),
        )
        acted = act(self._context, visit.token, [form.command], how)
        if acted is None:
            return self._browsers.ask(visit.request, asked, mistake)
        answer = self._result(visit, acted)
        return self._browsers.give(answer, person, proved) if proved else answer

    def _result(self, visit: _Visit, acted: Acted) -> Response:
        """Show the page as it is after what was done."""
        desk = open_desk(self._context, visit.token)
        if desk is None or desk.why:
            return self._closed(visit.request, desk)
        is_done = all(outcome.is_done for outcome in acted.outcomes)
        after = self._visit(visit.request, visit.token, desk)
        return self._page(after, wish=Wish(), acted=acted, status=200 if is_done else _CONFLICT)

    def _page(
        self,
        visit: _Visit,
        *,
        wish: Wish,
        only: int = 0,
        acted: Acted | None = None,
        mistake: str = "",
        status: int = 200,
    ) -> Response:
        desk = visit.desk
        around = Around(
            path=visit.path,
            stamp=visit.session.stamp,
            wish=wish,
            outcomes=acted.outcomes if acted else (),
            mistake=mistake,
            waits_for_code=desk.waits_for_code,
            execution=desk.execution,
        )
        sheets = [s for s in desk.sheets if s.number == only] if only else desk.sheets
        is_spent = desk.token.spent_at is not None and not desk.is_list
        html = write_desk(
            desk.head,
            sheets,
            around,
            to_confirm=desk.to_confirm,
            is_spent=is_spent,
            takes_app=desk.takes_app,
        )
        return visit.session.give(page_answer(html, status), self._settings)

    def _stop_page(
        self, visit: _Visit, *, is_done: bool = False, mistake: str = "", status: int = 200
    ) -> Response:
        around = Around(path=visit.path, stamp=visit.session.stamp, mistake=mistake)
        answer = page_answer(write_stop(visit.desk.head, around, is_done=is_done), status)
        return visit.session.give(answer, self._settings)

    def _closed(self, request: Request, desk: Desk | None) -> Response:
        why = desk.why if desk else "token_unknown"
        known = desk.head.language if desk else None
        language = known or wanted_language(request, self._settings)
        office = desk.head.office.name if desk else "mailbot"
        return notice_answer(why, _CLOSED[why], language, office=office)

    def _no_session(self, visit: _Visit, page: str = "") -> Response:
        head, back = visit.desk.head, f"{visit.path}{page}"
        return notice_answer(
            "no_session", _FORBIDDEN, head.language, office=head.office.name, back=back
        )

    def _notice(self, notice: str, status: int, language: Language) -> Response:
        return notice_answer(notice, status, language)

    def _proof(self, visit: _Visit, sent: dict[str, str], sheet: Sheet | None) -> Proof | None:
        if is_from_elsewhere(visit.request, self._settings):
            return None
        return visit.session.read_stamp(sent.get("stamp", ""), sheet)

    def _visit(self, request: Request, token: str, desk: Desk) -> _Visit:
        context = self._context
        return _Visit(
            request=request,
            token=token,
            desk=desk,
            path=f"{urlsplit(self._settings.service.public_url).path}/d/{token}",
            session=PageSession.of(request, self._settings, token, context.token_secret),
        )


def _asked(visit: _Visit, form: _Form, sent: dict[str, str]) -> Asked:
    """Return what waits if the browser is not known: of a confirmation, what it confirms."""
    head = visit.desk.head
    waiting = visit.desk.to_confirm or visit.desk.waits_for_code
    confirmed = waiting if form.command.verb is Verb.CONFIRM else ()
    return Asked(
        token=visit.token,
        path=visit.path,
        head=head,
        shown=confirmed or (form.command,),
        about=heading(form.sheet.view.document, head) if form.sheet else "",
        fields=sent,
    )


def _asked_about(desk: Desk, sent: dict[str, str]) -> Sheet | None:
    """Return the document that a form is about; None for what waits to be confirmed."""
    if desk.token.context is Shown.CONFIRMATION or is_confirming(sent):
        return None
    return _sheet_of(desk, sent.get("item", ""))


def _sheet_of(desk: Desk, item: str) -> Sheet | None:
    if not item:
        return desk.sheets[0] if len(desk.sheets) == 1 else None
    return next((s for s in desk.sheets if str(s.number) == item), None)


def _verb(sent: dict[str, str]) -> Verb | None:
    return next((verb for verb in Verb if verb.value == sent.get("verb")), None)
