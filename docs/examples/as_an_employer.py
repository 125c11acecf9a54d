"""An employer's user declares wages: `python docs/examples/as_an_employer.py <login> <password>`.

Both are shown by `make run`. It uses the register that `make run` loads on its first start, in the fund dz-cnas.
"""

import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import browser
import sign_in
from himaya import Client, Draft, Refused, pages, until

FUND = "dz-cnas"
SCOPE = "declarations:file declarations:read collections:pay"
WORKER = {"number": "907707707000", "family": "KANARIMADA", "first": "TEMOINELLE"}
FOLDER = Path(tempfile.gettempdir())


def main(login: str, password: str) -> None:
    address, kept = sign_in.begin(FUND, scope=SCOPE)
    session = sign_in.finish(browser.sign_in(address, login=login, password=password), kept)
    client = Client(FUND, token=session.token)
    employer = client.get("identity", "/userinfo")["employers"][0]
    print(f"signed in for employer {employer}")

    form, period = what_is_due(client)
    refused_field_by_field(client, employer, form)
    a_wrong_file(client, employer, form, period)
    declared = the_right_file(client, employer, form, period)
    somebody_was_first(client, declared)
    pay(client, declared)
    count = sum(1 for _ in pages(client, "payments", "/declarations", employer_id=employer, limit=1))
    print(f"declarations of this employer, one a page: {count}")
    session.refresh()
    print(f"{len(client.get('identity', '/userinfo')['employers'])} employer after the tokens were exchanged")


def what_is_due(client: Client) -> tuple[str, str]:
    """Forms and periods are read, not written into the frontend."""
    answer = client.send("GET", "payments", "/declaration-forms")
    form = answer.json()["items"][0]
    arabic = Client(FUND, language="ar", token=client.token).get("payments", "/declaration-forms")["items"][0]
    print(f"{form['form']}: {form['name']}, in Arabic: {arabic['name']}")
    unchanged = client.send("GET", "payments", "/declaration-forms", headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304, "what the browser has is still good"
    periods = pages(client, "payments", f"/declaration-forms/{form['form']}/periods", limit=2)
    period = next(each for each in periods if each["is_over"])
    print(f"last period over: {period['period']}, due on {period['due_on']}")
    return form["form"], period["period"]


def refused_field_by_field(client: Client, employer: str, form: str) -> None:
    """Each field of the form gets its own sentence."""
    try:
        send(client, {"employer_id": employer, "form": form, "control_workers": "many"}, {}, key="never-done")
    except Refused as refused:
        assert (refused.status, refused.code) == (422, "request.invalid")
        print(f"{refused.detail} {refused.fields}")
        assert set(refused.fields) == {"period", "control_workers"}
    else:
        raise AssertionError("it has no period")


def a_wrong_file(client: Client, employer: str, form: str, period: str) -> None:
    """The file is read in a moment; then its findings say line, column and what to do."""
    said = {"employer_id": employer, "form": form, "period": period}
    with_error = send(client, said, wage_files(employer, period, birth="31021990"), key=f"wrong-{employer}-{period}")
    seen = checked(client, with_error.json())
    assert seen["status"] == "technically-refused", seen["text"]
    finding = client.get("payments", f"/declarations/{seen['declaration_id']}/findings")["items"][0]
    print(f"line {finding['line']}, column {finding['column']}, {finding['code']}: {finding['hint']}")


def the_right_file(client: Client, employer: str, form: str, period: str) -> dict[str, Any]:
    """Whatever happens between sending and reading the answer, the declaration is made once."""
    said = {"employer_id": employer, "form": form, "period": period}
    files = wage_files(employer, period, birth="02021971")
    draft = Draft(FOLDER / f"declaration-{employer}-{period}.json")
    first = send(client, said, files, key=draft.key)
    after_a_reload = Draft(draft.path)
    again = send(client, said, files, key=after_a_reload.key)
    assert again.headers["Idempotent-Replayed"] == "true" and again.json() == first.json()
    try:
        send(client, {**said, "control_workers": "2"}, files, key=draft.key)
    except Refused as refused:
        assert (refused.status, refused.code) == (422, "request.key-reused")
    else:
        raise AssertionError("another request under the same key is refused")
    draft.is_sent()
    seen = checked(client, first.json())
    if seen["status"] == "to-confirm":
        path = f"/declarations/{seen['declaration_id']}/confirmation"
        client.send("POST", "payments", path, if_match=f'"{seen["version"]}"')
        seen = checked(client, seen)
    assert seen["status"] == "accepted", seen["text"]
    print(f"{seen['text']} {seen['due']} {seen['currency']}, due on {seen['due_on']}")
    return seen


def somebody_was_first(client: Client, declared: dict[str, Any]) -> None:
    """A change names the version that the person saw; where a newer one stands, it is shown first."""
    path = f"/declarations/{declared['declaration_id']}"
    try:
        client.send("POST", "payments", f"{path}/withdrawal", if_match='"0"')
    except Refused as refused:
        assert (refused.status, refused.code) == (412, "request.changed-since-read")
        print(f"{refused.detail} It is version {refused.version} now.")
        assert client.get("payments", path)["version"] == refused.version
    else:
        raise AssertionError("there is no version 0")


def pay(client: Client, declared: dict[str, Any]) -> None:
    """Amounts are text in major units: they are added as decimals and shown as they came. What is asked for is what is
    left, and the penalties that were charged where it is late."""
    left = Decimal(declared["payment"]["left"])
    if not left:
        return
    path = f"/declarations/{declared['declaration_id']}/collections"
    asked = client.post("payments", path, {"rail": "transfer"}, key=f"pay-{declared['declaration_id']}")
    assert Decimal(asked["amount"]) >= left
    print(f"transfer {asked['amount']} {asked['currency']} with the reference {asked['reference']}")


def send(client: Client, said: dict[str, str], files: dict[str, bytes], *, key: str) -> Any:
    """A form with files goes as multipart/form-data; it may be sent again like any other request with a key."""
    parts = [("files", (name, content, "text/plain")) for name, content in files.items()]
    as_fields = [(name, (None, value)) for name, value in said.items()]
    return client.send("POST", "payments", "/declarations", key=key, files=[*as_fields, *parts])


def checked(client: Client, declared: dict[str, Any]) -> dict[str, Any]:
    """Nothing is pushed to a page: it asks again for the thing that it shows."""

    def look() -> dict[str, Any] | None:
        seen = client.get("payments", f"/declarations/{declared['declaration_id']}")
        return None if seen["status"] == "received" else seen

    return until(look)


def wage_files(employer: str, period: str, *, birth: str) -> dict[str, bytes]:
    """What payroll software writes: Algeria's annual declaration of one worker, 60 000.00 a month."""
    quarter, name = 18_000_000, f"{WORKER['family']:<30}{WORKER['first']:<30}"
    header = (
        f"{employer}N{period}16001{'EXEMPLE':<30}{'SARL EXEMPLE':<30}{'12 RUE EXEMPLE ALGER':<50}"
        f"{quarter:016d}{quarter:016d}{quarter:016d}{quarter:016d}{4 * quarter:016d}{1:06d}\r\n"
    )
    months = f"003M{quarter:012d}" * 4
    line = f"{employer}{period}{1:05d}{WORKER['number']}{name}{birth}{months}01022020{'0' * 8}{'':<50}\r\n"
    return {
        f"D{period}E{employer}.TXT": header.encode("cp1252"),
        f"D{period}S{employer}.TXT": line.encode("cp1252"),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
