"""Settings on amounts are refused when they name something Exact does not have, or can never work."""

from __future__ import annotations

from decimal import Decimal

from hub.actors.commands.refusal import CommandRefused
from hub.domain.amounts.policy import FEWEST_PLACES, MOST_PLACES, AmountPolicy, ChargeRule, Rounding
from hub.domain.money import CENT
from hub.domain.order import ChargeKind
from hub.store.catalogue import products_by_item, vat_codes_of
from hub.store.engine import Work

FIELD = ("settings", "amounts")
LARGEST_STEP = Decimal(1)


async def check_amounts(work: Work, tenant_id: str, division: int, policy: AmountPolicy) -> None:
    """Raise CommandRefused for the first setting that cannot work, with the path of its field."""
    _check_alone(policy)
    codes = await vat_codes_of(work.connection, tenant_id, division)
    named = {rule.vat_code for rule in policy.charge_rules} | {policy.rounding_vat_code}
    if unknown := sorted(code for code in named if code is not None and code not in codes):
        raise CommandRefused("VAT_CODE_UNKNOWN", f"The division has no VAT code {unknown[0]}.", FIELD)
    items = {rule.item_id for rule in policy.charge_rules} | {policy.shipping_item, policy.voucher_item}
    wanted = [item for item in items if item is not None]
    known = await products_by_item(work.connection, tenant_id, division, wanted)
    if strange := sorted(item for item in wanted if item not in known):
        raise CommandRefused("ITEM_UNKNOWN", f"The division has no item {strange[0]}.", FIELD)


def _check_alone(policy: AmountPolicy) -> None:
    if not FEWEST_PLACES <= policy.price_places <= MOST_PLACES:
        raise CommandRefused("PLACES_UNFIT", "Unit prices have 2 to 6 decimals.", (*FIELD, "pricePlaces"))
    step = policy.total_step
    if step is not None and (not CENT < step <= LARGEST_STEP or step % CENT):
        raise CommandRefused("STEP_UNFIT", "Totals are rounded to 0.02 to 1.00.", (*FIELD, "totalStep"))
    if policy.rounding_charge_id is None and (step is not None or policy.rounding is Rounding.CHARGE):
        raise CommandRefused("CHARGE_NEEDED", "Choose the order charge for roundings.", (*FIELD, "roundingChargeId"))
    if strange := [one for one in policy.currencies if not (len(one) == 3 and one.isascii() and one.isalpha())]:
        raise CommandRefused("CURRENCY_UNKNOWN", f"{strange[0]!r} is no ISO 4217 code.", (*FIELD, "currencies"))
    for place, rule in enumerate(policy.charge_rules):
        _check_rule(rule, (*FIELD, "chargeRules", str(place)))


def _check_rule(rule: ChargeRule, field: tuple[str, ...]) -> None:
    if rule.charge_id and rule.item_id:
        raise CommandRefused("RULE_UNFIT", "Choose an order charge or an item, not both.", field)
    if rule.item_id and rule.kind is ChargeKind.DISCOUNT:
        raise CommandRefused("RULE_UNFIT", "A discount is booked on an order charge.", (*field, "itemId"))
