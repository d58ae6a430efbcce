"""How people shorten words in a chat, written out for the intent's classifier.

The sentence encoder has read books and web pages: it knows "please send" and guesses
at "plz snd". Entities are found in the text as it was typed; nothing here moves them.
Only what can hardly mean anything else in a bank's chat is written out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Dict

MEANINGS: Dict[str, str] = {
    short: full
    for full, shorts in {
        "about": "abt",
        "account": "acc acct acnt accnt acount a/c",
        "amount": "amt",
        "are": "r",
        "balance": "bal blnc balnce balanc",
        "bank": "bnk",
        "because": "bcos cos coz cuz bcz",
        "before": "b4",
        "beneficiary": "benef",
        "branch": "brnch",
        "business": "biz",
        "can": "cn",
        "card": "crd",
        "check": "chk chek",
        "customer": "cust",
        "deposit": "dep depo",
        "do not": "dont dnt",
        "for": "4r",
        "from": "frm",
        "going to": "gonna",
        "got to": "gotta",
        "give me": "gimme",
        "have": "hv hav",
        "help": "hlp",
        "how": "hw",
        "i am": "im",
        "information": "info",
        "just": "jst",
        "let me": "lemme",
        "limit": "lmt",
        "message": "msg mssg",
        "money": "mny moni mony",
        "month": "mnth mth",
        "much": "mch",
        "number": "nr nmbr num",
        "password": "pw pwd passwd",
        "payment": "pymt pmt paymnt",
        "people": "ppl",
        "phone": "fone phn fon",
        "please": "pls plz plse plss pliz abeg",
        "received": "recvd rcvd",
        "send": "snd sned",
        "should": "shld",
        "sign": "sgn",
        "sent": "snt",
        "something": "smth sth",
        "somebody": "smbdy",
        "someone": "sum1 some1",
        "statement": "stmt stmnt",
        "stop": "stp",
        "talk": "tlk",
        "thanks": "thx tnx thnx thks tnks",
        "thank you": "ty tysm",
        "the": "d da",
        "this": "dis",
        "that": "dat",
        "tomorrow": "tmrw tmr 2moro",
        "today": "2day tdy",
        "transaction": "txn trx trxn tranx",
        "transactions": "txns trxs trxns",
        "transfer": "xfer trf trsf tfer transfr trnsfr tranfer",
        "want to": "wanna wana",
        "want": "wnt wan",
        "was": "wos",
        "what": "wat wot wht",
        "whats": "wats wots",
        "where": "wia whr wher",
        "with": "wif",
        "withdraw": "wdraw withdrw",
        "yes": "yh yea yeh yess",
        "yesterday": "yday ystdy",
        "you": "u",
        "your": "ur yr",
    }.items()
    for short in shorts.split()
}
WORD = re.compile(r"[^\W_]+(?:/[^\W_]+)?")
# "pleeease", "helloooo", "!!!!!!"
DRAWN_OUT = re.compile(r"([^\W\d_]|[!?.])\1{2,}")
# Skin tones and the sign that makes a letter an emoji say nothing of what is meant.
TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")


# To the encoder every emoji is one unknown word; its Unicode name says what it shows.
EMOJI = re.compile("([\u2600-\u27bf\u2b50-\u2b55\U0001f300-\U0001faff])\\1*")
# Names of what only tells how somebody feels: beside words it is left out.
MOODS = re.compile(
    "(?<!ROBOT )FACE|HEART|SKULL|FIRE|SPARKLES|POPPER|HUNDRED POINTS|COLLISION|EYES"
    "|FOLDED HANDS|SHRUG|ANGER|SWEAT|ROCKET|CONFETTI|MUSICAL|TROPHY|MONKEY"
)
# These stay as they are where they stand alone: a face's name misleads.
UNTOLD = re.compile("(?<!ROBOT )FACE|HEART")


def written_out(text: str) -> str:
    """The text with short words and emoji in full, fit for reading, not for quoting."""
    plain = TONES.sub("", unicodedata.normalize("NFKC", text))
    words = WORD.sub(_in_full, DRAWN_OUT.sub(r"\1\1", plain))
    told = _beside_words if any(map(str.isalnum, words)) else _named
    return EMOJI.sub(told, words)


def _in_full(word: "re.Match[str]") -> str:
    return MEANINGS.get(word[0].lower(), word[0])


def _beside_words(emoji: "re.Match[str]") -> str:
    mood = MOODS.search(unicodedata.name(emoji[1], ""))
    return " " if mood else _named(emoji)


def _named(emoji: "re.Match[str]") -> str:
    name = unicodedata.name(emoji[1], "")
    return emoji[0] if not name or UNTOLD.search(name) else f" {name.lower()} "
