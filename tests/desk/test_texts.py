"""What customers write stays text, whatever it looks like."""

from banking.bootstrap import Bank
from banking.domain.examples import Span
from banking.ports.inbox import InboxQuery
from banking.web.desk import shown
from tests.contracts.conftest import AMA
from tests.desk.chats import Chat
from tests.desk.conftest import Visitor

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}} {{ config }} {% raw %} ${7*7} #{7*7}",
    "{amount} %s %(name)s",
    "=cmd('calc') +1 -1 @x",
    "[link](javascript:alert(1)) **bold** _x_",
    "- intent: greet\n  examples: |\n    - x",
    "\u202egnol dna neddih\u2066 \u200f\u200e",
    "</template></title></textarea><b>x</b>",
    "&lt;b&gt; &amp; &#x3c;",
    "\x01\x1b[31mred",
    "😀" * 60 + "‍👩‍👩‍👧",
    "a" * 4096,
)


CONTROLS = dict.fromkeys(range(32), " ")
TURNING = dict.fromkeys(map(ord, "\u202e\u2066"), "⇄")


def test_no_message_is_ever_markup(trainer: Visitor, bank: Bank):
    for number, payload in enumerate(PAYLOADS):
        Chat(bank, f"+155501099{number:02}").says(
            payload,
            "nlu_fallback",
            0.2,
            then=[("greet", 0.2)],
            does=["action_fallback"],
        )
    groups = bank.teaching.inbox(InboxQuery(limit=200)).groups
    ids = [item for group in groups for item in group.items]
    assert len(ids) == len(PAYLOADS)
    shown_texts = set()
    for item in ids:
        assert_inert(trainer.open(f"/desk/inbox/{item}"))
        shown_texts.add(plain(trainer.find("say")[0].text_content()))
        assert_inert(trainer.open(f"/desk/test/{item}"))
    assert {plain(payload) for payload in PAYLOADS} == shown_texts
    assert_inert(trainer.open(f"/desk/inbox?item={ids[0]}"))
    assert_inert(trainer.open("/desk/search"))
    bank.teaching.accept(ids, "Efua")
    assert_inert(trainer.open("/desk/changes"))


def plain(text: str) -> str:
    """What a page can show of a text: spaces are one, controls are none."""
    return " ".join(text.translate(CONTROLS | TURNING).split())


def assert_inert(visitor: Visitor) -> None:
    page = visitor.page
    assert visitor.status in (200, 409)
    assert not page.xpath("//script[not(@src)] | //img[@src='x'] | //b[text()='x']")
    assert not page.xpath("//svg | //@onerror | //@onload | //@onmouseover | //@style")
    assert not page.xpath("//@href[starts-with(., 'javascript')]")


def test_a_search_for_markup_comes_back_as_text(trainer: Visitor):
    trainer.open("/desk/inbox?words=" + '"><script>alert(1)</script>')

    assert not trainer.page.xpath("//script[not(@src)]")
    assert trainer.find("search")[0].get("value").startswith('"><script>')


def test_a_mark_of_direction_is_seen_and_turns_nothing(trainer: Visitor, bank: Bank):
    said = "\u202eevird eht 50"
    Chat(bank, "+15550100001").says(
        said, "nlu_fallback", 0.2, marks=[("50", "amount")], does=["action_fallback"]
    )
    trainer.open("/desk/inbox")
    assert trainer.text("group-text") == "⇄evird eht 50"
    trainer.open(trainer.find("group-text")[0].get("href"))
    assert trainer.page.xpath("//p[@id='say']//mark/text()") == ["50"]
    assert "\u202e" not in trainer.answer.text


def test_a_trainer_never_sees_who_wrote(trainer: Visitor, bank: Bank):
    phone, said = "+15550101567", "its me Ama Mensah gimme the dosh"
    chat = Chat(bank, phone).says("hi", "greet")
    with bank.uow() as tx:
        tx.enrolments.add(AMA, pin_hash="x", passphrase="blue kettle")
        talk = tx.conversations.of("whatsapp", phone)
        tx.conversations.bind(talk.id, AMA.id)
        tx.commit()
    chat.says(
        said, "nlu_fallback", 0.2, then=[("greet", 0.1)], does=["action_fallback"]
    )
    pages = [trainer.open("/desk/inbox").answer.text]
    [item] = bank.teaching.inbox(InboxQuery()).groups[0].items
    bank.teaching.correct([item], "check_balance", "Efua")
    for path in (
        f"/desk/inbox/{item}",
        f"/desk/inbox?state=corrected&item={item}",
        "/desk/search",
        f"/desk/test/{item}",
        "/desk/changes",
    ):
        pages.append(trainer.open(path).answer.text)

    assert not [text for text in pages if "Ama Mensah" in text]
    assert all("○○○ ○○○○○○ gimme" in text for text in pages[:4])
    assert all("its me Kofi Mensah gimme the dosh" in text for text in pages[4:])
    assert not bank.teaching.search("mensah").turns


# --- how values look --------------------------------------------------------------


def test_marks_cut_a_text_into_pieces_that_make_it_whole_again():
    text = "send 🙏 50 to mum"
    made = shown.pieces(text, [Span(7, 9, "amount"), Span(13, 16, "person")])

    assert "".join(piece.text for piece in made) == text
    assert [p.entity for p in made] == ["", "amount", "", "person"]
    assert [p.text for p in made if p.entity] == ["50", "mum"]


def test_marks_that_overlap_or_lie_outside_are_left_out():
    made = shown.pieces("abc", [Span(0, 2, "x"), Span(1, 3, "y"), Span(2, 9, "z")])

    assert [(p.text, p.entity) for p in made] == [("ab", "x"), ("c", "")]


def test_every_intent_that_can_be_taught_has_a_line_of_words(bank: Bank):
    missing = [c.name for c in bank.teaching.intents() if not shown.meaning(c.name)]

    assert missing == []
