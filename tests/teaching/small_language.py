"""A small folder of language: what stands in its files, and reading it back."""

from pathlib import Path

from banking.adapters.language.example_files import YamlExamples
from banking.domain.examples import markup

ALL = "data/services/all.yml"
TALK = "data/talk.yml"
FILES = {
    "domain.yml": """\
version: "3.1"
intents:
  - greet
  - check_balance
  - lock_card
  - unlock_card
  - transfer_money
  - out_of_scope
  - faq:
      use_entities: true
  - human_handoff
  - deny
entities:
  - amount
  - person
  - phone
  - payee
actions: []
responses:
  utter_faq/hours:
    - text: We are open.
""",
    ALL: """\
version: "3.1"

# A trainer's own words about this file, kept.
nlu:
  - intent: check_balance
    examples: |
      - my balance
      - how much   do i have
      - balance of [savings](account), please

  - intent: lock_card   # at once
    examples: |
      - lock my card now please
      - freeze the card

  - intent: unlock_card
    examples: |
      - i want my card to work again


  - intent: transfer_money
    examples: |
      - send [50](amount) to [mum](person)
      - pay [Peter](person) [20](amount) on [+12025550142](phone)
""",
    TALK: """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
- intent: human_handoff
  examples: |
    - a person please
- intent: deny
  examples: |
    - nope
- intent: out_of_scope
  examples: |
    - what is the weather
- intent: faq/hours
  examples: |
    - when are you open""",
}


def bytes_of(home: Path) -> dict[str, bytes]:
    files = sorted((home / "data").rglob("*"))
    return {str(f.relative_to(home)): f.read_bytes() for f in files if f.is_file()}


def texts(home: Path, intent: str) -> list[str]:
    read = YamlExamples(home).read().examples
    return [markup(e.lesson) for e in read if e.lesson.intent == intent]
