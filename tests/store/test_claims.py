"""Claims: made part by part, released by the division that holds the order, and kept right by the database itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from hub.domain.kit import KitBooking, Part
from hub.domain.matching import MappedBy, Match
from hub.domain.order import ChannelOrder, FulfilledBy, OrderLine, OrderStatus, PaymentState
from hub.domain.sales_order import SalesOrder
from hub.store.engine import Database, Work
from hub.store.listings import OfferedProduct, listings_selling, save_listings, set_mapping
from hub.store.order_import import save_order
from hub.store.orders import StoredOrder, load_order, note_forwarded
from hub.store.parts import map_sku
from hub.store.sales_lines import orders_of_sales_lines
from hub.store.stock import begin_read, drop_claims, finish_read, make_claims, open_claims, show_claims
from hub.store.tables import claim, division, order_line
from hub.store.tenants import Tenant

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SELLS, OTHER = 123456, 654321
TWO_OF_A_ONE_OF_B = (Part("a", Decimal(2), Decimal(3)), Part("b", Decimal(1), Decimal(1)))
OFFERS = [OfferedProduct(one, one, None, one, {}, by_platform=False) for one in ("A", "SET", "SIX")]
MATCHES = {
    "A": Match("a", MappedBy.SKU),
    "SET": Match("set", MappedBy.SKU),
    "SIX": Match("a", MappedBy.RULE, Decimal(6)),
}


class Shop:
    """A channel with a plain listing, a multipack, and a listing that may be made a kit."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids: dict[str, str] = {}

    async def fill(self) -> None:
        async def begin(work: Work) -> None:
            for code in (SELLS, OTHER):
                await work.execute(
                    insert(division).values(
                        tenant_id="acme",
                        code=code,
                        connection_id="exact",
                        description="Trade",
                        currency="EUR",
                        enabled=True,
                    )
                )
            ids = await save_listings(work, "acme", "shop", OFFERS, MATCHES)
            self.ids = dict(zip([one.external_id for one in OFFERS], ids, strict=True))

        await self.database.write(begin)

    async def make_kit(self, own: str | None, parts: tuple[Part, ...] = TWO_OF_A_ONE_OF_B) -> None:
        await self.database.write(lambda work: set_mapping(work, "acme", self.ids["SET"], own, parts))

    async def sell(self, *lines: tuple[str, int], booking: KitBooking = KitBooking.PARTS, number: str = "1") -> str:
        told = [
            OrderLine(str(place), sku, None, sku, quantity, Decimal("12.00") * quantity)
            for place, (sku, quantity) in enumerate(lines)
        ]
        return await self.tell(told, booking, number)

    async def forward(self, one: str, lines: dict[str, str]) -> None:
        async def note(work: Work) -> None:
            stored = await load_order(work.connection, "acme", one)
            assert stored is not None
            sales = SalesOrder("so", 7, "W1", stored.total, stored.total, 12, ())
            await note_forwarded(work, [(stored, sales, lines)], NOON)

        await self.database.write(note)

    async def load(self, one: str) -> StoredOrder:
        async with self.database.read() as connection:
            stored = await load_order(connection, "acme", one)
        assert stored is not None
        return stored

    async def tell(
        self, told: list[OrderLine], booking: KitBooking = KitBooking.PARTS, number: str = "1", *, sent: bool = False
    ) -> str:
        made = ChannelOrder(
            external_id=number, number=number, placed_at=NOON, changed_at=NOON, currency="EUR",
            total=sum((line.gross for line in told), Decimal(0)), country="NL", payment=PaymentState.PAID,
            fulfilled_by=FulfilledBy.SELLER, raw_status="open", lines=tuple(told), buyer=None,
        )  # fmt: skip

        async def keep(work: Work) -> str:
            one = await save_order(
                work, "acme", "shop", made, OrderStatus.READY, NOON, None, booking=booking, keep_products=sent
            )
            if not sent:
                await make_claims(work, "acme", one, NOON)
            return one

        return await self.database.write(keep)

    async def claimed(self) -> dict[str, Decimal]:
        async with self.database.read() as connection:
            return dict(await open_claims(connection, "acme", ["a", "b", "set"]))

    async def read_stock(self, code: int) -> set[str]:
        async def read(work: Work) -> set[str]:
            number = await begin_read(work, "acme", code)
            return await finish_read(work, "acme", code, number, NOON)

        return await self.database.write(read)

    async def show(self, one: str, kits: list[str] | None = None) -> None:
        await self.database.write(lambda work: show_claims(work, "acme", [one], SELLS, kits))


@pytest.fixture
async def shop(database: Database, acme: Tenant) -> Shop:
    made = Shop(database)
    await made.fill()
    return made


async def test_demand_is_summed_per_product_over_the_whole_order_with_kits_taken_apart(shop: Shop) -> None:
    await shop.make_kit(None)
    await shop.sell(("A", 1), ("SET", 2), ("SIX", 1))
    assert await shop.claimed() == {"a": Decimal(1 + 4 + 6), "b": Decimal(2)}


async def test_told_again_an_order_claims_the_same(shop: Shop) -> None:
    await shop.make_kit(None)
    await shop.sell(("SET", 2))
    before = await shop.claimed()
    await shop.sell(("SET", 2))
    assert await shop.claimed() == before


async def test_what_a_line_no_longer_stands_for_is_no_longer_claimed(shop: Shop) -> None:
    await shop.make_kit(None)
    await shop.sell(("SET", 2))
    await shop.make_kit(None, (Part("b", Decimal(3)),))
    await shop.sell(("SET", 2))
    assert await shop.claimed() == {"b": Decimal(6)}


async def test_a_line_that_is_gone_claims_nothing(shop: Shop) -> None:
    await shop.sell(("A", 2), ("SIX", 1))
    await shop.sell(("A", 2))
    assert await shop.claimed() == {"a": Decimal(2)}


async def test_a_line_that_sells_nothing_known_claims_nothing_and_takes_the_old_claims_along(shop: Shop) -> None:
    await shop.sell(("A", 2))
    await shop.database.write(lambda work: set_mapping(work, "acme", shop.ids["A"], None))
    one = await shop.sell(("A", 2))
    async with shop.database.read() as connection:
        stored = await load_order(connection, "acme", one)
    assert stored is not None
    assert [line.known for line in stored.lines] == [False]
    assert await shop.claimed() == {}


async def test_a_sku_that_is_no_listing_sells_what_a_person_said(shop: Shop) -> None:
    part = Part("b", Decimal(4))
    await shop.database.write(lambda work: map_sku(work, "acme", "shop", "OLD", part))
    await shop.sell(("OLD", 2))
    assert await shop.claimed() == {"b": Decimal(8)}


@pytest.mark.parametrize(("second", "claimed"), [("b", {}), ("a", {"a": Decimal(1)})])
async def test_an_ean_of_two_listings_is_guessed_only_where_both_sell_the_same(
    shop: Shop, second: str, claimed: dict[str, Decimal]
) -> None:
    twins = [OfferedProduct(one, None, "8712345678906", one, {}, by_platform=False) for one in ("T1", "T2")]
    matches = {"T1": Match("a", MappedBy.EAN), "T2": Match(second, MappedBy.EAN)}
    await shop.database.write(lambda work: save_listings(work, "acme", "shop", twins, matches))
    await shop.tell([OrderLine("0", None, "8712345678906", "Mug", 1, Decimal(5))])
    assert await shop.claimed() == claimed


@pytest.mark.parametrize(("by_hand", "claimed"), [(False, 12), (True, 3)])
async def test_a_mapping_by_hand_outlives_what_the_rules_say_later(shop: Shop, by_hand: bool, claimed: int) -> None:
    if by_hand:
        part = (Part("a", Decimal(3)),)
        await shop.database.write(lambda work: set_mapping(work, "acme", shop.ids["SIX"], None, part))
    later = MATCHES | {"SIX": Match("a", MappedBy.RULE, Decimal(12))}
    fresh = await shop.database.write(lambda work: save_listings(work, "acme", "shop", OFFERS, later))
    assert fresh == ([] if by_hand else [shop.ids["SIX"]])
    await shop.sell(("SIX", 1))
    assert await shop.claimed() == {"a": Decimal(claimed)}


async def test_every_listing_that_holds_a_product_is_told_of_it(shop: Shop) -> None:
    await shop.make_kit("set")
    async with shop.database.read() as connection:
        found = await listings_selling(connection, "acme", ["a", "b"])
    assert {(product, listing_id) for product, _, listing_id in found} == {
        ("a", shop.ids["A"]),
        ("a", shop.ids["SIX"]),
        ("a", shop.ids["SET"]),
        ("b", shop.ids["SET"]),
    }


async def test_only_the_division_that_holds_the_order_releases_its_claims(shop: Shop) -> None:
    one = await shop.sell(("A", 3))
    await shop.read_stock(SELLS)
    await shop.show(one)
    assert await shop.read_stock(OTHER) == set()
    assert await shop.claimed() == {"a": Decimal(3)}
    assert await shop.read_stock(SELLS) == {"a"}
    assert await shop.claimed() == {}


async def test_a_kit_booked_as_its_own_item_keeps_its_claims_until_it_has_left(shop: Shop) -> None:
    await shop.make_kit("set")
    one = await shop.sell(("SET", 1), ("A", 1), booking=KitBooking.OWN_ITEM)
    await shop.show(one)
    assert await shop.read_stock(SELLS) == {"a"}
    assert await shop.claimed() == {"a": Decimal(2), "b": Decimal(1)}
    await shop.show(one, kits=["0"])
    assert await shop.read_stock(SELLS) == {"a", "b"}
    assert await shop.claimed() == {}


@pytest.mark.parametrize(
    ("booking", "own", "keys"),
    [
        (KitBooking.PARTS, "set", ["0/a", "0/b"]),
        (KitBooking.PARTS, None, ["0/a", "0/b"]),
        (KitBooking.OWN_ITEM, "set", ["0"]),
        (KitBooking.OWN_ITEM, None, ["0/a", "0/b"]),
    ],
)
async def test_a_kit_stands_as_its_item_where_it_has_one_and_the_channel_says_so(
    shop: Shop, booking: KitBooking, own: str | None, keys: list[str]
) -> None:
    await shop.make_kit(own)
    one = await shop.sell(("SET", 1), booking=booking)
    async with shop.database.read() as connection:
        stored = await load_order(connection, "acme", one)
    assert stored is not None
    assert [each.key for line in stored.lines for each in line.bookings] == keys
    assert await shop.claimed() == {"a": Decimal(2), "b": Decimal(1)}


async def test_the_lines_of_a_sales_order_lead_back_to_the_kit(shop: Shop) -> None:
    await shop.make_kit(None)
    one = await shop.sell(("SET", 1), ("A", 1))

    await shop.forward(one, {"0/a": "S1", "0/b": "S2", "1": "S3"})
    async with shop.database.read() as connection:
        found = await orders_of_sales_lines(connection, "acme", ["S1", "S3"])
    assert dict(found["S1"].needs) == dict(found["S2"].needs) == {"S1": Decimal(2), "S2": Decimal(1)}
    assert (found["S1"].line_id, found["S1"].alone) == ("0", False)
    assert (found["S3"].line_id, found["S3"].alone) == ("1", True)


@pytest.mark.parametrize("own_item", [None, "own"])
async def test_of_a_kit_its_parts_are_on_the_sales_order_or_its_own_item(shop: Shop, own_item: str | None) -> None:
    await shop.make_kit(own_item)
    booking = KitBooking.PARTS if own_item is None else KitBooking.OWN_ITEM
    order = await shop.load(await shop.sell(("SET", 1), booking=booking))
    assert order.booked_products == ({"a", "b"} if own_item is None else {"own"})
    assert order.lines[0].products == {"a", "b"}


@pytest.mark.parametrize("stands", [True, False])
async def test_a_line_that_the_channel_drops_after_it_was_sent_keeps_its_claims(shop: Shop, stands: bool) -> None:
    await shop.make_kit(None)
    one = await shop.sell(("SET", 1), ("SIX", 1))
    if stands:
        await shop.forward(one, {"0/a": "S1", "0/b": "S2", "1": "S3"})
    await shop.tell([OrderLine("1", "SIX", None, "SIX", 1, Decimal(12))], sent=True)
    kit = next(line for line in (await shop.load(one)).lines if line.line_id == "0")
    assert [each.sales_order_line_id for each in kit.bookings] == (["S1", "S2"] if stands else [None, None])
    assert (kit.quantity, kit.cancelled) == (0, 0)
    assert await shop.claimed() == {"a": Decimal(8), "b": Decimal(1)}


counts = st.lists(st.tuples(st.sampled_from(["A", "SET", "SIX"]), st.integers(1, 9)), min_size=1, max_size=5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts)
async def test_claims_are_what_the_lines_want_however_they_are_put_together(
    shop: Shop, lines: list[tuple[str, int]]
) -> None:
    await shop.make_kit(None)
    await shop.sell(*lines)
    units = {"A": (1, 0), "SET": (2, 1), "SIX": (6, 0)}
    wanted = [sum(units[sku][place] * count for sku, count in lines) for place in (0, 1)]
    found = await shop.claimed()
    assert [found.get(one, Decimal(0)) for one in ("a", "b")] == wanted


WRONG = {
    "less than nothing is claimed": "UPDATE claim SET quantity = '-1'",
    "released by nobody": "UPDATE claim SET released_at = made_at",
    "released at no time": "UPDATE claim SET released_by = 'reading'",
    "visible nowhere": "UPDATE claim SET visible_read = 3",
    "visible by no read": "UPDATE claim SET division = 123456",
    "claimed for no line": "UPDATE claim SET line_id = 'none'",
    "claimed for no order": "UPDATE claim SET order_id = 'none'",
    "claimed for another tenant's line": "UPDATE claim SET tenant_id = 'globex'",
    "claimed twice": "INSERT INTO claim (tenant_id, product_id, order_id, line_id, quantity, made_at)"
    " SELECT tenant_id, product_id, order_id, line_id, quantity, made_at FROM claim",
    "an offer of nothing": "UPDATE order_line SET units_per_offer = '0'",
    "a part of nothing": "UPDATE order_line_part SET units = '0'",
    "a kit of nothing": "UPDATE listing_part SET units = '-2'",
}


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG.keys())
async def test_the_database_itself_refuses_a_wrong_claim(shop: Shop, statement: str) -> None:
    await shop.make_kit(None)
    await shop.sell(("SET", 1))
    before = await shop.claimed()
    with pytest.raises(DBAPIError, match=r"(?i)constraint"):
        await shop.database.write(lambda work: work.execute(text(statement)))
    assert await shop.claimed() == before


async def test_a_claim_goes_with_its_line(shop: Shop) -> None:
    await shop.sell(("A", 2))
    await shop.database.write(lambda work: work.execute(order_line.delete()))
    async with shop.database.read() as connection:
        assert (await connection.execute(select(claim))).all() == []


async def test_a_cancelled_order_claims_nothing(shop: Shop) -> None:
    await shop.make_kit(None)
    one = await shop.sell(("SET", 1))
    later = NOON + timedelta(hours=1)
    released = await shop.database.write(lambda work: drop_claims(work, "acme", one, later, "cancelled"))
    assert released == {"a", "b"}
    assert await shop.claimed() == {}
