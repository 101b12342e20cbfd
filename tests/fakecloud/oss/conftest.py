"""A bucket, and a client in process that signs."""

from collections.abc import Iterator

import httpx
import pytest

from fakecloud.app import App
from fakecloud.oss.objects import Bucket
from fakecloud.world import World
from tests.fakecloud.signing import OssAuth


@pytest.fixture
def bucket(world: World) -> Bucket:
    return world.oss.create_bucket("bkt")


@pytest.fixture
def oss(app: App, bucket: Bucket) -> Iterator[httpx.Client]:
    """A signing client whose paths start at /bkt/<key>."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud", auth=OssAuth()) as client:
        yield client
