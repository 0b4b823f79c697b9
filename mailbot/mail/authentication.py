"""Who really sent a mail: our own check, or the word of a server that the operator trusts.

The result is evidence, never a reason to refuse: intake is not authority (design: mail.md §5).
Whatever goes wrong on the way means "not proved".
"""

from collections.abc import Collection
from dataclasses import replace

from mailbot.domain.mail import Authentication, Signature
from mailbot.mail.arc import NO_CHAIN, ArcChain, check_arc
from mailbot.mail.authentication_results import read_results
from mailbot.mail.dkim_check import best_result, check_signatures_of
from mailbot.mail.dmarc import NO_POLICY, Policy, find_policy, is_aligned
from mailbot.mail.from_domain import find_from_domain
from mailbot.mail.lookup import DnsLookup, LookupFailed
from mailbot.mail.raw_mail import read_raw_mail
from mailbot.mail.spf import SpfResult, check_spf

#: what is known of a mail whose check did not end in time
UNKNOWN = Authentication(spf="temperror", dkim="temperror", dmarc="temperror")


def authenticate(  # noqa: PLR0913 - what the dialogue said, and what is believed
    raw: bytes,
    *,
    client_address: str,
    client_name: str,
    envelope_sender: str,
    lookup: DnsLookup,
    now: float,
    arc_sealers: Collection[str] = (),
) -> Authentication:
    """Return what SPF, DKIM, DMARC and ARC say of a mail; never raises.

    `client_address` is "" when a server that is not the sender's handed the mail over: then SPF
    is "none". Without a DMARC record, a pass for a domain of the same organisation is aligned.
    `now` is in seconds since 1970. `arc_sealers` are the domains of forwarders whose word on
    what they saw is believed.
    """
    spf = check_spf(
        client_address=client_address,
        client_name=client_name,
        envelope_sender=envelope_sender,
        lookup=lookup,
    )
    mail = read_raw_mail(raw)
    signatures = check_signatures_of(mail, lookup, now=now) if mail else ()
    chain = check_arc(mail, lookup, now=now) if mail else NO_CHAIN
    facts = Authentication(
        spf=spf.result,
        spf_domain=spf.domain,
        dkim=best_result(signatures),
        signatures=signatures,
        arc=chain.result,
        arc_domain=chain.sealer,
        from_domain=find_from_domain(raw),
    )
    if not facts.from_domain:
        return replace(facts, dmarc="permerror")
    try:
        policy = find_policy(facts.from_domain, lookup)
    except LookupFailed:
        return replace(facts, dmarc="temperror")
    judged = _judge(facts, policy, spf, signatures)
    is_trusted = chain.sealer in {one.lower() for one in arc_sealers}
    return _believe(judged, chain) if is_trusted and not judged.aligned else judged


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
    facts = replace(facts, dmarc_policy=policy.wish, aligned=aligned)
    if policy == NO_POLICY:
        return replace(facts, dmarc="none")
    has_doubt = not aligned and "temperror" in (facts.spf, facts.dkim)
    failed = "temperror" if has_doubt else "fail"
    return replace(facts, dmarc="pass" if aligned else failed)


def _believe(facts: Authentication, chain: ArcChain) -> Authentication:
    """Return the facts with the word of a trusted forwarder, where it vouches for From.

    Our own results stay beside it: they say why its word was needed.
    """
    _sealer_id, said = read_results(chain.results, facts.from_domain)
    if not said.aligned:
        return facts
    return replace(facts, dmarc=said.dmarc, aligned=True, source=f"arc:{chain.sealer}")
