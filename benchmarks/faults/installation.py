"""One mailbot on one or more machines: its disk stays, its processes are killed and come back."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from mailbot.settings import Settings, read_settings
from tests.kit.killed_service import start_service
from tests.kit.ports import free_port

_LOOK_SECONDS = 0.05
#: what systemd calls RestartSec
_RESTART_SECONDS = 0.2
_STOP_SECONDS = 60

#: name of a topology -> name of each process -> the parts that it runs
TOPOLOGIES: Mapping[str, Mapping[str, str]] = {
    "one": {"all": "smtp,worker,sender,scheduler"},
    "parts": {"smtp": "smtp", "worker": "worker", "sender": "sender,scheduler"},
    "many": {
        "smtp": "smtp",
        "worker-a": "worker",
        "worker-b": "worker",
        "sender-a": "sender",
        "sender-b": "sender,scheduler",
    },
}
#: processes that take mail beside the one that began them
_LISTENERS: Mapping[str, int] = {"one": 0, "parts": 0, "many": 2}


@dataclass
class Node:
    """One process of the service, and the machine that it thinks it is on."""

    name: str
    only: str
    process: ForkServerProcess | None = None
    died_at: float = 0.0
    #: its machine vanished: nobody starts it again
    is_gone: bool = False
    #: where its next start is to kill itself, as in tests/kit/killed_service.py
    kill_at: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pid(self) -> int:
        """Its process id, 0 when it does not live."""
        with self._lock:  # multiprocessing lets one thread ask at a time
            is_alive = self.process is not None and self.process.is_alive()
        return (self.process.pid or 0) if is_alive and self.process else 0

    @property
    def exit_code(self) -> int:
        """How it ended: minus the signal that killed it, 0 when well or not at all."""
        return (self.process.exitcode or 0) if self.process else 0


class Installation:
    """Every process of one mailbot, and who starts them again when they die."""

    def __init__(self, folder: Path, topology: str, **sections: Mapping[str, object]) -> None:
        """Lay the settings into `folder`; `sections` go over those of the harness."""
        self.folder = folder
        self.smtp_port = free_port()
        self.log = folder / "log.txt"
        self.config = folder / "mailbot.toml"
        listening = {"listen": f"127.0.0.1:{self.smtp_port}", "processes": _LISTENERS[topology]}
        self.config.write_text(_toml({**self._sections(), "smtp": listening, **sections}))
        self.settings: Settings = read_settings(self.config)
        self.nodes = {
            name: Node(name=name, only=only) for name, only in TOPOLOGIES[topology].items()
        }
        #: how often a process died of SIGKILL: ours, or its own at a chosen point
        self.kills = 0
        self._ending = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def _sections(self) -> dict[str, Mapping[str, object]]:
        many = 1_000_000
        return {
            "service": {
                "data": str(self.folder / "var"),
                "domain": "in.example",
                "public_url": f"http://127.0.0.1:{free_port()}",
            },
            "trusted_authserv": {"ids": ["mx.in.example"]},
            "limits": {
                "mails_per_minute": many,
                "flood_per_minute": 0,
                "answers_per_hour": many,
                "answers_per_document_hour": many,
                "min_free_disk": 0,
            },
        }

    def start(self) -> None:
        """Start every process, and look after them from now on."""
        self._supervisor.start()

    def stop(self) -> dict[str, float]:
        """End every process with SIGTERM; return the seconds that each took.

        Raises AssertionError for one that did not end well.
        """
        self._ending.set()
        self._supervisor.join()
        took = self._stop_all()
        wrong = {n.name: n.exit_code for n in self.nodes.values() if not n.is_gone and n.exit_code}
        assert not wrong, f"after SIGTERM: {wrong}; see {self.log}"
        return took

    def restart(self) -> dict[str, float]:
        """End every process with SIGTERM and start it again; return the seconds each took."""
        for node in self.nodes.values():
            node.is_gone = True
        took = self._stop_all()
        for node in self.nodes.values():
            node.is_gone = False
        return took

    def _stop_all(self) -> dict[str, float]:
        began, took = time.monotonic(), {}
        living = {name: node.process for name, node in self.nodes.items() if node.pid}
        for process in living.values():
            if process:
                process.terminate()
        for name, process in living.items():
            if process:
                process.join(_STOP_SECONDS)
            took[name] = time.monotonic() - began
        return took

    def end(self) -> None:
        """Leave nothing running, however it goes."""
        self._ending.set()
        if self._supervisor.is_alive():
            self._supervisor.join()
        for node in self.nodes.values():
            _kill_group(node)

    def kill(self, name: str) -> bool:
        """Kill one process; whether there was one."""
        node = self.nodes[name]
        if not node.pid:
            return False
        with suppress(ProcessLookupError):
            os.kill(node.pid, signal.SIGKILL)
        return True

    def kill_child(self, name: str, number: int) -> bool:
        """Kill one of the children of a process (readers, listeners); whether it had one."""
        children = list(children_of(self.nodes[name].pid))
        if not children:
            return False
        with suppress(ProcessLookupError):
            os.kill(children[number % len(children)], signal.SIGKILL)
            self.kills += 1
        return True

    def kill_all(self) -> None:
        """Kill every process and child at once, as a power cut."""
        for node in self.nodes.values():
            if node.pid:
                _kill_group(node)

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and its children."""
        if pid := self.nodes[name].pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, number)

    def _supervise(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            for node in self.nodes.values():
                if not node.is_gone and not node.pid:
                    self._start_again(node)

    def _start_again(self, node: Node) -> None:
        now = time.monotonic()
        if node.process is not None and not node.died_at:
            node.died_at = now
            self.kills += node.exit_code == -signal.SIGKILL
        if node.died_at and now < node.died_at + _RESTART_SECONDS:
            return
        node.died_at, kill_at, node.kill_at = 0.0, node.kill_at, ""
        node.process = start_service(
            self.config, self.log, kill_at, only=node.only, machine=node.name
        )


def children_of(pid: int) -> Iterator[int]:
    """Yield the process ids of all that descend from a process."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, found):
        yield child
        yield from children_of(child)


def _kill_group(node: Node) -> None:
    if node.process is not None and node.process.pid:
        with suppress(ProcessLookupError):
            os.killpg(node.process.pid, signal.SIGKILL)
        node.process.join()


def _toml(sections: Mapping[str, Mapping[str, object]]) -> str:
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """Return a value as TOML writes it, which is as JSON for what settings hold."""
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')
