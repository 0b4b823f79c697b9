"""Who really sent a mail: our own check, or the word of a server that the operator trusts.

The result is evidence, never a reason to refuse: intake is not authority (design: mail.md §5).
Whatever goes wrong on the way means "not proved".
"""

from dataclasses import replace

from mailbot.domain.mail import Authentication
from mailbot.mail.dkim_check import Signature, best_result, check_signatures
from mailbot.mail.dmarc import NO_POLICY, Policy, find_policy, is_aligned
from mailbot.mail.from_domain import find_from_domain
from mailbot.mail.lookup import DnsLookup, LookupFailed
from mailbot.mail.spf import SpfResult, check_spf

#: what is known of a mail whose check did not end in time
UNKNOWN = Authentication(spf="temperror", dkim="temperror", dmarc="temperror")


def authenticate(
    raw: bytes,
    *,
    client_address: str,
    client_name: str,
    envelope_sender: str,
    lookup: DnsLookup,
) -> Authentication:
    """Return what SPF, DKIM and DMARC say of a mail; never raises.

    `client_address` is "" when a server that is not the sender's handed the mail over: then SPF
    is "none". Without a DMARC record, a pass for a domain of the same organisation is aligned.
    """
    spf = check_spf(
        client_address=client_address,
        client_name=client_name,
        envelope_sender=envelope_sender,
        lookup=lookup,
    )
    signatures = check_signatures(raw, lookup)
    facts = Authentication(spf=spf.result, dkim=best_result(signatures))
    from_domain = find_from_domain(raw)
    if not from_domain:
        return replace(facts, dmarc="permerror")
    facts = replace(facts, from_domain=from_domain)
    try:
        policy = find_policy(from_domain, lookup)
    except LookupFailed:
        return replace(facts, dmarc="temperror")
    return _judge(facts, policy, spf, signatures)


def _judge(
    facts: Authentication, policy: Policy, spf: SpfResult, signatures: tuple[Signature, ...]
) -> Authentication:
    from_domain = facts.from_domain
    by_dkim = any(
        one.result == "pass" and is_aligned(one.domain, from_domain, strict=policy.strict_dkim)
        for one in signatures
    )
    by_spf = spf.result == "pass" and is_aligned(spf.domain, from_domain, strict=policy.strict_spf)
    aligned = by_dkim or by_spf
    if policy == NO_POLICY:
        return replace(facts, dmarc="none", aligned=aligned)
    has_doubt = not aligned and "temperror" in (facts.spf, facts.dkim)
    failed = "temperror" if has_doubt else "fail"
    return replace(facts, dmarc="pass" if aligned else failed, aligned=aligned)
