"""`jobs list|retry|give-up` on the machine."""

import argparse

from shared.jobs import queue
from shared.jobs.job import Job, JobStatus
from shared.process.operations.command_context import CommandContext
from shared.process.operations.text_output import count, instant, table, write_line
from shared.storage.paging import Page, PageRequest

HEADS = ("FUND", "JOB", "SINCE", "DUE", "ATTEMPTS", "LAST ERROR")


def show(command: CommandContext, asked: argparse.Namespace) -> int:
    """The jobs of one state, the one that has been due longest first, fund by fund."""
    status = JobStatus(asked.status)
    pages = {
        fund_id: _first_page(command, fund_id, status)
        for fund_id in command.context.funds
        if asked.fund in (None, fund_id)
    }
    rows = [_row(fund_id, job) for fund_id, page in pages.items() for job in page]
    if rows:
        table(HEADS, rows)
    more = " and more" if any(page.next for page in pages.values()) else ""
    write_line(f"{count(len(rows), 'job', 'jobs')}{more} {status.value}")
    return 0


def retry(command: CommandContext, asked: argparse.Namespace) -> int:
    """Have a worker try it now, with all its attempts."""
    command.run(asked.fund, lambda uow: queue.retry(uow, asked.job_id))
    write_line(f"{asked.job_id} will be tried again")
    return 0


def give_up(command: CommandContext, asked: argparse.Namespace) -> int:
    """Have a worker give it up."""
    command.run(asked.fund, lambda uow: queue.give_up(uow, asked.job_id, reason=asked.reason))
    write_line(f"{asked.job_id} is given up")
    return 0


def _first_page(command: CommandContext, fund_id: str, status: JobStatus) -> Page[Job]:
    return queue.page(command.context.reading(fund_id, by=command.who), status=status, wanted=PageRequest())


def _row(fund_id: str, job: Job) -> tuple[object, ...]:
    return fund_id, job.job_id, instant(job.since_at), instant(job.due_at), job.attempts, job.last_error or "-"
