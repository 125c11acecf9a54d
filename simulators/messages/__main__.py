"""`python -m simulators.messages`: mail server, SMS centre and their view, as one program."""

import asyncio
import logging
import os
import signal
import sys
from threading import Thread

from werkzeug.serving import make_server

from simulators.messages import mail
from simulators.messages.received import Faults, Received
from simulators.messages.settings import Settings
from simulators.messages.sms import MessageCentre
from simulators.messages.view import application


async def serve(settings: Settings) -> None:
    """Until SIGTERM or Ctrl-C."""
    received, faults = Received(settings.state_dir), Faults()
    centre = MessageCentre(settings, received=received, faults=faults)
    mail_server = await mail.serve(settings, received=received, faults=faults)
    await centre.start()
    view = make_server(settings.http.host, settings.http.port, application(received, faults), threaded=True)
    Thread(target=view.serve_forever, name="view", daemon=True).start()
    print(f"messages: SMTP {settings.smtp}, SMPP {settings.smpp}, HTTP {settings.http}", flush=True)

    serving = asyncio.ensure_future(centre.serve())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        pass
    finally:
        view.shutdown()
        mail_server.close()


logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
logging.getLogger("werkzeug").setLevel(logging.WARNING)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of AUTH without TLS, once a connection
asyncio.run(serve(Settings.read(os.environ)))
