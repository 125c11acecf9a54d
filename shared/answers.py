"""Others' answers over HTTP, read no further than a limit: whoever answers without end must not fill our memory."""

import requests

PART_BYTES = 16 * 1024


class AnswerTooLarge(requests.RequestException):
    """More came than such an answer can be. To who asked it is one of the ways in which nothing was answered."""


def read(answer: requests.Response, *, bytes_max: int) -> bytes:
    """The body of an answer that was asked for with `stream=True`; what is packed counts as it is unpacked.

    Close the answer afterwards (`with`): what it still brings is not waited for. Raises `AnswerTooLarge`, and like
    `requests` itself where the other stops in the middle.
    """
    body = bytearray()
    for part in answer.iter_content(PART_BYTES):
        body += part
        if len(body) > bytes_max:
            raise AnswerTooLarge
    return bytes(body)
