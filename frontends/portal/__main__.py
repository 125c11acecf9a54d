"""`python -m frontends.portal`: the portal's process."""

import sys

from frontends.kit.serving import main
from frontends.portal.portal import PORTAL

sys.exit(main(PORTAL))
