"""What a reader that somebody took over, or that a file broke, might do; run in a sandbox."""

import ctypes
import os
import pickle
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from mailbot.domain.errors import Refused
from mailbot.domain.invoice import Invoice, Recognition, RecognitionStatus
from mailbot.domain.learning import HabitsOf
from mailbot.mail.winmail import winmail_to_mime
from mailbot.recognition.page_cut import CutError
from mailbot.sandbox.outside import outside

#: what must not be read
SECRET = Path(__file__)


def try_to(name: str) -> str:
    """Return why the system refuses this act, "" if it lets it happen."""
    try:
        ACTS[name]()
    except (OSError, RuntimeError) as error:
        return type(error).__name__
    return ""


def _connect() -> None:
    with socket.socket() as client:
        client.connect(("127.0.0.1", 25))


def _make_a_child() -> None:
    if not os.fork():
        os._exit(0)


def _write_beside() -> None:
    Path("/tmp/written-by-a-reader").write_text("")  # noqa: S108 - it must fail


ACTS: dict[str, Callable[[], object]] = {
    "connect": _connect,
    "make a pair of sockets": socket.socketpair,
    "run a program": lambda: subprocess.run(["/bin/true"], check=True),
    "become another program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it must fail
    "fork": _make_a_child,
    "read a file of ours": SECRET.read_bytes,
    "read what the program was started with": lambda: Path(
        f"/proc/{os.getppid()}/environ"
    ).read_bytes(),
    "look at its own memory": lambda: os.open("/proc/self/mem", os.O_RDONLY),
    "list a folder": lambda: list(Path("/").iterdir()),
    "write a file": _write_beside,
    "write to a device": lambda: os.open("/dev/null", os.O_WRONLY),
    "remove a file": lambda: Path(__file__).with_name("no such file").unlink(),
    "signal the program": lambda: os.kill(os.getppid(), 0),
    "watch a process": lambda: os.pidfd_open(os.getppid()),
}


def try_a_thread() -> bool:
    """Return whether it can still work with threads, as libraries do."""
    done: list[int] = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join()
    return bool(done)


def eat_memory() -> int:
    """Take ever more."""
    eaten = []
    while True:
        eaten.append(bytes(10_000_000))


def never_end() -> int:
    """Work for ever."""
    while True:
        pass


def sleep() -> int:
    """Say nothing for ever."""
    while True:
        time.sleep(60)


def drip(ask: Callable[[str], str]) -> int:
    """Ask for ever."""
    while True:
        ask("still there?")


def die(note: Callable[[str], str], how: str) -> int:
    """Die each time; `note` counts."""
    note("dies")
    DEATHS[how]()
    return 0


DEATHS: dict[str, Callable[[], object]] = {
    "ends": lambda: os._exit(0),
    "gives up": os.abort,
    "crashes": lambda: ctypes.string_at(0),
}


def die_once(note: Callable[[str], str]) -> str:
    """Die the first time, return what it is told the second."""
    if note("is it the first time?") == "yes":
        os.abort()
    return "read"


def pid() -> int:
    """Return which process this is."""
    return os.getpid()


def say_a_word_of(word: str) -> int:
    """Return something else than was promised."""
    return word  # type: ignore[return-value]


def cut_badly(words: str) -> bytes:
    """Raise an error of ours."""
    raise CutError(words)


def refuse() -> bytes:
    """Raise an error that carries more than a sentence."""
    raise Refused("bad_value", {"field": "pages"})


def stumble() -> bytes:
    """Raise what nobody expects."""
    return {}["missing"]


def stumble_over_a_number() -> bytes:
    """Raise what many libraries raise."""
    return bytes(int("no number"))


def raise_as_asked(ask: Callable[[str], str]) -> str:
    """Pass on what the program raised."""
    return ask("raise")


def echo(value: Recognition) -> Recognition:
    """Return a value as it came."""
    return value


def ask_for_habits(habits_of: HabitsOf) -> str:
    """Return the name of whom the program knows."""
    habits = habits_of(Invoice(supplier_name="Drukkerij Dupont"))
    return habits.name if habits else ""


def read_winmail(content: bytes) -> bytes:
    """Ask for what only the program may run."""
    return winmail_to_mime(content)


@outside
def where(word: str) -> tuple[int, str]:
    """Return which process this is, and the word."""
    return os.getpid(), word


def ask_where() -> tuple[int, str]:
    """Return where a function runs that only the program may run."""
    return where("a word")


class _Evil:
    """Runs a program where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch evil",)


def lie(kind: bytes, how: str) -> Recognition:
    """Send bytes of its own to the program, past what the sandbox would send."""
    end = _own_socket()
    bodies = {
        "a pickle": pickle.dumps(_Evil()),
        "no JSON": b"{",
        "deep": b"[" * 100_000,
        "another type": b'{"invoice": 3}',
        "bytes that are not there": b'{"\\u0000bytes": 7}',
        "no such function": b'["os.system", ["true"]]',
        "no such arguments": b'["tests.kit.reader_work.where", [3, 4]]',
    }
    if how == "endless":
        os.write(end, kind + (1 << 60).to_bytes(8, "little") + bytes(4))
    elif how == "many files":
        os.write(end, kind + bytes(8) + b"\xff\xff\xff\xff")
    elif how == "a large file":
        os.write(end, kind + bytes(8) + b"\1\0\0\0" + (1 << 60).to_bytes(8, "little"))
    else:
        body = bodies[how]
        os.write(end, kind + len(body).to_bytes(8, "little") + bytes(4) + body)
    return Recognition(invoice=Invoice(), status=RecognitionStatus.OK)


def _own_socket() -> int:
    return next(n for n in range(3, 64) if _is_socket(n))


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
