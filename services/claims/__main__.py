"""`python -m services.claims web|worker|try`."""

import sys

from services.claims.wiring import service
from shared.process.main import main

sys.exit(main(service, sys.argv[1:]))
