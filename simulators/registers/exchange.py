"""Registers that exchange files: questions in lines of 120 characters are taken out of a folder, answers put into
another.

Written apart from the claims service's code, from the description of the layout, so that each finds the other's
mistakes. The folders are those of an SFTP server: `<register>/<fund>/to-register/` is emptied, `from-register/` filled.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

from simulators.registers.answers import REGISTERS, Behaviour, behaviour_of, value_of
from simulators.registers.book import Asked, Book

LOOK_S = 0.2
WIDTH = 120
WORDS = {"yes": "O", "no": "N", "unknown": "I"}

log = logging.getLogger("registers")


class Exchange(Thread):
    """Answers each file of questions with a file of answers; those that are slow come in one of their own."""

    def __init__(self, book: Book, folder: Path) -> None:
        super().__init__(name="exchange", daemon=True)
        self._book, self._folder, self._stopped = book, folder, Event()

    def run(self) -> None:
        """Answer files of questions until stopped; one that cannot be read stays for the next look."""
        while not self._stopped.wait(LOOK_S):
            for waiting in sorted(self._folder.glob("*/*/to-register")):
                try:
                    for path in sorted(waiting.glob("questions-*.txt")):
                        self._answer(waiting.parents[1].name, path)
                except (OSError, ValueError, UnicodeDecodeError) as error:
                    log.warning("a file in %s cannot be answered: %s", waiting, error)

    def _answer(self, register: str, path: Path) -> None:
        lines = path.read_bytes().decode("ascii").splitlines()
        head, body, tail = lines[0], lines[1:-1], lines[-1]
        if head[:2] != "01" or tail[:2] != "09" or int(tail[2:10]) != len(body):
            raise ValueError("not whole")
        fund, at_once, slow = head[2:22].strip(), list[str](), list[str]()
        for line in body:
            asked = Asked(line[2:38].strip(), fund, line[38:58].strip(), line[58:98].strip(), way="file")
            behaviour = behaviour_of(asked.national_id, register)
            answer = self._line(register, asked, behaviour)
            if answer is not None:
                (slow if behaviour is Behaviour.SLOW else at_once).append(answer)
        name = path.stem.removeprefix("questions-")
        self._put(path, register, f"answers-{name}.txt", at_once)
        if slow:
            self._put(path, register, f"answers-{name}-late.txt", slow)
        path.unlink()

    def _line(self, register: str, asked: Asked, behaviour: Behaviour) -> str | None:
        field = REGISTERS[register].fields.get(asked.asks)
        before = self._book.count_before(register, asked)
        value = "unknown" if field is None else value_of(behaviour, field, before=before)
        standing, _ = self._book.note(register, asked, value=value)
        if behaviour is Behaviour.DOWN:
            return None
        if behaviour is Behaviour.MALFORMED:
            return "??".ljust(WIDTH)
        question_id = "nobody-asked-this" if behaviour is Behaviour.WRONG_SIGNATURE else asked.question_id
        day = self._book.now().strftime("%Y%m%d")
        return f"12{question_id:<36}{WORDS.get(standing, standing):<40}{day}".ljust(WIDTH)

    def _put(self, questions: Path, register: str, name: str, lines: Sequence[str]) -> None:
        folder = questions.parents[1] / "from-register"
        folder.mkdir(parents=True, exist_ok=True)
        head = f"11{register:<20}{self._book.now():%Y%m%d}".ljust(WIDTH)
        tail = f"19{len(lines):08d}".ljust(WIDTH)
        part = folder / f".{name}.part"
        part.write_bytes("".join(f"{line}\r\n" for line in (head, *lines, tail)).encode("ascii"))
        part.replace(folder / name)
