"""Sentences about the log itself."""

from api.audit.stories.areas.common import Sentences, texts

LOGS: Sentences = {
    "logs.Log.Restored": texts(
        "The log was restored from a copy of {from_size:count event/events}[; what had been signed "
        "from {lost_from} to {lost_to} is lost].",
        "Das Protokoll wurde aus einer Kopie mit {from_size:count Eintrag/Einträgen} "
        "wiederhergestellt[; was von {lost_from} bis {lost_to} besiegelt war, ist verloren].",
    ),
}
