"""`python -m simulators.bank`: the partner bank as a program of its own."""

import logging
import os
import signal
import sys

from werkzeug.serving import make_server

from simulators.bank.app import application, open_bank
from simulators.bank.exchange import Exchange
from simulators.bank.settings import Settings


def main() -> None:
    """Serve the bank until SIGTERM, with the settings of the environment."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    settings = Settings.read(os.environ)
    bank = open_bank(settings)
    server = make_server(settings.host, settings.port, application(bank), threaded=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    bank.postman.start()
    Exchange(bank.book, settings.folders).start()
    print(f"partner bank on http://{settings.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


main()
