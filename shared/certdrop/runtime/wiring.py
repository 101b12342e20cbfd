"""Puts the House together, once an invocation, from parts that live as long as the instance."""

import functools
import logging
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from certdrop.cloud.account import Account
from certdrop.cloud.carrying import Carrier, HttpxCarrier
from certdrop.ports import Clock, Ids, Random, Sleep
from certdrop.reconcile.house import Dial, House, Memory, Webhook
from certdrop.runtime.context import FcContext, count_down, credentials_of
from certdrop.runtime.logging import make_log
from certdrop.runtime.machine import MachineClock, MachineIds, MachineRandom, TlsDial, machine_sleep
from certdrop.runtime.settings import parse_settings
from certdrop.runtime.webhook import HttpWebhook
from certdrop.state.kept import Kept
from certdrop.state.store import Store

TIMEOUT = httpx.Timeout(10.0, connect=3.0)


@dataclass(frozen=True)
class Wiring:
    """What an instance is made of; the real things unless others are handed in.

    *environ* is read anew at every invocation; *client* and *dial* are made on first use when None.
    """

    environ: Mapping[str, str]
    client: httpx.Client | None = None
    carry: Carrier | None = None  # over the client, unless something else carries
    clock: Clock = field(default_factory=MachineClock)
    ids: Ids = field(default_factory=MachineIds)
    sleep: Sleep = machine_sleep
    random: Random = field(default_factory=MachineRandom)
    dial: Dial | None = None
    webhook: Webhook | None = None  # used when the environment names one
    kept: Kept = field(default_factory=Kept)
    memory: Memory = field(default_factory=Memory)

    def house(self, context: FcContext, function_name: str) -> House:
        """Build the House of an invocation that starts now; SettingsError when the environment is not fit."""
        time_left = count_down(context, self.clock)
        settings = parse_settings(self.environ)
        credentials = credentials_of(context, self.environ)
        cloud = Account(
            settings,
            credentials,
            self.carry or HttpxCarrier(self.client or self._own_client),
            clock=self.clock,
            ids=self.ids,
            sleep=self.sleep,
            random=self.random,
            time_left=time_left,
        )
        secrets = [credentials.access_key_secret, credentials.security_token or ""]
        return House(
            function=function_name,
            settings=settings,
            cloud=cloud,
            store=Store(cloud.oss, settings.bucket, self.kept),
            clock=self.clock,
            ids=self.ids,
            dial=self.dial or TlsDial(settings.dial),
            log=make_log(self.clock, [*secrets, settings.webhook]),
            time_left=time_left,
            memory=self.memory,
            webhook=self._webhook(settings.webhook, secrets),
        )

    def _webhook(self, url: str, secrets: Sequence[str]) -> Webhook | None:
        if not url:
            return None
        return self.webhook or HttpWebhook(url, self.client or self._own_client, secrets)

    @functools.cached_property
    def _own_client(self) -> httpx.Client:
        """The instance's one client: a second one would read the CA file again."""
        return make_client()


def make_client() -> httpx.Client:
    """Return a client that follows no redirects and no proxy of the environment: requests carry keys."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at INFO httpx logs every URL
    return httpx.Client(verify=_make_context(), trust_env=False, follow_redirects=False, timeout=TIMEOUT)


def _make_context() -> ssl.SSLContext:
    """Return a verifying context; half the cost of ssl.create_default_context(), which loads the system's roots too."""
    import certifi

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    return context


@functools.cache
def default_wiring() -> Wiring:
    """Return the wiring of this instance: the real world, and its environment as it is at each invocation."""
    return Wiring(os.environ)  # noqa: TID251 runtime/ is where the environment comes in
