"""CreateListener: CreateListener (ALB), CreateLoadBalancerHTTPSListener (CLB), as the target in force says."""

from certdrop.deployment.listener_settings import AlbListener, ClbListener
from certdrop.deployment.operations import OperationEnd
from certdrop.errors import Fate
from certdrop.reconcile.operations.listener_requests import alb_request, clb_request
from certdrop.reconcile.scenes import Scene
from certdrop.state.config import read_config


def create_listener(scene: Scene, token: str) -> OperationEnd:
    """Create the missing listener with the step's certificate as its default."""
    settings = find_settings(scene)
    if isinstance(settings, AlbListener):
        job = scene.house.cloud.alb(scene.region).create_listener(alb_request(scene, settings, token))
        return OperationEnd(job_id=job.job_id, request_id=job.request_id)
    if isinstance(settings, ClbListener):
        clb = scene.house.cloud.clb(scene.region)
        answer = clb.create_load_balancer_https_listener(clb_request(scene, settings))
        return OperationEnd(request_id=answer.request_id)
    return target_gone()


def target_gone() -> OperationEnd:
    """Return the end of an operation for which the targets in force say nothing any more."""
    return OperationEnd(
        code="target-gone",
        fate=Fate.STALL,
        message="the targets in force no longer say how to create this listener",
        remedy="give the target its `listener:` again, or create the listener yourself",
    )


def find_settings(scene: Scene) -> AlbListener | ClbListener | None:
    """Read from the targets in force how the listener is to be made: by the place, whatever it is called."""
    config = read_config(scene.house.store)
    names = [work.work.target for work in scene.step.works]
    place = scene.step.works[0].work.place
    saying = [one for one in config.targets.targets if one.place == place and one.listener] if config else []
    return min(saying, key=lambda one: one.name not in names).listener if saying else None
