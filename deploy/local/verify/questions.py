"""The sixteen questions whose answer must be empty, and how they are asked.

seen = Seen(databases={"claims": …}, broker="127.0.0.1:29092")
settle(seen)
assert [each.sentence for each in ask_all(seen) if not each.holds] == []
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from deploy.local.verify import (
    audit_chain,
    bank_files,
    clear,
    commands,
    declared,
    deliveries,
    events,
    funds,
    ledger,
    mandates,
    runs,
    unknown,
    versions,
    waiting,
)
from deploy.local.verify.answer import Answer, Look, answer
from deploy.local.verify.seen import Seen

ASKED_AGAIN_MAX = 2
BETWEEN_S = 1.5
"""On a platform that runs, something is between two places at any moment. What truly offends does so again."""


@dataclass(frozen=True)
class Question:
    """A question, by the name that the reference gives its invariant."""

    name: str
    about: str
    look: Callable[[Seen, Look], None]


QUESTIONS = (
    Question("I1", "commands acknowledged without exactly one effect", commands.ask),
    Question("I2", "events published and not sent, or sent and never published", events.sent),
    Question("I3", "events that a consumer neither took in nor parked, or both", events.taken_in),
    Question("I4", "events acted on twice", events.acted_once),
    Question("I5", "ledger sums that do not balance or are not their entries'", ledger.ask),
    Question("I6", "bank files that are not the sum of their lines", bank_files.ask),
    Question("I7", "declarations that are not paid, in collection or due", declared.ask),
    Question("I8", "versions missing or twice", versions.ask),
    Question("I9", "audit changed, unlinked or not vouched for", audit_chain.ask),
    Question("I10", "documents of one fund under another's name", funds.ask),
    Question("I11", "debits without a mandate", mandates.ask),
    Question("I12", "events and dead letters that wait", waiting.ask),
    Question("I13", "payments whose outcome is unknown for too long", unknown.ask),
    Question("I14", "messages that did not arrive exactly once", deliveries.ask),
    Question("I15", "personal values in clear", clear.ask),
    Question("I16", "payments of awards that are not granted, ordered and paid once", runs.ask),
)


def ask(question: Question, seen: Seen) -> Answer:
    """Ask one question of a platform at rest. Data in which it cannot even be asked offends; the others are asked."""
    look = Look()
    try:
        question.look(seen, look)
    except (KeyError, TypeError, AttributeError, ValueError) as broken:
        field = f" {broken}" if isinstance(broken, KeyError) else ""
        look.offends(f"a document has not the form that it should have ({type(broken).__name__}{field})")
    return answer(question.name, question.about, look)


def pause() -> None:
    time.sleep(BETWEEN_S)


def ask_all(seen: Seen, *, rest: Callable[[], None] = pause) -> list[Answer]:
    """Ask all of them. Those that find something are repeated, after a `rest` and with fresh reads, before it is
    reported."""
    answers = {question.name: ask(question, seen) for question in QUESTIONS}
    for _ in range(ASKED_AGAIN_MAX):
        doubtful = [question for question in QUESTIONS if not answers[question.name].holds]
        if not doubtful:
            break
        rest()
        fresh = replace(seen)
        answers |= {question.name: ask(question, fresh) for question in doubtful}
    return list(answers.values())
