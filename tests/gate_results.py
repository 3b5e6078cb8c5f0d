"""One finding, for tests of what the gate makes of it."""

from sfgov.check import Confidence, Severity
from sfgov.result import Result

RESULT = Result(
    check="DEL001",
    name="delete-for-all",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    message="Sales_Admin may delete Invoice__c.",
    component="PermissionSet:Sales_Admin",
    path="main/permissionsets/Sales_Admin.permissionset-meta.xml",
    line=12,
    column=1,
    fingerprint="0",
    subject="objectPermissions[Invoice__c].allowDelete",
)
