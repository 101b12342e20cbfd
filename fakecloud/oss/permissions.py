"""What calls of OSS need of RAM: other names for some actions, and what a call does beside its main work."""

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
    name = RAM_NAMES.get(action, action)
    path = f"{call.bucket}/{call.key}" if call.key else call.bucket or "*"
    if name == "ListObjects":
        prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
        return [Wish("oss:ListObjects", _arn(call, path), (("oss:Prefix", prefix), ("oss:Delimiter", delimiter)))]
    if action == "DeleteMultipleObjects":
        return [Wish("oss:DeleteObject", _arn(call, f"{call.bucket}/{key}")) for key in _find_keys(call)]
    needs = [Wish(f"oss:{name}", _arn(call, path))]
    if action == "CopyObject":
        needs.insert(0, Wish("oss:GetObject", _arn(call, call.source_path)))
    if name == "PutObject" and call.request.headers.get("x-oss-tagging"):
        needs.append(Wish("oss:PutObjectTagging", _arn(call, path)))
    return needs


def _find_keys(call: OssCall) -> list[str]:
    """Return the keys to delete; an order that cannot be read asks for all of the bucket."""
    try:
        return [item.find_text("Key") or "*" for item in call.read_xml("Delete").find_all("Object")] or ["*"]
    except OssError:
        return ["*"]


def _arn(call: OssCall, path: str) -> str:
    return f"acs:oss:oss-{call.world.region}:{call.world.account_id}:{path}"
