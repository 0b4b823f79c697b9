"""Frozen, typed settings: defaults < mailbot.toml < environment; the only reader of os.environ.

Every key can also be given as MAILBOT_<SECTION>__<KEY>. Secrets come from files or the
environment.
"""

import tomllib
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Section):
    """Who we are."""

    domain: str = "mailbot.localhost"
    data: Path = Path("var")
    #: where bookings that leave by folder go; default `exports` under data
    exports: Path | None = None
    language: Literal["nl", "fr", "en", "de"] = "nl"
    time_zone: str = "Europe/Brussels"
    #: without a final slash
    public_url: str = "http://127.0.0.1:8080"


class Smtp(_Section):
    """The SMTP listener."""

    listen: str = "127.0.0.1:2525"
    tls_cert: Path | None = None
    tls_key: Path | None = None
    #: bytes
    max_size: int = 50 * 1024 * 1024
    max_connections: int = 100
    #: processes that take mail beside this one, 0: this one takes it itself
    processes: int = Field(default=0, ge=0, le=64)


class Lmtp(_Section):
    """The LMTP listener behind a real MTA; off without `listen`."""

    listen: str = ""


class Imap(_Section):
    """One mailbox that is fetched."""

    host: str
    user: str
    password_file: Path | None = None
    #: file with an OAuth 2 access token (XOAUTH2)
    oauth: Path | None = None
    folder: str = "INBOX"
    port: int = 993
    #: plain IMAP is for the loopback only
    tls: bool = True
    #: where a fetched mail goes; "" leaves it in place, marked as seen
    done_folder: str = ""
    #: the address it was sent to when no header tells, e.g. "aankoop-0400000185@…"
    default_recipient: str = ""


class Outbound(_Section):
    """The smarthost; without `host` outgoing mails stay in data/outbox (development only)."""

    host: str = ""
    port: int = 587
    user: str = ""
    password_file: Path | None = None
    #: "starttls", "tls" or "none"
    security: str = "starttls"
    dkim_selector: str = ""
    dkim_key: Path | None = None


class Database(_Section):
    """Where rows live; default SQLite under data."""

    url: str = ""


class Blobs(_Section):
    """Where files live; default a folder under data."""

    #: "s3://bucket/prefix"; AWS_* variables and roles of a cloud's machines count as usual
    url: str = Field(default="", pattern=r"^(s3://[^/]+(/.*)?)?$")
    #: of a server that is not Amazon's, e.g. "https://s3.example:9000"
    endpoint: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_key_file: Path | None = None
    #: how long one try with one file may take
    seconds: float = 30


class Clamd(_Section):
    """A virus scanner that every mail is shown to before it is opened; off without `address`."""

    #: "unix:/run/clamav/clamd.ctl" or "host:port"
    address: str = ""
    #: how long it may take for one mail
    seconds: float = 120


class Dns(_Section):
    """The DNS server that is asked, "address" or "address:port"; default the system's."""

    server: str = ""


class TrustedAuthserv(_Section):
    """Servers in front of us whose Authentication-Results are believed (RFC 8601)."""

    ids: tuple[str, ...] = ()
    #: domains of forwarders whose ARC seal is believed: what they saw counts as proof (RFC 8617)
    arc_sealers: tuple[str, ...] = ()


class Web(_Section):
    """The link pages."""

    listen: str = "127.0.0.1:8080"
    #: addresses or networks of proxies in front of the pages, whose X-Forwarded-For is believed
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()


class Worker(_Section):
    """How much runs at a time."""

    processes: int = 4
    ocr_processes: int = 2


class Limits(_Section):
    """What a sender may use of us."""

    recipients_per_mail: int = 100
    mails_per_minute: int = 120
    #: mails a minute, of all together, from which strangers must try again; 0: never
    flood_per_minute: int = 600
    #: automatic answers to one address, and about one document to it
    answers_per_hour: int = 120
    answers_per_document_hour: int = 20
    #: bytes that must stay free on the disk before a mail is accepted
    min_free_disk: int = 200 * 1024 * 1024
    #: mails waiting in the spool
    max_spool: int = 10_000
    attachments_per_mail: int = 200
    unpacked_bytes: int = 200 * 1024 * 1024
    #: pages that one client, or whoever holds one link, may open
    pages_per_minute: int = 600
    #: and forms that they may send
    forms_per_minute: int = 60


class Proof(_Section):
    """How long what proves a person holds."""

    #: a one-time code that goes by mail
    code_hours: int = 24


class Conversations(_Section):
    """When an unanswered question is remembered."""

    #: working days before each reminder
    remind_after_days: int = Field(default=3, ge=1, le=60)
    #: how many reminders one question gets, before who asked is told
    reminders: int = Field(default=2, ge=0, le=10)


class Statements(_Section):
    """What is asked about movements on bank statements."""

    #: euro: about a smaller payment that nobody knows, nobody is asked
    ask_from: Decimal = Field(default=Decimal(25), ge=0)


class Retention(_Section):
    """How long what is kept."""

    token_days: int = 60
    #: calendar years after that of its arrival that a document is kept; 0: for ever
    document_years: int = Field(default=0, ge=0, le=100)
    #: months that mails which brought nothing are kept, and letters about no document; 0: for ever
    mail_months: int = Field(default=24, ge=0)


class Monitoring(_Section):
    """Who watches over us, and from when on something is wrong."""

    #: metrics, health and readiness for machines, never for the public; off without it
    listen: str = ""
    #: addresses that hear what is wrong; default the admins of the first office
    mail_to: tuple[str, ...] = ()
    #: how long a mail may lie in the spool
    spool_minutes: int = 10
    #: how long a job, or a mail of ours that nobody tried to send, may wait for its turn
    queue_minutes: int = 30
    #: how long a mail of ours may be refused for now
    outbox_hours: int = 4
    #: bytes; more than limits.min_free_disk, below which no mail is taken
    min_free_disk: int = 1024 * 1024 * 1024
    #: days without a backup; 0: somebody else looks after them
    backup_days: int = 7
    #: days before the certificate ends
    certificate_days: int = 14
    #: "host" or "host:port" of a time server (RFC 4330) that tells whether the clock is right
    ntp_server: str = ""
    #: seconds that the clock may be off
    clock_seconds: float = 30


class Settings(BaseSettings):
    """Everything an operator can set; see docs/operations.md."""

    model_config = SettingsConfigDict(
        env_prefix="MAILBOT_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    service: Service = Field(default_factory=Service)
    smtp: Smtp = Field(default_factory=Smtp)
    lmtp: Lmtp = Field(default_factory=Lmtp)
    imap: tuple[Imap, ...] = ()
    outbound: Outbound = Field(default_factory=Outbound)
    database: Database = Field(default_factory=Database)
    blobs: Blobs = Field(default_factory=Blobs)
    clamd: Clamd = Field(default_factory=Clamd)
    dns: Dns = Field(default_factory=Dns)
    trusted_authserv: TrustedAuthserv = Field(default_factory=TrustedAuthserv)
    web: Web = Field(default_factory=Web)
    worker: Worker = Field(default_factory=Worker)
    limits: Limits = Field(default_factory=Limits)
    proof: Proof = Field(default_factory=Proof)
    conversations: Conversations = Field(default_factory=Conversations)
    statements: Statements = Field(default_factory=Statements)
    retention: Retention = Field(default_factory=Retention)
    monitoring: Monitoring = Field(default_factory=Monitoring)

    @property
    def exports_folder(self) -> Path:
        """Where bookings that leave by folder go."""
        return (self.service.exports or self.service.data / "exports").absolute()

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database.url or f"sqlite:///{self.service.data.absolute() / 'mailbot.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over what the file said (handed in as init)."""
        return env_settings, init_settings


class SettingsError(Exception):
    """The settings file or the environment has a mistake; the message says where and what."""


def read_settings(file: Path | None = None) -> Settings:
    """Return the settings of `file` (default: mailbot.toml if it exists) and the environment.

    Raises SettingsError with one line per mistake.
    """
    chosen = file or Path("mailbot.toml")
    if file and not file.exists():
        raise SettingsError(f"{file}: there is no such settings file")
    try:
        values: dict[str, Any] = tomllib.loads(chosen.read_text()) if chosen.exists() else {}
        return Settings(**values)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{chosen}: {error}") from error
    except ValidationError as error:
        lines = [f"{chosen}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def listen_address(listen: str) -> tuple[str, int]:
    """Return host and port of "host:port" ("[::1]:25" too). Raises SettingsError."""
    host, _, port = listen.rpartition(":")
    if not port.isdigit() or not host:
        raise SettingsError(f"listen = {listen!r}: give host:port, e.g. 127.0.0.1:2525")
    return host.strip("[]"), int(port)
