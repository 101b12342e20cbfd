import xml.etree.ElementTree as ET

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.oss.errors import InvalidArgumentError
from fakecloud.oss.listing import from_token, list_page, parse_limit, to_token
from fakecloud.world import World

KEYS = st.text(alphabet="ab/é~", min_size=1, max_size=5)


def follow(keys: list[str], limit: int, prefix: str, delimiter: str) -> tuple[list[str], list[str]]:
    found, folders, marker = [], [], ""
    while True:
        page = list_page(keys, prefix=prefix, delimiter=delimiter, marker=marker, limit=limit)
        found += page.keys
        folders += page.prefixes
        marker = page.next_marker
        if not marker:
            return found, folders


@given(st.sets(KEYS), st.integers(1, 4), st.sampled_from(["", "a", "a/", "é"]))
def test_pages_together_hold_every_key_once_in_order(keys: set[str], limit: int, prefix: str) -> None:
    found, folders = follow(list(keys), limit, prefix, "")
    assert found == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
    assert folders == []


@given(st.sets(KEYS), st.integers(1, 4), st.sampled_from(["", "a", "a/"]))
def test_with_a_delimiter_what_lies_deeper_counts_once(keys: set[str], limit: int, prefix: str) -> None:
    found, folders = follow(list(keys), limit, prefix, "/")
    rest = [key[len(prefix) :] for key in keys if key.startswith(prefix)]
    assert set(found) == {prefix + key for key in rest if "/" not in key}
    assert folders == sorted({prefix + key.partition("/")[0] + "/" for key in rest if "/" in key})


@given(st.text())
def test_a_token_stands_for_its_marker(marker: str) -> None:
    assert from_token(to_token(marker)) == marker


@pytest.mark.parametrize("token", ["no base64!", "/w=="])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgumentError):
        from_token(token)


@pytest.mark.parametrize("text", ["0", "1001", "-1", "x", "²"])
def test_a_page_has_1_to_1000_keys(text: str) -> None:
    assert [parse_limit(good) for good in (None, "", "1", "1000")] == [100, 100, 1, 1000]
    with pytest.raises(InvalidArgumentError):
        parse_limit(text)


@pytest.fixture
def tree(oss: httpx.Client, world: World) -> httpx.Client:
    for key in ("certs/a b.pem", "certs/shop/x", "certs/shop/y", "certs/é", "other"):
        world.oss.put_object("bkt", key, b"hello")
    return oss


def read(answer: httpx.Response) -> ET.Element:
    assert answer.status_code == 200
    return ET.fromstring(answer.text)


def test_a_listing_has_the_documented_elements(tree: httpx.Client) -> None:
    root = read(tree.get("/bkt/?list-type=2&prefix=certs/&delimiter=/&max-keys=2&start-after=certs/a&fetch-owner=true"))
    assert {child.tag: child.text for child in root if len(child) == 0} == {
        "Name": "bkt",
        "Prefix": "certs/",
        "StartAfter": "certs/a",
        "NextContinuationToken": to_token("certs/shop/"),
        "KeyCount": "2",
        "MaxKeys": "2",
        "Delimiter": "/",
        "IsTruncated": "true",
    }
    contents = root.find("Contents")
    assert contents is not None
    assert {child.tag: child.text for child in contents} == {
        "Key": "certs/a b.pem",
        "LastModified": "2026-11-01T12:00:00.000Z",
        "ETag": '"5D41402ABC4B2A76B9719D911017C592"',
        "Type": "Normal",
        "Size": "5",
        "StorageClass": "Standard",
        "Owner": None,
    }
    assert root.findtext("CommonPrefixes/Prefix") == "certs/shop/"


def test_the_next_page_begins_after_a_common_prefix(tree: httpx.Client) -> None:
    token = to_token("certs/shop/")
    root = read(
        tree.get("/bkt/", params={"list-type": "2", "prefix": "certs/", "delimiter": "/", "continuation-token": token})
    )
    assert [key.text for key in root.iterfind("Contents/Key")] == ["certs/é"]
    assert root.findtext("IsTruncated") == "false"
    assert root.findtext("ContinuationToken") == token


def test_keys_can_be_url_encoded(tree: httpx.Client) -> None:
    root = read(tree.get("/bkt/?list-type=2&prefix=certs/&encoding-type=url"))
    assert root.findtext("EncodingType") == "url"
    assert root.findtext("Prefix") == "certs%2F"
    keys = [key.text for key in root.iterfind("Contents/Key")]
    assert keys == ["certs%2Fa%20b.pem", "certs%2Fshop%2Fx", "certs%2Fshop%2Fy", "certs%2F%C3%A9"]
    assert tree.get("/bkt/?list-type=2&encoding-type=rot13").status_code == 400


def test_the_first_version_of_the_action_pages_by_marker(tree: httpx.Client) -> None:
    root = read(tree.get("/bkt/?max-keys=2&marker=certs/a"))
    assert root.findtext("Marker") == "certs/a"
    assert root.findtext("NextMarker") == "certs/shop/x"
    assert root.findtext("Contents/Owner/ID") == "1234567890123456"
    assert read(tree.get("/bkt/?marker=certs/zzz")).findtext("Contents/Key") == "certs/é"


def test_a_bucket_that_is_missing_cannot_be_listed(tree: httpx.Client) -> None:
    assert tree.get("/none/?list-type=2").status_code == 404
