"""Requests to a server on loopback: in plain HTTP, for which no roots of trust need to be read."""

from functools import partial

import httpx

Client = partial(httpx.Client, trust_env=False, verify=False)
request = partial(httpx.request, trust_env=False, verify=False)
delete, get, post, put = (partial(request, method) for method in ("DELETE", "GET", "POST", "PUT"))
