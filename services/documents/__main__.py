"""`python -m services.documents web|worker`."""

import sys

from services.documents.wiring import service
from shared.process.main import main

sys.exit(main(service, sys.argv[1:]))
