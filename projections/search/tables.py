"""In which tables the words of a name are: customers have some of their own, of which no byte may stay."""

from typing import LiteralString, NamedTuple

from domain.customers import Customer

#: What identifies a customer, each a kind of its own: it is found by all of it, however it is punctuated.
PHONES, EMAILS, REFERENCES = "phones", "emails", "references"
CUSTOMER_KINDS = frozenset({Customer.kind, PHONES, EMAILS, REFERENCES})


class InTables(NamedTuple):
    """A statement over the tables of everything else, and the same over those of customers."""

    shared: LiteralString
    customers: LiteralString

    def of(self, kind: str) -> LiteralString:
        """The statement for things of a kind."""
        return self.customers if kind in CUSTOMER_KINDS else self.shared


def in_both(statement: LiteralString) -> InTables:
    """A statement over `search_words` and their like, and the same over `customer_words` and theirs."""
    return InTables(statement, statement.replace("search_", "customer_"))
