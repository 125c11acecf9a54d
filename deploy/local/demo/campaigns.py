"""The chapter of the fund that writes to many at once: a text of its own to employers that declared nothing, counted
and read before it leaves, started by a second person, and reported."""

from typing import Any

from deploy.local.demo import employers, expected, users
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import Visitor
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.funds.period import Period

AUDIENCE = "silent-employers"
REFERENCE = "Exemple"
"""The text of the law that asks for it, invented as all of this is."""
SUBJECTS = {
    "ar": "لم يصلنا تصريحكم عن {period}",
    "fr": "Votre déclaration {period} ne nous est pas parvenue",
    "en": "We have not received your declaration of {period}",
}
TEXTS = {
    "ar": "كان آخر أجل للتصريح {due_on}. صرحوا من فضلكم في أقرب وقت.",
    "fr": "Le dernier jour pour déclarer était le {due_on}. Déclarez au plus vite, s'il vous plaît.",
    "en": "The last day to declare was {due_on}. Please declare as soon as you can.",
}
Body = dict[str, Any]


def remind(scene: Scene) -> None:
    """Two of the fund's staff remind all employers from which a period did not come."""
    reporter, title = scene.reporter, "The fund writes to employers that declared nothing"
    if users.of_staff(scene.fund, *users.WRITER) is None:
        reporter.skip(title, f"nobody of {scene.fund_id}'s staff writes campaigns")
        return
    period = forgotten(scene)
    reporter.chapter(f"{title} for {period}")
    writer, second = staff(scene)
    campaign = written(scene, writer, period)
    scene.reporter.seen(f"written as a draft in {', '.join(campaign['wordings'])}: nobody receives it yet")
    path = f"/message-campaigns/{campaign['campaign_id']}"
    campaign = selected(scene, writer, path)
    reporter.check(
        campaign["reach"]["recipients"] > 0 and len(campaign["previews"]) > 0,
        f"{campaign['reach']['recipients']} recipients: {campaign['previews'][0]['subject']}",
    )
    refusal = writer.raw("POST", "notifications", f"{path}/start")
    reporter.check(refusal.status_code == 403, f"not started by who wrote it: {refusal.json()['detail']}")
    report = sent(scene, second, path)
    counted = ", ".join(f"{each['queued'] + each['sent']} by {each['channel']}" for each in report["channels"])
    reporter.check(
        report["campaign"]["progress"]["members"] == campaign["reach"]["recipients"], f"a second person did: {counted}"
    )
    lines = writer.get("notifications", f"{path}/recipients").decode("utf-8-sig").strip().splitlines()
    reporter.seen(f"reported by recipient, {len(lines) - 1} lines with masked addresses")
    employers.reads(scene, campaign["campaign_id"])


def staff(scene: Scene) -> tuple[Visitor, Visitor]:
    """Who writes a campaign, and who starts it."""
    run = scene.characters.run
    writer, second = (employers.add_staff(scene, f"{name}-{run}", *users.WRITER) for name in ("writer", "starter"))
    return writer, second


def forgotten(scene: Scene) -> Period:
    """The last period that has ended and that the employer did not declare."""
    declared = [Period.read(each["period"]) for each in scene.declarations]
    return expected.forgotten(scene.form, declared=declared, today=scene.today)


def draft(fund: Fund, *, form: str, period: Period) -> Body:
    """The text in each of the fund's languages, by its channels; the inbox has it in any case."""
    channels = [each.value for each in fund.channels if each is not Channel.INBOX] or [Channel.INBOX.value]
    has_sms = Channel.SMS.value in channels
    return {
        "name": f"{REFERENCE} {period}",
        "purpose": "legal",
        "legal_reference": REFERENCE,
        "audience": {"code": AUDIENCE, "parameters": {"form": form, "period": str(period)}},
        "channels": channels,
        "wordings": {
            language: {
                "subject": SUBJECTS[language],
                "text": f"{SUBJECTS[language]}. {TEXTS[language]}",
                "sms": f"{SUBJECTS[language]}. {TEXTS[language]}" if has_sms else "",
            }
            for language in fund.languages
        },
    }


def written(scene: Scene, writer: Visitor, period: Period) -> Body:
    """A draft that nobody receives yet."""
    body = draft(scene.fund, form=scene.form_code, period=period)
    campaign: Body = writer.post("notifications", "/message-campaigns", body, expect=201)
    return campaign


def selected(scene: Scene, writer: Visitor, path: str) -> Body:
    """Payments, which knows who is silent, answers page by page."""
    writer.post("notifications", f"{path}/selection")

    def counted() -> Any:
        found = writer.get("notifications", path)
        return found if found["status"] not in ("draft", "selecting") else None

    found: Body = scene.reporter.wait("the audience", counted)
    return found


def sent(scene: Scene, second: Visitor, path: str) -> Body:
    """A second person starts it, and waits until everybody was written to."""
    second.post("notifications", f"{path}/start")

    def finished() -> Any:
        found = second.get("notifications", f"{path}/report")
        return found if found["campaign"]["status"] == "finished" else None

    found: Body = scene.reporter.wait("the campaign", finished)
    return found
