"""Settings are refused when they name something Exact does not have: at saving, not when an order comes."""

from __future__ import annotations

from collections.abc import Mapping

from hub.actors.commands.amounts_check import check_amounts
from hub.actors.commands.parts_check import LARGEST_UNITS
from hub.actors.commands.refusal import CommandRefused
from hub.domain.channel import ChannelSettings, FulfilmentMode
from hub.domain.matching import rules_problem
from hub.domain.product import VatCode
from hub.domain.stock import LARGEST_PUBLISHED, StockRule
from hub.domain.tax.places import Place, place_of
from hub.domain.tax.rates import all_rates
from hub.domain.vat_mapping import VatRule, vat_code_problem
from hub.store.catalogue import find_customer, vat_codes_of, warehouse_ids
from hub.store.channels import list_channels
from hub.store.divisions import load_division
from hub.store.engine import Work

LONGEST_PREFIX = 12


async def check_settings(work: Work, tenant_id: str, channel_id: str, settings: ChannelSettings) -> None:
    """Raise CommandRefused for the first setting that cannot work, with the path of its field."""
    check_rule(settings.rule, ("settings", "rule"))
    _check_goods(settings)
    await _check_prefix(work, tenant_id, channel_id, settings)
    await _check_sources(work, tenant_id, settings)
    if settings.division is None:
        _needs_no_division(settings)
        return
    await _check_division(work, tenant_id, settings.division, ("settings", "division"))
    _must_see_own_orders(settings)
    await _check_customer(work, tenant_id, settings.division, settings)
    await _check_vat_codes(work, tenant_id, settings.division, settings)
    await _check_vat_rules(work, tenant_id, settings.division, settings)
    await check_amounts(work, tenant_id, settings.division, settings.amounts)
    _check_origins(settings)
    _check_invoicing(settings)


LONGEST_JOURNAL = 8


def _check_invoicing(settings: ChannelSettings) -> None:
    """Which journals there are is not known here; Exact refuses one that it does not have, and the order tells."""
    field = ("settings", "invoicing", "journal")
    journal = settings.invoicing.journal
    if settings.invoicing.books and not journal:
        raise CommandRefused("JOURNAL_NEEDED", "Choose the sales journal of Exact that invoices go to.", field)
    if journal is not None and not 0 < len(journal.strip()) <= LONGEST_JOURNAL:
        raise CommandRefused("JOURNAL_UNFIT", f"A journal's code has at most {LONGEST_JOURNAL} characters.", field)


def _needs_no_division(settings: ChannelSettings) -> None:
    if settings.forwarding or settings.fulfilment is not FulfilmentMode.OFF:
        raise CommandRefused(
            "DIVISION_NEEDED", "Choose the division of Exact that orders go to.", ("settings", "division")
        )
    if settings.invoicing.books:
        raise CommandRefused("DIVISION_NEEDED", "Choose the division of Exact first.", ("settings", "division"))
    if settings.stock and not settings.sources:
        raise CommandRefused("SOURCE_NEEDED", "Choose where stock comes from.", ("settings", "sources"))


async def _check_division(work: Work, tenant_id: str, code: int, field: tuple[str, ...]) -> None:
    found = await load_division(work.connection, tenant_id, code)
    if found is None or not found.enabled:
        raise CommandRefused("DIVISION_UNKNOWN", f"Division {code} is not connected or not enabled.", field)


async def _check_customer(work: Work, tenant_id: str, division: int, settings: ChannelSettings) -> None:
    field = ("settings", "customerId")
    await _check_country_accounts(work, tenant_id, division, settings)
    if settings.customer_id is None:
        if settings.forwarding and not settings.customers.countries:
            raise CommandRefused("CUSTOMER_NEEDED", "Choose the customer account that orders are booked on.", field)
        return
    if not await find_customer(work.connection, tenant_id, division, settings.customer_id):
        raise CommandRefused("CUSTOMER_UNKNOWN", "This account is not a customer of the division.", field)


async def _check_country_accounts(work: Work, tenant_id: str, division: int, settings: ChannelSettings) -> None:
    rules, field = settings.customers.countries, ("settings", "customers", "countries")
    for place, rule in enumerate(rules):
        _check_country(rule.country, (*field, str(place), "country"))
        if not await find_customer(work.connection, tenant_id, division, rule.account_id):
            message = "This account is not a customer of the division."
            raise CommandRefused("CUSTOMER_UNKNOWN", message, (*field, str(place), "accountId"))
    if len({rule.country for rule in rules}) < len(rules):
        raise CommandRefused("MAPPED_TWICE", "One of these is mapped twice.", field)


async def _check_vat_codes(work: Work, tenant_id: str, division: int, settings: ChannelSettings) -> None:
    codes = await vat_codes_of(work.connection, tenant_id, division)
    for rate, mapped in settings.vat_codes.items():
        field = ("settings", "vatCodes", str(rate))
        code = codes.get(mapped)
        if code is None:
            raise CommandRefused("VAT_CODE_UNKNOWN", f"The division has no VAT code {mapped}.", field)
        if problem := vat_code_problem(code, rate):
            raise CommandRefused("VAT_CODE_UNFIT", problem, field)


async def _check_vat_rules(work: Work, tenant_id: str, division: int, settings: ChannelSettings) -> None:
    codes = await vat_codes_of(work.connection, tenant_id, division)
    for place, rule in enumerate(settings.vat_rules):
        _check_vat_rule(rule, codes, ("settings", "vatRules", str(place)))
    if len({rule.key for rule in settings.vat_rules}) < len(settings.vat_rules):
        raise CommandRefused("MAPPED_TWICE", "One of these is mapped twice.", ("settings", "vatRules"))
    for place, code in enumerate(settings.goods):
        if code not in codes:
            field = ("settings", "goods", str(place))
            raise CommandRefused("VAT_CODE_UNKNOWN", f"The division has no VAT code {code}.", field)


def _check_vat_rule(rule: VatRule, codes: Mapping[str, VatCode], field: tuple[str, ...]) -> None:
    untaxed = rule.regime is not None and rule.regime.zero
    if rule.regime is not None and not rule.regime.decided:
        raise CommandRefused("REGIME_UNFIT", "Nothing is booked before this is decided.", (*field, "regime"))
    if rule.taxed_in not in {row.place for row in all_rates()}:
        raise CommandRefused("PLACE_UNKNOWN", f"No VAT rates of {rule.taxed_in} are known.", (*field, "taxedIn"))
    if untaxed and rule.rate != 0:
        raise CommandRefused("RATE_UNFIT", "Under this regime no VAT is charged: give 0.", (*field, "rate"))
    code = codes.get(rule.code)
    if code is None:
        raise CommandRefused("VAT_CODE_UNKNOWN", f"The division has no VAT code {rule.code}.", (*field, "code"))
    if problem := vat_code_problem(code, rule.rate, untaxed=untaxed):
        raise CommandRefused("VAT_CODE_UNFIT", problem, (*field, "code"))


def _check_origins(settings: ChannelSettings) -> None:
    if settings.ships_from is not None:
        _check_country(settings.ships_from, ("settings", "shipsFrom"))
    for place, country in enumerate(settings.warehouse_countries.values()):
        _check_country(country, ("settings", "warehouseCountries", str(place)))


def _check_country(country: str, field: tuple[str, ...]) -> None:
    if not isinstance(place_of(country), Place):
        raise CommandRefused("COUNTRY_UNKNOWN", "Give a country by its two letters, such as NL.", field)


async def _check_sources(work: Work, tenant_id: str, settings: ChannelSettings) -> None:
    for place, source in enumerate(settings.sources):
        field = ("settings", "sources", str(place))
        await _check_division(work, tenant_id, source.division, field)
        if source.warehouse_id is None:
            continue
        if source.warehouse_id not in await warehouse_ids(work.connection, tenant_id, source.division):
            raise CommandRefused("WAREHOUSE_UNKNOWN", "The division has no such warehouse.", field)


def _must_see_own_orders(settings: ChannelSettings) -> None:
    """What an order takes must come off a number that feeds the channel, else the same goods are sold again."""
    divisions = {source.division for source in settings.sources}
    if settings.stock and settings.forwarding and divisions and settings.division not in divisions:
        raise CommandRefused(
            "SOURCE_UNFIT",
            f"Orders go to division {settings.division}: its stock must be among the sources, for only there is seen "
            "what they take.",
            ("settings", "sources"),
        )


async def _check_prefix(work: Work, tenant_id: str, channel_id: str, settings: ChannelSettings) -> None:
    """Two channels with one prefix could give two orders the same reference in Exact."""
    field = ("settings", "referencePrefix")
    prefix = settings.reference_prefix
    if len(prefix) > LONGEST_PREFIX or not prefix.isascii() or "'" in prefix:
        raise CommandRefused("PREFIX_UNFIT", f"A prefix has at most {LONGEST_PREFIX} plain characters.", field)
    if not settings.forwarding:
        return
    for other in await list_channels(work.connection, tenant_id):
        if other.channel_id != channel_id and other.settings.forwarding and _clash(prefix, other.settings):
            raise CommandRefused("PREFIX_TAKEN", f"{other.name} uses this prefix for its references.", field)


def _clash(prefix: str, other: ChannelSettings) -> bool:
    return prefix == other.reference_prefix


def check_rule(rule: StockRule, field: tuple[str, ...]) -> None:
    """Raise CommandRefused for a stock rule that makes no sense."""
    problems = {
        "buffer": rule.buffer < 0,
        "bufferPercent": not 0 <= rule.buffer_percent <= 100,
        "cap": rule.cap < 0,
        "fixed": rule.fixed < 0,
        "unitsPerOffer": not 0 < rule.units_per_offer <= LARGEST_UNITS,
        "safetyStock": rule.safety_stock < 0,
        "backorder": not 0 <= rule.backorder <= LARGEST_PUBLISHED,
        "presale": rule.presale < 0 or (rule.presale > 0 and rule.presale_until is None),
    }
    for name, wrong in problems.items():
        if wrong:
            raise CommandRefused("RULE_UNFIT", f"{name} is out of range.", (*field, name))


def _check_goods(settings: ChannelSettings) -> None:
    """Refuse what no listing or no shop could follow; what holds for every item may not presume fractions."""
    if settings.rule.units_per_offer != settings.rule.units_per_offer.to_integral_value():
        field = ("settings", "rule", "unitsPerOffer")
        raise CommandRefused("UNITS_UNFIT", "Give fractions to single listings; not every item allows them.", field)
    if problem := rules_problem(settings.matching):
        name, message = problem
        raise CommandRefused("RULE_UNFIT", message, ("settings", "matching", name))
    guard = settings.zero_guard
    fits = {"percent": 0 <= guard.percent <= 100, "listings": guard.listings >= 1, "minutes": 0 <= guard.minutes <= 60}
    for name, right in fits.items():
        if not right:
            raise CommandRefused("RULE_UNFIT", f"{name} is out of range.", ("settings", "zeroGuard", name))
