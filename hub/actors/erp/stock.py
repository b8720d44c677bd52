"""The stock lane of a division: many hints, one read; readings stored, claims released, channels told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hub.actors.desk import Cause, pass_on_stock
from hub.actors.erp.cursor import CURSOR, FIRST, NOTED, UNSURE, start_over
from hub.actors.erp.deletions import met_all, read_deletions
from hub.actors.erp.horizon import all_answered, keep_horizon
from hub.actors.erp.moving import begin_elsewhere, follow_move, note_generation
from hub.actors.erp.pages import Reading, read_on, wait_of
from hub.actors.erp.scene import Scene
from hub.actors.messages import ItemChanged, ReadCatalogue, ReadStockAnew, SweepStock
from hub.actors.runtime.message import Envelope
from hub.actors.runtime.turn import Turn
from hub.adapters.port import StockRow
from hub.domain.pacing import widened
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.catalogue import products_by_item
from hub.store.divisions import count_swept_only
from hub.store.engine import Work
from hub.store.stock import (
    FreshReading,
    begin_read,
    empty_forgotten,
    finish_read,
    save_readings,
)

READ_AT = "read_at"
UNKNOWN = "unknown_items"
SPACING = "spacing"
SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Read:
    """One answered read: its number, when it began (UTC), and its rows.

    ``first`` is the number under which the reading began that this one goes on with: nothing later is
    sure to be reflected by its pages. One that is ``anew`` began without a cursor, and tells all there is.
    """

    number: int
    first: int
    began_at: datetime
    reading: Reading[StockRow]
    anew: bool = False


class StockLane:
    """Answers a burst of webhooks with one read, and sweeps behind the webhooks."""

    batch = 5000

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Read what changed since the cursor, once for all messages of the turn, unless a read has done so already."""
        if turn.state.get(FIRST) is None and await all_answered(turn, self.scene):
            return
        self._keep_distance(turn)
        await self._begin_anew_if_asked(turn)
        if turn.state.get(UNSURE) is not None:
            await self._end_unsure(turn)
            return
        asked = False
        try:
            asked = await note_generation(turn, self.scene)
            read = await self._read(turn, asked=asked)
        except Rejected as refusal:
            self._start_over_if_stuck(turn, refusal)
            self.scene.refused(turn, "to let stock be read", refusal)
            self._tick(turn)
        except (Throttled, Unavailable) as stop:
            if not asked:
                raise
            self._go_on(turn, wait_of(stop))
        else:
            await self._take(turn, read)

    async def _begin_anew_if_asked(self, turn: Turn) -> None:
        anew = [one.body for one in turn.messages if isinstance(one.body, ReadStockAnew)]
        if any(one.moved for one in anew):
            await begin_elsewhere(turn, self.scene)
        elif anew and turn.state.get(UNKNOWN):
            start_over(turn)
        if anew:
            turn.state[UNKNOWN] = False

    async def _end_unsure(self, turn: Turn) -> None:
        """Ask whether the division moved under a reading that is stored as far as it goes, and end it if not."""
        if await follow_move(turn, self.scene):
            self._go_on(turn, 0.0)
            return
        number = await turn.checkpoint(lambda work: begin_read(work, *self.scene.key))
        began_at = datetime.fromtimestamp(turn.state[READ_AT], UTC)
        reading: Reading[StockRow] = Reading((), turn.state[CURSOR], complete=True, follows=True)
        turn.state[UNSURE] = None
        await self._take(turn, Read(number, turn.state[FIRST], began_at, reading))

    async def _take(self, turn: Turn, read: Read) -> None:
        """Keep a reading, unless the division moved under it; one of which that is not known waits for the answer."""
        try:
            if read.reading.complete and not read.reading.follows and await follow_move(turn, self.scene):
                self._go_on(turn, 0.0)
                return
        except (Throttled, Unavailable) as stop:
            turn.state[UNSURE] = self.scene.desk.clock.now().timestamp()
            read = replace(read, reading=replace(read.reading, complete=False, wait=wait_of(stop)))
        await self._keep(turn, read)
        if read.reading.complete:
            if _ticking(turn):
                await read_deletions(turn, self.scene)
            self._tick(turn)
        else:
            self._go_on(turn, read.reading.wait)

    async def _keep(self, turn: Turn, read: Read) -> None:
        turn.state |= {CURSOR: read.reading.cursor, NOTED: False}
        turn.state[READ_AT] = read.began_at.timestamp()
        turn.state[FIRST] = None if read.reading.complete else read.first
        forgotten = read.reading.complete and met_all(turn)
        if read.reading.complete and read.first != read.number:
            turn.post(turn.address, SweepStock(tick=False))
        hints = {one.body.item_id: one for one in turn.messages if isinstance(one.body, ItemChanged)}
        pace = self.scene.desk.pace
        spacing = turn.state.get(SPACING, pace.stock_gather)
        turn.state[SPACING] = widened(spacing, len(hints), pace.stock_gather, pace.stock_gather_most)
        if read.reading.complete and read.first == read.number:
            keep_horizon(turn, read.number, read.began_at, self.scene.erp.time_at(read.began_at))
        products = await self._products(read)
        if len(products) < len({row.item_id for row in read.reading.rows}):
            turn.state[UNKNOWN] = True
            turn.post(turn.address, ReadCatalogue(tick=False))
        turn.write(lambda work: self._store(work, read, products, hints, forgotten))

    def _start_over_if_stuck(self, turn: Turn, refusal: Rejected) -> None:
        """A cursor in the middle of a reading may no longer be good; asking the same again would end the same."""
        if turn.state.get(FIRST) is not None or refusal.code == "bad_cursor":
            start_over(turn)

    def _keep_distance(self, turn: Turn) -> None:
        """Gather hints for a moment, so that a stream of webhooks does not become a stream of reads."""
        last = turn.state.get(READ_AT)
        if last is None:
            return
        now = self.scene.desk.clock.now()
        spacing = max(self.scene.desk.pace.stock_gather, turn.state.get(SPACING, 0.0))
        wait = spacing - (now.timestamp() - last)
        if wait > 0:
            raise Throttled(wait, "gathering stock changes")

    async def _read(self, turn: Turn, *, asked: bool) -> Read:
        """Read on; where a reading begins long after it was asked where, the division may have moved since."""
        number = await turn.checkpoint(lambda work: begin_read(work, *self.scene.key))
        began_at = self.scene.desk.clock.now()
        cursor = turn.state.get(CURSOR)
        reading = await read_on(self.scene.erp.stock_since, cursor)
        reading = replace(reading, follows=reading.follows and (asked or cursor is not None))
        first = turn.state.get(FIRST)
        return Read(number, first or number, began_at, reading, anew=cursor is None or first is not None)

    def _tick(self, turn: Turn) -> None:
        if _ticking(turn):
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.stock_sweep)
            turn.post(turn.address, SweepStock(), due_at=due)

    def _go_on(self, turn: Turn, wait: float) -> None:
        due = self.scene.desk.clock.now() + timedelta(seconds=wait)
        turn.post(turn.address, SweepStock(tick=_ticking(turn)), due_at=due)

    async def _products(self, read: Read) -> dict[str, str]:
        async with self.scene.desk.database.read() as connection:
            return await products_by_item(connection, *self.scene.key, {row.item_id for row in read.reading.rows})

    async def _store(
        self, work: Work, read: Read, products: dict[str, str], hints: dict[str, Envelope], forgotten: bool
    ) -> None:
        fresh = [_reading(row, products[row.item_id]) for row in read.reading.rows if row.item_id in products]
        changed = await save_readings(work, *self.scene.key, fresh, read.number, read.began_at)
        released: set[str] = set()
        if read.reading.complete:
            released = await finish_read(work, *self.scene.key, read.first, read.began_at)
        if forgotten:
            changed |= await empty_forgotten(work, *self.scene.key, read.number, read.began_at)
        causes = _causes(hints, products)
        late = dict.fromkeys(changed - causes.keys(), self._late_cause(read)) if not read.anew else {}
        passed = changed | released
        await pass_on_stock(work, self.scene.tenant, passed, self._sweep_cause(read), causes=late | causes)
        await self._count(work, read, changed, causes, hints)

    def _sweep_cause(self, read: Read) -> Cause:
        return Cause("stock read", None, read.began_at)

    def _late_cause(self, read: Read) -> Cause:
        """Where webhooks are subscribed to, one should have told of what a sweep finds first."""
        told = self.scene.desk.public_url is not None
        return Cause("stock read", None, read.began_at, unannounced=told)

    async def _count(
        self, work: Work, read: Read, changed: set[str], causes: dict[str, Cause], hints: dict[str, Envelope]
    ) -> None:
        only_swept = len(changed - causes.keys())
        if hints and only_swept:
            await count_swept_only(work, *self.scene.key, only_swept)
        if changed or hints:
            self.scene.tell(
                work,
                "stock.read",
                f"{len(read.reading.rows)} stock rows read for {len(hints)} webhooks, {len(changed)} products changed",
                rows=len(read.reading.rows),
                webhooks=len(hints),
                changed=len(changed),
                only_swept=only_swept,
            )


def _ticking(turn: Turn) -> bool:
    return any(isinstance(one.body, SweepStock) and one.body.tick for one in turn.messages)


def _reading(row: StockRow, product_id: str) -> FreshReading:
    return FreshReading(product_id, row.warehouse_id, row.free_stock.quantize(SIX_PLACES), row.timestamp)


def _causes(hints: dict[str, Envelope], products: dict[str, str]) -> dict[str, Cause]:
    """Return why each product is published: the webhook that announced it, heard at its oldest waiting time."""
    found: dict[str, Cause] = {}
    for item_id, envelope in hints.items():
        body = envelope.body
        if item_id in products and isinstance(body, ItemChanged):
            heard = min(envelope.posted_at, body.accepted_at or envelope.posted_at)
            found[products[item_id]] = Cause("stock changed in Exact", body.event_at, heard)
    return found
