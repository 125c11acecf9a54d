"""`python -m services.payments web|worker`."""

import sys

from services.payments.wiring import service
from shared.process.main import main

sys.exit(main(service, sys.argv[1:]))
