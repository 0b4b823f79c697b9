"""What a layout may print of a paper: labels and values as that layout writes them.

Every value that is asked for counts as shown: that becomes the truth's `visible`.
"""

import tomllib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.papers.notation import (
    Notation,
    write_amount,
    write_date,
    write_iban,
    write_money,
    write_ogm,
    write_vat,
)
from benchmarks.papers.paper import Paper, VatRow
from benchmarks.papers.parties import Party

_WORDS = Path(__file__).with_name("words.toml")
#: what a layout's words are -> the list that most of them are taken of, where it has any
_OTHER_LISTS = {
    "held out": Path(__file__).with_name("words_held_out.toml"),
    "rare": Path(__file__).with_name("words_rare.toml"),
}
#: of the words that the other list has
_SHARE = 0.6
#: pair -> field of the truth
_FIELDS = {
    "number": "invoice_number", "date": "invoice_date", "due": "due_date", "iban": "iban",
    "bic": "bic", "reference": "payment_reference", "customer_vat": "customer_vat",
}  # fmt: skip


@cache
def _words(path: Path) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Vocabulary:
    """The words of one layout: of each list one, chosen when it is first asked for."""

    def __init__(self, rng: Random, languages: tuple[str, ...], kind: str) -> None:
        self.languages = languages
        self._seed = rng.random()
        self._other = _OTHER_LISTS.get(kind)

    def word(self, key: str) -> str:
        """Return the layout's word for `key`; bilingual layouts have both languages' words."""
        return " / ".join(dict.fromkeys(self.one(key, tongue) for tongue in self.languages))

    def one(self, key: str, language: str) -> str:
        """Return the word in one language."""
        rng = Random(f"{self._seed} {key} {language}")
        known = _words(_WORDS)[language]
        words = known[key] if key in known else _words(_WORDS)["nl"][key]
        other = _words(self._other).get(language, {}).get(key) if self._other else None
        if other and rng.random() < _SHARE:
            return rng.choice(other)
        return rng.choice(words)


class Face:
    """A paper as one layout shows it."""

    def __init__(
        self, paper: Paper, vocabulary: Vocabulary, notation: Notation, rng: Random
    ) -> None:
        self.paper = paper
        self.words = vocabulary
        self.notation = notation
        self.rng = rng
        self.shown: set[str] = set()
        #: what a printed payment code says, None when there is none
        self.code: dict[str, str] | None = None

    def word(self, key: str) -> str:
        """Return the layout's word for `key`."""
        return self.words.word(key)

    @property
    def language(self) -> str:
        """The first language of the layout."""
        return self.words.languages[0]

    # --- values ------------------------------------------------------------

    def amount(self, value: Decimal, *, signed: bool = True) -> str:
        """Return an amount without currency; a credit note's has the layout's minus."""
        is_minus = self.paper.is_credit and self.notation.minus != "none" and signed
        return write_amount(
            -value if is_minus else value, self.notation.amount, self.notation.minus
        )

    def money(self, value: Decimal) -> str:
        """Return an amount with its currency as the layout writes it."""
        return write_money(self.amount(value), self.paper.currency, self.notation.currency)

    def day(self, day: date) -> str:
        """Return a date."""
        return write_date(day, self.notation.day, self.language)

    def percent(self, rate: Decimal) -> str:
        """Return a rate without its sign."""
        text = f"{rate.normalize():f}"
        return text if self.language == "en" else text.replace(".", ",")

    def show(self, *names: str) -> None:
        """Say that the paper prints these fields."""
        self.shown.update(names)

    def total(self, name: str) -> str:
        """Return a total by its field's name, with currency."""
        self.show(name)
        if name == "amount_due" and self.paper.amount_due == self.paper.total_incl:
            self.show("total_incl")
        return self.money(getattr(self.paper, name))

    def number(self) -> str:
        """Return the number of the paper."""
        self.show("invoice_number")
        return self.paper.number

    def issued(self) -> str:
        """Return the date of the paper."""
        self.show("invoice_date")
        return self.day(self.paper.issued)

    def due(self) -> str:
        """Return the printed due date, "" where none is printed."""
        return self.pair("due")[1]

    def iban(self, place: int = 0) -> str:
        """Return an account of the supplier; the first is to be paid to."""
        if place == 0:
            self.show("iban")
        return write_iban(self.paper.supplier.accounts[place][0], self.notation.iban)

    def bic(self) -> str:
        """Return the bank of the first account."""
        self.show("bic")
        return self.paper.bic

    def account_lines(self) -> list[str]:
        """Return each account of the supplier with its bank."""
        label = self.word("iban")
        lines = []
        for place, (_, bic) in enumerate(self.paper.supplier.accounts):
            iban = self.iban(place)
            if place == 0:
                self.show("bic")
            lines.append(f"{label} {iban} {self.word('bic')} {bic}")
        return lines

    def reference(self) -> str:
        """Return the structured communication, or what else is to be quoted."""
        if not self.paper.ogm:
            self.show("invoice_number")
            return self.paper.free_reference
        self.show("payment_reference")
        return write_ogm(self.paper.ogm, self.notation.ogm)

    def vat_of(self, party: Party) -> str:
        """Return a party's VAT number with its label, or "" when it has none."""
        self.show("customer_vat" if party is self.paper.customer else "supplier_vat")
        if not party.vat:
            return ""
        label = self.word("vat_no")
        written = write_vat(party.vat, self.notation.vat)
        if label.endswith("BE"):
            if not written.startswith("BE"):
                return f"{label[:-3]} {written}"
            written = written.removeprefix("BE").strip()
        return f"{label} {written}"

    def bare_vat(self, party: Party) -> str:
        """Return a party's VAT number without a label."""
        self.show("customer_vat" if party is self.paper.customer else "supplier_vat")
        return write_vat(party.vat, self.notation.vat)

    def name_of(self, party: Party) -> str:
        """Return a party's name and legal form."""
        self.show("customer_name" if party is self.paper.customer else "supplier_name")
        return party.full_name

    # --- words with values ------------------------------------------------------------

    def title(self) -> str:
        """Return what the paper is called."""
        self.show("kind")
        return self.word("title_credit" if self.paper.is_credit else "title_invoice")

    def pair(self, name: str) -> tuple[str, str]:
        """Return label and value; both "" when the paper has no such thing."""
        value = self._pair_value(name)
        if not value:
            return "", ""
        if name in _FIELDS and not (name == "reference" and not self.paper.ogm):
            self.show(_FIELDS[name])
        if name == "number" and self.paper.is_credit:
            return self.word("credit_number"), value
        return self.word(name), value

    def _pair_value(self, name: str) -> str:
        numbers = self.paper.numbers
        plain = {
            "customer_no": numbers.customer, "order_no": numbers.order,
            "delivery_no": numbers.delivery, "contract_no": numbers.contract,
            "file_no": numbers.file, "your_ref": numbers.your_ref, "contact": numbers.contact,
            "number": self.paper.number, "bic": self.paper.bic,
        }  # fmt: skip
        if name in plain:
            return plain[name]
        if name == "period":
            return " - ".join(map(self.day, numbers.period))
        if name == "reference":
            return "" if self.paper.is_credit else self.reference()
        if name == "iban":
            return self.iban()
        if name == "customer_vat":
            return write_vat(self.paper.customer.vat, self.notation.vat)
        return self._pair_date(name)

    def _pair_date(self, name: str) -> str:
        numbers = self.paper.numbers
        due = self.paper.due if self.paper.due_source == "printed" else None
        day = {
            "date": self.paper.issued, "due": due, "order_date": numbers.order_date,
            "delivery_date": numbers.delivery_date,
        }[name]  # fmt: skip
        return self.day(day) if day else ""

    def pairs(self, names: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return those pairs that the paper has."""
        return [pair for name in names if (pair := self.pair(name))[1]]

    def term(self) -> str:
        """Return the payment term in words, "" where none is told."""
        if self.paper.due_source != "term":
            return ""
        if self.paper.is_on_receipt:
            return self.word("term_receipt")
        key = "term_eom" if self.paper.is_end_of_month else "term"
        return self.word(key).replace("{n}", str(self.paper.term_days))

    def rate_label(self, row: VatRow) -> str:
        """Return "VAT 21%" in the layout's words."""
        text = self.word("vat").replace("{r}", self.percent(row.rate))
        return text.replace("{b}", self.money(row.base))

    def description(self, text: str) -> str:
        """Return a line's description; an advance names the invoice it was paid with."""
        if text != "ADVANCE":
            return text
        numbers = self.paper.numbers
        words = self.word("advances").replace("{number}", numbers.advance)
        return words.replace("{date}", self.day(numbers.advance_date))

    def pay_sentence(self) -> str:
        """Return the sentence that asks for payment."""
        wanted = self.words.one("pay", self.language)
        if "{due}" in wanted and self.paper.due_source != "printed":
            # a date that the paper only implies must not be printed
            every = _words(_WORDS)[self.language]["pay"]
            wanted = next(text for text in every if "{due}" not in text)
        values: dict[str, Callable[[], str]] = {
            "{amount}": lambda: self.total("amount_due"),
            "{iban}": self.iban,
            "{bic}": self.bic,
            "{reference}": self.reference,
            "{due}": lambda: self.pair("due")[1],
        }
        for mark, value in values.items():
            if mark in wanted:
                wanted = wanted.replace(mark, value())
        return wanted

    def debit_sentence(self) -> str:
        """Return the sentence that says that the customer's account is debited."""
        due = self.pair("due")[1]
        iban = write_iban(self.paper.debited, self.notation.iban)
        text = self.words.one("debit", self.language).replace("{iban}", iban)
        return text.replace("{due}", due).replace("{amount}", self.total("amount_due"))

    def legal_note(self) -> str:
        """Return the sentence that explains why there is no VAT, "" where there is."""
        regime = self.paper.regime
        if regime in ("normal", "abroad"):
            return ""
        if regime == "reverse":
            key = "reverse_nl" if self.paper.supplier.country == "NL" else "reverse_be"
        else:
            key = regime
        return self.words.one(key, self.language).replace(
            "{vat}", write_vat(self.paper.customer.vat, self.notation.vat)
        )

    def reduction_note(self) -> str:
        """Return the sentence about a cash discount, "" where there is none."""
        reduction = self.paper.reduction
        if reduction is None or reduction.type != "financial":
            return ""
        text = self.words.one("financial", self.language)
        return text.replace("{p}", self.percent(reduction.percent)).replace(
            "{a}", self.money(reduction.amount)
        )
