"""Addresses taken apart: street, house number, extension and box, with how sure that is and why not."""

from hub.domain.addressing.checking import AddressCheck, CheckState, check_address
from hub.domain.addressing.parser import parse_line
from hub.domain.addressing.parts import SURE_FROM, AddressParts, Doubt, Kind, ParsedLine

__all__ = [
    "SURE_FROM",
    "AddressCheck",
    "AddressParts",
    "CheckState",
    "Doubt",
    "Kind",
    "ParsedLine",
    "check_address",
    "parse_line",
]
