"""A register that exchanges files by night and nothing else: the questions of a day go out, the answers come in.

Files lie in a folder for each fund that a transfer program (SFTP, a gateway) fills and empties:

| folder | who writes | what |
| --- | --- | --- |
| `waiting/<question id>` | the fund | the line of a question that the next file takes |
| `to-register/questions-<day>.txt` | the fund | the questions of a day; the program takes it away, or leaves it there |
| `from-register/answers-<name>.txt` | the register | answers, each to a question by its id |
| `sent/<day>`, `sent/<question id>` | the fund | which files were made, which questions are in one; nothing else |
| `answered/<question id>` | the fund | the line of an answer, until it is over |
| `done/` | the fund | files of answers that were read |

A file is written under another name and renamed when it is whole. Numbers of persons stand in `waiting` and
`to-register` only, and are gone from the first with the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from services.claims.crosschecks.register import (
    RegisterAnswerMalformed,
    RegisterReply,
    RegisterRequest,
    RegisterTimeout,
)
from services.claims.crosschecks.registers.fixed_columns import AnswersIncomplete, ColumnLayout, ReadLine, day
from shared.funds.fund import Fund

QUESTIONS_A_FILE_MAX = 100_000
FILES_AT_ONCE_MAX = 100
ANSWERS_BYTES_MAX = 64 * 1024 * 1024
KEPT = timedelta(days=30)
"""How long the trace of a question and its answer lie there, and files that were read."""

_QUESTION_ID = re.compile(r"[A-Za-z0-9-]{1,36}", re.ASCII)
_ANSWERS = re.compile(r"answers-[A-Za-z0-9._-]{1,80}\.txt", re.ASCII)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class NightlyFilesRegister:
    """One register (`Register`) of a fund, and the folder that is shared with it."""

    layout: ColumnLayout
    folder: Path
    fund: Fund

    def ask(self, question: RegisterRequest, *, at: datetime) -> RegisterReply | None:
        """The answer that a file brought; else the question waits for the next file, once."""
        if not _QUESTION_ID.fullmatch(question.question_id):
            raise ValueError("a question id has letters, digits and hyphens")
        try:
            answered = self.folder / "answered" / question.question_id
            if answered.exists():
                return self._read(answered.read_text(encoding="utf-8"))
            if not any((self.folder / place / question.question_id).exists() for place in ("sent", "waiting")):
                line = self.layout.write(
                    "question",
                    {
                        "question_id": question.question_id,
                        "national_id": question.national_id,
                        "asks": question.asks,
                    },
                )
                self._put("waiting", question.question_id, line.encode())
        except OSError as gone:
            raise RegisterTimeout from gone
        return None

    def exchange(self, *, at: datetime) -> int:
        """Read what the register sent, and hand over the questions that wait: one file a day of the fund."""
        try:
            done = self._take_answers() + self._send_questions(at)
            self._forget(at)
        except OSError as gone:
            raise RegisterTimeout from gone
        return done

    def _read(self, line: str) -> RegisterReply:
        value, _, as_of = line.partition(" ")
        try:
            return RegisterReply(value=self.layout.words.get(value, value), as_of=day(as_of))
        except ValueError:
            raise RegisterAnswerMalformed from None

    def _take_answers(self) -> int:
        taken = 0
        for path in list(self._files("from-register"))[:FILES_AT_ONCE_MAX]:
            if not _ANSWERS.fullmatch(path.name):
                log.error("register-file-name-not-read", name=path.name[:100])
                continue
            with path.open("rb") as file:
                body = file.read(ANSWERS_BYTES_MAX + 1)
            try:
                if len(body) > ANSWERS_BYTES_MAX:
                    raise AnswersIncomplete
                lines, wrong = self.layout.read(body)
            except AnswersIncomplete:
                log.warning("register.answers-incomplete", name=path.name)
                continue
            if wrong:
                log.error("register-file-lines-not-read", name=path.name, lines=wrong)
            for line in lines:
                taken += self._keep(line)
            (self.folder / "done").mkdir(parents=True, exist_ok=True)
            path.replace(self.folder / "done" / path.name)
        return taken

    def _keep(self, line: ReadLine) -> int:
        """Only what was asked is believed; the first answer to a question stays."""
        question_id = line.values["question_id"]
        if not _QUESTION_ID.fullmatch(question_id) or not (self.folder / "sent" / question_id).exists():
            log.error("register-answer-to-no-question", question=question_id[:36])
            return 0
        if not (self.folder / "answered" / question_id).exists():
            answered = f"{line.values['answer']} {line.values['as_of']}"
            self._put("answered", question_id, answered.encode())
        return 1

    def _send_questions(self, at: datetime) -> int:
        today = self.fund.day_of(at)
        mark = today.strftime("%Y%m%d")
        waiting = list(self._files("waiting"))[:QUESTIONS_A_FILE_MAX]
        if not waiting or (self.folder / "sent" / mark).exists():
            return 0
        lines = [path.read_text(encoding="utf-8") for path in waiting]
        head = self.layout.write("header", {"fund": self.fund.fund_id, "made_on": today})
        tail = self.layout.write("trailer", {"count": len(lines)})
        # The marks first: an answer is believed as soon as its question can have been read. Where the process ends
        # before the file is there, the questions still wait and the next file takes them.
        for path in waiting:
            self._put("sent", path.name, b"")
        self._put("to-register", f"questions-{mark}.txt", self.layout.file([head, *lines, tail]))
        self._put("sent", mark, b"")
        for path in waiting:
            path.unlink(missing_ok=True)
        return len(lines)

    def _forget(self, at: datetime) -> None:
        for place in ("sent", "answered", "done"):
            for path in self._files(place):
                if path.stat().st_mtime < (at - KEPT).timestamp():
                    path.unlink(missing_ok=True)

    def _files(self, place: str) -> Iterator[Path]:
        folder = self.folder / place
        return (
            iter(sorted(each for each in folder.iterdir() if not each.name.startswith(".")))
            if folder.exists()
            else iter(())
        )

    def _put(self, place: str, name: str, body: bytes) -> None:
        folder = self.folder / place
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as part:
            part.write(body)
        Path(part.name).replace(folder / name)
