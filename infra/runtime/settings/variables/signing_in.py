"""What an operator can set of signing in."""

from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import whole

SIGNING_IN: tuple[Setting, ...] = (
    Setting("MIPOS_ACCESS_TOKEN_SECONDS", 900, "How long an access token is good.", whole(10, 86_400)),
    Setting(
        "MIPOS_REFRESH_TOKEN_SECONDS", 1_209_600, "How long a refresh token is good.", whole(60, 31_536_000)
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_PER_ACCOUNT",
        10,
        "Failed sign-ins to one user name from one address within 15 minutes before more are refused.",
        whole(1, 1_000_000),
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_FROM_ANYWHERE",
        100,
        "The same from all addresses together within an hour; then only addresses are let in from which that "
        "user signed in within 30 days.",
        whole(1, 1_000_000),
    ),
    Setting(
        "MIPOS_SIGN_IN_FAILURES_PER_ADDRESS",
        500,
        "Failed sign-ins from one address within 15 minutes, whatever the user names.",
        whole(1, 1_000_000_000),
    ),
)
