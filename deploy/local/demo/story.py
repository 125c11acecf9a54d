"""The story, chapter by chapter: from a wage file to a paid claim, through public interfaces only.

It follows the fund's own definition: what one fund does otherwise than another is read there, and what a fund does
not do is said and left out. A fund more needs nothing here.
"""

import tempfile
from pathlib import Path

import requests

from deploy.local import addresses
from deploy.local.demo import arrears, campaigns, counter, employers, mandates, mobile, persons
from deploy.local.demo.people import cast
from deploy.local.demo.scene import Scene
from deploy.local.demo.visitors import World
from shared.funds.fund import Fund

WORKERS = 12


def play(world: World, fund: Fund, *, run: int) -> None:
    """All of it, for one fund."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(world, cast(fund, run=run, count=WORKERS), Path(folder))
        introduced(scene)
        employers.register(scene)
        employers.sign_in(scene)
        *before, latest = scene.periods
        employers.refused(scene, latest)
        for period in before:
            employers.accepted(scene, period)
        mandates.give(scene)  # for the last alone: what is owed for the others stays to be paid by card
        employers.accepted(scene, latest)
        employers.cards(scene)
        *earlier, last = scene.declarations
        if not fund.bindings.bank.takes_cards:
            employers.not_taken(scene, "card", "The employer pays by card")
        if mandates.is_debited_today(scene, last):
            mandates.debited(scene, last)
            mandates.returned(scene, last)
        terminal_id = counter.terminal_of(fund)
        if terminal_id is None:
            employers.not_taken(scene, counter.RAIL, "The employer pays by card at a counter")
        else:
            counter.pay(scene, terminal_id, last)
        operator = mobile.operator_of(fund)
        if operator is None:
            employers.not_taken(scene, mobile.RAIL, "The employer pays by mobile money")
            employers.pay_by_transfer(scene, last)
        else:
            mobile.pay(scene, operator, last)
        if fund.bindings.bank.takes_cards and earlier:
            employers.pay_by_card(scene, earlier[-1], card=employers.SILENT_CARD)
        person = scene.characters.workers[0]
        persons.account(scene, person)
        persons.certificates(scene)
        persons.claim(scene, person)
        persons.allowance(scene, person)
        campaigns.remind(scene)
        arrears.deferral(scene)
        arrears.broken(scene)
        arrears.settlement(scene)
        arrears.silence(scene)


def introduced(scene: Scene) -> None:
    """Which fund this is, in the words of its definition."""
    fund, form = scene.fund, scene.form
    write = scene.reporter.write
    language = scene.worker.language
    write(f"\n=== {fund.fund_id}: {fund.names[language]}")
    write(
        f"    {fund.currency} with {fund.currency.decimals} decimals · languages {', '.join(fund.languages)} · "
        f"{form.names[language]}, every {form.period} · bank {fund.bindings.bank.adapter} · "
        f"messages by {', '.join(fund.channels)}"
    )


def observed(world: World) -> None:
    """Every service counts what it does."""
    reporter = world.reporter
    reporter.chapter("Metrics of every service")
    for service in addresses.SERVICES:
        text = requests.get(addresses.metrics(service, world.ports), timeout=10).text
        total = sum(
            float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("himaya_requests_total{")
        )
        reporter.check(total > 0, f"{service}: {total:.0f} requests answered")
