"""What documents is made of."""

from pathlib import Path

from services.documents.careers.reactions import reactions as career_reactions
from services.documents.careers.routes import routes as career_routes
from services.documents.careers.store import careers, pages
from services.documents.register.reactions import reactions as register_reactions
from services.documents.register.store import employers, persons
from services.documents.settings import Settings, read
from services.documents.uploads.routes import routes as upload_routes
from services.documents.uploads.store import uploads
from shared.process.service import Service

service: Service[Settings] = Service(
    name="documents",
    folder=Path(__file__).parent,
    settings=read,
    routes=[career_routes, upload_routes],
    reactions=[register_reactions, career_reactions],
    shelves=[persons, employers, careers, pages, uploads],
)
