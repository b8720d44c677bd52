"""What goes on at the same time while the shops are open."""

from __future__ import annotations

from demo.shopkeeper import work_at_shop
from demo.shoppers import sell_at_desk, shop_at_amazon, shop_at_bol, shop_at_shopify, shop_at_webshop
from demo.warehouse import deliver_in_exact, pack_in_hub

SCENES = (
    shop_at_bol, shop_at_amazon, shop_at_shopify, shop_at_webshop, sell_at_desk, work_at_shop,
    deliver_in_exact, pack_in_hub,
)  # fmt: skip
"""Each is called with the day, and ends at closing time."""
