"""Check digits of VAT numbers, for the states that publish how theirs are made; digits come without the prefix.

Sources: national publications and ISO 7064; where a state has numbers outside its rule, those pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mod_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10, the last digit being the check digit."""
    rest = 10
    for digit in digits[:-1]:
        rest = (int(digit) + rest) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10 == int(digits[-1])


def _dutch(digits: str) -> bool:
    """Companies: the eleven test over nine digits; sole traders since 2020: ISO 7064 MOD 97-10 over all of it."""
    number = digits[:9]
    eleven = (_weighted(number, (9, 8, 7, 6, 5, 4, 3, 2)) - int(number[8])) % 11 == 0
    spelled = "".join(str(int(sign, 36)) for sign in f"NL{digits}")
    return eleven or int(spelled) % 97 == 1


def _french(digits: str) -> bool:
    """Keys of two digits follow from the SIREN; keys with letters have no published test."""
    key, siren = digits[:2], digits[2:]
    return not key.isdigit() or (12 + 3 * (int(siren) % 97)) % 97 == int(key)


def _austrian(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(digits[1:8]):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return (96 - total) % 10 == int(digits[8])


def _portuguese(digits: str) -> bool:
    check = 11 - _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return int(digits[8]) == (0 if check > 9 else check)


def _finnish(digits: str) -> bool:
    return _weighted(digits, (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "AT": _austrian,
    "BE": lambda digits: 97 - int(digits[:8]) % 97 == int(digits[8:]),
    "DE": _mod_11_10,
    "DK": lambda digits: _weighted(digits, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0,
    "FI": _finnish,
    "FR": _french,
    "HR": _mod_11_10,
    "IT": _luhn,
    "LU": lambda digits: int(digits[:6]) % 89 == int(digits[6:]),
    "NL": _dutch,
    "PL": lambda digits: _weighted(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(digits[9]),
    "PT": _portuguese,
    "SE": lambda digits: _luhn(digits[:10]),
}
