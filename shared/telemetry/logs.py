"""Logs: one JSON line each, with the trace and the fund; ids and codes only, never a personal value."""

import logging
import sys
from contextlib import suppress
from typing import BinaryIO, cast

import msgspec
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger


class LogOutput:
    """Where lines go. A line that cannot be written, since the disk is full or the pipe is closed, is lost, and nothing
    else is: what was done for a caller must not be answered as a fault because of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, line: bytes) -> None:
        with suppress(OSError):
            self._file.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


def start(service: str, *, level: str) -> None:
    """Send this process's log lines, and those of its libraries, to standard output."""

    def name_it(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        line["service"] = service
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
        return line

    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_it,
    ]
    # Our own lines go straight to the file: by way of the standard library each cost a request three times as much.
    structlog.configure(
        processors=[*chain, structlog.processors.JSONRenderer(serializer=_encode)],
        logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, LogOutput(sys.stdout.buffer))),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=chain,
        )
    )
    root = logging.getLogger()
    root.handlers = [out]
    root.setLevel(level)
    for chatty in ("authlib", "pymongo", "urllib3", "fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what fails there reaches us as an exception, and our log


def _encode(line: EventDict, **_: object) -> bytes:
    return msgspec.json.encode(line, enc_hook=repr)
