"""What the dialogue engine remembers is kept no longer than messages are."""

from datetime import timedelta

from sqlalchemy import text


def test_the_engines_memory_of_silent_chats_goes_with_their_messages(
    teaching, bank, rows
):
    teaching.tidy()  # before the dialogue engine has made its table
    with bank.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE rasa_conversations (conversation text PRIMARY KEY,"
            " version bigint NOT NULL, events text NOT NULL, updated_at timestamptz)"
        )
        for days, name in ((9, "silent"), (7, "talking")):
            at = bank.clock.now() - timedelta(days=days)
            connection.execute(
                text("INSERT INTO rasa_conversations VALUES (:name, 1, '[]', :at)"),
                {"name": name, "at": at},
            )
    teaching.tidy()

    left = rows("SELECT conversation FROM rasa_conversations")
    with bank.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE rasa_conversations")
    assert [("talking",)] == left
