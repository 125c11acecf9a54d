"""Files that a bank should never send, for tests: the fund is told what is handed in here as the bank's own word."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from simulators.bank.bank import Bank, Refused
from simulators.bank.book import new_id, note, now
from simulators.bank.fund import send_webhook


def routes(bank: Bank) -> Blueprint:
    """Test routes that replace what the bank reports, to try reports that a bank may send by mistake."""
    blueprint = Blueprint("crafted", __name__)

    @blueprint.put("/_files/<path:message_id>/pain.002")
    def verdict(message_id: str) -> ResponseReturnValue:
        """What the bank says of a file from now on, whatever it did."""
        with bank.book.transaction() as uow:
            changed = uow.execute(
                "update files set pain_002 = ? where message_id = ?", (request.get_data(), message_id)
            ).rowcount
            if changed == 0:
                raise Refused(404, "file-unknown", "The bank never took such a file.")
            note(uow, "verdict-crafted", message_id=message_id)
        return {"message_id": message_id}, 200

    @blueprint.post("/_statements/<fund>")
    def statement(fund: str) -> ResponseReturnValue:
        """A camt.052, 053 or 054 that the fund is told of, whatever was booked."""
        statement_id = new_id("stm")
        with bank.book.transaction() as uow:
            uow.execute(
                "insert into statements values (?, ?, ?, ?)",
                (statement_id, fund, request.get_data(), now().isoformat()),
            )
            facts = {"statement_id": statement_id, "message": "camt.054.001.08", "file_message_id": None}
            send_webhook(uow, bank.settings, kind="statement.available", fund=fund, facts=facts)
            note(uow, "statement-crafted", statement_id=statement_id)
        bank.postman.wake()
        return {"statement_id": statement_id}, 201

    return blueprint
