"""Comments that say in whose name code works: why a class is without sharing, why a query minds no permissions."""

from __future__ import annotations

import re
from bisect import bisect_right

from sfgov.facts.apex import Reason
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.outline import STRING

_BEYOND = frozenset({"without", "as", "system_mode"})
"""A class whose tokens hold none of these never goes beyond its caller's rights on purpose."""
_STRING_OR_COMMENT = re.compile(
    rf"{STRING}|/(/[^\r\n]*(?:(?:\r\n?|\n)?[ \t]*//[^\r\n]*)*|\*[\s\S]*?(?:\*/|\Z))"
)
"""Comments of one line each that follow each other are one comment. Its first `/` is left out, for speed."""
_OF_RIGHTS = re.compile(
    r"""
    \b(?:
        sharing\b | (?:system|user)[ _-]?(?:mode|context)\b | elevat | privileg | bypass | circumvent | permission
      | (?:fls|crud)\b | (?:field|record|object)[ -]level\b | security\b | visib\w | guests?\b
      | (?:portal|community|partner|external|unauthenticated|anonymous)\W+(?:\w+\W+)?(?:users?|visitors?)\b
      | (?:no|without|have|has|having|need\w*|lack\w*|requires?|full|given|grant\w*|allow\w*)\s+(?:\w+\s+)?access\b
      | regardless\b | irrespective\b | intentional | deliberate | on\ purpose\b | by\ design\b
      | (?:all|every)\s+(?:the\s+)?records?\b | (?:user|caller)'?s?\W+rights\b | as\s+(?:an?\s+)?admin
    )
    """,
    re.VERBOSE,
)
_BEYOND_DOUBT = re.compile(r"\bsharing\b|\bsystem[ _-]?(?:mode|context)\b")
_LICENCE = re.compile(r"\bcopyright\b|\(c\)|\blicen[cs]e|\bwarrant")


def reasons(tokens: Tokens) -> tuple[Reason, ...]:
    """The comments about rights, of code that claims more of them than its caller may have; in order."""
    if _BEYOND.isdisjoint(tokens.words):
        return ()
    found = []
    for match in _STRING_OR_COMMENT.finditer(tokens.source):
        comment = match[1]
        if comment and _tells(comment.lower()):
            start, end = match.start(), match.start(1) + len(comment.rstrip())
            found.append(Reason(*(bisect_right(tokens.line_starts, offset) for offset in (start, end))))
    return tuple(found)


def _tells(comment: str) -> bool:
    """A licence speaks of permissions, but of other ones."""
    if _OF_RIGHTS.search(comment) is None:  # as of most comments
        return False
    return _BEYOND_DOUBT.search(comment) is not None or _LICENCE.search(comment) is None
