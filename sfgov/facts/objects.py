"""Objects and what hangs on them. Fields and the like are facts of their own, in either format."""

from __future__ import annotations

from sfgov.facts.base import Fact


class CustomObject(Fact, frozen=True, kw_only=True):
    """An object (standard ones too). Its fields, record types and rules are separate facts."""

    label: str = ""
    sharing_model: str = ""
    external_sharing_model: str = ""
    deployment_status: str = ""
    custom_settings_type: str = ""
    publish_behavior: str = ""
    """Of a platform event: `PublishImmediately`, `PublishAfterCommit`."""
    name_field_type: str = ""
    """`Text` or `AutoNumber`: whether people name the records, or Salesforce numbers them."""
    enable_history: bool = False
    archive_after_months: int | None = None
    archive_retention_years: int | None = None
    """Of the history, as is `archive_after_months`. Salesforce deletes nothing by it: it is a reminder."""


class CustomField(Fact, frozen=True, kw_only=True):
    """A field, custom or standard; `name` is `Object.Field`. Empty text means "not stated"."""

    type: str = ""
    label: str = ""
    reference_to: tuple[str, ...] = ()
    relationship_name: str = ""
    delete_constraint: str = ""
    """`Cascade`, `Restrict`, `SetNull` or empty; a master-detail field never carries one and cascades."""
    compliance_group: str = ""
    security_classification: str = ""
    business_status: str = ""
    encryption_scheme: str = ""
    formula: str = ""
    summary_operation: str = ""
    default_value: str = ""
    length: int | None = None
    required: bool = False
    reparentable: bool = False
    """Of a master-detail field: whether a record may get another master later."""
    unique: bool = False
    external_id: bool = False
    track_history: bool = False
    picklist_values: tuple[str, ...] = ()
    """Active values only."""
    value_set_name: str = ""
    """The global value set, where the values are not the field's own."""
    restricted: bool = False
    """Of a picklist: whether it refuses values that are none of its own."""

    @property
    def object(self) -> str:
        """The object's API name."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """The field's API name."""
        return self.name.partition(".")[2]


class ValueSet(Fact, frozen=True, kw_only=True):
    """Values that picklists share; `values` are the active ones."""

    values: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    """Values that old records may still hold."""


class GlobalValueSet(ValueSet, frozen=True, kw_only=True):
    """A value set that custom picklists name."""


class StandardValueSet(ValueSet, frozen=True, kw_only=True):
    """The values of standard picklists, such as `OpportunityStage`."""


class RecordType(Fact, frozen=True, kw_only=True):
    """A record type; `name` is `Object.RecordType`."""

    label: str = ""
    active: bool = True


class ValidationRule(Fact, frozen=True, kw_only=True):
    """A validation rule; `name` is `Object.Rule`."""

    active: bool = True
    formula: str = ""
    message: str = ""
