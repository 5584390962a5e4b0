"""The database understands every statement, also those that only a damaged log would ever need."""

import re
from itertools import count

import psycopg

from infra.backup import restoring
from infra.postgres.statements import Statement
from infra.projections.aside import site
from tests.conftest import Database
from tests.statements import statements

#: Names of tables that are put in when it is sent, of a former version, or what only a cluster has.
OF_OTHER_NAMES = re.compile(r"(?<!')\{|\bpublic\.|\bcitus_|\bpg_dist_")


def numbered(text: str) -> str:
    """The statement with numbers in place of its parameters, named or not."""
    numbers = count(1)
    return re.sub("%s", lambda _: f"${next(numbers)}", Statement(text).text.decode())


def test_every_statement_can_be_prepared(database: Database) -> None:
    wrong = {}
    with psycopg.connect(database.owner) as connection:
        for table_of_its_own in (site.UPGRADE, site.BUILT, restoring._STAGE):
            connection.execute(table_of_its_own)
        for number, (text, name) in enumerate(statements().items()):
            if not OF_OTHER_NAMES.search(text):
                try:
                    with connection.transaction():
                        connection.execute(f"PREPARE s{number} AS {numbered(text)}".encode())
                except psycopg.Error as error:
                    wrong[name] = str(error)
        connection.rollback()
    assert wrong == {}, "\n".join(f"{name}: {error}" for name, error in wrong.items())
