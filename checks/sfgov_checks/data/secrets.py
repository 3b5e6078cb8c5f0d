"""What a password, token or key looks like, and what only stands in its place."""

from __future__ import annotations

import math
import re
from collections import Counter

import msgspec

_FORMATS = {
    "an AWS access key": r"(?<![A-Z0-9])AKIA[0-9A-Z]{16}(?![A-Z0-9])",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a Slack token": r"xox[abprs]-[0-9A-Za-z-]{20,}",
    "a GitHub token": r"gh[pousr]_[0-9A-Za-z]{36}",
    "a Google API key": r"(?<![\w-])AIza[0-9A-Za-z_-]{35}(?![\w-])",
    "a Stripe key": r"(?<!\w)[rs]k_live_[0-9A-Za-z]{16,}",
    "an OpenAI key": r"(?<![\w-])sk-(?:proj-)?[0-9A-Za-z_]{32,}",
    "a SendGrid key": r"(?<!\w)SG\.[\w-]{20,}\.[\w-]{20,}",
    "a Salesforce session": r"(?<!\w)00D[0-9A-Za-z]{12,15}![\w.]{60,}",
    "a JSON web token": r"(?<!\w)eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
}
_KNOWN = {what: re.compile(pattern) for what, pattern in _FORMATS.items()}
_HEADER = re.compile(r"(?:Bearer|Basic) ([\w+/=.~-]{16,})")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAMES = re.compile(
    r"\b(password|passwd|pwd|passphrase|secret|api key|apikey|private key|secret key|access key|encryption key|"
    r"client secret|consumer secret|auth token|access token|refresh token|bearer token|api token|security token|token)\Z"
)
_PASSWORD = re.compile(r"\b(password|passwd|pwd|passphrase)\Z")
_STANDS_IN = re.compile(
    r"^[%$<{\[_#!]|\{!|\$\{|%%|x{4,}|\*{3,}|\.{3}|change|fix|replace|your|example|dummy|sample|placeholder|todo|insert|"
    r"enter|none|null|test|mock|fake|secret|password|token|key|demo|abc|1234",
    re.IGNORECASE,
)
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_ENTROPY = 3.2
"""Bits for each character: above this a text is not made of words."""
_SHORTEST, _SHORTEST_PASSWORD = 16, 8


class Secret(msgspec.Struct, frozen=True):
    """What a text is, as a noun; `known` by its format, else by the name that it goes by."""

    is_a: str
    known: bool


def secret_in(name: str, text: str) -> Secret | None:
    """What of secrets there is in a text that goes by a name; the name may be empty."""
    if len(text.strip()) < _SHORTEST_PASSWORD:
        return None
    for what, pattern in _KNOWN.items():
        if pattern.search(text):
            return Secret(what, known=True)
    header = _HEADER.fullmatch(text.strip())
    if header and _is_random(header[1], _SHORTEST):
        return Secret("the value of an authorization header", known=False)
    words = " ".join(word.casefold() for word in _WORD.findall(name.removesuffix("__c")))
    match = _NAMES.search(words)
    if match and _is_random(text.strip(), _SHORTEST_PASSWORD if _PASSWORD.search(words) else _SHORTEST):
        return Secret(f"{_article(match[1])} {match[1]}", known=False)
    return None


def is_stand_in(text: str) -> bool:
    """Whether a text only stands where a secret would: `${TOKEN}`, `ChangeMe`, `fixme`."""
    return _STANDS_IN.search(text) is not None


def _is_random(text: str, shortest: int) -> bool:
    """Whether a text is no sentence, name, address, id or stand-in."""
    mixed = re.search(r"[0-9]", text) and re.search(r"[A-Za-z]", text)
    if len(text) < shortest or re.search(r"\s|://|__c|/services/", text) or not mixed:
        return False
    if is_stand_in(text) or (_SALESFORCE_ID.fullmatch(text) and text.startswith(("0", "a0"))):
        return False
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return bits > (_ENTROPY if len(text) >= _SHORTEST else 2.5)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
