"""The real causes of the pages' error codes: each makes one in a scene and returns what its call changes."""

from collections.abc import Callable, Mapping

from tests.fakecloud.pages import causes_of_alb, causes_of_clb
from tests.fakecloud.pages.cases import Changes
from tests.fakecloud.pages.scenes import Scene

Cause = Callable[[Scene], Changes]
CAUSES: Mapping[str, Mapping[str, Cause]] = {
    "CreateListener": causes_of_alb.CREATE,
    "AssociateAdditionalCertificatesWithListener": causes_of_alb.ASSOCIATE,
    "CreateLoadBalancerHTTPSListener": causes_of_clb.CREATE,
    "UploadCACertificate": causes_of_clb.TAGS,
    "DescribeServerCertificates": causes_of_clb.DESCRIBE,
}
