"""The calls to the system that reading needs; seccomp refuses every other (seccomp(2)).

A list of what is allowed, not of what is forbidden: what a later kernel brings is refused until
somebody needs it. A refused call fails with ENOSYS, as on a kernel that does not know it.
"""

import errno
import os
from functools import cache

try:
    import pyseccomp
except (ImportError, OSError, RuntimeError):  # it raises these without libseccomp2
    pyseccomp = None

_ALLOWED = (
    # memory
    *("brk", "madvise", "mmap", "mprotect", "mremap", "munmap", "mincore", "membarrier"),
    # pipes and files that are open, and looking at those that are not
    *("read", "readv", "pread64", "write", "writev", "recvfrom", "close", "lseek", "dup", "fcntl"),
    *("fstat", "newfstatat", "stat", "lstat", "statx", "access", "faccessat", "faccessat2"),
    *("getdents64", "readlink", "readlinkat", "getcwd", "statfs", "fstatfs", "fadvise64"),
    *("poll", "ppoll", "select", "pselect6", "close_range"),
    # threads and signals of its own
    *("futex", "sched_yield", "sched_getaffinity", "set_robust_list", "rseq", "sigaltstack"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "set_tid_address", "arch_prctl"),
    *("exit", "exit_group", "restart_syscall", "sched_getparam", "sched_getscheduler"),
    # clocks, limits, names
    *("clock_gettime", "clock_getres", "clock_nanosleep", "gettimeofday", "nanosleep", "time"),
    *("getrandom", "getrusage", "getrlimit", "setrlimit", "sysinfo", "uname", "times", "getcpu"),
    *("getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid"),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CLONE_THREAD = 0x00010000
#: whether it is a terminal and how wide, whether it blocks, how much is there, close on exec
_REQUESTS = (0x5401, 0x5413, 0x5421, 0x541B, 0x5451)  # TCGETS TIOCGWINSZ FIONBIO FIONREAD FIOCLEX


def restrict() -> bool:
    """Refuse all but these calls in this process for good; returns False where that is no option.

    The filter is made once in a process and may be loaded in those that it forks.
    """
    rules = prepare()
    if rules is None:
        return False
    try:
        rules.load()
    except OSError:
        return False
    return True


@cache
def prepare() -> "pyseccomp.SyscallFilter | None":
    """Return the filter, None without libseccomp."""
    if pyseccomp is None:
        return None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in _ALLOWED:
        rules.add_rule(pyseccomp.ALLOW, name)
    equal, masked = pyseccomp.EQ, pyseccomp.MASKED_EQ
    for name, argument in (
        ("open", pyseccomp.Arg(1, masked, _WRITING, 0)),
        ("openat", pyseccomp.Arg(2, masked, _WRITING, 0)),
        ("clone", pyseccomp.Arg(0, masked, _CLONE_THREAD, _CLONE_THREAD)),
        ("prlimit64", pyseccomp.Arg(0, equal, 0)),
        ("sendto", pyseccomp.Arg(4, equal, 0)),
        *(("ioctl", pyseccomp.Arg(1, equal, request)) for request in _REQUESTS),
    ):
        rules.add_rule(pyseccomp.ALLOW, name, argument)
    return rules
