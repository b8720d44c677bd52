"""An RSA key drawn from a seed, for a simulated platform: OpenSSL draws its own from where nothing can be replayed."""

from __future__ import annotations

from functools import cache
from math import gcd, prod
from random import Random

from cryptography.hazmat.primitives.asymmetric import rsa

SMALL = prod(number for number in range(3, 2000, 2) if all(number % one for one in range(3, number, 2)))
"""Most numbers that are no primes share a factor with this one, which is quicker seen than by a power."""

BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


@cache
def drawn_key(exponent: int, bits: int) -> rsa.RSAPrivateKey:
    """Return the same key every time. For simulations only: everybody can make it."""
    chance = Random("bol.com in a simulation")
    p, q = _prime(chance, bits // 2, exponent), _prime(chance, bits // 2, exponent)
    private = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    exponents = rsa.rsa_crt_dmp1(private, p), rsa.rsa_crt_dmq1(private, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, private, *exponents, public).private_key()


def _prime(chance: Random, bits: int, exponent: int) -> int:
    while True:
        number = chance.getrandbits(bits) | 1 | 3 << (bits - 2)
        if gcd(number, SMALL) == 1 and number % exponent != 1 and _passes(number):
            return number


def _passes(number: int) -> bool:
    """Say whether a number passes Fermat's test."""
    return all(pow(base, number - 1, number) == 1 for base in BASES)
