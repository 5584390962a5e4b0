"""What an operator can set: environment variables, checked together at the start."""

from infra.runtime.settings.errors import SettingsError
from infra.runtime.settings.loading import SETTINGS, load_settings
from infra.runtime.settings.secret_files import secret_file
from infra.runtime.settings.settings import Settings
from infra.runtime.settings.table import settings_table
from infra.runtime.settings.variables.installation import OWN_DATA_DIR, PROJECT_ROOT

__all__ = [
    "OWN_DATA_DIR",
    "PROJECT_ROOT",
    "SETTINGS",
    "Settings",
    "SettingsError",
    "load_settings",
    "secret_file",
    "settings_table",
]
