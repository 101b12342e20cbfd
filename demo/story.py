"""The demo's story: three drops, two listeners, and the handshakes that prove it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from demo.certificates import Authority, Certificate
from demo.cloud import Cloud
from demo.errors import DemoError
from demo.following import Follower
from demo.handshakes import shake_hands
from demo.screen import Screen

PORT = 443
TARGETS_WITHIN = 20.0  # seconds
SERVED_WITHIN = 50.0
ROOT_FILE = "root.pem"

# What it takes, and nothing twice.
CHANGES: Mapping[tuple[str, str], int] = {
    ("on-cert-uploaded", "UploadUserCertificate"): 3,
    ("create-https-listener", "CreateListener"): 1,
    ("create-https-listener", "UploadServerCertificate"): 1,
    ("create-https-listener", "CreateLoadBalancerHTTPSListener"): 1,
    ("create-https-listener", "StartLoadBalancerListener"): 1,
    ("associate-additional-cert", "AssociateAdditionalCertificatesWithListener"): 2,
}


class Story:
    """Tells the story once; *folder* takes the root certificate. Its zero is when it is made."""

    def __init__(self, cloud: Cloud, authority: Authority, screen: Screen, folder: Path) -> None:
        self._cloud = cloud
        self._screen = screen
        self._root = folder / ROOT_FILE
        self._root.write_bytes(authority.root_pem)
        self._took: dict[str, float] = {}  # what: seconds
        self._shop = authority.issue("shop", ("shop.example", "www.shop.example"), "rsa-2048")
        self._blog = authority.issue("blog", ("blog.example",), "rsa-2048")
        self._api = authority.issue("api", ("api.example",), "p-256")
        self.follower = Follower(cloud, screen)

    def tell(self) -> None:
        """Tell it, to the last handshake; raises DemoError when anything is not as promised."""
        self._screen.chapter("Drop 1: a certificate becomes an HTTPS listener, on ALB and on CLB")
        self.put_targets()
        self.drop(self._shop, "ALB", "CLB")
        self._screen.chapter("Drop 2: another one is served by the same ALB listener (SNI)")
        self.drop(self._blog, "more")
        self._screen.chapter("Drop 3: and one with an elliptic-curve key")
        self.drop(self._api, "more")
        self._screen.chapter("Handshakes: chain verified against the demo's root, name checked, as browsers do")
        self.prove("alb", self._shop, self._blog, self._api)
        self.prove("clb", self._shop)
        self._screen.chapter("What it took")
        self.sum_up(self._shop, self._blog, self._api)

    def put_targets(self) -> None:
        """Say what is to be served where, and wait until it is in force."""
        follower = self.follower
        self._cloud.put("config/targets.yml", json.dumps(self.targets(), indent=2).encode())  # JSON is YAML
        follower.tell("PUT config/targets.yml")
        follower.tick()
        report = "reports/targets.yml.json"
        follower.wait(lambda: self._cloud.read(report) is not None, "config/targets.yml is in force", TARGETS_WITHIN)

    def targets(self) -> dict[str, Any]:
        """Return config/targets.yml: a default certificate on ALB and on CLB, and additional ones on ALB."""
        have, region = self._cloud.resources, self._cloud.region
        alb = {"alb": have["alb"], "region": region, "port": PORT}
        clb = {"clb": have["clb"], "region": region, "port": PORT}
        return {
            "version": 1,
            "targets": [
                {"name": "ALB", "drops": ["shop"], **alb, "listener": {"server_group": have["server_group"]}},
                {"name": "more", "drops": ["blog", "api", "spare"], **alb, "role": "additional"},
                {"name": "CLB", "drops": ["shop"], **clb, "listener": {"vserver_group": have["vserver_group"]}},
            ],
        }

    def drop(self, certificate: Certificate, *targets: str) -> None:
        """Put the files of a certificate and wait until *targets* serve it."""
        follower, drop = self.follower, certificate.drop
        began = follower.elapsed()
        for name, content in certificate.files.items():
            self._cloud.put(f"certs/{drop}/{name}", content)
        names = ",".join(name.removesuffix(".pem") for name in certificate.files)
        follower.tell(f"PUT certs/{drop}/{{{names}}}.pem, {certificate.kind}")
        wanted = {(drop, target) for target in targets}
        follower.wait(lambda: wanted <= follower.served.keys(), f"{drop} is served", SERVED_WITHIN)
        self._check_report(certificate, targets)
        for target in targets:
            what = drop if len(targets) == 1 else f"{drop} on {target}"
            self._took[what] = follower.served[drop, target] - began

    def prove(self, service: str, *certificates: Certificate) -> None:
        """Shake hands for every name of *certificates*; each must be shown its own certificate."""
        load_balancer = self._cloud.resources[service]
        port = self._cloud.tls_port(load_balancer, PORT)
        for certificate in certificates:
            for name in certificate.names:
                shown = shake_hands(port, name, self._root)
                if shown.fingerprint != certificate.fingerprint:
                    raise DemoError(f"{load_balancer}:{PORT} shows another certificate than ours for {name}")
                where = f"{load_balancer}:{PORT}"
                speed = f"{shown.seconds * 1000:.0f} ms"
                self._screen.good(f"{where:<28}  {name:<18} {certificate.kind}  {shown.version}  verified  {speed:>6}")

    def sum_up(self, *certificates: Certificate) -> None:
        """Say what was changed in the cloud and how long it took; raises DemoError when anything was done twice."""
        self.follower.follow()
        made = Counter(self._cloud.changes())
        if made != Counter(CHANGES):
            raise DemoError(f"the cloud was changed by {_count(made)}; promised was {_count(CHANGES)}")
        for (function, action), times in CHANGES.items():
            self._screen.row(function, action, times)
        self._screen.line("")
        self._screen.fact("served", " · ".join(f"{what} in {seconds:.1f} s" for what, seconds in self._took.items()))
        self._screen.note("           from the first file of the drop to the handshake that proves it")
        self._screen.line("")
        names = sum(len(certificate.names) for certificate in certificates)
        done = f"Done: {len(certificates)} certificates for {names} names are served"
        self._screen.good(f"{done}, {self.follower.elapsed():.1f} s after the first PUT.")

    def _check_report(self, certificate: Certificate, targets: Sequence[str]) -> None:
        """Hold the report, which is what people read, to what was told."""
        report = self._cloud.read(f"reports/{certificate.drop}.json")
        found = {one["target"]: (one["status"], one["code"]) for one in report["deployments"]}
        if report["fingerprint"] != certificate.fingerprint or found != dict.fromkeys(targets, ("served", "")):
            raise DemoError(f"reports/{certificate.drop}.json does not say that it is served: {json.dumps(report)}")


def _count(made: Mapping[tuple[str, str], int]) -> str:
    return ", ".join(f"{times} {action}" for (_, action), times in made.items())
