"""Landlock: what this process may open, as the kernel holds it (landlock(7), Linux 5.13).

Python has no wrapper that is kept well; these are three calls by number, the same on every
processor.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
#: rights over files that each version of the interface knows: the first n bits
_RIGHTS_OF = {1: 13, 2: 14, 3: 15, 4: 15}
_LATER_RIGHTS = 16
#: from version 4 TCP ports, from 6 abstract sockets and signals to processes outside
_WITH_NETWORK, _WITH_SCOPE = 4, 6
_BOTH = 3

_libc = ctypes.CDLL(None, use_errno=True)


def restrict(readable: Iterable[Path]) -> bool:
    """Let this process and its children read `readable` and below; nothing else can be opened.

    Returns False, and changes nothing, where the kernel has no Landlock.
    """
    version = _call(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1:
        return False
    attributes = _attributes(version)
    rules = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow_reading(rules, path)
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return _call(_RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def _attributes(version: int) -> bytes:
    """Return struct landlock_ruleset_attr: everything that this version can refuse is refused."""
    rights = (1 << _RIGHTS_OF.get(version, _LATER_RIGHTS)) - 1
    parts = [rights]
    if version >= _WITH_NETWORK:
        parts.append(_BOTH)
    if version >= _WITH_SCOPE:
        parts.append(_BOTH)
    return struct.pack(f"={len(parts)}Q", *parts)


def _allow_reading(rules: int, path: Path) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system
        return
    try:
        rights = _READ_FILE | (_READ_FOLDER if path.is_dir() else 0)
        _call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    numbers = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *numbers))
