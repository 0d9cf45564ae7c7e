"""Logs for the operator: structured, on standard error, without post text, handles or tokens."""

import logging
import sys

import structlog

LOUD_LIBRARIES = ("apscheduler", "httpx", "httpcore", "mastodon", "urllib3", "alembic", "asyncio", "nats", "aiohttp")


def set_up_logs(*, level: str, log_format: str) -> None:
    """Configure structlog and the standard library's logging. `log_format`: auto (by terminal), console or json."""
    people = sys.stderr.isatty() if log_format == "auto" else log_format == "console"
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor] = (
        # Plain tracebacks: rich ones show local variables, which are people's posts and tokens.
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if people
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in LOUD_LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
