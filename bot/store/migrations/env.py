"""What Alembic runs to migrate: always online, inside the transaction that bot/store/schema.py opened."""

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
