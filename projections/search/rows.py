"""The rows by which something is found: what it is, its words, and how each word may be misspelt."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from projections.base import Database
from projections.search.entries import Entry, Key
from projections.search.tables import InTables, in_both
from projections.search.words import is_spelt

_ENTRIES: InTables = in_both("""
    SELECT id, kind, parent_id, name, more, status FROM search_entries
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
     UNION
    SELECT id, kind, parent_id, name, more, status FROM search_entries
     WHERE company_id = %(company_id)s AND parent_id = ANY(%(ids)b::uuid[])
""")

_REMOVE_WORDS: InTables = in_both("""
    DELETE FROM search_words AS known
     USING (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(places)b::smallint[]) AS place, unnest(%(words)b::text[]) AS word,
                   unnest(%(texts)b::text[]) AS text, unnest(%(ids)b::uuid[]) AS id) AS gone
     WHERE known.company_id = %(company_id)s AND known.kind = gone.kind AND known.status = gone.status
       AND known.place = gone.place AND known.word = gone.word AND known.text = gone.text
       AND known.id = gone.id
""")

_REMOVE_ENTRIES: InTables = in_both("""
    DELETE FROM search_entries AS known
     USING (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(ids)b::uuid[]) AS id) AS gone
     WHERE known.company_id = %(company_id)s AND known.id = gone.id AND known.kind = gone.kind
""")

_INSERT_ENTRIES: InTables = in_both("""
    INSERT INTO search_entries (company_id, id, kind, parent_id, name, more, status)
    SELECT %(company_id)s, unnest(%(ids)b::uuid[]), unnest(%(kinds)b::text[]), unnest(%(parents)b::uuid[]),
           unnest(%(names)b::text[]), unnest(%(mores)b::text[]), unnest(%(statuses)b::text[])
    RETURNING company_id
""")

# In the order of words, nearly that of the index, whose pages are then found at hand: kinds, statuses and
# places are few, and to sort by them as well takes five times as long.
_INSERT_WORDS: InTables = in_both("""
    INSERT INTO search_words (company_id, kind, status, place, word, text, id, shared)
    SELECT %(company_id)s, new.kind, new.status, new.place, new.word, new.text, new.id, new.shared
      FROM (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(places)b::smallint[]) AS place, unnest(%(words)b::text[]) AS word,
                   unnest(%(texts)b::text[]) AS text, unnest(%(ids)b::uuid[]) AS id,
                   unnest(%(shares)b::bigint[]) AS shared) AS new
     ORDER BY new.word COLLATE "C"
    RETURNING company_id
""")

# What two transactions both add, they add in the same order, so that neither waits for the other in a ring.
# Each word is looked up by its key, whatever the planner knows of the tables: a join would read them all.
_INSERT_SPELLINGS: InTables = in_both("""
    INSERT INTO search_spellings (company_id, kind, spelling, word)
    SELECT DISTINCT %(company_id)s::uuid, used.kind, spelt.spelling, used.word
      FROM (SELECT unnest(%(kinds)b::text[]) AS kind, unnest(%(words)b::text[]) AS word) AS used
      LEFT JOIN LATERAL (
            SELECT word FROM search_spellings
             WHERE company_id = %(company_id)s AND kind = used.kind
               AND spelling = used.word AND word = used.word
             LIMIT 1
           ) AS known ON true
     CROSS JOIN LATERAL (
            SELECT used.word AS spelling
             UNION ALL
            SELECT left(used.word, place - 1) || substr(used.word, place + 1)
              FROM generate_series(1, length(used.word)) AS place
           ) AS spelt
     WHERE known.word IS NULL
     ORDER BY 2, 3, 4
        ON CONFLICT DO NOTHING
""")


def entries_of(kind: str, ids: Collection[UUID], db: Database) -> dict[Key, Entry]:
    """What has these ids, in the tables of that kind, with what is below it."""
    if not ids:
        return {}
    rows = db.ask(_ENTRIES.of(kind), {"company_id": db.company_id, "ids": list(ids)}).rows()
    return {(row["kind"], row["id"]): Entry(**row) for row in rows}


def take_out(entries: Sequence[Entry], db: Database) -> None:
    """Remove entries, all of the same tables, with their words."""
    if not entries:
        return
    kind = entries[0].kind
    rows = [(entry, place, word) for entry in entries for place, word, _ in entry.rows()]
    db.execute(
        _REMOVE_WORDS.of(kind),
        {
            "company_id": db.company_id,
            "kinds": [entry.kind for entry, _, _ in rows],
            "statuses": [entry.status for entry, _, _ in rows],
            "places": [place for _, place, _ in rows],
            "words": [word for _, _, word in rows],
            "texts": [entry.text for entry, _, _ in rows],
            "ids": [entry.id for entry, _, _ in rows],
        },
    )
    kinds, ids = [entry.kind for entry in entries], [entry.id for entry in entries]
    db.execute(_REMOVE_ENTRIES.of(kind), {"company_id": db.company_id, "kinds": kinds, "ids": ids})


def put_in(entries: Sequence[Entry], db: Database) -> None:
    """Insert entries, all of the same tables, with their words."""
    if not entries:
        return
    kind = entries[0].kind
    db.execute(
        _INSERT_ENTRIES.of(kind),
        {
            "company_id": db.company_id,
            "ids": [entry.id for entry in entries],
            "kinds": [entry.kind for entry in entries],
            "parents": [entry.parent_id for entry in entries],
            "names": [entry.name for entry in entries],
            "mores": [entry.more for entry in entries],
            "statuses": [entry.status for entry in entries],
        },
    )
    rows = [(entry, row) for entry in entries for row in entry.rows()]
    if rows:
        db.execute(
            _INSERT_WORDS.of(kind),
            {
                "company_id": db.company_id,
                "kinds": [entry.kind for entry, _ in rows],
                "statuses": [entry.status for entry, _ in rows],
                "places": [place for _, (place, _, _) in rows],
                "words": [word for _, (_, word, _) in rows],
                "texts": [entry.text for entry, _ in rows],
                "ids": [entry.id for entry, _ in rows],
                "shares": [shared for _, (_, _, shared) in rows],
            },
        )


def learn(used: Iterable[tuple[str, str]], db: Database) -> None:
    """Take in how the new ones of these words of a kind may be spelt."""
    spelt = sorted(one for one in used if is_spelt(one[1]))
    if spelt:
        kinds, words = [kind for kind, _ in spelt], [word for _, word in spelt]
        params = {"company_id": db.company_id, "kinds": kinds, "words": words}
        db.execute(_INSERT_SPELLINGS.of(kinds[0]), params)
