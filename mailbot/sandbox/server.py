"""Forks readers from a process that has read their modules, has one thread and may read programs.

`python -m mailbot.sandbox.server FD LIMITS MODULE…` is started by `processes` and speaks with it
through the socket FD: "f" and an open socket make a reader of a fork, answered with its process
id; "e" and a process id end one, answered with how it ended.
"""

import importlib
import json
import os
import signal
import socket
import struct
import sys

from mailbot.sandbox import confinement, system_calls
from mailbot.sandbox.limits import Limits
from mailbot.sandbox.reader import serve

FORK, END = b"f", b"e"
REQUEST = struct.Struct("=ci")
#: what the system refuses: bit 0 Landlock, bit 1 seccomp
HELLO = struct.Struct("=B")
PID = struct.Struct("=i")
#: status as of wait(2), most memory in kB, seconds of a processor
ENDED = struct.Struct("=iqd")
NO_LANDLOCK, NO_SECCOMP = 1, 2


def main(arguments: list[str]) -> None:
    """Serve until the program ends."""
    control = socket.socket(fileno=int(arguments[0]))
    limits = Limits(**json.loads(arguments[1]))
    for module in arguments[2:]:
        importlib.import_module(module)
    has_landlock = confinement.read_programs_only()
    has_seccomp = system_calls.prepare() is not None and _can_load()
    control.sendall(HELLO.pack(NO_LANDLOCK * (not has_landlock) + NO_SECCOMP * (not has_seccomp)))
    while True:
        request, ends, _, _ = socket.recv_fds(control, REQUEST.size, 1)
        if not request:
            return
        what, pid = REQUEST.unpack(request)
        control.sendall(_fork(control, ends[0], limits) if what == FORK else _end(pid))


def _fork(control: socket.socket, end: int, limits: Limits) -> bytes:
    """Make a reader that talks through `end`; -1 when the system has no room for one."""
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if not pid:
        _become_reader(control, end, limits)
    os.close(end)
    return PID.pack(pid)


def _become_reader(control: socket.socket, end: int, limits: Limits) -> None:
    try:
        control.close()
        confinement.die_with_parent()
        # what readers of hostile files print is no log
        os.dup2(1, 2)
        serve(socket.socket(fileno=end), limits)
    finally:
        os._exit(0)


def _end(pid: int) -> bytes:
    """Kill a reader, if it lives, and return how it ended."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # still our child?
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return ENDED.pack(0, 0, 0.0)
    return ENDED.pack(status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)


def _can_load() -> bool:
    """Try the filter in a process that ends at once."""
    pid = os.fork()
    if not pid:
        os._exit(0 if system_calls.restrict() else 1)
    return os.waitpid(pid, 0)[1] == 0


if __name__ == "__main__":
    main(sys.argv[1:])
