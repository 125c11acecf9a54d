"""HTTP responses of other systems, read up to a limit: a response without end must not fill the memory."""

import requests

CHUNK_BYTES = 16 * 1024


class ResponseTooLarge(requests.RequestException):
    """The response is larger than its limit. The caller treats it as no response."""


def read(answer: requests.Response, *, bytes_max: int) -> bytes:
    """The body of a response that was requested with `stream=True`. A compressed body counts by its decompressed size.

    Close the answer afterwards (`with`): what it still brings is not waited for. Raises `ResponseTooLarge`, and like
    `requests` itself where the other stops in the middle.
    """
    body = bytearray()
    for part in answer.iter_content(CHUNK_BYTES):
        body += part
        if len(body) > bytes_max:
            raise ResponseTooLarge
    return bytes(body)
