"""What an agent is told of its character: four layers, each known by families of words. All wording is here."""

from __future__ import annotations

import re

import msgspec


class Layer(msgspec.Struct, frozen=True):
    """One layer: what it is called in a sentence, and the families of words by which it is known."""

    name: str
    words: tuple[str, ...]
    """Regular expressions, each for a family; compared without case, at the start of a word."""
    looked_for: str
    """The families, as a reader would say them."""

    def found_in(self, text: str) -> re.Match[str] | None:
        """The first of its words in a text."""
        return re.search(r"\b(?:" + "|".join(self.words) + ")", text.replace("\u2019", "'"), re.IGNORECASE)


INTENT = Layer(
    "intent",
    (
        r"you are (an?|the)\b",
        r"your (role|purpose|job|task|goal|mission|responsibilit)",
        r"(help|assist|support|guide)s? .{0,60}\b(with|to|in|through)\b",
        r"(help|assist)(s|ing)? (users?|customers?|guests?|employees?|people|visitors?|sales)",
        r"responsible for",
        r"purpose",
    ),
    '"you are a …", "your role", "help … with", "responsible for"',
)
STYLE = Layer(
    "communication style",
    (
        r"tone\b", r"voice\b", r"style\b", r"friendl", r"concise", r"formal", r"professional", r"polite", r"courteous",
        r"empath", r"warm", r"kind\b", r"plain (language|words|english)", r"brief", r"conversational", r"respectful",
        r"short (answer|sentence|repl)", r"casual", r"clear(ly)? and", r"cheerful", r"enthusias",
    ),
    '"tone", "voice", "friendly", "concise", "professional", "polite", "plain language"',
)  # fmt: skip
BOUNDARIES = Layer(
    "decision boundaries",
    (
        r"(do|does|must|should|may|can|will)( not|n't)\b", r"cannot\b", r"can't\b", r"never\b", r"out.of.scope",
        r"outside (of )?(your|the|its|this) ", r"only (answer|help|assist|discuss|handle|use|respond|talk|when|if)",
        r"declin", r"refus", r"avoid\b", r"(not|un)related to", r"off.?topic", r"without (asking|approval|confirm)",
        r"limit(ed)? (yourself|your|to)", r"stay (within|on)", r"prohibit", r"forbidden", r"not allowed",
    ),
    '"do not", "never", "cannot", "out of scope", "only answer", "decline", "off topic"',
)  # fmt: skip
TRUST = Layer(
    "trust guardrails",
    (
        r"(not|never|n't) (reveal|disclose|share|expose|repeat|show|output|mention)\b", r"system (prompt|message|instruction)",
        r"ignore .{0,40}instruction", r"(your|these|the) (own )?instructions (are|must|to)", r"prompt injection", r"jailbreak",
        r"personal (data|information|detail)", r"sensitive (data|information|detail)", r"confidential", r"privacy", r"\bPII\b",
        r"verif(y|ied|ication)", r"authenticat", r"identity", r"(an?|virtual|AI).{0,20}\bAI\b", r"AI (assistant|agent)",
        r"virtual (assistant|agent)", r"(not|n't|un)( (be )?)(sure|certain|know)", r"uncertain", r"(not|never|n't) (guess|assume|invent|fabricate|make up|speculate)",
        r"hallucinat", r"fabricat", r"unauthori[sz]ed", r"untrusted",
    ),
    '"do not reveal", "system prompt", "personal data", "verify", "AI assistant", "if you are not sure", "do not guess"',
)  # fmt: skip
LAYERS = (INTENT, STYLE, BOUNDARIES, TRUST)

_EVERYTHING = re.compile(
    r"\b(everything|anything|any (other )?(question|request|topic)s?|all (other )?(question|request|topic|inquirie)s?)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_COMMON = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "if", "in", "is", "it", "not", "of", "on",
     "or", "that", "the", "their", "them", "this", "to", "use", "user", "when", "with", "you", "your"}
)  # fmt: skip
_ENGLISH = 0.12
"""The least share of the commonest words in English prose."""
_ENOUGH = 8
"""Fewer words than these are in no language for sure."""
ALIKE = 0.8
"""The share of common words from which on two descriptions say the same."""


def takes_all(text: str) -> str:
    """The words by which a topic says that it is for everything; empty where it does not."""
    match = _EVERYTHING.search(text)
    return match[0] if match else ""


def is_english(text: str) -> bool:
    """Whether these families can find anything in it. A few words are taken to be English."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return len(words) < _ENOUGH or sum(word in _COMMON for word in words) / len(words) >= _ENGLISH


def is_sketch(text: str) -> bool:
    """Whether there is hardly a word to judge."""
    return len(_WORD.findall(text)) < _ENOUGH


def likeness(one: str, other: str) -> float:
    """The share of words, other than the commonest, that two texts have in common (0 to 1)."""
    left, right = (({w.casefold() for w in _WORD.findall(text)} - _COMMON) for text in (one, other))
    return len(left & right) / len(left | right) if len(left) > 2 and len(right) > 2 else 0.0
