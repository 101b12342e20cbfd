"""What can be done with an object, one function an action of the vendor's API."""

import base64
from dataclasses import replace

from fakecloud.http import Response
from fakecloud.markup import branch, leaf
from fakecloud.oss.call import OssCall, describe, verify_tags
from fakecloud.oss.conditions import find_range, verify_conditions
from fakecloud.oss.errors import InvalidArgumentError, OssError
from fakecloud.oss.notifications import to_timestamp
from fakecloud.oss.objects import Properties, StoredObject

_OVERRIDES = {
    f"response-{name.lower()}": name
    for name in (
        "Content-Type",
        "Content-Language",
        "Expires",
        "Cache-Control",
        "Content-Disposition",
        "Content-Encoding",
    )
}


def put_object(call: OssCall) -> Response:
    """Put an object; there is no conditional PUT but x-oss-forbid-overwrite."""
    if "if-modified-since" in call.request.headers:
        message = "A header you provided implies functionality that is not implemented."
        raise OssError(400, "NotImplemented", message, Header="If-Modified-Since")
    stored = call.world.oss.put_object(
        call.bucket,
        call.key,
        call.read_body(),
        properties=call.read_properties(),
        forbid_overwrite=call.forbid_overwrite,
        request_id=call.request_id,
    )
    answer = call.answer(ETag=f'"{stored.etag}"', x_oss_hash_crc64ecma=str(stored.crc64))
    answer.headers["Content-MD5"] = _content_md5(stored)
    return answer


def copy_object(call: OssCall) -> Response:
    """Copy an object on the server, with its properties and tags or with the request's."""
    source = call.find_source()
    verify_conditions(call.request.headers, source, prefix="x-oss-copy-source-")
    stored = call.world.oss.copy_object(
        source,
        call.bucket,
        call.key,
        properties=_copied_properties(call, source),
        forbid_overwrite=call.forbid_overwrite,
        request_id=call.request_id,
    )
    modified, etag = leaf("LastModified", to_timestamp(stored.last_modified)), leaf("ETag", f'"{stored.etag}"')
    return call.answer(branch("CopyObjectResult", modified, etag), x_oss_hash_crc64ecma=str(stored.crc64))


def _copied_properties(call: OssCall, source: StoredObject) -> Properties:
    replaced = {name: _read_directive(call, f"x-oss-{name}-directive") == "REPLACE" for name in ("metadata", "tagging")}
    properties = call.read_properties() if replaced["metadata"] else source.properties
    return replace(properties, tags=call.read_tags() if replaced["tagging"] else source.properties.tags)


def _read_directive(call: OssCall, name: str) -> str:
    directive = call.request.headers.get(name, "COPY")
    if directive.upper() not in ("COPY", "REPLACE"):
        raise InvalidArgumentError(f"The {name} is invalid.", name, directive)
    return directive.upper()


def get_object(call: OssCall) -> Response:
    """Return an object or a range of it."""
    stored = call.world.oss.get_object(call.bucket, call.key)
    verify_conditions(call.request.headers, stored)
    headers = describe(stored)
    for parameter, name in _OVERRIDES.items() if call.query else ():
        if call.query.get(parameter):
            headers[name] = call.query[parameter]
    part = find_range(call.request.headers.get("range"), stored.size)
    if part is None:
        return Response(200, {**headers, "Content-MD5": _content_md5(stored)}, stored.body)
    first, last = part
    headers["Content-Range"] = f"bytes {first}-{last}/{stored.size}"
    return Response(206, headers, stored.body[first : last + 1])


def head_object(call: OssCall) -> Response:
    """Return an object's headers."""
    stored = call.world.oss.get_object(call.bucket, call.key)
    verify_conditions(call.request.headers, stored)
    headers = {**describe(stored), "Content-MD5": _content_md5(stored), "Content-Length": str(stored.size)}
    return Response(200, headers)


def get_object_meta(call: OssCall) -> Response:
    """Return ETag, length and time of an object."""
    stored = call.world.oss.get_object(call.bucket, call.key)
    names = ("ETag", "Last-Modified", "x-oss-hash-crc64ecma")
    headers = {name: value for name, value in describe(stored).items() if name in names}
    return Response(200, {**headers, "Content-Length": str(stored.size)})


def delete_object(call: OssCall) -> Response:
    """Delete an object, whether it is there or not."""
    call.world.oss.delete_object(call.bucket, call.key, request_id=call.request_id)
    return call.answer(status=204)


def put_object_tagging(call: OssCall) -> Response:
    """Replace an object's tags."""
    tags = [
        (tag.find_text("Key") or "", tag.find_text("Value") or "")
        for tag_set in call.read_xml("Tagging").find_all("TagSet")
        for tag in tag_set.find_all("Tag")
    ]
    call.world.oss.put_object_tagging(call.bucket, call.key, verify_tags(tags))
    return call.answer()


def get_object_tagging(call: OssCall) -> Response:
    """Return an object's tags."""
    tags = call.world.oss.get_object(call.bucket, call.key).properties.tags
    written = (branch("Tag", leaf("Key", key), leaf("Value", value)) for key, value in tags.items())
    return call.answer(branch("Tagging", branch("TagSet", *written)))


def delete_object_tagging(call: OssCall) -> Response:
    """Remove an object's tags."""
    call.world.oss.put_object_tagging(call.bucket, call.key, {})
    return call.answer(status=204)


def _content_md5(stored: StoredObject) -> str:
    """Return the ETag's bytes in base64."""
    return base64.b64encode(bytes.fromhex(stored.etag)).decode()
