"""Retention and backup declarations, from their files' text to facts with lines."""

from sfgov.facts import BackupDeclaration, Problem, RetentionDeclaration
from sfgov.facts.governance import Retention
from sfgov.parse import Parsed, parse
from sfgov.project.source import SourceFile


def retention(text: str) -> Parsed:
    return parse(SourceFile("governance/retention.yml", "RetentionDeclaration", "retention"), text.encode())


def backup(text: str) -> Parsed:
    return parse(SourceFile("governance/backup.yml", "BackupDeclaration", "backup"), text.encode())


def test_retention() -> None:
    parsed = retention(
        """# who: records management
objects:
  Case: {min_keep: 7y, max_keep: 10y, then: archive, by: "apex:CaseArchiver", legal_hold_field: Legal_Hold__c}
  Log__c:
    max_keep: 90d
    then: delete
"""
    )
    case = Retention(
        object="Case",
        line=3,
        min_keep="7y",
        min_keep_days=2555,
        max_keep="10y",
        max_keep_days=3650,
        then="archive",
        by="apex:CaseArchiver",
        legal_hold_field="Legal_Hold__c",
        lines={"min_keep": 3, "max_keep": 3, "then": 3, "by": 3, "legal_hold_field": 3},
    )
    log = Retention(
        object="Log__c",
        line=4,
        max_keep="90d",
        max_keep_days=90,
        then="delete",
        lines={"max_keep": 5, "then": 6},
    )
    assert parsed.facts == (RetentionDeclaration(name="retention", line=2, objects=(case, log)),)
    assert parsed.problems == ()


def test_what_is_wrong_with_retention_and_what_is_read_all_the_same() -> None:
    parsed = retention(
        """objects:
  Case:
    min_keep: seven years
    then: shred
    by: CaseArchiver
    max_kep: 10y
  Lead: {min_keep: 2y, max_keep: 12m}
  Task: 7y
object: Case
"""
    )
    assert parsed.problems == (
        Problem('unknown key "object"; did you mean "objects"?', 9),
        Problem('unknown key "max_kep"; did you mean "max_keep"?', 6),
        Problem('"seven years" is not a period like 90d, 26w, 18m or 7y', 3),
        Problem('"shred" is neither archive nor delete', 4),
        Problem('"CaseArchiver" is none of apex:Class, flow:Flow and salesforce-archive', 5),
        Problem("max_keep (12m) is shorter than min_keep (2y)", 7),
        Problem("this must be how long Task is kept, such as {min_keep: 7y}", 8),
    )
    (fact,) = parsed.facts
    assert isinstance(fact, RetentionDeclaration)
    assert ([one.object for one in fact.objects], fact.complete) == (["Case", "Lead", "Task"], False)


def test_backup() -> None:
    parsed = backup(
        """objects:
  include: ["*"]
  exclude: [Log__c]
metadata: daily
restore_test: 2026-10-01
"""
    )
    assert parsed.facts == (
        BackupDeclaration(
            name="backup",
            lines={"objects": 1, "metadata": 4, "restore_test": 5, "include": 2, "exclude": 3},
            include=("*",),
            exclude=("Log__c",),
            metadata="daily",
            restore_test="2026-10-01",
        ),
    )
    assert parsed.problems == ()


def test_what_is_wrong_with_backup() -> None:
    parsed = backup(
        "objects: {include: all, exlude: [Log__c]}\nrestore_test: last spring\nmetadata: [daily]\n"
    )
    assert parsed.problems == (
        Problem('unknown key "exlude"; did you mean "exclude"?', 1),
        Problem("this must be a list of texts", 1),
        Problem("this must be text", 3),
        Problem('"last spring" is not a date like 2027-01-31', 2),
    )


def test_text_that_is_no_yaml_and_empty_files() -> None:
    broken = retention("objects: {Case: {min_keep: 7y}\n")
    assert len(broken.problems) == 1
    assert broken.facts == (RetentionDeclaration(name="retention", complete=False),)
    assert retention("# nothing yet\n").facts == (RetentionDeclaration(name="retention"),)
    assert backup("").facts == (BackupDeclaration(name="backup"),)
