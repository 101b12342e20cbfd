"""The services of a World: one state object each."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakecloud.world import World


def install(world: "World") -> None:
    """Give *world* its services, in the order of who needs whom."""
    from fakecloud.alb.models import Alb
    from fakecloud.cas.models import Cas
    from fakecloud.clb.models import Clb
    from fakecloud.fc.models import FunctionCompute
    from fakecloud.mns.models import Mns
    from fakecloud.oss.models import Oss

    world.oss = Oss(world)
    world.mns = Mns(world)
    world.cas = Cas(world)
    world.clb = Clb(world)
    world.alb = Alb(world)
    world.fc = FunctionCompute(world)
