"""CreateListener: CreateListener (ALB), CreateLoadBalancerHTTPSListener (CLB), as the target in force says."""

from certdrop.cloud.alb_models import (
    CertificateReference,
    CreateListenerRequest,
    DefaultAction,
    ForwardGroupConfig,
    ServerGroupTuple,
)
from certdrop.cloud.alb_models import Tag as AlbTag
from certdrop.cloud.clb_models import CreateLoadBalancerHTTPSListenerRequest
from certdrop.cloud.clb_models import Tag as ClbTag
from certdrop.deployment.listener_settings import AlbListener, ClbListener, HealthCheck
from certdrop.deployment.operations import OperationEnd
from certdrop.errors import Fate
from certdrop.reconcile.scenes import TAG, Scene
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


def alb_request(scene: Scene, settings: AlbListener, token: str) -> CreateListenerRequest:
    """Return the request for an ALB listener."""
    group = ServerGroupTuple(server_group_id=settings.server_group)
    return CreateListenerRequest(
        load_balancer_id=scene.listener.load_balancer,
        listener_port=scene.listener.port,
        listener_protocol=settings.protocol,
        listener_description=settings.description,
        idle_timeout=settings.idle_timeout,
        request_timeout=settings.request_timeout,
        gzip_enabled=settings.gzip,
        http2_enabled=settings.http2,
        security_policy_id=settings.security_policy,
        certificates=(CertificateReference(certificate_id=scene.certificate),),
        default_actions=(DefaultAction(forward_group_config=ForwardGroupConfig(server_group_tuples=(group,))),),
        tag=(AlbTag(key=TAG[0], value=TAG[1]),),
        client_token=token,
    )


def clb_request(scene: Scene, settings: ClbListener) -> CreateLoadBalancerHTTPSListenerRequest:
    """Return the request for a CLB listener."""
    sticky = settings.sticky_session
    return CreateLoadBalancerHTTPSListenerRequest(
        load_balancer_id=scene.listener.load_balancer,
        listener_port=scene.listener.port,
        bandwidth=settings.bandwidth,
        backend_server_port=settings.backend_port,
        v_server_group_id=settings.vserver_group,
        description=settings.description,
        scheduler=settings.scheduler,
        tls_cipher_policy=settings.tls_policy,
        enable_http2="on" if settings.http2 else "off",
        gzip="on" if settings.gzip else "off",
        idle_timeout=settings.idle_timeout,
        request_timeout=settings.request_timeout,
        sticky_session="on" if sticky else "off",
        sticky_session_type=None if sticky is None else "server" if sticky.cookie else "insert",
        cookie=sticky.cookie if sticky else None,
        cookie_timeout=sticky.cookie_timeout if sticky else None,
        server_certificate_id=scene.certificate,
        tag=(ClbTag(key=TAG[0], value=TAG[1]),),
        **_health_check(settings.health_check),
    )


def _health_check(check: HealthCheck | None) -> dict[str, object]:
    if check is None:
        return {"health_check": "off"}
    return {
        "health_check": "on",
        "health_check_uri": None if check.path == "/" else check.path,  # the vendor's default, and not to be sent
        "health_check_method": check.method,
        "health_check_domain": check.domain,
        "health_check_connect_port": check.port,
        "health_check_http_code": check.codes,
        "health_check_interval": check.interval,
        "health_check_timeout": check.timeout,
        "healthy_threshold": check.healthy_threshold,
        "unhealthy_threshold": check.unhealthy_threshold,
    }
