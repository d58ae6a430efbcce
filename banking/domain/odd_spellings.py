"""Names of secrets as people also write them: "p1n", "p.i.n.", "0tp", "passw0rd"."""

import re

_APART = r"(?:[.\-_* /]|[.,] )"
_ODD = re.compile(
    r"(?<![^\W_])(?:"
    rf"(?P<pin>m?p(?:[1!|\u00a1\u00ed]n\b|{_APART}[i1]{_APART}n\b\.?))"
    rf"|(?P<otp>0tp\b|[o0]{_APART}t{_APART}p\b\.?)"
    rf"|(?P<cvv>c{_APART}v{_APART}[vc]\b\.?)"
    r"|(?P<password>p[a@4][s5$]{2}[ \-]?w[o0]rd\b)"
    r"|(?P<passcode>p[a@4][s5$]{2}[ \-]?c[o0]de\b)"
    r")",
    re.IGNORECASE,
)
# One of these is in every odd spelling: most texts are not looked through.
_HINTS = (
    *("p1n", "p!n", "p|n", "p\u00a1n", "p\u00edn", "0tp"),
    *(
        "w0rd",
        "c0de",
        "pa5",
        "pas5",
        "pa$",
        "pas$",
        "p@",
        "p4",
        "ss w",
        "ss-w",
        "s-c",
        "i. n",
    ),
    *(f"{a}{gap}{b}" for gap in ".-_* /" for a, b in ("in", "1n", "tp", "vv", "vc")),
)


def straightened(plain: str) -> str:
    """The text with those names as everybody writes them, at the same places."""
    lower = plain.lower()
    if not any(hint in lower for hint in _HINTS):
        return plain
    return _ODD.sub(_usual, plain)


def _usual(found: re.Match[str]) -> str:
    return (found.lastgroup or "").ljust(len(found[0]))[: len(found[0])]
