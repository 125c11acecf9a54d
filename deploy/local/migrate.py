"""What has to be in the services' databases before a web or worker starts: collections and indexes."""

import importlib
from collections.abc import Mapping

from deploy.local.programs import Broken
from shared.process import migrating
from shared.storage.connection import connect


def all_services(settings: Mapping[str, Mapping[str, str]]) -> None:
    """Migrate each service's database; Broken, with what stands in the way, where one cannot be."""
    for service, own in settings.items():
        database = connect(own["MONGODB_URI"], own["MONGODB_DATABASE"])
        try:
            declared = importlib.import_module(f"services.{service}.wiring").service
            refused = migrating.migrate(declared, database)
        finally:
            database.client.close()
        if refused:
            raise Broken(f"{service} cannot be migrated: {'; '.join(refused)}")
