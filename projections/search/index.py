"""The words of products and settings, kept so that the best are read first."""

from collections.abc import Sequence

from domain.catalog.products import Product
from domain.entities import Entity
from projections.base import Database, Fact, Projection
from projections.search.entries import Fold
from projections.search.reading import FOLDS, IGNORED
from projections.search.rows import entries_of, learn, put_in, take_out


class Search(Projection):
    """The words of what is looked for by name, customers apart, in an order in which the best come first.

    `search_words` has a row for each word, and for what begins inside a word of a script that puts no blanks
    between words; its `place` says which are better. `search_spellings` has every word with the ways to
    misspell it by a letter; words that nothing has any more stay known. `search_entries` knows what the rows
    were made from.
    """

    name = "search"
    version = 4
    mode = "inline"
    tables = ("search_entries", "search_words", "search_spellings")
    folds = FOLDS
    ignores = IGNORED
    # NOTE: texts are compared byte by byte, whatever the database's language, so that a beginning is a range.
    # These comparisons, unlike pattern matching, are also allowed to use an index under row-level security.
    schema = """
        CREATE TABLE search_entries (
            company_id uuid NOT NULL,
            id         uuid NOT NULL,
            kind       text NOT NULL,
            parent_id  uuid,
            name       text NOT NULL,
            more       text NOT NULL,
            status     text NOT NULL,
            PRIMARY KEY (company_id, id, kind)
        );
        CREATE INDEX search_entries_parent ON search_entries (company_id, parent_id)
            WHERE parent_id IS NOT NULL;
        CREATE TABLE search_words (
            company_id uuid NOT NULL,
            kind       text NOT NULL,
            status     text NOT NULL,
            place      smallint NOT NULL,
            word       text COLLATE "C" NOT NULL,
            text       text COLLATE "C" NOT NULL,
            id         uuid NOT NULL,
            shared     smallint NOT NULL,
            PRIMARY KEY (company_id, kind, status, place, word, text, id, shared)
        );
        CREATE TABLE search_spellings (
            company_id uuid NOT NULL,
            kind       text NOT NULL,
            spelling   text COLLATE "C" NOT NULL,
            word       text COLLATE "C" NOT NULL,
            PRIMARY KEY (company_id, kind, spelling, word)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Fold the facts into entries first: what is drafted and activated at once is written once."""
        new = {fact.stream_id for fact in facts if issubclass(fact.event, Entity.Registered)}
        before = entries_of(Product.kind, {fact.stream_id for fact in facts} - new, db)
        folded = Fold(before)
        for fact in facts:
            folded.take(fact)
        after = folded.entries
        take_out([entry for key, entry in before.items() if after.get(key) != entry], db)
        put_in([entry for key, entry in after.items() if before.get(key) != entry], db)
        learn({(kind, word) for kind, text in folded.texts for word in text.split()}, db)
