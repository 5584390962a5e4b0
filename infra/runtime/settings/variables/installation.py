"""What an operator can set of the installation itself."""

from pathlib import Path

from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import at_least, path, yes_or_no

DEMO_PASSWORD_LENGTH = 8
PROJECT_ROOT = Path(__file__).resolve().parents[4]
#: The data folder unless another one is named.
OWN_DATA_DIR = PROJECT_ROOT / ".data"

INSTALLATION: tuple[Setting, ...] = (
    Setting(
        "MIPOS_DATA_DIR",
        OWN_DATA_DIR,
        "Folder of the embedded database and of generated secrets.",
        path,
        default_text="`.data` in the project",
    ),
    Setting(
        "MIPOS_PYTHON",
        None,
        "Python (3.11 or newer) from which `./mipos` makes its environment.",
        str,
        default_text="the newest found",
    ),
    Setting("MIPOS_DEMO", True, "Make a demo company on the first start: yes or no.", yes_or_no, "yes"),
    Setting(
        "MIPOS_DEMO_PASSWORD",
        None,
        f"Password of the demo logins, at least {DEMO_PASSWORD_LENGTH} characters.",
        at_least(DEMO_PASSWORD_LENGTH),
        default_text="generated, kept in the data folder",
        is_secret=True,
    ),
    Setting(
        "MIPOS_REGISTRATION", False, "Whether anyone may register a company: yes or no.", yes_or_no, "no"
    ),
)
