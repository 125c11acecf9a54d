"""An insured person opens an account, files a claim for care and gets a paper: `python docs/examples/as_a_person.py`.

Run `as_an_employer.py` first, which declares this person's wages: rights come from them. The mail with the link is read
where `make run` shows what was sent (`HIMAYA_MESSAGES`).
"""

import os
import secrets
import struct
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import browser
import requests
import sign_in
from himaya import Client, Draft, Refused, pages, until

MESSAGES = os.environ.get("HIMAYA_MESSAGES", "http://127.0.0.1:8203")
FUND = "dz-cnas"
SCOPE = "claims:submit claims:read rights:read uploads:add uploads:read papers:obtain papers:read profile"
PERSON = {"national_id": "777000777000000000", "insurance_number": "907707707000", "birth_on": "1971-02-02"}
EMAIL = "kanarimada.temoin-0@personne.example"
PASSWORD = os.environ.get("HIMAYA_PASSWORD", "deux chameaux au puits")
FOLDER = Path(tempfile.gettempdir())


def main() -> None:
    session = signed_in()
    client = Client(FUND, token=session.token)
    print(f"signed in as {client.get('identity', '/userinfo')['given_name']}")
    right = until(lambda: _open_right(client))
    print(f"{right['text']} until {right['valid_until']}")

    claim_type = what_may_be_asked(client)
    refused_uploads(client)
    filed = file_once(client, claim_type)
    follow(client, filed)
    take_back(client, filed)
    paper(client)
    sign_out(session)


def signed_in() -> sign_in.Session:
    """With the account that an earlier run opened, or a new one."""
    address, kept = sign_in.begin(FUND, scope=SCOPE, language="ar")
    try:
        came_back_to = browser.sign_in(address, login=PERSON["national_id"], password=PASSWORD)
    except browser.WrongPassword:
        open_account()
        came_back_to = browser.sign_in(address, login=PERSON["national_id"], password=PASSWORD)
    return sign_in.finish(came_back_to, kept)


def open_account() -> None:
    """The answer is the same for everybody: whether the fund knows the person, only their mail says."""
    anyone = Client(FUND, language="ar")
    asked = {**PERSON, "email": EMAIL, "password": PASSWORD}
    print(anyone.post("identity", "/accounts", asked)["text"])
    token = until(_mailed_token)
    anyone.post("identity", "/accounts/activation", {"token": token, "password": PASSWORD})


def what_may_be_asked(client: Client) -> dict[str, Any]:
    """Claim types, the papers that they need and the acts that are paid for, as the fund has them today."""
    claim_type = next(each for each in client.get("claims", "/claim-types")["items"] if each["acts"])
    needed = [paper["name"] for paper in claim_type["papers"] if paper["is_required"]]
    print(f"{claim_type['name']}: needs {', '.join(needed)}")
    for act in pages(client, "claims", "/acts", claim_type=claim_type["claim_type"], limit=5):
        print(f"  {act['name']}: {act['price']} {act['currency']}")
    lists = {each["name"]: each["codes"] for each in client.get("claims", "/codes")["items"]}
    print(f"a filter offers: {', '.join(each['text'] for each in lists['claim-statuses'][:3])} …")
    return claim_type


def refused_uploads(client: Client) -> None:
    """A file is refused with what to do about it; the others stay as they are."""
    try:
        upload(client, "notes.txt", b"not a paper")
    except Refused as refused:
        print(f"{refused.status} {refused.code}: {refused.detail}")
    else:
        raise AssertionError("text is no paper")


def file_once(client: Client, claim_type: dict[str, Any]) -> dict[str, Any]:
    """Under one key from the first try to the answer, whatever happens in between."""
    papers = [
        {"kind": paper["kind"], "upload_id": upload(client, f"{paper['kind']}.png", photograph())["upload_id"]}
        for paper in claim_type["papers"]
        if paper["is_required"]
    ]
    act = claim_type["acts"][0]
    body = {
        "claim_type": claim_type["claim_type"],
        "care_on": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
        "lines": [{"act": act["act"], "quantity": 1, "paid": act["price"]}],
        "papers": papers,
    }
    draft = Draft(FOLDER / "claim.json")

    def send() -> dict[str, Any] | None:
        try:
            return client.post("claims", "/claims", body, key=draft.key)
        except Refused as refused:
            if refused.code == "claim.upload-unknown":  # claims hears of an upload a moment later
                return None
            raise

    filed = until(send)
    again = client.send("POST", "claims", "/claims", key=draft.key, json=body)
    assert again.headers["Idempotent-Replayed"] == "true" and again.json()["claim_id"] == filed["claim_id"]
    draft.is_sent()
    print(f"claim {filed['reference']}: {filed['next']['text']} ({filed['next']['who_text']})")
    return filed


def follow(client: Client, filed: dict[str, Any]) -> None:
    """What happened, what comes next and who must act: sentences to show, codes to decide by."""
    seen = client.get("claims", f"/claims/{filed['claim_id']}")
    for step in seen["timeline"]:
        print(f"  {step['at'][:16]} {step['status']}: {step['text']}")
    paid = sum(Decimal(line["paid"]) for line in seen["lines"])
    print(f"paid {paid} {seen['currency']}, approved so far {seen['approved']}")
    mine = [each["claim_id"] for each in pages(client, "claims", "/claims", status="submitted", limit=1)]
    assert filed["claim_id"] in mine
    first = client.get("claims", "/claims", limit=1)
    try:  # a cursor belongs to its filters: with others the list begins anew
        client.get("claims", "/claims", limit=1, status="withdrawn", cursor=first["next"] or "x")
    except Refused as refused:
        assert (refused.status, refused.code) == (422, "request.cursor-malformed")
    else:
        raise AssertionError("a cursor of another list is refused")


def take_back(client: Client, filed: dict[str, Any]) -> None:
    """A change of what may have changed meanwhile: with the version that the person saw."""
    path = f"/claims/{filed['claim_id']}"
    try:
        client.send("POST", "claims", f"{path}/withdrawal", if_match='"99"')
    except Refused as refused:
        assert (refused.status, refused.code) == (412, "request.changed-since-read")
    else:
        raise AssertionError("there is no version 99")
    seen = client.send("GET", "claims", path)
    withdrawn = client.send("POST", "claims", f"{path}/withdrawal", if_match=seen.headers["ETag"])
    print(withdrawn.json()["next"]["text"])
    try:
        client.post("claims", f"{path}/withdrawal")
    except Refused as refused:
        assert (refused.status, refused.code) == (409, "state.move-not-allowed")
    else:
        raise AssertionError("it is withdrawn already")


def paper(client: Client) -> None:
    """202: it is being made. The page asks again until the paper says that it is valid."""
    kind = next(each for each in client.get("documents", "/paper-types")["items"] if not each["takes_period"])
    body = {"kind": kind["kind"], "language": kind["languages"][0]}
    number = client.post("documents", "/papers", body, key=secrets.token_hex(16))["number"]
    seen = until(lambda: _printed(client, number))
    pdf = client.send("GET", "documents", f"/papers/{number}/pdf").content
    assert pdf.startswith(b"%PDF")
    print(f"{seen['name']} {number}, {seen['text']} until {seen['valid_until']}: {len(pdf) // 1024} kB")


def sign_out(session: sign_in.Session) -> None:
    """The session ends at the fund; what the frontend kept of it is thrown away."""
    answer = requests.get(session.sign_out_address(), allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (303, sign_in.AFTERWARDS)
    try:
        session.refresh()
    except sign_in.SignedOut:
        print("signed out")
    else:
        raise AssertionError("a session that was ended is over")


def upload(client: Client, name: str, content: bytes) -> dict[str, Any]:
    """One file, one request, one key, one state on the page: sending, received, or refused with its sentence."""
    sent = client.send("POST", "documents", "/uploads", key=secrets.token_hex(16), files={"file": (name, content)})
    return sent.json()


def photograph() -> bytes:
    """A picture that nobody took before, as PNG."""
    side = 200
    rows = b"".join(b"\0" + secrets.token_bytes(side) for _ in range(side))

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _open_right(client: Client) -> dict[str, Any] | None:
    try:
        right = client.get("claims", "/rights")
    except Refused as refused:
        if refused.code != "right.unknown":
            raise
        return None  # no declaration has reached the service yet
    return right if right["status"] == "open" else None


def _printed(client: Client, number: str) -> dict[str, Any] | None:
    seen = client.get("documents", f"/papers/{number}")
    return seen if seen["status"] == "valid" else None


def _mailed_token() -> str | None:
    sent = requests.get(f"{MESSAGES}/messages", params={"to": EMAIL, "channel": "mail"}, timeout=30).json()["messages"]
    links = [each["text"].split("token=")[1].split()[0] for each in sent if "token=" in each["text"]]
    return links[-1] if links else None


if __name__ == "__main__":
    main()
