"""The SMS centre: takes messages over SMPP 3.4, joins their parts, keeps them, and sends delivery receipts."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import smpp34

from simulators.messages.received import Faults, Message, Received
from simulators.messages.settings import Settings

NO_SUCH_NUMBER, NOT_REACHED, SILENT = "0000", "0001", "0002"
"""Numbers ending so are refused when sent to, are accepted and not reached, or never answer with a receipt."""

MESSAGE_ID_TAG = 0x1401
"""The vendor's own TLV in which a sender may name its message, so that one sent twice is recognised."""

UNFINISHED_MAX = 10_000
RECEIPTS_MAX = 200_000
RECEIPT_PAUSE_S = 0.2
RECEIPT_ANSWER_S_MAX = 20.0
RECEIPTS_AT_ONCE = 20
"""Sent and not yet answered: a centre has a window too."""
STATES = {"DELIVRD": 2, "UNDELIV": 5}

# Command statuses of SMPP 3.4, 5.1.3.
SYSTEM_ERROR, WRONG_DESTINATION, SUBMIT_FAILED, THROTTLED = 0x08, 0x0B, 0x45, 0x58

HAS_HEADER = 0x40
IS_RECEIPT = 0x04
UCS2, LATIN_1 = 8, 3

# 3GPP TS 23.038, the default alphabet and what follows an escape.
GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


@dataclass(frozen=True)
class Receipt:
    """A delivery receipt on its way to whoever sent the message."""

    number: str
    sender: str
    text: bytes
    parameters: tuple[smpp34.Tlv, ...]


class MessageCentre:
    """An SMS centre that speaks SMPP 3.4: it takes messages, saves them, and sends delivery receipts."""

    def __init__(self, settings: Settings, *, received: Received, faults: Faults) -> None:
        self._received, self._faults = received, faults
        self._server = smpp34.Server(settings.smpp.host, settings.smpp.port, system_id="SIMULATOR")
        self._sessions: dict[str, smpp34.Esme] = {}
        self._gone: dict[str, asyncio.Event] = {}
        self._parts: dict[tuple[str, ...], dict[int, bytes]] = {}
        self._receipts: asyncio.Queue[Receipt] = asyncio.Queue(RECEIPTS_MAX)
        self._unanswered: list[smpp34.SubmitSmEvent] = []

    async def start(self) -> None:
        await self._server.start()

    async def serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(RECEIPTS_AT_ONCE):
                tasks.create_task(self._send_receipts())
            while True:
                event = await self._server.next()
                if isinstance(event, smpp34.Esme):
                    self._sessions[event.session_id] = event
                    self._gone[event.session_id] = asyncio.Event()
                elif isinstance(event, smpp34.Unbound):
                    self._sessions.pop(event.session_id, None)
                    self._gone[event.session_id].set()
                elif isinstance(event, smpp34.SubmitSmEvent):
                    await self._take(event)

    async def _take(self, event: smpp34.SubmitSmEvent) -> None:
        if event.destination_addr.endswith(NO_SUCH_NUMBER):
            event.reject(WRONG_DESTINATION)
        elif self._faults.take("sms-throttled"):
            event.reject(THROTTLED)
        elif self._faults.take("sms-in-trouble"):
            event.reject(SYSTEM_ERROR)
        elif self._faults.take("sms-rejected"):
            event.reject(SUBMIT_FAILED)
        else:
            self._keep(event)
            if self._faults.take("sms-answer-lost"):
                self._unanswered.append(event)  # one that is dropped would be answered with an error
                return
            message_id = uuid4().hex[:16]
            if self._faults.take("sms-receipt-first"):
                await self._owe_receipt(event, message_id)
                await asyncio.sleep(RECEIPT_PAUSE_S)
                event.accept(message_id)
                return
            event.accept(message_id)
            await self._owe_receipt(event, message_id)

    # --- joining the parts ------------------------------------------------------------------------------------------

    def _keep(self, event: smpp34.SubmitSmEvent) -> None:
        body, coding = _joined(self._parts, event), event.data_coding
        if body is None:
            return
        text = decode(body, coding)
        named = next((tlv.value.decode("ascii", "replace") for tlv in event.tlvs if tlv.tag == MESSAGE_ID_TAG), None)
        recipient = "+" + event.destination_addr.lstrip("+")
        unnamed = sha256(f"{recipient} {text}".encode()).hexdigest()[:24]
        self._received.keep(
            Message(
                channel="sms",
                message_id=named or unnamed,
                recipient=recipient,
                sender=event.source_addr,
                text=text,
            )
        )

    # --- receipts ---------------------------------------------------------------------------------------------------

    async def _owe_receipt(self, event: smpp34.SubmitSmEvent, message_id: str) -> None:
        if event.registered_delivery & 1 and not event.destination_addr.endswith(SILENT):
            state = "UNDELIV" if event.destination_addr.endswith(NOT_REACHED) else "DELIVRD"
            named = str(int(message_id, 16)) if self._faults.take("sms-receipt-in-decimal") else message_id
            at = datetime.now(UTC).strftime("%y%m%d%H%M")
            is_delivered = int(state == "DELIVRD")
            text = (
                f"id:{named} sub:001 dlvrd:{is_delivered:03d} submit date:{at} done date:{at}"
                f" stat:{state} err:{0 if is_delivered else 1:03d} text:"
            )
            receipt = Receipt(event.destination_addr, event.source_addr, text.encode(), ())
            if self._faults.take("sms-receipt-in-parameters"):
                tlvs = (
                    smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, named.encode() + b"\0"),
                    smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, bytes([STATES[state]])),
                )
                receipt = Receipt(event.destination_addr, event.source_addr, b"", tlvs)
            await self._receipts.put(receipt)

    async def _send_receipts(self) -> None:
        """To whichever session can receive. What is not taken comes again, behind those that wait."""
        while True:
            receipt = await self._receipts.get()
            if not await self._deliver(receipt):
                await asyncio.sleep(RECEIPT_PAUSE_S)
                await self._receipts.put(receipt)

    async def _deliver(self, receipt: Receipt) -> bool:
        session = next((one for one in self._sessions.values() if one.can_receive), None)
        if session is None:
            return False
        try:
            answering = asyncio.ensure_future(_ask(session, receipt))
            gone = asyncio.ensure_future(self._gone[session.session_id].wait())
            await asyncio.wait({answering, gone}, timeout=RECEIPT_ANSWER_S_MAX, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            if not answering.done():
                answering.cancel()
                return False
            answer = answering.result()
        except (smpp34.SmppError, OSError, RuntimeError):
            return False
        return answer.is_success


async def _ask(session: smpp34.Esme, receipt: Receipt) -> smpp34.DeliverSmResp:
    return await session.deliver_sm(
        receipt.sender,
        receipt.text,
        source_addr=receipt.number,
        esm_class=IS_RECEIPT,
        tlvs=list(receipt.parameters),
    )


def _joined(unfinished: dict[tuple[str, ...], dict[int, bytes]], event: smpp34.SubmitSmEvent) -> bytes | None:
    """The whole body, or None while parts of it are still to come (header 05 00 03: reference, parts, place)."""
    body = event.short_message
    if not event.esm_class & HAS_HEADER:
        return body
    header, body = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(header) != 5 or header[0] != 0:
        return body
    reference, count, place = header[2:5]
    key = (event.source_addr, event.destination_addr, str(reference), str(count))
    parts = unfinished.setdefault(key, {})
    parts[place] = body
    if len(parts) < count:
        if len(unfinished) > UNFINISHED_MAX:
            del unfinished[next(iter(unfinished))]
        return None
    del unfinished[key]
    return b"".join(parts[place] for place in sorted(parts))


def decode(body: bytes, coding: int) -> str:
    """The text of a body: UCS-2, Latin 1, or else the GSM alphabet, one character an octet."""
    if coding == UCS2:
        return body.decode("utf-16-be", "replace")
    if coding == LATIN_1:
        return body.decode("latin-1")
    text, is_escaped = [], False
    for octet in body:
        if octet == 0x1B and not is_escaped:
            is_escaped = True
            continue
        text.append(GSM_ESCAPED.get(octet, " ") if is_escaped else GSM[octet] if octet < len(GSM) else "\ufffd")
        is_escaped = False
    return "".join(text)
