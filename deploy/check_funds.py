"""`python -m deploy.check_funds FOLDER…`: check funds' folders as `python -m shared.funds` does, and those without a
fault with every service: its adapters, checks and papers, and its words in the fund's languages. Nothing is started,
and no setting is read: what settings lack a start says."""

import sys

from deploy.docs.pages import services
from shared.funds.__main__ import main

if __name__ == "__main__":
    checks = [service.definition_faults for service in services()]
    sys.exit(main(sys.argv[1:], program="python -m deploy.check_funds", checks=checks))
