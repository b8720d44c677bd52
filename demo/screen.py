"""What the demo shows while it runs: a summary that stays in place on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo import documents
from demo.api import Api
from demo.board import Board
from demo.channels import CHANNELS
from demo.site import Site

REFRESH = 1.0
SHOWN_EVENTS = 10
COLOURS = {"error": "red", "warning": "yellow"}
KINDS = [
    "order.imported", "order.forwarded", "order.held", "order.cancelled", "order.cancellation_requested",
    "stock.read", "stock.published", "stock.drift",
    "tracking.delivery", "tracking.confirmed", "tracking.booked", "erp.granted", "channel.configured",
]  # fmt: skip


@asynccontextmanager
async def shown(console: Console, board: Board) -> AsyncIterator[Live | None]:
    """Show the board: live on a terminal, else line by line."""
    if not console.is_terminal:
        board.tell = lambda line: console.print(line, highlight=False, markup=False, soft_wrap=True)
        yield None
        return
    with Live(console=console, auto_refresh=False) as live:
        board.tell = lambda line: live.update(draw(board, None), refresh=True)
        yield live


async def keep_fresh(site: Site, api: Api, board: Board, live: Live | None, *, invite: bool) -> None:
    """Read the ledger and the newest events again and again, and draw them, until cancelled."""
    while True:
        board.ledger = await site.control.ledger()
        if live is not None:
            found = await api.ask(documents.EVENTS, first=SHOWN_EVENTS, after=None, kinds=KINDS)
            board.events = found["syncEvents"]["nodes"]
            live.update(draw(board, site if invite else None), refresh=True)
        await anyio.sleep(REFRESH)


def draw(board: Board, site: Site | None) -> Group:
    """Return the whole picture; with a site it also says where to look."""
    parts: list[Any] = [] if site is None else [_invitation(site)]
    if board.ledger:
        parts += [_numbers(board), _totals(board)]
    if board.events:
        parts.append(_events(board))
    return Group(*parts, *(Text(line, style="dim") for line in board.lines))


def _invitation(site: Site) -> Panel:
    text = Text.assemble(("Open ", ""), (f"{site.hub_url}/graphql", "bold cyan"), "\n")
    text.append(f'and send the header {{"Authorization": "Bearer {site.token}"}}\n')
    text.append("Ctrl-C ends everything.", style="dim")
    return Panel(text, title="Handelhub", border_style="cyan")


def _numbers(board: Board) -> Table:
    ledger = board.ledger
    table = Table(title=f"after {board.seconds:.0f} s", title_justify="left")
    for name in ("channel", "sold", "in Exact", "unpaid", "cancelled", "stock to follow"):
        table.add_column(name, justify="left" if name == "channel" else "right")
    for one in CHANNELS:
        counts = ledger["channels"][one.ledger]
        names = ("sold", "forwarded", "unpaid", "cancelled", "shown_mismatches")
        table.add_row(one.slug, *(str(counts[name]) for name in names))
    return table


def _totals(board: Board) -> Text:
    ledger, tracking = board.ledger, board.ledger["tracking"]
    return Text(
        f"parcels {tracking['confirmed']} of {tracking['delivered']} confirmed · duplicates {ledger['duplicates']} · "
        f"oversold by the hub {ledger['oversold_by_hub']} · calls to Exact {ledger['calls'].get('exact', 0)}\n"
    )


def _events(board: Board) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for event in board.events:
        style = COLOURS.get(event["level"], "")
        where = (event["channel"] or {}).get("slug", "")
        table.add_row(
            event["at"][11:19], event["kind"], where, Text(event["message"], style=style, overflow="ellipsis")
        )
    return table


def plain_line(board: Board) -> str:
    """Return the state of the run in one line."""
    ledger = board.ledger
    tracking, channels = ledger["tracking"], ledger["channels"].values()
    waiting = sum(one["shown_mismatches"] for one in channels)
    return (
        f"sold {ledger['sold']}, in Exact {ledger['forwarded']}, stock to follow {waiting}, "
        f"parcels {tracking['confirmed']} of {tracking['delivered']} confirmed"
    )
