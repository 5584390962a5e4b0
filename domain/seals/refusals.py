"""Why a log is not sealed, or an event not proved."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from domain.errors import Conflict


class EpochForked(Conflict):
    """The log ends before its last seal: it was restored without beginning an epoch. Nothing is signed."""

    code = "epoch_forked"
    remedy = "Have whoever runs the service begin an epoch (`mipos audit begin-epoch`)."


class NotSealedYet(Conflict):
    """No seal covers this event yet."""

    code = "not_sealed_yet"
    remedy = "Ask again after the next seal; `GET /api/audit/seals` shows the last."
    facts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "sealed_up_to": "The last position that a seal covers.",
        }
    )


class NotProvable(Conflict):
    """The sale was recorded when no salt kept its costs from being guessed: it is not proved to strangers."""

    code = "not_provable"
    remedy = "Prove the event to somebody who may see costs."


class LogNotSound(Conflict):
    """The log is not what was recorded; nothing is signed."""

    code = "log_not_sound"
    remedy = (
        "Have whoever runs the service look at the log (`mipos audit verify`), and bring it back from a "
        "backup."
    )


class NoSealKey(Conflict):
    """This server was not given the key that logs are signed with."""

    code = "no_seal_key"
    remedy = "Have whoever runs the service give this server the key that logs are signed with."
