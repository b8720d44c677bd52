"""The control lane of a channel: its listings, its webhook subscriptions, the keys that sign them."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from hub.actors.channel.scene import Scene
from hub.actors.desk import privacy_address
from hub.actors.hooks import heal_hooks
from hub.actors.messages import CheckChannelHooks, EraseBuyers, PullHints, ReadHookKeys, ReadListings
from hub.actors.messages_after_sale import SweepReturns
from hub.actors.messages_patrol import BeginRound
from hub.actors.runtime.turn import Turn
from hub.domain.platform import PROFILES
from hub.store.channels import change_channel
from hub.store.sealed import CHANNEL_HOOK_SECRET


class ControlLane:
    """Keeps what the channel offers, and its webhooks, in order."""

    batch = 1

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Handle one chore."""
        match turn.messages[0].body:
            case ReadListings(tick):
                self._read_listings(turn, tick)
            case CheckChannelHooks(tick):
                await self._check_hooks(turn, tick)
            case ReadHookKeys():
                await self._read_keys(turn)

    def _read_listings(self, turn: Turn, tick: bool) -> None:
        turn.post(turn.address, BeginRound(hurry=not tick))
        if tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.listings)
            turn.post(turn.address, ReadListings(), due_at=due)

    async def _check_hooks(self, turn: Turn, tick: bool) -> None:
        now = self.scene.desk.clock.now()
        channel = self.scene.channel
        if channel.hook_topics and (channel.queue or self.scene.desk.public_url):
            await self._heal(turn)
        if channel.queue is not None:
            turn.post(turn.address, PullHints())
        turn.post(privacy_address(*self.scene.key), EraseBuyers())
        if PROFILES[self.scene.stored.platform].tells_returns:
            turn.post(turn.address, SweepReturns())
        if tick:
            due = now + timedelta(seconds=self.scene.desk.pace.hooks)
            turn.post(turn.address, CheckChannelHooks(), due_at=due)

    async def _heal(self, turn: Turn) -> None:
        secret = await self._secret(turn)
        channel = self.scene.channel
        path = "/".join(("webhooks", self.scene.stored.platform.value, *self.scene.key))
        callback = channel.queue or f"{self.scene.desk.public_url}/{path}"
        await heal_hooks(
            turn,
            self.scene.desk.clock,
            topics=channel.hook_topics,
            callback=callback,
            listed=await channel.subscriptions(),
            subscribe=lambda topic: channel.subscribe(topic, callback, secret),
            unsubscribe=channel.unsubscribe,
        )

    async def _secret(self, turn: Turn) -> str:
        """Return the secret webhooks are verified with, made and stored before the first subscription uses it."""
        given = await self.scene.channel.hook_secret()
        place = CHANNEL_HOOK_SECRET.place(*self.scene.key)
        if given is None and self.scene.stored.hook_secret is not None:
            return self.scene.desk.vault.open(self.scene.stored.hook_secret, place).decode()
        secret = given or token_urlsafe(32)
        sealed = self.scene.desk.vault.seal(secret.encode(), place)
        await turn.checkpoint(lambda work: change_channel(work, *self.scene.key, hook_secret=sealed))
        return secret

    async def _read_keys(self, turn: Turn) -> None:
        await self._secret(turn)
