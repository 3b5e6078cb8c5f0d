from __future__ import annotations

from sfgov.facts import ApexClass, ApexTrigger
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def fixed_texts(text: str, kind: str = "ApexClass") -> list[tuple[str, int, int]]:
    [fact] = parse(SourceFile("classes/A.cls", kind, "A", "body"), text.encode()).facts
    assert isinstance(fact, ApexClass | ApexTrigger)
    return [(one.text, one.line, one.column) for one in fact.fixed_texts]


def test_ids_and_addresses_in_strings_alone() -> None:
    text = """public class A {
    // '0125g000000ABcD' and https://a.example in a comment
    static final Id TYPE = '0125g000000ABcDAA0';
    String url = 'see https://na12.salesforce.com/0015g00000XyZab?x=1 now';
    List<Account> all = [SELECT Id FROM Account WHERE RecordTypeId = '0125g000000ABcD'];
    void run() { if (a == 'it\\'s' || b == '0055g000000ABcD') { c(); } }
}
"""
    assert fixed_texts(text) == [
        ("0125g000000ABcDAA0", 3, 29),
        ("https://na12.salesforce.com/0015g00000XyZab?x=1", 4, 23),
        ("0125g000000ABcD", 5, 71),
        ("0055g000000ABcD", 6, 44),
    ]


def test_words_parts_of_names_and_other_lengths_are_none() -> None:
    values = ["applicationForm", "attributeValues", "A_0125g000000ABcD", "0125g000000ABcDE", "012"]
    listed = ", ".join(f"'{value}'" for value in values)
    assert fixed_texts(f"public class A {{ List<String> a = new List<String>{{{listed}}}; }}") == []


def test_none_of_a_test_class() -> None:
    assert fixed_texts("@IsTest private class A { Id a = '0125g000000ABcD'; }") == []


def test_of_a_trigger_with_line_ends_of_windows() -> None:
    text = "trigger A on Account (before insert) {\r\n  String u = 'http://erp.example/in';\r\n}\r\n"
    assert fixed_texts(text, "ApexTrigger") == [("http://erp.example/in", 2, 15)]


def test_lines_inside_a_string_of_several_lines() -> None:
    text = "public class A {\n  String a = '''\n  first\n  https://a.example/x\n''';\n}\n"
    assert fixed_texts(text) == [("https://a.example/x", 4, 3)]
