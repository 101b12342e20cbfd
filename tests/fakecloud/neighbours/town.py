"""An account that has something of everything, and a call for each action that finds it."""

from collections.abc import Callable, Mapping

from fakecloud.clb.certificates import Label
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers, Document
from tests.fakecloud.pages.page import Value
from tests.fakecloud.pages.scenes import GROUP, TAGS, Scene, issue_rsa, root

REGION: Mapping[str, Value] = {"RegionId": "cn-hangzhou"}
PORT = 443


class Town:
    """An ALB instance and a CLB one, each with a listener that has all there is, and the certificates of both."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answers = Answers(world)
        self._build_alb()
        self._build_cas()
        self._build_clb()

    def ask(self, product: str, action: str) -> Document:
        """Make the action's call and return the answer."""
        return self.answers.answer(product, action, CALLS[action](self))

    def _build_alb(self) -> None:
        scene = Scene(self.world, "alb", "CreateListener", tags=dict(TAGS))
        scene.instance.locks = {"FinancialLocked": "overdue"}
        listener = scene.add_listener(PORT, "HTTPS", ca_enabled=True, client_ca=scene.fill("<ca_certificate>"))
        listener.tags = dict(TAGS)
        self.listener_id = listener.id
        other = self.world.alb.create_load_balancer()
        scene.add_listener(PORT, "HTTPS", load_balancer=other)
        self.load_balancer_id = scene.instance.id
        self.extra_id, self.new_id = scene.fill("<certificate:1>"), scene.fill("<certificate:2>")
        self._associate(self.extra_id)
        self.world.alb.fail_next_job("UpdateListenerAttribute")
        self.answers.answer("alb", "UpdateListenerAttribute", {"ListenerId": self.listener_id, "GzipEnabled": False})
        self.world.advance(60)

    def _associate(self, certificate_id: str) -> None:
        act = self.world.alb.associate_additional_certificates_with_listener
        act(self.listener_id, [certificate_id], dry_run=False)
        self.world.advance(60)

    def _build_cas(self) -> None:
        leaf = issue_rsa()
        self.pem, self.key = leaf.pem.decode(), leaf.traditional_key_pem.decode()
        kept = self.world.cas.upload_user_certificate("shop", self.pem, self.key, resource_group_id=GROUP, tags=TAGS)
        self.cas_id = kept.certificate_id

    def _build_clb(self) -> None:
        instance = self.world.clb.create_load_balancer("web", vpc_id="vpc-1")
        instance.tags = TAGS
        certificates, label = self.world.clb.certificates, Label("shop", GROUP, TAGS)
        self.clb_id = instance.load_balancer_id
        upload = certificates.upload_server_certificate
        self.server_id, self.spare_id = (
            upload(self.world.region, self.pem, self.key, label).certificate_id for _ in range(2)
        )
        self.ca_id = certificates.upload_ca_certificate(self.world.region, root().pem.decode(), label).certificate_id
        self.answers.answer("clb", "CreateLoadBalancerHTTPSListener", self.new_clb_listener(PORT))
        self.answers.answer("clb", "StartLoadBalancerListener", self.at)
        self.world.advance(60)
        self.extension_id = self.answers.answer(
            "clb", "CreateDomainExtension", {**self.at, "Domain": "shop.example", "ServerCertificateId": self.server_id}
        )["DomainExtensionId"]
        self.world.advance(60)

    @property
    def at(self) -> Mapping[str, Value]:
        """The CLB listener's address."""
        return {**REGION, "LoadBalancerId": self.clb_id, "ListenerPort": PORT}

    def new_clb_listener(self, port: int) -> Mapping[str, Value]:
        """What makes a CLB listener."""
        return {
            **self.at,
            "ListenerPort": port,
            "Bandwidth": -1,
            "BackendServerPort": 80,
            "HealthCheck": "on",
            "ServerCertificateId": self.server_id,
            "AclStatus": "on",
            "AclType": "white",
            "AclId": self.world.clb.create_access_control_list(),
            "Tag.1.Key": "env",
            "Tag.1.Value": "prod",
        }

    def new_alb_listener(self) -> Mapping[str, Value]:
        """What makes an ALB listener."""
        return {
            "LoadBalancerId": self.load_balancer_id,
            "ListenerProtocol": "HTTP",
            "ListenerPort": 80,
            "DefaultActions.1.Type": "ForwardGroup",
            "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId": next(
                iter(self.world.alb.server_groups)
            ),
        }


def _listener(town: Town, **more: Value) -> Mapping[str, Value]:
    return {"ListenerId": town.listener_id, **more}


def _stopped_listener(town: Town) -> Mapping[str, Value]:
    town.answers.answer("alb", "StopListener", _listener(town))
    town.world.advance(60)
    return _listener(town)


def _stopped_clb_listener(town: Town) -> Mapping[str, Value]:
    town.answers.answer("clb", "StopLoadBalancerListener", town.at)
    town.world.advance(60)
    return town.at


def _certificate(town: Town, certificate_id: str) -> Mapping[str, Value]:
    return {"ListenerId": town.listener_id, "Certificates.1.CertificateId": certificate_id}


Call = Callable[[Town], Mapping[str, Value]]
CALLS: Mapping[str, Call] = {
    "CreateListener": Town.new_alb_listener,
    "UpdateListenerAttribute": lambda town: _listener(town, IdleTimeout=20),
    "AssociateAdditionalCertificatesWithListener": lambda town: _certificate(town, town.new_id),
    "DissociateAdditionalCertificatesFromListener": lambda town: _certificate(town, town.extra_id),
    "StartListener": _stopped_listener,
    "StopListener": _listener,
    "DeleteListener": _listener,
    "GetListenerAttribute": _listener,
    "ListListeners": lambda _: {"MaxResults": 1},
    "ListListenerCertificates": lambda town: _listener(town, MaxResults=1),
    "ListAsynJobs": lambda _: {"MaxResults": 1},
    "GetLoadBalancerAttribute": lambda town: {"LoadBalancerId": town.load_balancer_id},
    "ListLoadBalancers": lambda _: {"MaxResults": 1},
    "UploadServerCertificate": lambda town: {**REGION, "ServerCertificate": town.pem, "PrivateKey": town.key},
    "UploadCACertificate": lambda _: {**REGION, "CACertificate": root().pem.decode()},
    "DescribeServerCertificates": lambda _: REGION,
    "DescribeCACertificates": lambda _: REGION,
    "DeleteServerCertificate": lambda town: {**REGION, "ServerCertificateId": town.spare_id},
    "DeleteCACertificate": lambda town: {**REGION, "CACertificateId": town.ca_id},
    "SetServerCertificateName": lambda town: {
        **REGION,
        "ServerCertificateId": town.server_id,
        "ServerCertificateName": "new",
    },
    "SetCACertificateName": lambda town: {**REGION, "CACertificateId": town.ca_id, "CACertificateName": "new"},
    "CreateLoadBalancerHTTPSListener": lambda town: town.new_clb_listener(8443),
    "SetLoadBalancerHTTPSListenerAttribute": lambda town: {**town.at, "IdleTimeout": 20},
    "StartLoadBalancerListener": _stopped_clb_listener,
    "StopLoadBalancerListener": lambda town: town.at,
    "DeleteLoadBalancerListener": lambda town: town.at,
    "DescribeLoadBalancerHTTPSListenerAttribute": lambda town: town.at,
    "CreateDomainExtension": lambda town: {
        **town.at,
        "Domain": "a.shop.example",
        "ServerCertificateId": town.server_id,
    },
    "SetDomainExtensionAttribute": lambda town: {
        **REGION,
        "DomainExtensionId": town.extension_id,
        "ServerCertificateId": town.spare_id,
    },
    "DeleteDomainExtension": lambda town: {**REGION, "DomainExtensionId": town.extension_id},
    "DescribeDomainExtensions": lambda town: town.at,
    "DescribeDomainExtensionAttribute": lambda town: {**REGION, "DomainExtensionId": town.extension_id},
    "DescribeLoadBalancerAttribute": lambda town: {**REGION, "LoadBalancerId": town.clb_id},
    "DescribeLoadBalancers": lambda _: REGION,
    "DescribeRegions": lambda _: {},
    "UploadUserCertificate": lambda town: {"Name": "new", "Cert": town.pem, "Key": town.key},
    "DeleteUserCertificate": lambda town: {"CertId": town.cas_id},
    "ListCertificates": lambda _: {},
    "GetCertificateDetail": lambda town: {"CertificateId": town.cas_id},
    "ListUserCertificateOrder": lambda _: {"OrderType": "UPLOAD"},
    "GetUserCertificateDetail": lambda town: {"CertId": town.cas_id},
}
