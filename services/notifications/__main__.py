"""`python -m services.notifications web|worker`."""

import sys

from services.notifications.wiring import service
from shared.process.main import main

sys.exit(main(service, sys.argv[1:]))
