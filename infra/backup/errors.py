"""Why a backup cannot be taken or brought back: one sentence each, with what to do about it."""


class BackupError(Exception):
    """A backup cannot be taken or brought back."""

    def __init__(self, **facts: object) -> None:
        super().__init__((type(self).__doc__ or "").format(**facts))


class NotABackup(BackupError):
    """{folder} is no backup: name a folder that `mipos backup` wrote, or one of the backups in it."""


class FolderUnusable(BackupError):
    """{folder} cannot be used: {reason}."""


class FolderTaken(BackupError):
    """{folder} is not empty: backups go into a folder of their own."""


class BackupRunning(BackupError):
    """Another backup is being written to {folder}: this one was not begun."""


class NothingToGoOnFrom(BackupError):
    """{folder} has no {form} backup to go on from: take one without --incremental first."""


class OtherLog(BackupError):
    """{folder} has backups of another log than this one ({reason}): take one without --incremental."""


class LogHasGaps(BackupError):
    """The log has {there:,} of {expected:,} events: `mipos projections verify --all` says what is missing."""


class FileMissing(BackupError):
    """The backup is not whole: {file} is missing. Restore an earlier one, or bring the file back."""


class FileDamaged(BackupError):
    """The backup is damaged: {file} is not what was written ({reason}). Restore an earlier one."""


class NewerBackup(BackupError):
    """{backup} was written by a newer version of MIPOS ({version}): restore it with that or a later one."""


class KeyMissing(BackupError):
    """{backup} is sealed under the data key {key}, which is not here: name a folder that has it (--keys)."""


class TargetTaken(BackupError):
    """{target} is there already, and a backup is never restored over anything: name a folder that is not."""


class TargetWithin(BackupError):
    """{target} lies in {folder}: name a folder elsewhere."""


class DatabaseTaken(BackupError):
    """The database has a log already, and a backup is never restored over one: name an empty database."""


class LogNotReadable(BackupError):
    """Nothing can be made from the log in the backup: {reason}. Restore an earlier one."""


class NotEmbedded(BackupError):
    """A physical backup copies the embedded server; one of your own is copied with its own pg_basebackup."""


class ProgramMissing(BackupError):
    """{program} is not among the programs of the database server in {folder}: see MIPOS_POSTGRES_BIN."""


class ProgramFailed(BackupError):
    """{program} did not succeed; it said: {output}."""


class OtherForm(BackupError):
    """{backup} is {form}: {reason}."""
