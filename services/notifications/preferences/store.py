"""Where preferences are kept, one a person or employer that chose."""

from services.notifications.preferences.preferences import Preferences
from services.notifications.preferences.rules import PreferencesUnknown
from shared.storage.repository import Repository
from shared.storage.retention import kept

preferences = Repository(
    "preferences",
    Preferences,
    key="owner_id",
    missing=PreferencesUnknown,
    retention=kept("until its owner chooses otherwise: what somebody does not want must not be forgotten"),
)
