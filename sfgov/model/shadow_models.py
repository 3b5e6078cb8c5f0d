"""Custom objects that repeat a standard object: its fields under the same names, and copies of its values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from sfgov.facts import CustomField, CustomObject
from sfgov.model.index import Index, Written
from sfgov.model.lineage import Copy, Lineage
from sfgov.model.sync.staging import is_staging
from sfgov.place import Evidence

_ADDRESS = "street city state postalcode zip zipcode zippostalcode country statecode countrycode stateprovince address"
_STANDARD: dict[str, str] = {
    "Account": "name accountname accountnumber accountsource annualrevenue billingaddress billingcity billingcountry "
    "billingpostalcode billingstate billingstreet cleanstatus customerpriority description dunsnumber fax industry "
    "naicscode numberofemployees employees ownership parent parentaccount phone rating revenue shippingaddress "
    "shippingcity shippingcountry shippingpostalcode shippingstate shippingstreet sic siccode site tickersymbol "
    f"tradestyle type website yearstarted {_ADDRESS}",
    "Contact": "firstname lastname middlename salutation suffix name fullname email phone mobile mobilephone homephone "
    "otherphone assistantname assistantphone birthdate dateofbirth department title jobtitle leadsource mailingaddress "
    "mailingcity mailingcountry mailingpostalcode mailingstate mailingstreet othercity othercountry otherpostalcode "
    f"otherstate otherstreet fax reportsto description emailoptout hasoptedoutofemail donotcall {_ADDRESS}",
    "Lead": "firstname lastname middlename salutation name fullname company email phone mobile mobilephone fax website "
    "title industry annualrevenue numberofemployees employees leadsource rating status leadstatus description "
    f"hasoptedoutofemail donotcall isconverted {_ADDRESS}",
    "Opportunity": "name opportunityname amount closedate stage stagename probability forecastcategory expectedrevenue "
    "leadsource nextstep type isclosed iswon campaign primarycampaignsource totalopportunityquantity quantity "
    "description fiscalquarter fiscalyear",
    "Case": "casenumber status priority origin caseorigin subject description reason casereason type contactname "
    "suppliedname suppliedemail suppliedphone suppliedcompany isescalated isclosed closeddate comments webemail webname",
    "Product2": "name productname productcode code description family productfamily isactive active quantityunitofmeasure "
    "stockkeepingunit sku displayurl externalid productclass",
    "Order": "ordernumber orderamount totalamount status effectivedate startdate enddate orderstartdate orderenddate type "
    "billingcity billingcountry billingpostalcode billingstate billingstreet shippingcity shippingcountry "
    "shippingpostalcode shippingstate shippingstreet poNumber ponumber podate orderreferencenumber activateddate "
    "description companyauthorizeddate customerauthorizeddate",
    "Asset": "name assetname serialnumber installdate purchasedate usageenddate status quantity price product product2 "
    "iscompetitorproduct productcode description account contact manufacturedate",
    "Quote": "name quotename quotenumber status expirationdate email phone fax subtotal totalprice grandtotal tax discount "
    "shippinghandling billingname billingcity billingcountry billingpostalcode billingstate billingstreet shippingname "
    "shippingcity shippingcountry shippingpostalcode shippingstate shippingstreet description linecount",
    "User": "username firstname lastname name alias email title department division employeenumber companyname manager "
    f"phone mobilephone extension isactive active userrole profile federationidentifier timezone {_ADDRESS}",
}
"""The fields of standard objects, by API name and label, in lower case without blanks."""
_FIELDS = {name: frozenset(text.casefold().split()) for name, text in _STANDARD.items()}
_GENERAL = frozenset(
    {
        "name", "description", "status", "type", "amount", "startdate", "enddate", "quantity", "price", "active", "isactive",
        "title", "comments", "reason", "code", "tax", "discount", "account", "contact", "product", "product2", "parent", "subject",
        "priority", "email", "phone", "address", "site", "probability", "isclosed", "campaign", "manager", "profile", "extension",
        "revenue", "suffix", "country", "city", "state", "street", "externalid",
    }
)  # fmt: skip
"""Fields that any object may have: they count, but do not make a shadow by themselves."""
_NOT_BUSINESS = frozenset(
    {"lookup", "masterdetail", "hierarchy", "externallookup", "indirectlookup", "autonumber", "summary"}
)
_BOOKKEEPING = re.compile(
    r"sync|batch|error|log|last_?(?:modified|run|update)|import|integration|hash|external|legacy|payload",
    re.IGNORECASE,
)
_ID_OF = re.compile(
    r"^(?:sf|sfdc|salesforce|external|source)|(?:external|unique|source|record)?(?:id|key|number)$"
)
_LEAST = 5
_LEAST_TELLING = 2
_LEAST_COPIES = 3


class Shadow(msgspec.Struct, frozen=True):
    """A custom object that repeats a standard one. `repeated` are its fields, `of` how many it has in all."""

    written: Written[CustomObject]
    standard: str
    repeated: tuple[Written[CustomField], ...]
    of: int
    link: Evidence | None
    """The lookup to the standard object, or the field that holds its Id."""
    copied: tuple[Copy, ...]
    """Copies of the standard object's values into it."""
    returned: tuple[Copy, ...]
    """Copies of its values into the standard object."""


def shadow_models(index: Index, lineage: Lineage) -> Iterator[Shadow]:
    """The org's own custom objects of which at least half repeats a standard object that they are tied to, by name."""
    fields: dict[str, list[Written[CustomField]]] = defaultdict(list)
    for field in index.all(CustomField):
        if field.fact.object.casefold().endswith("__c") and not index.managed(field.name):
            fields[field.fact.object.casefold()].append(field)
    copies: Mapping[tuple[str, str], list[Copy]] | None = None
    for written in index.all(CustomObject):
        own = fields.get(written.name.casefold(), [])
        if index.managed(written.name) or written.fact.custom_settings_type or is_staging(written.name):
            continue
        repeating = [one for name in _FIELDS if (one := _repeats(own, written, name)).repeated]
        if not repeating:
            continue
        copies = _copies(lineage) if copies is None else copies
        tied = [_with_copies(one, copies) for one in repeating]
        found = [one for one in tied if one.link or one.copied or one.returned]
        if found:
            yield max(found, key=lambda one: (len(one.copied) + len(one.returned), len(one.repeated)))


def _with_copies(shadow: Shadow, copies: Mapping[tuple[str, str], list[Copy]]) -> Shadow:
    """With the copies either way, unless they are too few to tell anything."""
    names = (shadow.standard.casefold(), shadow.written.name.casefold())
    into, back = (copies.get(pair, []) for pair in (names, names[::-1]))
    return msgspec.structs.replace(
        shadow,
        copied=tuple(into) if len(into) >= _LEAST_COPIES else (),
        returned=tuple(back) if len(back) >= _LEAST_COPIES else (),
    )


def _repeats(own: list[Written[CustomField]], written: Written[CustomObject], standard: str) -> Shadow:
    """What an object repeats of one standard object; nothing where it is too little."""
    business = [field for field in own if _is_business(field.fact)]
    known = _FIELDS[standard]
    found: dict[str, Written[CustomField]] = {}
    for field in business:
        match = next((name for name in _names(field.fact, written, standard) if name in known), "")
        if match:
            found.setdefault(match, field)
    telling = [name for name in found if name not in _GENERAL]
    enough = len(found) >= _LEAST and 2 * len(found) >= len(business) and len(telling) >= _LEAST_TELLING
    repeated = tuple(found.values()) if enough else ()
    return Shadow(written, standard, repeated, len(business), _link(own, standard), (), ())


def _is_business(field: CustomField) -> bool:
    """Whether a field keeps a value that people work with: no relationship, computed value or bookkeeping."""
    kept = field.type.casefold() not in _NOT_BUSINESS and not field.formula
    return kept and not field.external_id and not _BOOKKEEPING.search(field.field)


def _names(field: CustomField, written: Written[CustomObject], standard: str) -> Iterator[str]:
    """A field's name and label without blanks, also without the words of both objects in front."""
    prefixes = {
        _plain(standard),
        _plain(standard.removesuffix("2")),
        _plain(written.name),
        _plain(written.fact.label),
    }
    prefixes |= {"sf", "sfdc", "src", "source", "copyof", "copy"}
    for text in (field.field, field.label):
        bare = _plain(text)
        yield bare
        for prefix in sorted(prefixes - {""}, key=len, reverse=True):
            if bare.startswith(prefix) and len(bare) > len(prefix):
                yield bare.removeprefix(prefix)


def _plain(text: str) -> str:
    return re.sub(r"__c$|[^A-Za-z0-9]", "", text, flags=re.IGNORECASE).casefold()


def _link(own: list[Written[CustomField]], standard: str) -> Evidence | None:
    for field in own:
        if standard.casefold() in {name.casefold() for name in field.fact.reference_to}:
            return field.at_element("referenceTo").says(f"{field.name} looks up {standard}")
    bare = standard.removesuffix("2")
    for field in own:
        if field.fact.external_id and _ID_OF.sub("", _plain(field.fact.field)) == bare.casefold():
            return field.at_element("externalId").says(f"{field.name} is the key of {standard} records")
    return None


def _copies(lineage: Lineage) -> Mapping[tuple[str, str], list[Copy]]:
    """The copies between objects, one for each pair of fields, by (source object, target object) in lower case."""
    found: dict[tuple[str, str], dict[tuple[str, str], Copy]] = defaultdict(dict)
    for copy in lineage.copies:
        source, target = copy.source.casefold(), copy.target.casefold()
        pair = (source.partition(".")[0], target.partition(".")[0])
        found[pair].setdefault((source, target), copy)
    return {pair: list(some.values()) for pair, some in found.items()}
