"""Writing inventory: absolute, relative, and stocking an item at a location; a batch is done whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from hub.sandbox.shopify.context import Info, iso
from hub.sandbox.shopify.goods import Level, Location, Variant
from hub.sandbox.shopify.ids import gid, number_of
from hub.sandbox.shopify.problems import Json, Refused, top_error, user_error
from hub.sandbox.shopify.shop import Shop
from hub.sandbox.shopify.views import Views

REASONS = [
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
]
BOUND = 1_000_000_000
NO_ITEM = "The specified inventory item could not be found."
NO_LOCATION = "The specified location could not be found."
DOUBLE = "The combination of inventoryItemId and locationId must be unique."


@dataclass(frozen=True, slots=True)
class Step:
    """One row that changes something: by how much ``available`` moves."""

    variant: Variant
    location: Location
    delta: int


class InventoryWrites:
    """Resolves the inventory mutations."""

    def __init__(self, shop: Shop, views: Views) -> None:
        self.shop, self.views = shop, views

    def fields(self) -> dict[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "inventorySetQuantities": self._set,
            "inventoryAdjustQuantities": self._adjust,
            "inventoryActivate": self._activate,
        }

    def _set(self, info: Info, input: Json) -> Json:
        def act() -> Json:
            _mention(input["quantities"], "InventoryQuantityInput")
            errors = [*_wrong_name(input, ("available", "on_hand")), *_wrong_reason(input)]
            rows = list(self._rows(input["quantities"], "quantities", errors))
            _refuse_doubles(input["quantities"], errors)
            steps = [step for step in (self._target(input["name"], *row, errors) for row in rows) if step is not None]
            return self._carry_out(input, steps, errors)

        return self._once(info, input, act)

    def _adjust(self, info: Info, input: Json) -> Json:
        def act() -> Json:
            _mention(input["changes"], "InventoryChangeInput")
            errors = [*_wrong_name(input, ("available",), "INVALID_QUANTITY_NAME"), *_wrong_reason(input)]
            steps = []
            for place, row, variant, location in self._rows(input["changes"], "changes", errors):
                self._compare("available", "changes", place, row, variant, location, errors)
                steps.append(Step(variant, location, row["delta"]))
            return self._carry_out(input, steps, errors)

        return self._once(info, input, act)

    def _once(self, info: Info, asked: Json, act: Callable[[], Json]) -> Json:
        try:
            return self.shop.keys.once(info, asked, act)
        except Refused as refused:
            return {"inventoryAdjustmentGroup": None, "userErrors": refused.errors}

    def _rows(self, rows: list[Json], name: str, errors: list[Json]) -> Iterator[tuple[int, Json, Variant, Location]]:
        """Return the rows whose item and location exist; the others become errors."""
        for place, row in enumerate(rows):
            path = ["input", name, str(place)]
            variant = self.shop.goods.items.get(number_of(row["inventoryItemId"], "InventoryItem"))
            location = self.shop.goods.locations.get(number_of(row["locationId"], "Location"))
            if variant is None:
                errors.append(user_error([*path, "inventoryItemId"], NO_ITEM, "INVALID_INVENTORY_ITEM"))
            if location is None:
                errors.append(user_error([*path, "locationId"], NO_LOCATION, "INVALID_LOCATION"))
            if variant is not None and location is not None:
                if location.number not in variant.levels and not self.shop.switches.stock_on_set:
                    told = "The inventory item is not stocked at the location."
                    errors.append(user_error([*path, "locationId"], told, "INVALID_LOCATION"))
                else:
                    yield place, row, variant, location

    def _target(
        self, name: str, place: int, row: Json, variant: Variant, location: Location, errors: list[Json]
    ) -> Step | None:
        path = ["input", "quantities", str(place), "quantity"]
        wanted = row["quantity"]
        if wanted > BOUND:
            told = "The quantity can't be higher than 1,000,000,000."
            errors.append(user_error(path, told, "INVALID_QUANTITY_TOO_HIGH"))
        elif wanted < -BOUND:
            told = "The quantity can't be lower than -1,000,000,000."
            errors.append(user_error(path, told, "INVALID_QUANTITY_TOO_LOW"))
        elif name == "on_hand" and wanted < 0:
            errors.append(user_error(path, "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"))
        else:
            before = self._compare(name, "quantities", place, row, variant, location, errors)
            return Step(variant, location, wanted - before)
        return None

    @staticmethod
    def _compare(
        name: str, group: str, place: int, row: Json, variant: Variant, location: Location, errors: list[Json]
    ) -> int:
        """Return the quantity before; a stale ``changeFromQuantity`` becomes an error, null compares nothing."""
        level = variant.levels.get(location.number)
        before = level.quantity(name) if level is not None else 0
        expected = row["changeFromQuantity"]
        if expected is not None and expected != before:
            told = "The changeFromQuantity argument no longer matches the persisted quantity."
            path = ["input", group, str(place), "changeFromQuantity"]
            errors.append(user_error(path, told, "CHANGE_FROM_QUANTITY_STALE"))
        return before

    def _carry_out(self, asked: Json, steps: list[Step], errors: list[Json]) -> Json:
        if errors:
            raise Refused(*errors)
        moved: list[tuple[Step, Level]] = []
        for step in steps:
            if step.delta:
                level = self.shop.level(step.variant, step.location)
                self.shop.move(step.variant, level, "hub", available=step.delta)
                moved.append((step, level))
            else:
                self._confirm_unchanged(step)
        return {"inventoryAdjustmentGroup": self._group(asked, moved) if moved else None, "userErrors": []}

    def _confirm_unchanged(self, step: Step) -> None:
        """Note that the hub wants what is shown already."""
        shop = self.shop
        shop.world.note_shown("shopify", step.variant.sku, shop.shown(step.variant.sku), "hub")

    def _group(self, asked: Json, moved: list[tuple[Step, Level]]) -> Json:
        def changes(info: Info, **args: Any) -> list[Json]:
            return [self._change(name, step) for step, _ in moved for name in ("available", "on_hand")]

        return {
            "__typename": "InventoryAdjustmentGroup",
            "id": gid("InventoryAdjustmentGroup", next(self.shop.numbers)),
            "createdAt": iso(self.shop.clock.now()),
            "reason": asked["reason"],
            "referenceDocumentUri": asked.get("referenceDocumentUri"),
            "changes": changes,
            "app": None,
        }

    def _change(self, name: str, step: Step) -> Json:
        return {
            "name": name,
            "delta": step.delta,
            "quantityAfterChange": None,
            "ledgerDocumentUri": None,
            "item": lambda info: self.views.goods.item(step.variant),
            "location": lambda info: self.views.goods.location(step.location),
        }

    def _activate(self, info: Info, inventoryItemId: str, locationId: str, **args: Any) -> Json:
        """Stock an item at a location; what stands there already keeps its quantities."""

        def act() -> Json:
            variant = self.shop.goods.items.get(number_of(inventoryItemId, "InventoryItem"))
            location = self.shop.goods.locations.get(number_of(locationId, "Location"))
            if variant is None:
                raise Refused(user_error(["inventoryItemId"], NO_ITEM))
            if location is None:
                raise Refused(user_error(["locationId"], NO_LOCATION))
            fresh = location.number not in variant.levels
            level = self.shop.level(variant, location)
            if fresh and args.get("available"):
                self.shop.move(variant, level, "hub", available=args["available"])
            return {"inventoryLevel": self.views.goods.level(variant, level), "userErrors": []}

        try:
            return self.shop.keys.once(info, {"item": inventoryItemId, "place": locationId, **args}, act)
        except Refused as refused:
            return {"inventoryLevel": None, "userErrors": refused.errors}


def _mention(rows: list[Json], kind: str) -> None:
    """Refuse rows that do not mention ``changeFromQuantity``, which the schema lets pass."""
    if any("changeFromQuantity" not in row for row in rows):
        raise _unmentioned(kind)


def _unmentioned(kind: str) -> GraphQLError:
    return top_error("INVALID_FIELD_ARGUMENTS", f"{kind} must include the following argument: changeFromQuantity.")


def _wrong_name(asked: Json, allowed: tuple[str, ...], code: str = "INVALID_NAME") -> list[Json]:
    if asked["name"] in allowed:
        return []
    return [user_error(["input", "name"], "The quantity name must be either 'available' or 'on_hand'.", code)]


def _wrong_reason(asked: Json) -> list[Json]:
    if asked["reason"] in REASONS:
        return []
    told = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
    return [user_error(["input", "reason"], told, "INVALID_REASON")]


def _refuse_doubles(rows: list[Json], errors: list[Json]) -> None:
    pairs = Counter((row["inventoryItemId"], row["locationId"]) for row in rows)
    for place, row in enumerate(rows):
        if pairs[(row["inventoryItemId"], row["locationId"])] > 1:
            path = ["input", "quantities", str(place), "locationId"]
            errors.append(user_error(path, DOUBLE, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"))
