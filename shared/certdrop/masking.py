r"""What looks like a secret in a text, and the text without it: one rule for all that is logged, told, kept and named.

A form may be cut, encoded or stripped of its armour, so the rule goes by what a key cannot do without: a long run
without words. Hashes and ids stay, being short or of one case; a number of 256 bits in hex looks like a SHA-256, so it
is kept only where certdrop itself wrote the text.
"""

import re

MASK = "[masked]"
LONGEST_READ = 4000  # characters of a foreign text: what is looked at, of which less is shown
UNBROKEN = 60  # letters and digits in a row: no name has so many, no hash below SHA-256
SHORTEST_CODED = 40  # characters that may be base64
SHORTEST_SECRET = 33  # characters: eleven pairs of hex digits, each with what parts it from the next
FEWEST_DIFFERENT = 8  # characters; digits alone have no more than ten
FEWEST_OF_A_KIND = 4  # capitals, and small letters, of base64
CAPITALS = 3  # at least one character in so many is a capital where there is no digit: actions are CamelCase
BREAKS = 8  # at most one character in so many is - _ + / =, or the run is made of words

# A space, a plus sign or a line end, plain or percent-encoded, even twice as in a string to sign.
_GAP = r"(?:[\s+]|%(?:25)*(?:20|2B|0A|0D))"
_DASHES = r"(?:-{2,5}|(?:%(?:25)*2D){2,5})"
_ARMOURED = re.compile(
    rf"(?is){_DASHES}{_GAP}{{0,5}}BEGIN{_GAP}.*?(?:{_DASHES}{_GAP}{{0,5}}END{_GAP}[A-Z0-9+%\s]*?{_DASHES}|\Z)"
)
_RUN = re.compile(r"[A-Za-z0-9+/=%_-]{40,}")
_CUT_RUN = re.compile(r"[A-Za-z0-9+/=%_-]+\Z")
_ESCAPED = re.compile(r"%(?:25)*[0-9A-Fa-f]{2}")
_HEX_PAIRS = re.compile(
    r"(?:[0-9A-Fa-f]{2}(?:[:\s]|\\+[nrt]){1,80}){11,}(?:[0-9A-Fa-f]{2})?"
)  # as openssl prints numbers
_BETWEEN_PAIRS = re.compile(r"[:\s\\]")
_UNBROKEN = re.compile(rf"[0-9]{{{SHORTEST_CODED},}}|[A-Za-z0-9]{{{UNBROKEN},}}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NEXT_LINES = r"(?:(?:\r|\n|\\+r|\\+n|%(?:25)*0[AD])+[ \t]*[A-Za-z0-9+/=%]{1,80}(?![A-Za-z0-9+/=%]))*"
_AFTER_MASK = re.compile(re.escape(MASK) + _NEXT_LINES)  # the short last line of a body of base64


def hide(text: str) -> str:
    """Return a foreign text without what may be a secret; only its first 4000 characters are read."""
    if len(text) > LONGEST_READ:
        text = _CUT_RUN.sub("", text[:LONGEST_READ])
    return _hide(text, keep_hashes=False)


def hide_but_hashes(text: str) -> str:
    """Return a text of certdrop's own, of any length, without what may be a secret."""
    return _hide(text, keep_hashes=True)


def is_suspicious(text: str) -> bool:
    """Tell whether *text*, of any length, may be a secret or hold one: then it is no name for anything."""
    return _hide(text, keep_hashes=False) != text


def _hide(text: str, *, keep_hashes: bool) -> str:
    if "begin" in text.lower() or not text.isascii():
        text = _ARMOURED.sub(MASK, text)
    if len(text) >= SHORTEST_SECRET:
        text = _hide_runs(text, keep_hashes=keep_hashes)
    return _AFTER_MASK.sub(MASK, text) if MASK in text else text


def _hide_runs(text: str, *, keep_hashes: bool) -> str:
    def judge(run: re.Match[str]) -> str:
        return MASK if _looks_coded(run[0]) else run[0]

    def judge_unbroken(run: re.Match[str]) -> str:
        is_plain = len(set(run[0])) < FEWEST_DIFFERENT or (keep_hashes and _HASH.fullmatch(run[0]))
        return run[0] if is_plain else MASK

    if _BETWEEN_PAIRS.search(text):
        text = _HEX_PAIRS.sub(MASK, text)
    text, runs = _RUN.subn(judge, text)
    return _UNBROKEN.sub(judge_unbroken, text) if runs else text


def _looks_coded(run: str) -> bool:
    """Tell whether a run is base64 rather than words, a path or a number in hex."""
    plain = _ESCAPED.sub("+", run) if "%" in run else run
    capitals = sum(map(str.isupper, plain))
    if len(plain) < SHORTEST_CODED or capitals < FEWEST_OF_A_KIND:
        return False
    small = sum(map(str.islower, plain))
    digits = sum(map(str.isdigit, plain))
    breaks = len(plain) - capitals - small - digits
    is_mixed = small >= FEWEST_OF_A_KIND and (digits > 0 or capitals * CAPITALS >= len(plain))
    return is_mixed and breaks * BREAKS <= len(plain)
