"""`python -m deploy.local run|stop|migrate|figures|verify|do`: the platform on this machine, and commands in it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import demo_fund, figures, migrate, place, plan, refill, served, terminal
from deploy.local.addresses import SERVICES
from deploy.local.programs import Broken
from deploy.local.run import keep_running, listen_for_the_end
from deploy.local.supervisor import stop_left_over
from deploy.local.verify import command as verifying

USAGE = f"""usage: python -m deploy.local run
       python -m deploy.local stop
       python -m deploy.local migrate
       python -m deploy.local figures
       python -m deploy.local verify
       python -m deploy.local do {"|".join(SERVICES)} <command of the service> ..."""


def run(environ: Mapping[str, str], *, var: Path) -> int:
    """Run everything until it is stopped."""
    listen_for_the_end()
    os.umask(0o077)
    ran_at = refill.last_ran_at(var)
    try:
        with place.alone(var):
            if stop_left_over(var=var):
                terminal.write_line("Stopped what a run had left that was cut off.")
            planned = plan.make(environ, var=var)
            for remark in planned.remarks:
                terminal.write_line(remark)

            def prepare() -> None:
                """Before any relay works: it would send new events before those that the broker has lost."""
                migrate_first()
                if ran_at is not None:
                    refill.publish_again(plan.settings_of_services(environ, var=var), since=ran_at - refill.REACH)

            def migrate_first() -> None:  # in a process of its own: what it loads is not kept for as long as all runs
                migrating = [sys.executable, "-m", "deploy.local", "migrate"]
                if subprocess.run(migrating, env={**environ, "HIMAYA_VAR": str(var)}).returncode:
                    raise Broken("the databases could not be migrated: the reason stands above")

            def once_ready() -> None:
                _welcome(planned, environ, var=var)

            keep_running(planned.stages, var=var, between=prepare, once_ready=once_ready)
    except KeyboardInterrupt:
        return 0


def stop(var: Path) -> int:
    """End the run of this place, from another terminal."""
    stopped = place.stop_holder(var) or stop_left_over(var=var)
    terminal.write_line("Stopped." if stopped else "Nothing runs here.")
    return 0


def do(environ: Mapping[str, str], service: str, arguments: Sequence[str], *, var: Path) -> int:
    """A service's own command, with the settings that the service has in this run."""
    settings = plan.settings_of_services(environ, var=var)[service]
    command = [sys.executable, "-m", f"services.{service}", *arguments]
    return subprocess.run(command, env={**environ, **settings}).returncode


def _welcome(planned: plan.Plan, environ: Mapping[str, str], *, var: Path) -> None:
    sign_ins = _demo_fund(environ, var=var)
    terminal.table("Where things are", planned.addresses)
    terminal.table("Demo sign-ins (invented people)", sign_ins)
    terminal.write_line()
    terminal.write_line(
        "All is ready. `make demo` plays a case through it. Ctrl-C stops everything; the next run goes on from here."
    )


def _demo_fund(environ: Mapping[str, str], *, var: Path) -> list[list[str]]:
    """Load the demo of each fund on its first start; who may sign in there, as rows of equally many cells."""
    wanted = list(served.funds(environ, var=var))
    if without := [fund_id for fund_id in wanted if fund_id not in demo_fund.loaded(var)]:
        terminal.write_line(f"  first start of {', '.join(without)}: loading invented people")
        loading = [sys.executable, "-m", "deploy.local.demo_fund", *without]
        if subprocess.run(loading, env={**environ, "HIMAYA_VAR": str(var)}).returncode:
            raise Broken("the demo fund could not be loaded: the reason stands above")
    loaded = demo_fund.loaded(var)
    return [demo_fund.HEADING, *(row for fund_id in wanted for row in loaded[fund_id])]


def main(arguments: Sequence[str]) -> int:
    """The command's exit status; 2 where it is none."""
    environ, var = os.environ, place.var(os.environ)
    try:
        match list(arguments):
            case ["run"]:
                return run(environ, var=var)
            case ["stop"]:
                return stop(var)
            case ["figures"]:
                figures.show(var)
                return 0
            case ["verify"]:
                return verifying.verify(environ, var=var)
            case ["migrate"]:
                migrate.all_services(plan.settings_of_services(environ, var=var))
                return 0
            case ["do", service, *rest] if service in SERVICES:
                return do(environ, service, rest, var=var)
    except Broken as broken:
        terminal.why(broken)
        return 1
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
