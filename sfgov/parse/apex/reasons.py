"""Comments that say in whose name code works: why a class is without sharing, why a query minds no permissions."""

from __future__ import annotations

import re
from bisect import bisect_right

from sfgov.facts.apex import Reason
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.outline import STRING

_BEYOND = frozenset({"without", "as", "system_mode"})
"""A class whose tokens hold none of these never goes beyond its caller's rights on purpose."""
_STRING_OR_COMMENT = re.compile(rf"{STRING}|((?://[^\r\n]*(?:\r\n?|\n)?[ \t]*)+|/\*[\s\S]*?(?:\*/|\Z))")
"""Comments of one line each that follow each other are one comment."""
_OF_RIGHTS = re.compile(
    r"""
    \bsharing\b | \b(?:system|user)[ _-]?(?:mode|context)\b | \b(?:elevat|privileg|bypass|circumvent)\w* | \bpermission
    | \b(?:fls|crud)\b | \b(?:field|record|object)[ -]level\b | \bsecurity\b | \bvisib\w+ | \bguests?\b
    | \b(?:portal|community|partner|external|unauthenticated|anonymous)\W+(?:\w+\W+)?(?:users?|visitors?)\b
    | \b(?:no|without|have|has|having|need\w*|lack\w*|requires?|full|given|grant\w*|allow\w*)\s+(?:\w+\s+)?access\b
    | \bregardless\b | \birrespective\b | \bintentional\w* | \bdeliberate\w* | \bon\ purpose\b | \bby\ design\b
    | \b(?:all|every)\s+(?:the\s+)?records?\b | \b(?:user|caller)'?s?\W+rights\b | \bas\s+(?:an?\s+)?admin
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LICENCE = re.compile(r"\bcopyright\b|\(c\)|\blicen[cs]e|\bwarrant", re.IGNORECASE)
_BEYOND_DOUBT = re.compile(r"\bsharing\b|\bsystem[ _-]?(?:mode|context)\b", re.IGNORECASE)


def reasons(tokens: Tokens) -> tuple[Reason, ...]:
    """The comments about rights, of code that claims more of them than its caller may have; in order."""
    if _BEYOND.isdisjoint(tokens.words):
        return ()
    found = []
    for match in _STRING_OR_COMMENT.finditer(tokens.source):
        comment = match[1]
        if comment and _tells(comment):
            start, end = match.start(), match.start() + len(comment.rstrip())
            found.append(Reason(*(bisect_right(tokens.line_starts, offset) for offset in (start, end))))
    return tuple(found)


def _tells(comment: str) -> bool:
    """A licence speaks of permissions, but of other ones."""
    pattern = _BEYOND_DOUBT if _LICENCE.search(comment) else _OF_RIGHTS
    return pattern.search(comment) is not None
