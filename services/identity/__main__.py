"""`python -m services.identity web|worker|import-register|add-user|reset-user`."""

import sys

from services.identity.wiring import service
from shared.process.main import main

sys.exit(main(service, sys.argv[1:]))
