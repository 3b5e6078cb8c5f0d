"""Masking templates, Tooling exports and policies' shells, from their files' text to facts with lines."""

from sfgov.facts import DataMaskExport, DataMaskPolicy, MaskingTemplate, Problem
from sfgov.facts.masking import DataMaskRow, MaskedField, MaskExemption
from sfgov.parse import Parsed, parse
from sfgov.project.source import SourceFile


def template(text: str | bytes) -> Parsed:
    source = SourceFile("governance/masking/Contact.yml", "MaskingTemplate", "Contact")
    return parse(source, text.encode() if isinstance(text, str) else text)


def export(text: str | bytes, name: str = "DataMaskRows") -> Parsed:
    source = SourceFile(f"governance/exports/{name}.json", "DataMaskExport", name)
    return parse(source, text.encode() if isinstance(text, str) else text)


def only_template(parsed: Parsed) -> MaskingTemplate:
    (found,) = parsed.facts
    assert isinstance(found, MaskingTemplate)
    return found


def rows(parsed: Parsed) -> tuple[DataMaskRow, ...]:
    (found,) = parsed.facts
    assert isinstance(found, DataMaskExport)
    return found.rows


def test_a_template() -> None:
    parsed = template(
        """# who: data protection
object: Contact
policy: Contact_PII_Mask
run_on_refresh: true
filter: none
fields:
  Email:  {category: library, value: email}
  SSN__c: {category: replaceRandom}
  "*Phone*": {category: library, value: phone}
  Notes__c:
    category: delete
exempt:
  Birthdate: {reason: "age banding tests", approved_by: dpo, until: 2027-01-31}
  Nickname__c: {}
"""
    )
    assert parsed.problems == ()
    assert parsed.facts == (
        MaskingTemplate(
            name="Contact",
            line=2,
            lines={"object": 2, "policy": 3, "run_on_refresh": 4, "filter": 5, "fields": 6, "exempt": 12},
            policy="Contact_PII_Mask",
            run_on_refresh=True,
            fields=(
                MaskedField("Email", 7, "library", "email"),
                MaskedField("SSN__c", 8, "replaceRandom"),
                MaskedField("*Phone*", 9, "library", "phone"),
                MaskedField("Notes__c", 10, "delete"),
            ),
            exempt=(
                MaskExemption("Birthdate", 13, "age banding tests", "dpo", "2027-01-31"),
                MaskExemption("Nickname__c", 14),
            ),
        ),
    )


def test_a_template_with_a_row_filter() -> None:
    found = only_template(template("object: Lead\nfilter: {where: \"Country = 'DE'\", reason: law}\n"))
    assert (found.filter_where, found.filter_reason) == ("Country = 'DE'", "law")
    assert found.run_on_refresh is None


def test_several_documents_in_one_file_keep_their_lines() -> None:
    parsed = template(
        "%YAML 1.2\n---\n# first\nobject: Contact\nfields:\n  Email: {category: delete}\n"
        "--- # second\nobject: Lead\nfields:\n  Email: {category: delete}\n---\n# nothing\n"
    )
    assert parsed.problems == ()
    assert [(f.name, f.line, f.fields[0].line) for f in parsed.facts if isinstance(f, MaskingTemplate)] == [
        ("Contact", 4, 6),
        ("Lead", 8, 10),
    ]


def test_an_empty_file_says_nothing() -> None:
    assert template("") == Parsed()
    assert template("# to be written\n") == Parsed()


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    found = only_template(template("\ufeffobject: Contact\r\nfields:\r\n  Email: {category: delete}\r\n"))
    assert (found.name, found.line, found.fields) == ("Contact", 1, (MaskedField("Email", 3, "delete"),))


def test_what_is_wrong_is_said_with_its_line_and_the_rest_is_read() -> None:
    parsed = template(
        """object: Contact
feilds: {}
policy: [a]
run_on_refresh: sometimes
filter: {were: "x", where: "y"}
fields:
  Email: library
  Phone: {category: libary}
  Fax: {}
  Title: {category: delete, valeu: x}
exempt:
  Birthdate: {until: soon}
  Age__c: because
  Name: {reason: tests, until: 2027-13-01}
  Level__c: {reason: tests}
"""
    )
    found = only_template(parsed)
    assert parsed.problems == (
        Problem('unknown key "feilds"; did you mean "fields"?', 2),
        Problem('unknown key "were"; did you mean "where"?', 5),
        Problem("this must be how Email is masked, such as {category: library, value: email}", 7),
        Problem('"libary" is not one of library, replaceRandom, delete; did you mean "library"?', 8),
        Problem('"category" is missing: one of library, replaceRandom, delete', 9),
        Problem('unknown key "valeu"; did you mean "value"?', 10),
        Problem('"soon" is not a date like 2027-01-31', 12),
        Problem("this must be why Age__c is not masked, such as {reason: …, until: 2027-01-31}", 13),
        Problem('"2027-13-01" is not a date like 2027-01-31', 14),
        Problem("this must be text", 3),
        Problem("this must be true or false", 4),
    )
    assert [field.pattern for field in found.fields] == ["Phone", "Fax", "Title"]
    assert found.exempt == (MaskExemption("Level__c", 15, "tests"),)
    assert found.filter_where == "y"
    assert not found.complete


def test_a_key_that_resembles_none_is_told_what_there_is() -> None:
    (problem,) = template("object: Contact\nzzz: 1\n").problems
    assert problem == Problem(
        'unknown key "zzz"; known are object, policy, run_on_refresh, filter, fields, exempt', 2
    )


def test_a_filter_must_say_which_rows() -> None:
    assert template("object: A\nfilter: {reason: x}\n").problems == (
        Problem('"where" is missing: which rows are masked', 2),
    )
    parsed = template('object: A\nfilter: "x = 1"\n')
    assert parsed.problems == (Problem("this must be none, or {where: …, reason: …}", 2),)
    assert only_template(parsed).filter_where == "x = 1"


def test_a_template_of_no_object_is_incomplete_for_all_of_them() -> None:
    parsed = template("fields:\n  Email: {category: delete}\n")
    assert parsed.problems == (
        Problem('"object" is missing: the API name of the object whose fields are masked', 1),
    )
    assert (only_template(parsed).name, only_template(parsed).complete) == ("*", False)


def test_a_list_is_no_template() -> None:
    parsed = template("- Contact\n- Lead\n")
    (problem,) = parsed.problems
    assert problem.line == 1
    assert problem.reason.startswith("this must be a masking template, such as {object: Contact")
    assert only_template(parsed).name == "*"


def test_a_wildcard_without_quotes_is_explained() -> None:
    parsed = template("object: Contact\nfields:\n  *Phone*: {category: delete}\n")
    assert parsed.problems == (Problem('text that starts with "*" must be put in quotes', 3),)
    assert (only_template(parsed).name, only_template(parsed).complete) == ("*", False)


def test_a_broken_document_does_not_hide_the_others() -> None:
    parsed = template("object: Contact\nfields: {\n---\nobject: Lead\n")
    assert [(f.name, f.line) for f in parsed.facts if isinstance(f, MaskingTemplate)] == [
        ("*", 2),
        ("Lead", 4),
    ]
    assert [problem.line for problem in parsed.problems] == [2]


def test_a_field_that_is_there_twice() -> None:
    parsed = template("object: A\nfields:\n  B: {category: delete}\n  B: {category: library}\n")
    assert parsed.problems == (Problem('the key "B" is here twice; it is in line 3 already', 4),)


def test_bombs_and_depth_are_problems() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{last}'] * 10)}]\n"
        for last, this in zip("abcdefg", "bcdefgh", strict=True)
    )
    for text in (bomb, "[" * 100_000, "object: " + "{a: " * 5_000, "a: &a [*a]\n"):
        parsed = template(text)
        assert parsed.problems
        assert only_template(parsed).complete is False


def test_bytes_that_are_no_text() -> None:
    parsed = template(b"object: Contact\nfields: \xff\xfe\n")
    assert parsed.problems == (Problem("the text is not UTF-8", 2),)


CLI = """{
  "status": 0,
  "result": {
    "records": [
      {
        "attributes": {
          "type": "DataMaskPolicyField",
          "url": "/services/data/v67.0/tooling/sobjects/DataMaskPolicyField/8dn000000000001AAA"
        },
        "Id": "8dn000000000001AAA",
        "FieldReference": "Email",
        "MaskValue": null,
        "ParentPolicyObject": {
          "attributes": {"type": "DataMaskPolicyObject", "url": "/x"},
          "ObjectReference": "Contact",
          "FilterEnabled": false,
          "ParentPolicy": {"attributes": {"type": "DataMaskPolicy"}, "DeveloperName": "Contact_PII"}
        }
      },
      {"attributes": {"type": "DataMaskPolicyField"}, "FieldReference": "Phone", "Order": 2.50}
    ],
    "totalSize": 2,
    "done": true
  },
  "warnings": []
}
"""


def test_an_export_of_the_command_line_tool() -> None:
    parsed = export(CLI)
    assert parsed.problems == ()
    first, second = rows(parsed)
    assert (first.entity, first.line) == ("DataMaskPolicyField", 5)
    assert first.values == {
        "attributes.url": "/services/data/v67.0/tooling/sobjects/DataMaskPolicyField/8dn000000000001AAA",
        "Id": "8dn000000000001AAA",
        "FieldReference": "Email",
        "ParentPolicyObject.ObjectReference": "Contact",
        "ParentPolicyObject.FilterEnabled": "false",
        "ParentPolicyObject.ParentPolicy.DeveloperName": "Contact_PII",
    }
    assert second == DataMaskRow("DataMaskPolicyField", {"FieldReference": "Phone", "Order": "2.50"}, 20)


def test_the_bare_shapes_of_an_export() -> None:
    row = '{"attributes": {"type": "DataMaskPolicyObject"},\n"Id": "1"}'
    for text in (f'{{"records": [\n{row}]}}', f"[\n{row}\n]"):
        assert rows(export(text)) == (DataMaskRow("DataMaskPolicyObject", {"Id": "1"}, 2),)


def test_an_export_with_a_byte_order_mark_or_in_utf16() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        assert len(rows(export(CLI.encode(encoding)))) == 2


def test_rows_without_attributes_are_known_by_their_columns_or_their_file() -> None:
    text = '[{"FieldReference": "Email"}, {"ObjectReference": "Contact"}, {"DeveloperName": "X"}]'
    entities = ["DataMaskPolicyField", "DataMaskPolicyObject", "DataMaskPolicy"]
    assert [row.entity for row in rows(export(text, "datamaskpolicy-2026"))] == entities
    parsed = export(text)
    assert [row.entity for row in rows(parsed)] == entities[:2]
    assert parsed.problems == (Problem("the row does not say what it is of: attributes.type is missing", 1),)


def test_no_rows_is_an_answer() -> None:
    parsed = export('{"status": 0, "result": {"records": [], "totalSize": 0, "done": true}}')
    assert parsed == Parsed((DataMaskExport(name="DataMaskRows"),))


def test_broken_json_has_its_line_and_keeps_the_rows_before() -> None:
    parsed = export('{"records": [\n  {"FieldReference": "Email"},\n  {"FieldReference": \n')
    assert rows(parsed) == (DataMaskRow("DataMaskPolicyField", {"FieldReference": "Email"}, 2),)
    assert [(problem.reason, problem.line) for problem in parsed.problems] == [
        ("the JSON is broken: Expecting value", 4)
    ]
    assert [fact.complete for fact in parsed.facts if isinstance(fact, DataMaskExport)] == [False]


def test_json_that_is_no_export() -> None:
    for text, reason, line in (
        ("", "the JSON is broken: Expecting '{'", 1),
        ("{}", 'there is no list "records", as `sf data query --json` prints it', 1),
        ('{"records": [1]}', "the JSON is broken: Expecting a record", 1),
        ('{"records": []}\nx', "the JSON is broken: Extra data", 2),
        (
            '{"status": 1,\n"message": "sObject type \'DataMaskPolicy\' is not supported."}',
            "this is not an export but the error of one: sObject type 'DataMaskPolicy' is not supported.",
            2,
        ),
        (
            '{"result": {\n"totalSize": 3, "records": [{"FieldReference": "A"}]}}',
            "only 1 of 3 rows are here",
            2,
        ),
    ):
        assert export(text).problems == (Problem(reason, line),)


def test_text_that_cannot_be_decoded_and_half_characters() -> None:
    assert [p.line for p in export(b'[{"FieldReference": "\xff"}]').problems] == [0]
    assert rows(export(r'[{"FieldReference": "a\ud800b"}]'))[0].values == {"FieldReference": "a?b"}


def test_deep_json_is_a_problem() -> None:
    assert export("[" + '{"a":' * 100_000).problems == (Problem("the file is nested too deeply to be read"),)


def test_a_policys_shell() -> None:
    text = b"""<?xml version="1.0" encoding="UTF-8"?>
<DataMaskPolicy xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Contact PII Mask</label>
    <description>Masks core Contact PII in sandbox.</description>
    <runOnRefresh>false</runOnRefresh>
</DataMaskPolicy>
"""
    source = SourceFile("dataMaskPolicies/Contact_PII.dataMaskPolicy", "DataMaskPolicy", "Contact_PII")
    assert parse(source, text) == Parsed(
        (
            DataMaskPolicy(
                name="Contact_PII",
                line=2,
                lines={"label": 3, "runOnRefresh": 5},
                label="Contact PII Mask",
                run_on_refresh=False,
            ),
        )
    )
