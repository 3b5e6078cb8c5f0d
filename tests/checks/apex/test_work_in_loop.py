"""APX001 and APX002 where the work stands in the loop itself."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop

FILE = "classes/Svc.cls"
FOR_EACH = "for-each (Account a : records)"


def svc(body: str, members: str = "") -> dict[str, str]:
    """A class whose method `run` has that body, from line 3 on; its other members stand after it."""
    lines = [
        "public class Svc {",
        "    public static void run(List<Account> records, Set<Id> ids, Integer many) {",
        indent(dedent(body).strip("\n"), " " * 4),
        "    }",
        indent(dedent(members).strip("\n"), " " * 4),
        "}",
    ]
    return {FILE: "\n".join(lines) + "\n"}


def story(result: Result) -> list[str]:
    """What a finding says: check, place and message, then its evidence."""
    assert {step.path for step in result.evidence} == {result.path} == {FILE}
    assert result.component == "ApexClass:Svc"
    return [
        f"{result.check} {result.line}:{result.column} {result.message}",
        *(f"{step.line} {step.message}" for step in result.evidence),
    ]


def found(files: dict[str, str]) -> list[str]:
    return [line for result in lint(files, db_work_in_loop, limited_work_in_loop) for line in story(result)]


def one(place: str, work: str, loop: str, text: str, *, check: str = "APX001", last: str) -> list[str]:
    """The story of one finding in one loop. `loop` is `line kind (head)`."""
    line, _, head = loop.partition(" ")
    return [
        f"{check} {place} Svc.run {work} in each round of the loop at line {line}: {text}.",
        f"{line} loop: {head}",
        f"{place.partition(':')[0]} {last}, once per round",
    ]


def query(place: str, loop: str, text: str) -> list[str]:
    return one(place, "makes a SOQL query", loop, text, last="SOQL query")


def dml(place: str, loop: str, text: str) -> list[str]:
    return one(place, "makes a DML call", loop, text, last="DML")


# Found: database work

DATABASE_WORK = {
    "query": (
        """
        for (Account a : records) {
            List<Contact> found = [SELECT Id FROM Contact WHERE AccountId = :a.Id];
        }
        """,
        query("4:31", f"3 {FOR_EACH}", "SELECT Id FROM Contact WHERE AccountId = :a.Id"),
    ),
    "query without braces": (
        """
        for (Account a : records)
            a.Parent = [SELECT Id FROM Account WHERE Id = :a.ParentId];
        """,
        query("4:20", f"3 {FOR_EACH}", "SELECT Id FROM Account WHERE Id = :a.ParentId"),
    ),
    "search": (
        """
        for (Account a : records) {
            List<List<SObject>> hits = [FIND :a.Name IN ALL FIELDS RETURNING Account(Id)];
        }
        """,
        one(
            "4:36",
            "makes a SOSL search",
            f"3 {FOR_EACH}",
            "FIND :a.Name IN ALL FIELDS RETURNING Account(Id)",
            last="SOSL search",
        ),
    ),
    "insert": (
        """
        for (Account a : records) {
            insert new Contact(AccountId = a.Id);
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "insert new Contact(AccountId = a.Id)"),
    ),
    "update as user": (
        """
        for (Account a : records) {
            update as user a;
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "update as user a"),
    ),
    "upsert with a key": (
        """
        for (Account a : records) {
            upsert a Key__c;
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "upsert a Key__c"),
    ),
    "delete": (
        """
        for (Account a : records) {
            delete a;
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "delete a"),
    ),
    "undelete": (
        """
        for (Account a : records) {
            undelete a;
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "undelete a"),
    ),
    "merge": (
        """
        for (Account a : records) {
            merge a a.Duplicate;
        }
        """,
        dml("4:9", f"3 {FOR_EACH}", "merge a a.Duplicate"),
    ),
    "Database.update": (
        """
        for (Account a : records) {
            Database.SaveResult result = Database.update(a, false);
        }
        """,
        dml("4:47", f"3 {FOR_EACH}", "Database.update(a, false)"),
    ),
    "Database.query, in capitals": (
        """
        for (Account a : records) {
            List<SObject> found = DATABASE.QUERY('SELECT Id FROM Contact');
        }
        """,
        query("4:40", f"3 {FOR_EACH}", "DATABASE.QUERY('SELECT Id FROM Contact')"),
    ),
    "Database.countQuery with its namespace": (
        """
        for (Account a : records) {
            Integer n = System.Database.countQuery('SELECT COUNT() FROM Contact');
        }
        """,
        query("4:37", f"3 {FOR_EACH}", "System.Database.countQuery('SELECT COUNT() FROM Contact')"),
    ),
    "Database.queryWithBinds": (
        """
        for (Account a : records) {
            Database.queryWithBinds(text, binds, AccessLevel.USER_MODE);
        }
        """,
        query("4:18", f"3 {FOR_EACH}", "Database.queryWithBinds(text, binds, AccessLevel.USER_MODE)"),
    ),
    "Search.query": (
        """
        for (Account a : records) {
            Search.query('FIND {x}');
        }
        """,
        one("4:16", "makes a SOSL search", f"3 {FOR_EACH}", "Search.query('FIND {x}')", last="SOSL search"),
    ),
    "Database.emptyRecycleBin": (
        """
        for (Account a : records) {
            Database.emptyRecycleBin(a);
        }
        """,
        dml("4:18", f"3 {FOR_EACH}", "Database.emptyRecycleBin(a)"),
    ),
    "Database.convertLead": (
        """
        for (Account a : records) {
            Database.convertLead(new Database.LeadConvert());
        }
        """,
        dml("4:18", f"3 {FOR_EACH}", "Database.convertLead(new Database.LeadConvert())"),
    ),
    "counting loop": (
        """
        for (Integer i = 0; i < records.size(); i++) {
            update records[i];
        }
        """,
        dml("4:9", "3 for (Integer i = 0; i < records.size(); i++)", "update records[i]"),
    ),
    "counting loop of six rounds": (
        """
        for (Integer i = 0; i < 6; i++) {
            update records[i];
        }
        """,
        dml("4:9", "3 for (Integer i = 0; i < 6; i++)", "update records[i]"),
    ),
    "while": (
        """
        while (!records.isEmpty()) {
            update records.remove(0);
        }
        """,
        dml("4:9", "3 while (!records.isEmpty())", "update records.remove(0)"),
    ),
    "do": (
        """
        do {
            update records.remove(0);
        } while (!records.isEmpty());
        """,
        dml("4:9", "3 do (!records.isEmpty())", "update records.remove(0)"),
    ),
    "query in a condition": (
        """
        while ([SELECT COUNT() FROM Lead] > 0) {
            Reports.add(1);
        }
        """,
        query("3:12", "3 while ([SELECT COUNT() FROM Lead] > 0)", "SELECT COUNT() FROM Lead"),
    ),
    "query in the condition of a counting loop": (
        """
        for (Integer i = 0; i < [SELECT COUNT() FROM Lead]; i++) {
            Reports.add(1);
        }
        """,
        query(
            "3:29", "3 for (Integer i = 0; i < [SELECT COUNT() FROM Lead]; i++)", "SELECT COUNT() FROM Lead"
        ),
    ),
    "body of a loop over a query": (
        """
        for (Account a : [SELECT Id FROM Account]) {
            update a;
        }
        """,
        dml("4:9", "3 for-each (Account a : [SELECT Id FROM Account])", "update a"),
    ),
    "the query in the head of an inner loop": (
        """
        for (Account a : records) {
            for (Contact c : [SELECT Id FROM Contact WHERE AccountId = :a.Id]) {
                c.Title = 'x';
            }
        }
        """,
        query("4:26", f"3 {FOR_EACH}", "SELECT Id FROM Contact WHERE AccountId = :a.Id"),
    ),
    "under a condition": (
        """
        for (Account a : records) {
            if (a.Name == null) {
                update a;
            }
        }
        """,
        dml("5:13", f"3 {FOR_EACH}", "update a"),
    ),
    "in a switch": (
        """
        for (Account a : records) {
            switch on a.Name {
                when 'x' { delete a; }
            }
        }
        """,
        dml("5:24", f"3 {FOR_EACH}", "delete a"),
    ),
    "in a try": (
        """
        for (Account a : records) {
            try {
                update a;
            } catch (DmlException e) {
                Reports.add(e);
            }
        }
        """,
        dml("5:13", f"3 {FOR_EACH}", "update a"),
    ),
    "in a half of a ternary": (
        """
        for (Account a : records) {
            Account b = a.Name == 'x' ? [SELECT Id FROM Account LIMIT 1] : a;
        }
        """,
        query("4:37", f"3 {FOR_EACH}", "SELECT Id FROM Account LIMIT 1"),
    ),
    "a way out that may not be taken": (
        """
        for (Account a : records) {
            List<Contact> found = [SELECT Id FROM Contact WHERE AccountId = :a.Id];
            if (found.isEmpty()) {
                return;
            }
        }
        """,
        query("4:31", f"3 {FOR_EACH}", "SELECT Id FROM Contact WHERE AccountId = :a.Id"),
    ),
    "one DML for each group": (
        """
        Map<Id, List<Contact>> groups = new Map<Id, List<Contact>>();
        for (List<Contact> part : groups.values()) {
            update part;
        }
        """,
        dml("5:9", "4 for-each (List<Contact> part : groups.values())", "update part"),
    ),
    "a cache made anew in each round": (
        """
        for (Account a : records) {
            List<Contact> found = null;
            if (found == null) {
                found = [SELECT Id FROM Contact WHERE AccountId = :a.Id];
            }
        }
        """,
        query("6:21", f"3 {FOR_EACH}", "SELECT Id FROM Contact WHERE AccountId = :a.Id"),
    ),
    "a flag around the loop": (
        """
        if (!done) {
            done = true;
            for (Account a : records) {
                update a;
            }
        }
        """,
        dml("6:13", f"5 {FOR_EACH}", "update a"),
    ),
    "a set of what was seen": (
        """
        Set<Id> seen = new Set<Id>();
        for (Account a : records) {
            if (!seen.contains(a.Id)) {
                seen.add(a.Id);
                update a;
            }
        }
        """,
        dml("7:13", f"4 {FOR_EACH}", "update a"),
    ),
    "a record made once for each key": (
        """
        Map<Id, Account> made = new Map<Id, Account>();
        for (Account a : records) {
            if (!made.containsKey(a.ParentId)) {
                Account b = new Account();
                insert b;
                made.put(a.ParentId, b);
            }
        }
        """,
        dml("7:13", f"4 {FOR_EACH}", "insert b"),
    ),
    "only where the list has something": (
        """
        for (Account a : records) {
            List<Contact> found = Sel.of(a);
            if (found.size() > 0) {
                update found;
            }
        }
        """,
        dml("6:13", f"3 {FOR_EACH}", "update found"),
    ),
    "the groups of a map as a list": (
        """
        List<List<Contact>> groups = byAccount.values();
        for (List<Contact> some : groups) {
            update some;
        }
        """,
        dml("5:9", "4 for-each (List<Contact> some : groups)", "update some"),
    ),
    "a join of two lists": (
        """
        for (Account a : records) {
            for (Contact c : contacts) {
                if (c.Account.Id == a.Id) {
                    update c;
                }
            }
        }
        """,
        [
            "APX001 6:17 Svc.run makes a DML call in each round of the loop at line 4: update c.",
            f"3 loop: {FOR_EACH}",
            "4 loop: for-each (Contact c : contacts)",
            "6 DML, once per round",
        ],
    ),
    "savepoint": (
        """
        for (Account a : records) {
            Savepoint before = Database.setSavepoint();
        }
        """,
        dml("4:37", f"3 {FOR_EACH}", "Database.setSavepoint()"),
    ),
    "e-mail template, which is a query": (
        """
        for (Account a : records) {
            mails.add(Messaging.renderStoredEmailTemplate(many, null, a.Id));
        }
        """,
        query("4:29", f"3 {FOR_EACH}", "Messaging.renderStoredEmailTemplate(many, null, a.Id)"),
    ),
    "a cache that each round sets anew": (
        """
        Account parent;
        for (Account a : records) {
            parent = byId.get(a.ParentId);
            if (parent == null) {
                parent = [SELECT Id FROM Account WHERE Id = :a.ParentId];
            }
        }
        """,
        query("7:22", f"4 {FOR_EACH}", "SELECT Id FROM Account WHERE Id = :a.ParentId"),
    ),
    "a cache that each round empties": (
        """
        List<Contact> found = new List<Contact>();
        for (Account a : records) {
            found.clear();
            if (found.isEmpty()) {
                found.addAll([SELECT Id FROM Contact WHERE AccountId = :a.Id]);
            }
        }
        """,
        query("7:26", f"4 {FOR_EACH}", "SELECT Id FROM Contact WHERE AccountId = :a.Id"),
    ),
    "a flag that is set back": (
        """
        Boolean running = false;
        for (Account a : records) {
            if (!running) {
                running = true;
                update a;
                running = false;
            }
        }
        """,
        dml("7:13", f"4 {FOR_EACH}", "update a"),
    ),
    "tested for null, but nothing is stored": (
        """
        for (Account a : records) {
            if (a.ParentId == null) {
                insert new Contact(AccountId = a.Id);
            }
        }
        """,
        dml("5:13", f"3 {FOR_EACH}", "insert new Contact(AccountId = a.Id)"),
    ),
}


@pytest.mark.parametrize(("body", "expected"), DATABASE_WORK.values(), ids=DATABASE_WORK)
def test_database_work_in_a_loop(body: str, expected: list[str]) -> None:
    assert found(svc(body)) == expected


def test_all_loops_around_are_named_outermost_first() -> None:
    body = """
        for (Account a : records) {
            while (a.Open__c > 0) {
                update a;
            }
        }
        """
    assert found(svc(body)) == [
        "APX001 5:13 Svc.run makes a DML call in each round of the loop at line 4: update a.",
        f"3 loop: {FOR_EACH}",
        "4 loop: while (a.Open__c > 0)",
        "5 DML, once per round",
    ]


def test_a_long_statement_is_cut() -> None:
    body = """
        for (Account a : records) {
            insert new Contact(AccountId = a.Id, FirstName = 'abcdefghij', LastName = 'klmnopqrstuvwxyz', Title = 'x');
        }
        """
    text = "insert new Contact(AccountId = a.Id, FirstName = 'abcdefghij', LastName = 'kl…"
    assert found(svc(body)) == dml("4:9", f"3 {FOR_EACH}", text)


# Found: other work

OTHER_WORK = {
    "callout": (
        "new Http().send(request);",
        "4:20",
        "makes a callout",
        "new Http().send(request)",
        "callout",
    ),
    "callout through a variable": (
        "Http caller = new Http(); caller.send(request);",
        "4:42",
        "makes a callout",
        "caller.send(request)",
        "callout",
    ),
    "SOAP callout": (
        "WebServiceCallout.invoke(stub, request, responses, info);",
        "4:27",
        "makes a callout",
        "WebServiceCallout.invoke(stub, request, responses, info)",
        "callout",
    ),
    "job": (
        "System.enqueueJob(new Job(a.Id));",
        "4:16",
        "enqueues a job",
        "System.enqueueJob(new Job(a.Id))",
        "enqueued job",
    ),
    "batch job": (
        "Database.executeBatch(new Job(a.Id));",
        "4:18",
        "enqueues a job",
        "Database.executeBatch(new Job(a.Id))",
        "enqueued job",
    ),
    "scheduled job": (
        "System.schedule(a.Name, '0 0 * * * ?', new Job());",
        "4:16",
        "schedules a job",
        "System.schedule(a.Name, '0 0 * * * ?', new Job())",
        "scheduled job",
    ),
    "e-mail": (
        "Messaging.sendEmail(new List<Messaging.SingleEmailMessage>{ mail });",
        "4:19",
        "sends an e-mail",
        "Messaging.sendEmail(new List<Messaging.SingleEmailMessage>{ mail })",
        "e-mail",
    ),
    "event": (
        "EventBus.publish(new Paid__e(Id__c = a.Id));",
        "4:18",
        "publishes an event",
        "EventBus.publish(new Paid__e(Id__c = a.Id))",
        "published event",
    ),
    "approval": (
        "Approval.process(request);",
        "4:18",
        "makes an approval request",
        "Approval.process(request)",
        "approval request",
    ),
}


@pytest.mark.parametrize(("statement", "place", "work", "text", "last"), OTHER_WORK.values(), ids=OTHER_WORK)
def test_other_limited_work_in_a_loop(statement: str, place: str, work: str, text: str, last: str) -> None:
    expected = one(place, work, f"3 {FOR_EACH}", text, check="APX002", last=last)
    assert found(svc(f"for (Account a : records) {{\n    {statement}\n}}")) == expected


# Not found

QUIET = {
    "the query that a loop runs over": """
        for (Contact c : [SELECT Id FROM Contact WHERE AccountId IN :ids]) {
            c.Title = 'x';
        }
        """,
    "Database.query in the head of a loop": """
        for (SObject c : Database.query('SELECT Id FROM Contact')) {
            c.put('Title', 'x');
        }
        """,
    "the start value of a counting loop": """
        for (Integer i = [SELECT COUNT() FROM Lead]; i > 0; i--) {
            Reports.add(i);
        }
        """,
    "a query two hundred records at a time": """
        for (List<Contact> some : [SELECT Id FROM Contact]) {
            update some;
        }
        """,
    "the same, as an array": """
        for (Contact[] some : [SELECT Id FROM Contact]) {
            update some;
        }
        """,
    "lists cut to size": """
        List<List<Account>> chunks = Chunks.of(records, 200);
        for (List<Account> chunk : chunks) {
            update chunk;
        }
        """,
    "counting in chunks": """
        for (Integer i = 0; i < records.size(); i += 200) {
            update Chunks.part(records, i, 200);
        }
        """,
    "at most five rounds": """
        for (Integer i = 0; i < 5; i++) {
            insert new Account(Name = 'Test ' + i);
        }
        """,
    "a short list that is written down": """
        for (String name : new List<String>{ 'a', 'b, c', 'd' }) {
            List<Account> found = [SELECT Id FROM Account WHERE Name = :name];
        }
        """,
    "a short array that is written down": """
        for (String name : new String[]{ 'a', 'b' }) {
            List<Account> found = [SELECT Id FROM Account WHERE Name = :name];
        }
        """,
    "object types of the schema": """
        for (Schema.SObjectType type : Schema.getGlobalDescribe().values()) {
            Integer n = Database.countQuery('SELECT COUNT() FROM ' + type);
        }
        """,
    "a full chunk is saved now and then": """
        List<Contact> batch = new List<Contact>();
        for (Account a : records) {
            batch.add(new Contact(AccountId = a.Id));
            if (batch.size() == 200) {
                insert batch;
                batch.clear();
            }
        }
        """,
    "the loop is left after it": """
        for (Account a : records) {
            insert a;
            break;
        }
        """,
    "the method is left after it": """
        for (Account a : records) {
            if (a.Name == 'x') {
                update a;
                return;
            }
        }
        """,
    "an error is thrown after it": """
        for (Account a : records) {
            if (a.Name == 'x') {
                insert new Contact(LastName = a.Name);
                throw new AuraHandledException('x');
            }
        }
        """,
    "only after an error": """
        for (Account a : records) {
            try {
                Reports.add(a);
            } catch (Exception e) {
                insert new Contact(LastName = e.getMessage());
            }
        }
        """,
    "a retry until it works": """
        while (true) {
            try {
                update records;
                break;
            } catch (DmlException e) {
                Reports.add(e);
            }
        }
        """,
    "looked up once": """
        Account parent;
        for (Account a : records) {
            if (parent == null) {
                parent = [SELECT Id FROM Account LIMIT 1];
            }
        }
        """,
    "looked up once, with null first": """
        Account parent;
        for (Account a : records) {
            if (null == parent) {
                parent = [SELECT Id FROM Account LIMIT 1];
            }
        }
        """,
    "looked up once for each key": """
        Map<Id, Account> known = new Map<Id, Account>();
        for (Account a : records) {
            if (!known.containsKey(a.ParentId)) {
                known.put(a.ParentId, [SELECT Id FROM Account WHERE Id = :a.ParentId]);
            }
        }
        """,
    "looked up where get gives null": """
        Map<Id, Account> known = new Map<Id, Account>();
        for (Account a : records) {
            if (known.get(a.ParentId) == null) {
                known.put(a.ParentId, [SELECT Id FROM Account WHERE Id = :a.ParentId]);
            }
        }
        """,
    "passed over where it is known": """
        Map<Id, Account> known = new Map<Id, Account>();
        for (Account a : records) {
            if (known.containsKey(a.ParentId)) {
                continue;
            }
            known.put(a.ParentId, [SELECT Id FROM Account WHERE Id = :a.ParentId]);
        }
        """,
    "known in the first branch": """
        Map<Id, Account> known = new Map<Id, Account>();
        for (Account a : records) {
            if (known.containsKey(a.ParentId)) {
                a.Parent = known.get(a.ParentId);
            } else {
                known.put(a.ParentId, [SELECT Id FROM Account WHERE Id = :a.ParentId]);
            }
        }
        """,
    "looked up while nothing is there": """
        List<Account> parents = new List<Account>();
        for (Account a : records) {
            if (parents.isEmpty()) {
                parents = [SELECT Id FROM Account LIMIT 10];
            }
        }
        """,
    "done once, remembered in a flag": """
        Boolean saved = false;
        for (Account a : records) {
            if (!saved) {
                update records;
                saved = true;
            }
        }
        """,
    "after the loop": """
        for (Account a : records) {
            a.Name = 'x';
        }
        update records;
        """,
    "looked up with a default": """
        Account parent;
        for (Account a : records) {
            parent = parent ?? [SELECT Id FROM Account LIMIT 1];
        }
        """,
    "looked up where a local has nothing": """
        Map<Id, Account> known = new Map<Id, Account>();
        for (Account a : records) {
            Account parent = known.get(a.ParentId);
            if (parent == null) {
                parent = [SELECT Id FROM Account WHERE Id = :a.ParentId];
                known.put(parent.Id, parent);
            }
        }
        """,
    "the one record that is looked for": """
        for (Account a : records) {
            if (a.Id == wanted) {
                update a;
            }
        }
        """,
    "in tests only": """
        for (Account a : records) {
            if (Test.isRunningTest()) {
                update a;
            }
        }
        """,
    "custom metadata": """
        for (Account a : records) {
            Mode__mdt mode = [SELECT Id FROM Mode__mdt WHERE Type__c = :a.Type];
        }
        """,
    "a few times at most": """
        Integer tries = 0;
        while (tries < 3) {
            update records;
            tries++;
        }
        """,
    "chunks cut with a counter": """
        Integer at = 0;
        while (at < records.size()) {
            update Chunks.part(records, at, 200);
            at += 200;
        }
        """,
    "a short map that is written down": """
        Map<String, String> kinds = new Map<String, String>{ 'a' => 'b', 'c' => 'd' };
        for (String kind : kinds.keySet()) {
            List<Account> found = [SELECT Id FROM Account WHERE Type = :kind];
        }
        """,
    "nothing but reading": """
        for (Account a : records) {
            Database.SaveResult result = results[many];
            Messaging.SingleEmailMessage mail = new Messaging.SingleEmailMessage();
            mails.add(mail);
        }
        """,
    "another class's send": """
        for (Account a : records) {
            Letter letter = new Letter();
            letter.send(a);
        }
        """,
    "inside of a comment and a string": """
        for (Account a : records) {
            // update a;
            /* [SELECT Id FROM Account] */
            a.Name = 'update a; [SELECT Id FROM Account]';
        }
        """,
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
def test_what_does_not_multiply(body: str) -> None:
    assert found(svc(body)) == []


# Where it stands


TRIGGER = """
    trigger AccountTrigger on Account (after insert) {
        for (Account a : Trigger.new) {
            insert new Contact(AccountId = a.Id);
        }
    }
    """


def test_in_a_trigger() -> None:
    (result,) = lint({"triggers/AccountTrigger.trigger": TRIGGER}, db_work_in_loop)
    assert (result.path, result.line, result.component) == (
        "triggers/AccountTrigger.trigger",
        3,
        "ApexTrigger:AccountTrigger",
    )
    assert result.message == (
        "AccountTrigger makes a DML call in each round of the loop at line 2: "
        "insert new Contact(AccountId = a.Id)."
    )
    assert (result.severity, result.confidence) == ("high", "high")
    assert [(step.line, step.message) for step in result.evidence] == [
        (2, "loop: for-each (Account a : Trigger.new)"),
        (3, "DML, once per round"),
    ]


MEMBERS = {
    "constructor": ("public Svc() { LOOP }", "new Svc()"),
    "getter": ("public Integer total { get { LOOP return 1; } }", "Svc.total"),
    "setter": ("public Integer total { set { LOOP } }", "Svc.total"),
    "initializer": ("{ LOOP }", "Svc (initialiser)"),
    "static initializer": ("static { LOOP }", "Svc (initialiser)"),
    "inner class": ("class In { void go() { LOOP } }", "Svc.In.go"),
}


@pytest.mark.parametrize(("member", "name"), MEMBERS.values(), ids=MEMBERS)
def test_in_every_kind_of_member(member: str, name: str) -> None:
    loop = "for (Account a : all) { update a; }"
    files = {FILE: f"public class Svc {{\n{member.replace('LOOP', loop)}\n}}\n"}
    (result,) = lint(files, db_work_in_loop)
    assert (result.line, result.column) == (2, member.index("LOOP") + 25)
    assert result.message == f"{name} makes a DML call in each round of the loop at line 2: update a."


def test_for_one_user_it_is_medium() -> None:
    members = """
        @AuraEnabled
        public static void save(List<Account> records) {
            for (Account a : records) { update a; }
        }
        """
    (result,) = lint(svc("", members), db_work_in_loop)
    assert (result.line, result.severity) == (7, "medium")


@pytest.mark.parametrize(
    "source",
    [
        "@IsTest\npublic class Svc { static void run() { for (Account a : all) { update a; } } }",
        "public class Svc { @isTest static void run() { for (Account a : all) { update a; } } }",
        "public class Svc { static testMethod void run() { for (Account a : all) { update a; } } }",
    ],
    ids=["test class", "test method", "testMethod"],
)
def test_tests_are_not_judged(source: str) -> None:
    assert lint({FILE: source}, db_work_in_loop) == []


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    text = "public class Svc {\n void run() {\n  for (Account a : all)\n   update a;\n }\n}\n"
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    (result,) = lint({FILE: data}, db_work_in_loop)
    assert (result.line, result.column) == (4, 4)


def test_two_in_one_loop_are_two_findings_in_their_order() -> None:
    body = """
        for (Account a : records) {
            update a;
            EventBus.publish(new Paid__e());
        }
        """
    results = lint(svc(body), db_work_in_loop, limited_work_in_loop)
    assert [(r.check, r.line) for r in results] == [("APX001", 4), ("APX002", 5)]


def test_describe_calls_are_low() -> None:
    body = """
        for (Account a : records) {
            Schema.getGlobalDescribe().get(a.Type);
        }
        """
    (result,) = lint(svc(body), db_work_in_loop, limited_work_in_loop)
    assert (result.check, result.line, result.severity) == ("APX002", 4, "low")
    assert result.message == (
        "Svc.run makes a describe call in each round of the loop at line 3: Schema.getGlobalDescribe()."
    )
    assert result.fix == "Ask once before the loop and keep the result in a variable."


def test_a_class_that_two_packages_have_is_judged_in_both() -> None:
    text = "public class Svc { public static void run() { for (Account a : all) { Sel.find(a); } } }"
    finds = "public class Sel { public static void find(Account a) { update a; } }"
    quiet = "public class Sel { public static void find(Account a) { } }"
    files = {
        "sfdx-project.json": '{"packageDirectories": [{"path": "one"}, {"path": "two"}, {"path": "three"}]}',
        "one/classes/Svc.cls": text,
        "one/classes/Sel.cls": finds,
        "two/classes/Svc.cls": text,
        "two/classes/Sel.cls": quiet,
        "three/classes/Svc.cls": text.replace("Sel.find(a)", "update a"),
    }
    assert [(r.path, r.message) for r in lint(files, db_work_in_loop)] == [
        (
            "one/classes/Svc.cls",
            "Svc.run calls Sel.find in each round of the loop at line 1, which makes a DML call: update a.",
        ),
        (
            "three/classes/Svc.cls",
            "Svc.run makes a DML call in each round of the loop at line 1: update a.",
        ),
    ]


@pytest.mark.parametrize(
    ("work", "severity"),
    [("System.enqueueJob(new Send(a.Id));", "high"), ("new Http().send(new HttpRequest());", "medium")],
)
def test_a_service_may_take_one_record_at_a_time(work: str, severity: str) -> None:
    trigger = f"trigger T on Account (after insert) {{\n    for (Account a : Trigger.new) {{\n        {work}\n    }}\n}}\n"
    (result,) = lint({"triggers/T.trigger": trigger}, limited_work_in_loop)
    assert (result.path, result.line, result.severity) == ("triggers/T.trigger", 3, severity)
