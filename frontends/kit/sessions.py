"""Who is signed in at a frontend, kept on its server: tokens, what a person is filling in, and nothing of it in clear.

The browser has a random secret in a cookie. A session rests under the hash of that secret and encrypted with a key made
from it, so that the database alone opens no session.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

KEPT = timedelta(hours=13)
"""A little longer than a session at the fund, so that who has to sign in again finds what they had typed."""
PURGED_ONE_IN = 50
REFRESH_MAX_S = 30.0
POLL_S = 0.05
NONCE_BYTES = 12
SECRET_BYTES = 32
SECRET_LENGTH = 43
"""Of so many bytes, written for a cookie."""
SAVES_MAX = 5


@dataclass
class Session:
    """What a frontend knows of one browser. `content` is JSON and may be changed; `save` keeps it."""

    secret: str
    content: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    is_new: bool = True

    @property
    def csrf_token(self) -> str:
        """What each form of this session carries, and no other site can know."""
        return hmac.new(self.secret.encode(), b"forms", hashlib.sha256).hexdigest()

    @property
    def session_id(self) -> str:
        """Under which it rests."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


class Sessions:
    """The sessions of one frontend. Two requests of one browser may change its session at once: each change is a
    function of the content, done again where the other was first."""

    def __init__(self, client: MongoClient[dict[str, Any]], *, database: str, frontend: str) -> None:
        self._rows = client[database][f"{frontend}_sessions"]

    def prepare(self) -> None:
        """Make the index by which the rows of sessions that are over are found."""
        self._rows.create_index("expires_at", expireAfterSeconds=0)

    def new(self) -> Session:
        """One that is kept from its first `change` on."""
        return Session(secrets.token_urlsafe(SECRET_BYTES))

    def anonymous(self, secret: str) -> Session:
        """Of a browser of which nothing is kept: its cookie is enough for the forms of who is not signed in. It gets
        another at sign-in, so that one that somebody planted opens nothing."""
        return Session(secret) if len(secret) == SECRET_LENGTH else self.new()

    def load(self, secret: str) -> Session | None:
        """The session of a cookie, while it lasts."""
        session = Session(secret)
        row = self._rows.find_one({"_id": session.session_id})
        if row is None or row["expires_at"].replace(tzinfo=UTC) < datetime.now(UTC):
            return None
        try:
            opened = AESGCM(_key(secret)).decrypt(row["sealed"][:NONCE_BYTES], row["sealed"][NONCE_BYTES:], None)
        except InvalidTag:
            return None
        session.content, session.version, session.is_new = json.loads(opened), row["version"], False
        return session

    def change(self, session: Session, change: Callable[[dict[str, Any]], None]) -> None:
        """Change what is kept of a session; the session then holds what others changed as well."""
        for _ in range(SAVES_MAX):
            change(session.content)
            if self._save(session):
                return
            newer = self.load(session.secret)
            if newer is None:
                return  # signed out meanwhile, in another tab
            session.content, session.version = newer.content, newer.version
        raise RuntimeError("a session that others change all the time")

    def end(self, session: Session) -> None:
        """Forget it."""
        self._rows.delete_one({"_id": session.session_id})

    def alone(self, session: Session, is_done: Callable[[Session], bool], act: Callable[[], None]) -> None:
        """Act unless it is done, one request at a time: a refresh token that is sent twice ends the session."""
        deadline_s = time.monotonic() + REFRESH_MAX_S
        while time.monotonic() < deadline_s:
            now = datetime.now(UTC)
            taken = self._rows.update_one(
                {"_id": session.session_id, "held_until": {"$lte": now}},
                {"$set": {"held_until": now + timedelta(seconds=REFRESH_MAX_S)}},
            )
            newer = self.load(session.secret)
            if newer is None:
                return
            session.content, session.version = newer.content, newer.version
            if is_done(session):
                if taken.modified_count:
                    self._release(session)
                return
            if taken.modified_count:
                try:
                    act()
                finally:
                    self._release(session)
                return
            time.sleep(POLL_S)

    def _release(self, session: Session) -> None:
        self._rows.update_one({"_id": session.session_id}, {"$set": {"held_until": datetime.now(UTC)}})

    def _save(self, session: Session) -> bool:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(_key(session.secret)).encrypt(nonce, json.dumps(session.content).encode(), None)
        now = datetime.now(UTC)
        if session.is_new:
            if secrets.randbelow(PURGED_ONE_IN) == 0:  # for engines that do not purge by the index
                self._rows.delete_many({"expires_at": {"$lt": now}})
            row = {"_id": session.session_id, "sealed": sealed, "version": 1, "held_until": now}
            try:
                self._rows.insert_one({**row, "expires_at": now + KEPT})
            except DuplicateKeyError:
                return False
            session.is_new, session.version = False, 1
            return True
        saved = self._rows.update_one(
            {"_id": session.session_id, "version": session.version},
            {"$set": {"sealed": sealed, "expires_at": now + KEPT}, "$inc": {"version": 1}},
        )
        session.version += saved.modified_count
        return bool(saved.modified_count)


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"session content" + secret.encode()).digest()
