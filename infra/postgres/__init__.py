"""PostgreSQL: connections, transactions, roles and rights, and a server of our own."""
