"""What DNS says of our domain, and whether other servers can believe our mails."""

from collections.abc import Iterator

from mailbot.domain.clock import Clock
from mailbot.domain.finding import Finding, ok, warning, wrong
from mailbot.entrypoints.dkim_signer import DkimSigner
from mailbot.entrypoints.dns_lookup import DnsResolver, MailLookup
from mailbot.mail.dkim_check import check_signatures
from mailbot.mail.dmarc import find_policy
from mailbot.mail.lookup import LookupFailed
from mailbot.settings import Settings

#: for all questions together
_SECONDS = 15.0
_LOCAL = (".localhost", ".example", ".test", ".invalid")


def look_at_dns(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Yield what is found about MX, SPF, DKIM and DMARC of `service.domain`."""
    domain = settings.service.domain
    if domain.endswith(_LOCAL) and not settings.dns.server:
        yield warning(
            "DNS",
            f"{domain} is a name for trying out, so nobody can write to it",
            "Set service.domain to a domain of your own.",
        )
        return
    lookup = DnsResolver(settings.dns.server).within(_SECONDS)
    try:
        yield from _mx(domain, lookup)
        yield from _spf(domain, lookup)
        yield from _dkim(settings, lookup, clock)
        yield from _dmarc(domain, lookup)
    except LookupFailed as failure:
        yield wrong(
            "DNS", str(failure), "Look at dns.server, or at /etc/resolv.conf of this machine."
        )


def _mx(domain: str, lookup: MailLookup) -> Iterator[Finding]:
    hosts = [host for _, host in sorted(lookup.mail_exchangers(domain))]
    if not hosts:
        said = f"{domain} has no MX record, so mail does not find us"
        yield wrong("MX", said, f"Add to DNS: {domain} MX 10 <the name of this machine>")
        return
    lost = [host for host in hosts if not _addresses(host, lookup)]
    if lost:
        said = f"{', '.join(lost)} has no address"
        yield wrong("MX", said, "Add an A or AAAA record for that name.")
    else:
        yield ok("MX", ", ".join(f"{host} {' '.join(_addresses(host, lookup))}" for host in hosts))


def _addresses(host: str, lookup: MailLookup) -> tuple[str, ...]:
    return (*lookup.addresses(host, ipv6=False), *lookup.addresses(host, ipv6=True))


def _spf(domain: str, lookup: MailLookup) -> Iterator[Finding]:
    records = [r.decode("ascii", "replace") for r in lookup.txt(domain)]
    found = [r for r in records if r.lower().split(" ")[0] == "v=spf1"]
    advice = f'Add to DNS: {domain} TXT "v=spf1 include:<your smarthost> -all"'
    if len(found) > 1:
        said = f"{domain} has {len(found)} SPF records, so none counts (RFC 7208 §4.5)"
        yield wrong("SPF", said, "Make one of them.")
    elif not found:
        yield wrong("SPF", f"{domain} has no SPF record: our mails may be taken for spam", advice)
    elif {"+all", "all"} & set(found[0].lower().split()):
        said = f"{found[0]!r} lets everybody send in our name"
        yield wrong("SPF", said, "End it with -all.")
    elif not found[0].lower().rstrip().endswith(("-all", "~all")) and "redirect=" not in found[0]:
        yield warning("SPF", f"{found[0]!r} forbids nobody anything", "End it with -all.")
    else:
        yield ok("SPF", found[0])


def _dkim(settings: Settings, lookup: MailLookup, clock: Clock) -> Iterator[Finding]:
    """Sign a mail to nobody, and check it as a receiver would."""
    outbound, domain = settings.outbound, settings.service.domain
    if outbound.dkim_key is None:
        advice = "Make a key and set outbound.dkim_key and outbound.dkim_selector."
        yield warning("DKIM", "our mails are not signed", advice)
        return
    name = f"{outbound.dkim_selector}._domainkey.{domain}"
    signed = DkimSigner.from_settings(outbound).sign(
        f"From: doctor@{domain}\r\nSubject: doctor\r\n\r\nNobody is sent this.\r\n".encode()
    )
    (signature,) = check_signatures(signed, lookup, now=clock.now().timestamp())
    if signature.result == "pass":
        yield ok("DKIM", f"{name} has the key that we sign with")
        return
    said = f"what we sign does not hold: {signature.reason or signature.result}"
    advice = (
        f"{name} TXT must hold the public half of outbound.dkim_key (docs/operations.md, DNS)."
    )
    yield wrong("DKIM", said, advice)


def _dmarc(domain: str, lookup: MailLookup) -> Iterator[Finding]:
    policy = find_policy(domain, lookup)
    if policy.wish in {"quarantine", "reject"}:
        yield ok("DMARC", f"receivers are asked to {policy.wish} what only pretends to be ours")
        return
    said = "asks for nothing (p=none)" if policy.wish else "has no DMARC record"
    advice = f'Once mail flows well, add: _dmarc.{domain} TXT "v=DMARC1; p=reject"'
    yield warning("DMARC", f"{domain} {said}: anybody can write in our name", advice)
