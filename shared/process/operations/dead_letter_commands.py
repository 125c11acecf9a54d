"""`deadletters list|inspect|groups|replay|discard` on the machine. A command sees every fund's dead letters."""

import argparse
from collections import Counter
from functools import partial

from shared.bus import dead_letters
from shared.bus.replaying import replay as try_again
from shared.process.operations import dead_letter_actions
from shared.process.operations.command_context import CommandContext
from shared.process.operations.dead_letter_actions import DeadLetterNotFirst, DeadLetterSummary, DeadLetterUnknown
from shared.process.operations.text_output import count, facts, instant, table, write_line


def show(command: CommandContext, asked: argparse.Namespace) -> int:
    """The open dead letters, one a line."""
    found, more = dead_letter_actions.page(command.context.database, asked.fund, key=asked.key, fingerprint=asked.group)
    if found:
        table(
            ("PARKED", "EVENT", "KEY", "TYPE", "WHY", "TRIES"),
            [(instant(row.parked_at), row.event_id, row.key, row.type, row.why, row.tries) for row in found],
        )
    write_line(
        f"{count(len(found), 'dead letter is', 'dead letters are')} open" + (", and more than these" if more else "")
    )
    return 0


def inspect(command: CommandContext, asked: argparse.Namespace) -> int:
    """All that may be shown of one dead letter."""
    row = dead_letter_actions.inspect(command.context.database, None, asked.event_id)
    facts(
        [
            ("event", row.event_id),
            ("type", row.type),
            ("key", row.key),
            ("place in its row", row.place),
            ("why", row.why),
            ("group", row.fingerprint),
            ("tries", row.tries),
            ("parked", instant(row.parked_at)),
            ("tried again", instant(row.tried_at)),
            ("record", f"{row.topic}, partition {row.partition}, offset {row.offset}"),
            ("trace", row.trace_id or "-"),
            ("now", _now(row)),
        ]
    )
    write_line()
    table(("HEADER", "VALUE"), row.headers.items())
    return 0


def _now(row: DeadLetterSummary) -> str:
    if row.is_open:
        return f"open, asked for by {row.asked_by}" if row.is_asked else "open"
    return f"{row.resolved}, by {row.resolved_by} at {instant(row.resolved_at)}"


def groups(command: CommandContext, asked: argparse.Namespace) -> int:
    """What is wrong, the most frequent first."""
    found = dead_letter_actions.groups(command.context.database, asked.fund)
    if found:
        table(
            ("GROUP", "TYPE", "WHY", "LETTERS", "OLDEST"),
            [(row.fingerprint, row.type, row.why, row.letters, instant(row.oldest_parked_at)) for row in found],
        )
    write_line(count(len(found), "group", "groups"))
    return 0


def replay(command: CommandContext, asked: argparse.Namespace) -> int:
    """Retry dead letters at once, by key; 1 if any of them failed."""
    done, stopped = 0, Counter[str]()
    inbox = command.inbox
    for key, fund_id in _rows(command, asked):
        if fund_id in command.context.funds:
            command.run(fund_id, partial(dead_letter_actions.ask_key, key=key))
        went, why = try_again(inbox, key=key, by=command.who.subject)
        done += went
        stopped.update([why] if why else [])
    write_line(f"{count(done, 'dead letter', 'dead letters')} replayed")
    for why, times in stopped.most_common():
        write_line(f"{count(times, 'row', 'rows')} stopped at {why}")
    return 1 if stopped else 0


def _rows(command: CommandContext, asked: argparse.Namespace) -> list[tuple[str, str]]:
    """The keys whose rows are to be tried, each with its fund."""
    database = command.context.database
    if asked.letter:
        chosen = [dead_letter_actions.inspect(database, None, asked.letter)]
        first = dead_letters.first_open(database, chosen[0].key)
        if first is None or first["_id"] != asked.letter:
            raise DeadLetterNotFirst
    else:
        chosen, _ = dead_letter_actions.page(database, None, key=asked.key, fingerprint=asked.group)
    if not chosen:
        raise DeadLetterUnknown
    return sorted({(row.key, row.fund_id) for row in chosen})


def discard(command: CommandContext, asked: argparse.Namespace) -> int:
    """Close one dead letter permanently."""
    row = dead_letter_actions.inspect(command.context.database, None, asked.event_id)
    if row.fund_id in command.context.funds:
        command.run(row.fund_id, partial(dead_letter_actions.discard, event_id=asked.event_id, reason=asked.reason))
    else:  # a record of no fund that is served here: it has no fund's audit to stand in
        dead_letter_actions.discard_unowned(
            command.context, asked.event_id, reason=asked.reason, by=command.who.subject
        )
    behind = dead_letters.blocked_keys(command.context.database, [row.key])
    write_line("discarded" + ("; a worker goes on with the dead letters behind it" if behind else ""))
    return 0
