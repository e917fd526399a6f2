"""One GET of a worker's own HTTP port."""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0


class HttpUnavailableError(Exception):
    """The worker's HTTP port does not answer, or not with 200 and JSON."""


async def get_json(url: str) -> dict[str, Any]:
    """The JSON object at `url` (http only: the port is for probes inside a network).

    Raises:
        HttpUnavailableError: with what was asked and what came.
    """
    # The standard library is enough for one request; it blocks, hence the thread.
    status, body = await asyncio.to_thread(_get, url)
    if status != http.client.OK:
        raise HttpUnavailableError(f"{url} answered {status}: {body[:200].decode(errors='replace')}")
    try:
        value = json.loads(body)
    except ValueError as exc:
        raise HttpUnavailableError(f"{url} did not answer with JSON: is it a worker's port?") from exc
    if not isinstance(value, dict):
        raise HttpUnavailableError(f"{url} did not answer with a JSON object: is it a worker's port?")
    return value


async def is_ok(url: str) -> bool:
    """Whether a probe at `url` is answered with 200."""
    try:
        status, _ = await asyncio.to_thread(_get, url)
    except HttpUnavailableError:
        return False
    return status == http.client.OK


def _get(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise HttpUnavailableError(f"{url}: write it as http://HOST:PORT")
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as exc:
        raise HttpUnavailableError(f"nothing answers at {url}: {exc}") from exc
    finally:
        connection.close()
