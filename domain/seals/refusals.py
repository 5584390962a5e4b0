"""Why a log is not sealed, or an event not proved."""

from domain.errors import Conflict


class EpochForked(Conflict):
    """The log ends before its last seal: it was restored without beginning an epoch. Nothing is signed."""

    code = "epoch_forked"


class NotSealedYet(Conflict):
    """No seal covers this event yet."""

    code = "not_sealed_yet"


class NotProvable(Conflict):
    """The sale was recorded when no salt kept its costs from being guessed: it is not proved to strangers."""

    code = "not_provable"


class LogNotSound(Conflict):
    """The log is not what was recorded; nothing is signed."""

    code = "log_not_sound"


class NoSealKey(Conflict):
    """This server was not given the key that logs are signed with."""

    code = "no_seal_key"
