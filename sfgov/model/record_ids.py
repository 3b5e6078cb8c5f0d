"""Record Ids and org addresses in texts: what holds in one org and in no other.

An Id has a key prefix of three characters that names the object, the instance that made the record, and a number; of
18 characters, the last three are a checksum over the case of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_CANDIDATE = re.compile(r"(?<![\w-])(?:[A-Za-z0-9]{18}|[A-Za-z0-9]{15})(?![\w-])")
_CUSTOM = re.compile(r"a[0-9A-Za-z]{2}")
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
KEY_PREFIXES = {
    "001": "an account",
    "003": "a contact",
    "005": "a user",
    "006": "an opportunity",
    "00D": "the org",
    "00E": "a role",
    "00G": "a group or queue",
    "00I": "a partner",
    "00N": "a custom field",
    "00O": "a report",
    "00P": "an attachment",
    "00Q": "a lead",
    "00T": "a task",
    "00U": "an event",
    "00X": "an e-mail template",
    "00b": "a custom link",
    "00e": "a profile",
    "00k": "an opportunity product",
    "00l": "a folder",
    "012": "a record type",
    "015": "a document",
    "01I": "a custom object",
    "01Z": "a dashboard",
    "01p": "an Apex class",
    "01s": "a price book",
    "01t": "a product",
    "01u": "a price book entry",
    "02i": "an asset",
    "033": "a package",
    "03j": "a work type",
    "068": "a file version",
    "069": "a file",
    "0D2": "an e-mail address of the org",
    "0DB": "a site",
    "0DM": "a site",
    "0F9": "a Chatter group",
    "0PS": "a permission set",
    "0Q0": "a quote",
    "0TO": "a topic",
    "500": "a case",
    "701": "a campaign",
    "800": "a contract",
    "801": "an order",
}
"""Standard objects whose records code is likely to name."""
_HOST = re.compile(
    r"(?:https?://)(?P<host>"
    r"(?!login\.|test\.|www\.|help\.|developer\.|trailhead\.|status\.|appexchange\.|trust\.)"
    r"[\w-]+(?:\.[\w-]+)*"
    r"(?:\.my\.salesforce\.com|\.lightning\.force\.com|\.visual(?:\.)?force\.com|\.my\.site\.com"
    r"|\.my\.salesforce-sites\.com|\.cloudforce\.com|\.secure\.force\.com|\.documentforce\.com|\.content\.force\.com)"
    r"|(?:na|eu|ap|cs|um|gs|ind|usa|jpn|can|swe|bra|gbr|fra|deu|aus)[0-9]+[\w-]*"
    r"(?:\.visual)?\.(?:sales)?force\.com)(?![\w.-])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)
_STAND_IN = re.compile(
    r"\byour|\bmy[-_]?(?:domain|instance|org|sub)|placeholder|\bx+(?![\w-])|\bdomain\b|\binstance\b",
    re.IGNORECASE,
)
"""What documentation and templates write in place of a name."""


class RecordId(msgspec.Struct, frozen=True):
    """A record Id in a text. `is_a` says what of, `checked`: its checksum is right."""

    text: str
    is_a: str
    checked: bool


def record_ids(text: str) -> Iterator[RecordId]:
    """The Ids of records in a text, each once. Stand-ins such as 001000000000000 are none."""
    seen: set[str] = set()
    for match in _CANDIDATE.finditer(text):
        found = match[0]
        if found[:15] in seen or not _is_numbered(found):
            continue
        is_a = KEY_PREFIXES.get(found[:3], "a record of a custom object" if _CUSTOM.match(found) else "")
        checked = len(found) == 18 and found[15:] == _checksum(found[:15])
        if is_a or (checked and found[0].isdigit()):
            seen.add(found[:15])
            yield RecordId(found, is_a or "a record", checked)


def org_addresses(text: str) -> Iterator[str]:
    """The hosts of single orgs and instances in a text, each once, in lower case."""
    seen: set[str] = set()
    for match in _HOST.finditer(text):
        host = match["host"].casefold()
        if host not in seen and not _STAND_IN.search(host):
            seen.add(host)
            yield host


def without_addresses(text: str) -> str:
    """The text without addresses: an Id in the address of another site is that site's business."""
    return _ADDRESS.sub("", text) if "://" in text else text


def _is_numbered(text: str) -> bool:
    """Whether instance and number are those of a real record: the number is far below what there is room for."""
    number = text[3:15].lstrip("0")
    return text[6:9] == "000" and len(number) > 3 and text[3:5].casefold() != "xx"


def _checksum(text: str) -> str:
    """The last three characters of the long form of an Id."""
    chunks = (text[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECKSUM[sum(1 << at for at, one in enumerate(chunk) if one.isupper() and one.isascii())]
        for chunk in chunks
    )
