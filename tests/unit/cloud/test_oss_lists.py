"""Lists of a bucket: all their pages, cut where they are asked to be, and none that cannot be read."""

from datetime import datetime, timezone
from urllib.parse import parse_qsl, quote, unquote

import httpx
import pytest

from certdrop.cloud.oss_wire import OssEntry
from certdrop.errors import LostAnswerError
from tests.unit.cloud.doubles import Cloud, answering, check_oss_signature

MOMENT = datetime(2026, 11, 22, 1, 0, 0, tzinfo=timezone.utc)


def bucket_of(keys: list[str], page_size: int = 1000) -> Cloud:
    """A bucket whose lists are cut at *page_size*, as ListObjectsV2 answers with encoding-type=url."""

    def handler(request: httpx.Request) -> httpx.Response:
        query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
        assert (query["list-type"], query["encoding-type"]) == ("2", "url")
        after = unquote(query.get("continuation-token", "")) or query.get("start-after", "")
        matching = [key for key in sorted(keys) if key.startswith(query.get("prefix", "")) and key > after]
        size = min(page_size, int(query["max-keys"]))
        shown, more = matching[:size], len(matching) > size
        delimiter = query.get("delimiter")
        items = "".join(item_of(key, query.get("prefix", ""), delimiter) for key in shown)
        token = f"<NextContinuationToken>{quote(shown[-1])}</NextContinuationToken>" if more else ""
        return httpx.Response(
            200,
            text=f"<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token}{items}</ListBucketResult>",
        )

    return Cloud(handler)


def item_of(key: str, prefix: str, delimiter: str | None) -> str:
    rest = key[len(prefix) :]
    if delimiter and delimiter in rest:
        folder = prefix + rest.partition(delimiter)[0] + delimiter
        return f"<CommonPrefixes><Prefix>{quote(folder, safe='')}</Prefix></CommonPrefixes>"
    return (
        f'<Contents><Key>{quote(key, safe="")}</Key><ETag>"E{len(key)}"</ETag><Size>5</Size>'
        "<LastModified>2026-11-22T01:00:00.000Z</LastModified></Contents>"
    )


def test_a_list_follows_all_pages() -> None:
    keys = [f"certs/a b+ü&<{number:03}>%2F.pem" for number in range(7)]
    cloud = bucket_of([*keys, "other"], page_size=3)
    entries = cloud.account().oss.list_objects("certs/")
    assert [entry.key for entry in entries] == keys
    assert entries[0] == OssEntry(keys[0], f"E{len(keys[0])}", 5, MOMENT)
    assert len(cloud.requests) == 3
    for request in cloud.requests:
        check_oss_signature(request, "")


def test_a_list_with_a_limit_is_one_request() -> None:
    cloud = bucket_of([f"k{number}" for number in range(5)], page_size=3)
    entries = cloud.account().oss.list_objects("k", limit=2, start_after="k1")
    assert [entry.key for entry in entries] == ["k2", "k3"]
    assert dict(cloud.requests[0].url.params)["max-keys"] == "2"
    assert len(cloud.requests) == 1


def test_an_empty_list_is_empty() -> None:
    assert bucket_of([]).account().oss.list_objects("certs/") == []


def test_prefixes_are_the_folders_right_below() -> None:
    cloud = bucket_of(["certs/a/1", "certs/b c/2", "certs/file"], page_size=1)
    assert cloud.account().oss.list_prefixes("certs/") == ["certs/a/", "certs/b c/"]


def test_a_delimiter_keeps_deeper_objects_out() -> None:
    cloud = bucket_of(["certs/a/1", "certs/file"])
    assert [entry.key for entry in cloud.account().oss.list_objects("certs/", delimiter="/")] == ["certs/file"]


@pytest.mark.parametrize(
    "text",
    [
        "not xml",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "<A><Contents/></A>",
        f"<A>{item_of('k', '', None).replace('Z<', '<')}</A>",  # a time without its zone
        f"<A>{'<B/>' * 100_000}</A>",
    ],
    ids=["no XML", "entities", "no key", "no time zone", "too many tags"],
)
def test_a_list_that_cannot_be_read_is_a_lost_answer(text: str) -> None:
    with pytest.raises(LostAnswerError, match="UnreadableAnswer") as caught:
        answering(httpx.Response(200, text=text)).account().oss.list_objects("x")
    assert caught.value.__context__ is None
