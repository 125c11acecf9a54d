"""Logs: one JSON line each, with the trace and the fund; ids and codes only, never a personal value."""

import logging
import sys

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor, WrappedLogger


def start(service: str, *, level: str) -> None:
    """Send this process's log lines, and those of its libraries, to standard output."""

    def name_it(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        line["service"] = service
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = format(context.trace_id, "032x")
        return line

    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_it,
    ]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    out = logging.StreamHandler(sys.stdout)
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=chain
        )
    )
    root = logging.getLogger()
    root.handlers = [out]
    root.setLevel(level)
    for chatty in ("authlib", "pymongo", "urllib3", "fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # what fails there reaches us as an exception, and our log
