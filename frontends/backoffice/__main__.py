"""`python -m frontends.backoffice`: the back office's process."""

import sys

from frontends.backoffice.backoffice import BACKOFFICE
from frontends.kit.serving import main

sys.exit(main(BACKOFFICE))
