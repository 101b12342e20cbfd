"""Every element of the five pages' answers: fakecloud tells it, in its type and no other, and certdrop reads it."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from certdrop.cloud import alb_answers, clb_answers
from certdrop.cloud.wire import RpcResponse
from fakecloud.clb.certificates import Label
from fakecloud.clb.resources import CasReference
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers, Document
from tests.fakecloud.pages.page import PAGES, Page
from tests.fakecloud.pages.scenes import Scene, issue_rsa

TYPES = {"string": str, "integer": int, "object": dict, "list": list}
ANSWERS: dict[str, type[BaseModel]] = {
    "AssociateAdditionalCertificatesWithListener": alb_answers.JobResponse,
    "UploadCACertificate": clb_answers.UploadCACertificateResponse,
    "CreateLoadBalancerHTTPSListener": RpcResponse,
    "DescribeServerCertificates": clb_answers.DescribeServerCertificatesResponse,
    "CreateListener": alb_answers.CreateListenerResponse,
}


def elements(document: Document, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield the elements by path, those of a list's items without indices."""
    for name, value in document.items():
        yield prefix + name, value
        for item in value if isinstance(value, list | tuple) else [value]:
            if isinstance(item, dict):
                yield from elements(item, f"{prefix}{name}.")


def refer_to_cas(scene: Scene) -> None:
    """Let the region have a certificate with all that can be told of one."""
    leaf = issue_rsa()
    cas = scene.world.cas
    kept = cas.upload_user_certificate("shop", leaf.pem.decode(), leaf.key_pem.decode())
    reference = CasReference(kept.cert_identifier, "shop", "cn-hangzhou")
    scene.world.clb.certificates.refer_to_cas("cn-hangzhou", reference, Label("shop", "rg-shop", (("env", "prod"),)))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_fakecloud_answers_all_elements_in_their_types(page: Page, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    refer_to_cas(scene)
    answer = answers.answer(page.product, page.action, scene.call())
    told = dict(elements(answer))
    assert set(told) == set(page.elements)
    for path, kind in page.elements.items():
        assert type(told[path]) is TYPES[kind], path
        assert told[path] != "", path


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_certdrop_has_every_element_and_reads_the_answer(page: Page, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    refer_to_cas(scene)
    answer = answers.answer(page.product, page.action, scene.call())
    read = ANSWERS[page.action].model_validate(answer).model_dump(by_alias=True)
    known = {path for path, _ in elements(read)}
    # CLB wraps its arrays in an object that names their element; certdrop has the array itself.
    missing = {path for path in map(unwrap, page.elements) if path not in known}
    assert missing == set()


def unwrap(path: str) -> str:
    """Return *path* without the names that CLB wraps arrays in: `Tags.Tag` is `Tags`."""
    names = path.split(".")
    return ".".join(name for before, name in zip(["", *names], names, strict=False) if before != f"{name}s")
