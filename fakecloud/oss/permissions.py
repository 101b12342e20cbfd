"""What calls of OSS need of RAM: other names for some actions, and what a call does beside its main work."""

from collections.abc import Iterator

from fakecloud.oss.call import OssCall
from fakecloud.oss.errors import OssError
from fakecloud.ram import Wish

RAM_NAMES = {
    "HeadObject": "GetObject",
    "GetObjectMeta": "GetObject",
    "ListObjectsV2": "ListObjects",
    "CopyObject": "PutObject",
    "DeleteMultipleObjects": "DeleteObject",
}


def find_needs(call: OssCall, action: str) -> list[Wish]:
    """Return what a call needs, all of it; *action* is the vendor's name of the operation."""
    return list(_find(call, action))


def _find(call: OssCall, action: str) -> Iterator[Wish]:
    name = RAM_NAMES.get(action, action)
    path = f"{call.bucket}/{call.key}" if call.key else call.bucket or "*"
    if name == "ListObjects":
        prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
        yield Wish("oss:ListObjects", _arn(call, path), (("oss:Prefix", prefix), ("oss:Delimiter", delimiter)))
        return
    if action == "DeleteMultipleObjects":
        for key in _find_keys(call):
            yield Wish("oss:DeleteObject", _arn(call, f"{call.bucket}/{key}"))
        return
    if action == "CopyObject":
        yield Wish("oss:GetObject", _arn(call, call.source_path))
    yield Wish(f"oss:{name}", _arn(call, path))
    if name == "PutObject" and call.request.headers.get("x-oss-tagging"):
        yield Wish("oss:PutObjectTagging", _arn(call, path))


def _find_keys(call: OssCall) -> list[str]:
    """Return the keys to delete; an order that cannot be read asks for all of the bucket."""
    try:
        return [item.find_text("Key") or "*" for item in call.read_xml("Delete").find_all("Object")] or ["*"]
    except OssError:
        return ["*"]


def _arn(call: OssCall, path: str) -> str:
    return f"acs:oss:oss-{call.world.region}:{call.world.account_id}:{path}"
