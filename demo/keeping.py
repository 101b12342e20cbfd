"""What a person can do with a cloud that stays up: look, shake hands, drop another certificate."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.request import getproxies

from demo.certificates import Certificate
from demo.cloud import HOST, READY, Cloud
from demo.screen import Screen
from demo.story import PORT, ROOT_FILE

# Signature V1 of OSS: the shortest that a shell can make.
SCRIPT = """#!/bin/sh
# {usage}
set -eu
url={url} bucket={bucket} key_id={key_id} secret={secret}
ask() {{ # METHOD KEY [curl options]
    method=$1 key=$2; shift 2
    date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
    text=$(printf '%s\\n\\n\\n%s\\n/%s/%s' "$method" "$date" "$bucket" "$key")
    signature=$(printf %s "$text" | openssl dgst -sha1 -hmac "$secret" -binary | base64)
    curl --noproxy '*' --silent --show-error --fail \\
        -H "Date: $date" -H "Authorization: OSS $key_id:$signature" "$@" "$url/$bucket/$key"
}}
{work}
"""
PUT_USAGE = "put FOLDER_OR_FILE KEY/: puts files into the bucket."
PUT_WORK = """for file in $(find "$1" -type f | sort); do
    ask PUT "$2$(basename "$file")" -T "$file"
done"""
GET_USAGE = "get KEY: shows an object of the bucket."
GET_WORK = 'ask GET "$1"'


def write_tools(cloud: Cloud, folder: Path, spare: Certificate) -> None:
    """Write two small scripts that need curl and openssl only, and a certificate to drop, into *folder*."""
    files = folder / spare.drop
    files.mkdir()
    for name, content in spare.files.items():
        (files / name).write_bytes(content)
    for name, usage, work in (("put", PUT_USAGE, PUT_WORK), ("get", GET_USAGE, GET_WORK)):
        script = folder / name
        script.write_text(SCRIPT.format(usage=usage, work=work, **_access(cloud)), "utf-8")
        script.chmod(0o700)


def show_what_to_try(cloud: Cloud, screen: Screen, folder: Path, spare: Certificate) -> None:
    """Print commands that work as they stand."""
    root, put, get = folder / ROOT_FILE, folder / "put", folder / "get"
    alb, clb = (cloud.tls_port(cloud.resources[service], PORT) for service in ("alb", "clb"))
    screen.chapter("It stays up; Ctrl-C ends it")
    screen.note("Shake hands, with ALB and with CLB:")
    screen.line(f"openssl s_client -connect {HOST}:{alb} -servername shop.example -CAfile {root} -brief </dev/null")
    screen.line(_curl(root, "api.example", alb))
    screen.line(_curl(root, "www.shop.example", clb))
    screen.note("Drop another certificate; the timeline goes on below, and within a minute it is proven:")
    screen.line(f"{put} {folder / spare.drop} certs/{spare.drop}/")
    screen.line(_curl(root, spare.names[0], alb))
    screen.note("Read the reports, the status page, and where listeners are:")
    screen.line(f"{get} reports/{spare.drop}.json")
    screen.line(f"{get} status/index.html")
    screen.line(f"{_bare_curl()} {cloud.url}/_fakecloud/listeners")
    screen.note(f"Everything else an SDK or tool needs is in {folder / READY}.")
    screen.line("")


def _curl(root: Path, name: str, port: int) -> str:
    return f"{_bare_curl()} --cacert {root} --connect-to {name}:{PORT}:{HOST}:{port} https://{name}/"


def _bare_curl() -> str:
    """Return how to call curl here: what is on loopback must not be asked of a proxy."""
    return "curl -s --noproxy '*'" if {"http", "https", "all"} & getproxies().keys() else "curl -s"


def _access(cloud: Cloud) -> Mapping[str, str]:
    document = cloud.document
    access = {
        "url": cloud.url,
        "bucket": cloud.bucket,
        "key_id": document["access_key_id"],
        "secret": document["access_key_secret"],
    }
    return {name: shlex.quote(str(value)) for name, value in access.items()}
