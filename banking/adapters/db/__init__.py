"""PostgreSQL: tables, stores, migrations and the queue."""
