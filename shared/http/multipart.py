"""How bodies of multipart/form-data are taken apart: as werkzeug does, and with file names in Latin-1 as well.

Older programs write a file's name into the head of its part in the letters of their system. werkzeug takes UTF-8 only
and drops the whole body, so that a good file is missing.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from shared.http.problems import TooLarge, TooManyParts

Parsed = tuple[MultiDict[str, Any], MultiDict[str, FileStorage]]


class _Decoder(MultipartDecoder):
    """Reads the heads of parts in UTF-8, and those that are not UTF-8 in Latin-1, in which every byte is a letter."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        try:
            return super()._parse_headers(data)
        except UnicodeDecodeError:
            return super()._parse_headers(bytes(data).decode("latin-1").encode())


class _Parser(MultiPartParser):
    """Puts fields into memory, up to a size, and files where `stream_factory` opens for them."""

    def parse(self, stream: IO[bytes], boundary: bytes, content_length: int | None) -> Parsed:
        decoder = _Decoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        part: Field | File | None = None
        held: IO[bytes] = BytesIO()
        for event in self._events(decoder, stream):
            if isinstance(event, Field | File):
                part = event
                held = self.start_file_streaming(event, content_length) if isinstance(event, File) else BytesIO()
            elif isinstance(event, Data) and part is not None:
                held.write(event.data)
                self._must_be_short(part, held)
                if not event.more_data:
                    held.seek(0)
                    if isinstance(part, File):
                        files.append((part.name, FileStorage(held, part.filename, part.name, headers=part.headers)))
                    else:
                        fields.append((part.name, held.read().decode(self.get_part_charset(part.headers), "replace")))
        return self.cls(fields), self.cls(files)

    def _events(self, decoder: MultipartDecoder, stream: IO[bytes]) -> Iterator[Event]:
        is_over = False
        while not is_over:
            chunk = stream.read(self.buffer_size)
            is_over = not chunk
            try:
                decoder.receive_data(chunk or None)
            except RequestEntityTooLarge as refused:
                raise TooLarge(size_max=self.max_form_memory_size or 0) from refused
            while not isinstance(event := self._next(decoder), NeedData | Epilogue):
                yield event

    def _next(self, decoder: MultipartDecoder) -> Event:
        try:
            return decoder.next_event()
        except RequestEntityTooLarge as refused:
            raise TooManyParts(count_max=self.max_form_parts or 0) from refused

    def _must_be_short(self, part: Field | File, held: IO[bytes]) -> None:
        limit = self.max_form_memory_size
        if isinstance(part, Field) and limit is not None and held.tell() > limit:
            raise TooLarge(size_max=limit)


class FormParser(FormDataParser):
    """Reads the forms of a request so."""

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, Any], MultiDict[str, FileStorage]]:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("a multipart body without its boundary")
        parser = _Parser(self.stream_factory, self.max_form_memory_size, self.cls, max_form_parts=self.max_form_parts)
        return stream, *parser.parse(stream, boundary, content_length)
