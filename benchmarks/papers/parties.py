"""Invents companies: names, addresses, numbers and accounts."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from benchmarks.papers.identifiers import invent_account, invent_vat

_FILE = Path(__file__).with_name("parties.toml")
_WORDS = tomllib.loads(_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Party:
    """A company, or a person in business when `form` is empty."""

    name: str
    form: str
    street: str
    town: str
    country: str
    language: str
    #: without separators; "" when it has none
    vat: str
    #: the number of its register: KBO, KvK, SIREN, HRB; "" when not printed
    register: str
    phone: str
    domain: str
    #: (IBAN, BIC), the first one is to be paid to
    accounts: tuple[tuple[str, str], ...]

    @property
    def full_name(self) -> str:
        """Name and legal form."""
        return f"{self.name} {self.form}".strip()

    @property
    def names(self) -> list[str]:
        """Every spelling that is right."""
        return list(dict.fromkeys((self.full_name, self.name)))

    @property
    def country_name(self) -> str:
        """The country in the party's own language."""
        return str(_WORDS["countries"][self.language].get(self.country, self.country))


def invent_party(rng: Random, country: str, language: str, trades: tuple[str, ...] = ()) -> Party:
    """Return a company; `trades` are words of its trade that its name may hold."""
    form = rng.choice(_WORDS["forms"][f"{country}-{language}"])
    surnames = _WORDS["surnames"][language]
    name = _name(rng, surnames, trades, language)
    vat = invent_vat(rng, country)
    bank = country if country in ("BE", "NL", "FR", "DE", "LU", "IE", "GB") else "IE"
    accounts = tuple(invent_account(rng, bank) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    return Party(
        name=name,
        form=form,
        street=_street(rng, language),
        town=rng.choice(_WORDS["towns"][f"{country}-{language}"]),
        country=country,
        language=language,
        vat=vat,
        register=_register(rng, country, vat),
        phone=_phone(rng, country),
        domain=_domain(name),
        accounts=accounts,
    )


def invent_person(rng: Random, country: str, language: str, trades: tuple[str, ...] = ()) -> Party:
    """Return somebody who works on their own name: no legal form."""
    party = invent_party(rng, country, language, trades)
    first = rng.choice(_WORDS["first_names"])
    return replace(party, name=f"{first} {rng.choice(_WORDS['surnames'][language])}", form="")


def _name(rng: Random, surnames: list[str], trades: tuple[str, ...], language: str) -> str:
    one, two = rng.sample(surnames, 2)
    coined = "".join(rng.sample(_WORDS["syllables"], rng.choice((2, 2, 3)))).capitalize()
    trade = rng.choice(trades or ("Groep",))
    letters = "".join(rng.sample("ABCDEFGHKLMNPRSTVW", 3))
    sons = {"nl": "& Zonen", "fr": "& Fils", "de": "& Söhne", "en": "& Partners"}[language]
    patterns = (
        f"{trade} {one}", f"{trade} {one}", f"{one}-{two}", f"{one} {sons}",
        f"{trade} {one}-{two}", f"{coined}", f"{coined} {trade}", f"{letters} {trade}",
        f"{trade} {letters}", f"{one} {trade}",
    )  # fmt: skip
    return rng.choice(patterns)


def _street(rng: Random, language: str) -> str:
    street = rng.choice(_WORDS["streets"][language])
    number = rng.randint(1, 420)
    if language == "fr":
        return rng.choice((f"{street} {number}", f"{street}, {number}", f"{number}, {street}"))
    if language == "en":
        return f"{number} {street}"
    return f"{street} {number}{rng.choice(('', '', '', ' bus 3', 'A', '/2'))}"


def _register(rng: Random, country: str, vat: str) -> str:
    if country == "BE":
        return vat[2:]
    if country == "NL":
        return str(rng.randint(10_000_000, 89_999_999))
    others = {
        "FR": vat[4:],
        "DE": f"HRB {rng.randint(1000, 29999)}",
        "LU": f"B{rng.randint(9000, 250000)}",
    }
    return others.get(country, "")


def _phone(rng: Random, country: str) -> str:
    tail = f"{rng.randint(10, 99)} {rng.randint(10, 99)} {rng.randint(10, 99)}"
    if country == "BE":
        return rng.choice((f"014 {tail}", f"+32 (0)9 2{tail}", f"0475/{tail}", f"081/{tail}"))
    if country == "NL":
        return rng.choice(
            (f"040-2{tail.replace(' ', '')}", f"+31 10 4{tail}", f"06-{tail.replace(' ', '')}01")
        )
    return {"FR": f"03 20 {tail}", "DE": f"0241 / {tail}", "LU": f"+352 {tail}"}.get(
        country, f"+1 555 {tail}"
    )


def _domain(name: str) -> str:
    plain = (
        name.lower()
        .replace("é", "e")
        .replace("ü", "u")
        .replace("ö", "o")
        .replace("è", "e")
        .replace("ç", "c")
    )
    letters = "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))
    return f"{letters[:22].strip('-')}.example"
