"""What a mail brought: opens what is wrapped, tells documents from the rest, loses nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailbot.domain.mail import Mail, Part, PartRole, Unpacked
from mailbot.mail.archives import Budget, TooMuchError, read_zip
from mailbot.mail.file_kind import MSG, SMIME, TNEF, ZIP
from mailbot.mail.msg import NotAMessageError, msg_to_mime
from mailbot.mail.parse import make_part, parse_mail
from mailbot.mail.smime import NoSignedContentError, read_signed_content
from mailbot.mail.winmail import UnreadableWinmailError, winmail_to_mime


@dataclass(frozen=True, kw_only=True)
class UnpackLimits:
    """How much one mail may unfold to."""

    #: bytes, over all files
    max_bytes: int = 200 * 1024 * 1024
    max_files: int = 200
    #: containers in containers
    max_depth: int = 8


def unpack(mail: Mail, limits: UnpackLimits = UnpackLimits()) -> Unpacked:
    """Return the documents of `mail` at every depth, and everything else with its role.

    A container is left out (listed) only if nothing came out of it. Problems are
    `reason:file name` with the reasons `encrypted`, `unreadable_container`,
    `unreadable_file`, `too_deep` and `too_much` (the rest of the mail is then listed
    unopened). Limits are frozen values, so the default is safe to share.
    """
    budget = Budget(bytes=limits.max_bytes, files=limits.max_files)
    found = [part for one in mail.parts for part in _open(one, limits.max_depth, budget)]
    return Unpacked(
        documents=tuple(part for part in found if part.role is PartRole.DOCUMENT),
        left_out=tuple(part for part in found if part.role is not PartRole.DOCUMENT),
        problems=tuple(dict.fromkeys(budget.problems)),
    )


def _open(part: Part, depth: int, budget: Budget) -> Iterator[Part]:
    """Yield `part`, or what is in it if it is a container."""
    if part.role is not PartRole.CONTAINER:
        yield part
        return
    if not depth:
        budget.problems.append(f"too_deep:{part.name}")
        yield part
        return
    is_empty = True
    try:
        for inner in _contents(part, budget):
            for opened in _open(inner, depth - 1, budget):
                is_empty = False
                yield opened
    except TooMuchError:
        budget.problems.append(f"too_much:{part.name}")
    if is_empty:
        yield part


def _contents(part: Part, budget: Budget) -> Iterator[Part]:
    inside = (*part.inside, part.name)
    if part.media_type == ZIP:
        for name, content in read_zip(part.content, part.name, budget):
            yield make_part(name, content, inside)
        return
    try:
        inner = parse_mail(_mime(part))
    except (NotAMessageError, UnreadableWinmailError):
        budget.problems.append(f"unreadable_container:{part.name}")
        return
    except NoSignedContentError:
        budget.problems.append(f"encrypted:{part.name}")
        return
    for one in inner.parts:
        budget.take_file()
        budget.take(len(one.content))
        yield replace(one, inside=inside)


def _mime(part: Part) -> bytes:
    """Return the mail in a container as MIME."""
    if part.media_type == MSG:
        return msg_to_mime(part.content)
    if part.media_type == TNEF:
        return winmail_to_mime(part.content)
    if part.media_type == SMIME:
        return read_signed_content(part.content)
    return part.content
