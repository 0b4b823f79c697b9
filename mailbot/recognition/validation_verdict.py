"""The verdict on an e-invoice: which rules it breaks, in ids and in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

#: what is said of a file beside the rules of its profile
SENTENCES = {
    "XML": "The file is not well-formed XML, or it has a DOCTYPE.",
    "XML-MENDED": "The file is not well-formed XML; it could be read after mending.",
    "NOT-AN-INVOICE": "The file is no invoice that this profile is about.",
    "SPECIFICATION": "Not every rule of what the file says it follows (BT-24) is known here.",
    "TOO-LARGE": "Could not be checked: the file is too large.",
    "TOO-SLOW": "Could not be checked: it took too long.",
    "ENGINE-DIED": "Could not be checked: the rule engine ended.",
    "RULES-STOPPED": "Could not be checked to the end: some rules stopped on this file.",
}


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A rule that a file breaks, and what the rule says."""

    rule: str
    sentence: str
    is_fatal: bool = True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found out about one file."""

    #: "ubl", "cii" or ""
    syntax: str = ""
    #: name of the profile that it was measured by; "" when it was not measured
    profile: str = ""
    #: each rule once, in the order found
    broken: tuple[Broken, ...] = ()
    #: id of why some or all rules were not run; "" when all were
    unchecked: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether every rule was run and no fatal one is broken."""
        return not self.unchecked and not self.rules

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the fatal rules that are broken."""
        return tuple(one.rule for one in self.broken if one.is_fatal)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Ids of the other rules that are broken."""
        return tuple(one.rule for one in self.broken if not one.is_fatal)

    @property
    def reasons(self) -> dict[str, str]:
        """What each broken rule says, and why something was not checked, by id."""
        reasons = {one.rule: one.sentence for one in self.broken}
        if self.unchecked:
            reasons[self.unchecked] = SENTENCES[self.unchecked]
        return reasons


def own_rule(rule: str, *, is_fatal: bool = True) -> Broken:
    """Return a rule of `SENTENCES` as broken."""
    return Broken(rule=rule, sentence=SENTENCES[rule], is_fatal=is_fatal)


def each_once(broken: Iterable[Broken]) -> tuple[Broken, ...]:
    """Return each rule once: as fatal when any finding is, in the words of the first of those."""
    by_rule: dict[str, Broken] = {}
    for one in broken:
        known = by_rule.get(one.rule)
        if known is None or (one.is_fatal and not known.is_fatal):
            by_rule[one.rule] = one
    return tuple(by_rule.values())
