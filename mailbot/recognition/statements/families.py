"""What the transaction codes of each format mean, as far as all formats can say it."""

from mailbot.domain.bank import TransactionCode, TransactionFamily

_F = TransactionFamily

#: CODA 2.6 annex II: the family, second and third digit
_CODA = {
    "01": _F.TRANSFER,
    "03": _F.CHEQUE,
    "04": _F.CARD,
    "05": _F.DIRECT_DEBIT,
    "07": _F.BILL,
    "09": _F.CASH,
    "11": _F.SECURITIES,
    "13": _F.LOAN,
    "35": _F.INTEREST,
    "41": _F.TRANSFER,
    "43": _F.CHEQUE,
    "47": _F.BILL,
    "80": _F.CHARGES,
}
#: in every family: costs, with that of transactions sent electronically
_CODA_COSTS = "37"

#: ISO 20022 external code set, domain PMNT: families
_CAMT = {
    "RCDT": _F.TRANSFER,
    "ICDT": _F.TRANSFER,
    "RRCT": _F.TRANSFER,
    "IRCT": _F.TRANSFER,
    "RDDT": _F.DIRECT_DEBIT,
    "IDDT": _F.DIRECT_DEBIT,
    "CCRD": _F.CARD,
    "MCRD": _F.CARD,
    "RCHQ": _F.CHEQUE,
    "ICHQ": _F.CHEQUE,
    "DRFT": _F.BILL,
    "CNTR": _F.CASH,
}
_CAMT_DOMAIN = {"SECU": _F.SECURITIES, "LDAS": _F.LOAN, "CAMT": _F.TRANSFER}
#: sub-families that mean the same in every family
_CAMT_GENERIC = {
    "CHRG": _F.CHARGES,
    "FEES": _F.CHARGES,
    "COMM": _F.CHARGES,
    "COME": _F.CHARGES,
    "INTR": _F.INTEREST,
}

#: SWIFT MT940, transaction type identification code of :61:
_MT940 = {
    "TRF": _F.TRANSFER,
    "STO": _F.TRANSFER,
    "CMZ": _F.TRANSFER,
    "RTI": _F.TRANSFER,
    "BNK": _F.CHARGES,
    "BOE": _F.BILL,
    "CHG": _F.CHARGES,
    "CHK": _F.CHEQUE,
    "CLR": _F.CHEQUE,
    "COL": _F.DIRECT_DEBIT,
    "COM": _F.CHARGES,
    "DDT": _F.DIRECT_DEBIT,
    "FEX": _F.TRANSFER,
    "INT": _F.INTEREST,
    "LDP": _F.LOAN,
    "SEC": _F.SECURITIES,
    "TCK": _F.CHEQUE,
}
#: Deutsche Kreditwirtschaft, Geschäftsvorfallcodes: SEPA ones by their number
_GVC = {
    **dict.fromkeys(("104", "105", "107", "108", "109", "170", "171", "174"), _F.DIRECT_DEBIT),
    **dict.fromkeys(("116", "117", "119", "152", "153", "154", "156"), _F.TRANSFER),
    **dict.fromkeys(("159", "166", "168", "169", "177", "191", "201"), _F.TRANSFER),
    **dict.fromkeys(("051", "020", "008", "052"), _F.TRANSFER),
    **dict.fromkeys(("004", "005", "009", "071"), _F.DIRECT_DEBIT),
    **dict.fromkeys(("106", "110"), _F.CARD),
    **dict.fromkeys(("001", "002", "011", "070"), _F.CHEQUE),
    **dict.fromkeys(("082", "083"), _F.CASH),
    **dict.fromkeys(("805", "808", "809"), _F.CHARGES),
    **dict.fromkeys(("814", "815"), _F.INTEREST),
}


def coda_code(code: str) -> TransactionCode:
    """Return what 8 digits of CODA say: type, family (2), transaction (2), category (3)."""
    family = _F.CHARGES if code[3:5] == _CODA_COSTS else _CODA.get(code[1:3], _F.OTHER)
    return TransactionCode(code=code, family=family)


def camt_code(domain: str, family: str, sub_family: str, proprietary: str) -> TransactionCode:
    """Return what a BankTransactionCode says; a code of the bank alone says no family."""
    meaning = (
        _CAMT_GENERIC.get(sub_family) or _CAMT.get(family) or _CAMT_DOMAIN.get(domain) or _F.OTHER
    )
    code = "-".join(filter(None, (domain, family, sub_family)))
    return TransactionCode(code=code, proprietary=proprietary, family=meaning)


def mt940_code(kind: str, gvc: str) -> TransactionCode:
    """Return what the type of a :61: ("NTRF") and the first digits of a German :86: say."""
    family = _GVC.get(gvc) or _MT940.get(kind[1:4], _F.OTHER)
    return TransactionCode(code=kind, proprietary=gvc, family=family)
