"""What goes wrong in a World by itself, beside the calls: deliveries, services, jobs, busy listeners, the clock."""

import random
from functools import partial

from tests.simulation.estates import PORT
from tests.simulation.simulation import Deliveries, Simulation

JOBS = (
    "CreateListener",
    "UpdateListenerAttribute",
    "AssociateAdditionalCertificatesWithListener",
    "DissociateAdditionalCertificatesFromListener",
)
SERVICES = ("oss", "mns", "cas", "alb", "clb")


class Troubles:
    """Plans the troubles of the first *seconds* of a World."""

    def __init__(self, simulation: Simulation, source: random.Random, seconds: float) -> None:
        self._simulation = simulation
        self._source = source
        self._seconds = seconds

    def mislead(self) -> None:
        """Let handshakes show another certificate, most often for long enough that it is believed."""
        began = self._source.uniform(0, self._seconds * 0.2)
        self._simulation.misled_until = began + self._source.choice((60.0, self._seconds))

    def plan(self) -> None:
        """Put them on the agenda."""
        chance, world = self._source, self._simulation.world
        self._simulation.deliveries = Deliveries(
            duplicated=chance.choice((0.0, 0.2, 0.6)),
            lost=chance.choice((0.0, 0.0, 0.1, 0.4)),
            delayed=chance.choice((0.0, 0.1, 0.5)),
            longest=chance.choice((2.0, 30.0, 200.0)),
        )
        for _ in range(chance.choice((0, 0, 1, 2))):
            world.alb.fail_next_job(chance.choice(JOBS))
        for _ in range(chance.choice((0, 1, 3))):
            trouble = chance.choice((self._stop_service, self._lose_jobs, self._keep_busy, self._jump))
            world.after(chance.uniform(0, self._seconds), "a trouble", trouble)

    def _stop_service(self) -> None:
        """Let a service be down for minutes."""
        service = self._source.choice(SERVICES)
        self._simulation.wire.down[service] = self._simulation.elapsed() + self._source.uniform(10, 600)

    def _lose_jobs(self) -> None:
        """Let ALB forget its jobs; what they do is done all the same."""
        self._simulation.world.alb.jobs.entries.clear()

    def _keep_busy(self) -> None:
        """Let somebody else be at every listener for a while."""
        world, seconds = self._simulation.world, self._source.uniform(5, 120)
        for listener in world.alb.listeners.values():
            if listener.status == "Running" and listener.port == PORT:
                listener.status = "Configuring"
                world.after(seconds, "somebody is done", partial(setattr, listener, "status", "Running"))
        for other in world.clb.listeners.by_address.values():
            if other.status == "running" and other.port == PORT:
                other.status = "configuring"
                world.after(seconds, "somebody is done", partial(setattr, other, "status", "running"))

    def _jump(self) -> None:
        """Let the World's clock jump: whatever was due meanwhile comes late, and at once."""
        self._simulation.world.clock.advance(self._source.choice((5.0, 70.0, 400.0)))
