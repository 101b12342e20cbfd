"""Both generations of the vendor's SDKs, called with a page's flat parameters: what they send is theirs."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from darabonba.exceptions import DaraException

from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from tests.fakecloud.pages.calls import Document, nest
from tests.fakecloud.pages.page import Page, Value

PACKAGES = {"alb": "alibabacloud_alb20200616", "clb": "alibabacloud_slb20140515"}
METHODS = {
    "AssociateAdditionalCertificatesWithListener": "associate_additional_certificates_with_listener",
    "UploadCACertificate": "upload_cacertificate",
    "CreateLoadBalancerHTTPSListener": "create_load_balancer_httpslistener",
    "DescribeServerCertificates": "describe_server_certificates",
    "CreateListener": "create_listener",
}
REGION = "cn-hangzhou"
OWNER = {"OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}
WRITTEN = re.compile(r"result\['(\w+)'\]")
TOLD = re.compile(r"code: \d+, (.*) request id: \S*", re.DOTALL)
Outcome = tuple[int, Document]


def model_paths(page: Page, kind: str) -> set[str]:
    """Return the paths that the SDK's model of *kind* (Request, ResponseBody) has, without the Owner parameters."""
    models = import_module(f"{PACKAGES[page.product]}.models")
    return set(_paths(models, f"{page.action}{kind}", "")) - OWNER


def _paths(models: Any, name: str, prefix: str) -> Iterator[str]:
    for part in WRITTEN.findall(inspect.getsource(getattr(models, name).to_map)):
        yield prefix + part
        if hasattr(models, name + part):
            yield from _paths(models, name + part, f"{prefix}{part}.")


class Generations:
    """Calls a server with either SDK; an answer is its status and document, RequestId left out."""

    def __init__(self, server: Server) -> None:
        self._address = f"127.0.0.1:{server.port}"

    def call_new(self, page: Page, flat: Mapping[str, Value], **options: str) -> Outcome:
        """Call by the product's own package, typed."""
        package = PACKAGES[page.product]
        config = Config(
            access_key_id=ACCESS_KEY_ID,
            access_key_secret=ACCESS_KEY_SECRET,
            endpoint=self._address,
            protocol="HTTP",
            region_id=REGION,
            **options,
        )
        client = import_module(f"{package}.client").Client(config)
        request = getattr(import_module(f"{package}.models"), f"{page.action}Request")().from_map(nest(flat))
        try:
            response = getattr(client, METHODS[page.action])(request)
        except DaraException as error:
            told = TOLD.fullmatch(error.message)
            assert told
            return error.status_code, _of_error(error.code, told[1])
        return response.status_code, _without_id(response.body.to_map())

    def call_old(self, page: Page, flat: Mapping[str, Value], *, in_body: bool = False) -> Outcome:
        """Call by aliyunsdkcore's CommonRequest, which knows no models."""
        client = AcsClient(ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION)
        request = CommonRequest()
        request.set_domain(self._address)
        request.set_protocol_type("http")
        request.set_version(page.version)
        request.set_action_name(page.action)
        request.set_method("POST")
        for name, value in flat.items():
            if in_body and name == "RegionId":
                continue  # the SDK puts its own region into the query
            (request.add_body_params if in_body else request.add_query_param)(name, value)
        try:
            return 200, _without_id(json.loads(client.do_action_with_exception(request)))
        except ServerException as error:
            return error.get_http_status(), _of_error(error.get_error_code(), error.get_error_msg())
        finally:
            client.session.close()


def _of_error(code: str, message: str) -> Document:
    return {"Code": code, "Message": message}


def _without_id(document: Document) -> Document:
    assert document.pop("RequestId")
    return document
