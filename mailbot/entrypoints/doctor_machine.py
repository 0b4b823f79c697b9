"""What this machine can do: disk, clock, languages of Tesseract, files with secrets, ports."""

import os
import shutil
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from mailbot.domain.clock import Clock
from mailbot.domain.errors import Temporary
from mailbot.domain.finding import Finding, ok, warning, wrong
from mailbot.entrypoints.app import places
from mailbot.entrypoints.certificate import read_certificate
from mailbot.entrypoints.time_server import clock_ahead
from mailbot.recognition.ocr import LANGUAGES
from mailbot.recognition.ocr_engine import check_installed
from mailbot.settings import Settings, listen_address
from storage.durable import make_folder

_CONNECT_SECONDS = 3.0
#: of writes to the disk, the middle one counts
_WRITES = 7
#: milliseconds; above it few mails a second can be taken
_SLOW_MS = 50
#: who else may read a secret: nobody; its group may where a container needs that
_TOO_OPEN = stat.S_IRWXO | stat.S_IWGRP
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_OVER_A_NETWORK = frozenset({"nfs", "nfs4", "cifs", "9p", "fuse.sshfs"})


def look_at_disk(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield what is found about room, durability and speed of the data folder. Raises OSError."""
    data = places(settings).data
    make_folder(data)
    free, limit = shutil.disk_usage(data).free, settings.monitoring.min_free_disk
    said = f"{free // 1_000_000} MB are free in {data}"
    if free < settings.limits.min_free_disk:
        yield wrong("disk", f"{said}: no mail is taken", "Make room.")
    elif free < limit:
        yield warning("disk", said, "Make room before it is needed.")
    else:
        yield ok("disk", said)
    kind = _file_system(data)
    if kind in _IN_MEMORY:
        said = f"{data} is in memory ({kind}): a restart loses everything"
        yield wrong("disk", said, "Set service.data to a folder on a disk.")
    elif kind in _OVER_A_NETWORK:
        said = f"{data} is on another machine ({kind}), whose locks and syncs may lie"
        yield warning("disk", said, "Use a disk of this machine.")
    yield _sync_time(data)


def _sync_time(data: Path) -> Finding:
    times = []
    with NamedTemporaryFile(dir=data, prefix=".doctor-") as file:
        for _ in range(_WRITES):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    middle = sorted(times)[_WRITES // 2] * 1000
    said = f"a write is safe after {middle:.1f} ms"
    if middle > _SLOW_MS:
        return warning("disk", said, "A mail waits for it before its 250: use a faster disk.")
    return ok("disk", said)


def _file_system(path: Path) -> str:
    """Return the kind of the file system that `path` lies on (Linux), "" when it is not known."""
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return ""
    mounts = [line.split()[1:3] for line in lines]
    on = [(where, kind) for where, kind in mounts if path.is_relative_to(where)]
    return max(on, key=lambda each: len(each[0]), default=("", ""))[1]


def look_at_clock(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Yield what is found about the clock and the time zone. Raises OSError."""
    zone, server = settings.service.time_zone, settings.monitoring.ntp_server
    local = clock.now().astimezone(ZoneInfo(zone))
    said = f"it is {local:%Y-%m-%d %H:%M:%S} in {zone}"
    if not server:
        advice = "Set monitoring.ntp_server to be told when it is off; compare it now yourself."
        yield warning("clock", f"{said}; nobody was asked whether that is right", advice)
        return
    ahead = clock_ahead(server, clock)
    if abs(ahead) > settings.monitoring.clock_seconds:
        said = f"{said}, which is {ahead:+.1f} s off by {server}"
        yield wrong("clock", said, "Let systemd-timesyncd or chrony set the clock.")
    else:
        yield ok("clock", f"{said}, {ahead:+.1f} s by {server}")


def look_at_tesseract(_settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield what is found about reading scans."""
    try:
        check_installed(LANGUAGES)
    except Temporary as error:
        yield wrong("Tesseract", str(error), "Until then scans wait.")
    else:
        yield ok("Tesseract", f"reads {', '.join(LANGUAGES)}")


def look_at_secrets(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield what is found about who may read files with secrets. Raises OSError."""
    outbound, smtp, here = settings.outbound, settings.smtp, places(settings)
    files = [
        outbound.password_file,
        outbound.dkim_key,
        smtp.tls_key,
        settings.blobs.secret_key_file,
    ]
    files += [file for box in settings.imap for file in (box.password_file, box.oauth)]
    files += [here.secret] if here.secret.exists() else []
    open_ones = [str(file) for file in files if file and file.stat().st_mode & _TOO_OPEN]
    if open_ones:
        advice = f"chmod 600 {' '.join(open_ones)}"
        yield wrong("secrets", f"others may read {', '.join(open_ones)}", advice)
    else:
        yield ok("secrets", "only mailbot reads its keys and passwords")


def look_at_certificate(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Yield what is found about the certificate of the SMTP listener. Raises OSError."""
    smtp, domain = settings.smtp, settings.service.domain
    if smtp.tls_cert is None:
        if settings.lmtp.listen:
            yield ok("certificate", "a mail server in front of us has it")
        else:
            advice = "Set smtp.tls_cert and smtp.tls_key."
            yield warning("certificate", "mail comes in without encryption", advice)
        return
    found = read_certificate(smtp.tls_cert, smtp.tls_key)
    days = (found.ends - clock.now()).days
    said = f"for {', '.join(found.names)}, until {found.ends:%Y-%m-%d}"
    if days < 0:
        yield wrong("certificate", f"{said}: it has ended", "Renew it; no restart is needed.")
    elif days < settings.monitoring.certificate_days:
        yield warning("certificate", f"{said}: {days} days", "Renew it; no restart is needed.")
    else:
        yield ok("certificate", said)
    known = [name for name in found.names if name.lower().endswith(domain.lower())]
    if not known:
        advice = "It must name what the MX record names."
        yield warning("certificate", f"it names nothing of {domain}", advice)


def look_at_ports(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Yield for each port whether somebody answers there, or whether it is free."""
    wanted = {
        "smtp": settings.smtp.listen,
        "lmtp": settings.lmtp.listen,
        "web": settings.web.listen,
        "monitoring": settings.monitoring.listen,
    }
    for name, listen in wanted.items():
        if listen:
            yield _port(name, listen)


def _port(name: str, listen: str) -> Finding:
    host, port = listen_address(listen)
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    try:
        with socket.create_connection((asked, port), timeout=_CONNECT_SECONDS) as connection:
            connection.settimeout(_CONNECT_SECONDS)
            greeting = connection.recv(4) if name in {"smtp", "lmtp"} else b"220 "
    except ConnectionRefusedError:
        advice = "Start `mailbot serve`, or ignore this while it is stopped."
        return warning(f"port {name}", f"nobody listens on {listen}", advice)
    except OSError as error:
        return wrong(f"port {name}", f"{listen}: {error}", f"Look at {name}.listen.")
    if greeting[:3] == b"220":
        return ok(f"port {name}", f"{listen} answers")
    advice = f"Stop it, or change {name}.listen."
    return wrong(f"port {name}", f"something else answers on {listen}", advice)
