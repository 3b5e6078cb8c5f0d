"""APX001 and APX002 where the work stands behind calls: in other methods, other classes, getters, constructors."""

from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop
from tests.apex_orgs import apex, files, looping, trail, trigger

LOOP = "A:3 loop: for-each (Account a : all)"
QUERY = "SELECT Id FROM Contact WHERE AccountId = :id"
FIND = "public static Contact find(Id id) { return [" + QUERY + "]; }"
SAVE = "public static void save(Account a) { update a; }"
SELECTOR = apex("Sel", FIND, SAVE)


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, db_work_in_loop, limited_work_in_loop)


def one(org: dict[str, str]) -> Result:
    (result,) = found(org)
    return result


def query_in(method: str) -> str:
    return f"which comes to a SOQL query in {method}: {QUERY}."


MAKES_QUERY = f"which makes a SOQL query: {QUERY}."
MAKES_DML = "which makes a DML call: update a."
END_QUERY = "SOQL query, once per round"
END_DML = "DML, once per round"

# Found: each case is an org, how the sentence ends, and the evidence after the loop

CHAINS: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "a method of the same class": (
        looping("find(a.Id);", FIND),
        MAKES_QUERY,
        ["A:4 A.run calls A.find", f"A:7 {END_QUERY}"],
    ),
    "the same class by its name": (
        files(
            looping("Svc.work(a.Id);"),
            apex("Svc", "public static void work(Id id) { Svc.go(id); }", FIND.replace("find", "go")),
        ),
        query_in("Svc.go"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Svc.go", f"Svc:3 {END_QUERY}"],
    ),
    "in another case": (
        looping("SEL.Find(a.Id);"),
        MAKES_QUERY,
        ["A:4 A.run calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a static method of another class": (
        looping("Contact c = Sel.find(a.Id);"),
        MAKES_QUERY,
        ["A:4 A.run calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "DML in another class": (
        looping("Sel.save(a);"),
        MAKES_DML,
        ["A:4 A.run calls Sel.save", f"Sel:3 {END_DML}"],
    ),
    "two calls": (
        files(looping("Svc.work(a);"), apex("Svc", "public static void work(Account a) { Sel.find(a.Id); }")),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "three calls over three classes": (
        files(
            looping("Svc.work(a);"),
            apex("Svc", "public static void work(Account a) { Deep.er(a); }"),
            apex("Deep", "public static void er(Account a) { Sel.find(a.Id); }"),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls Svc.work",
            "Svc:2 Svc.work calls Deep.er",
            "Deep:2 Deep.er calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "five calls over four classes": (
        files(
            looping("one(a);", "static void one(Account a) { B.two(a); }"),
            apex("B", "public static void two(Account a) { C.three(a); }"),
            apex(
                "C",
                "public static void three(Account a) { four(a); }",
                "static void four(Account a) { Sel.find(a.Id); }",
            ),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls A.one",
            "A:7 A.one calls B.two",
            "B:2 B.two calls C.three",
            "C:2 C.three calls C.four",
            "C:3 C.four calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "the shortest of two ways": (
        files(
            looping("Svc.work(a);"),
            apex(
                "Svc",
                "public static void work(Account a) { longer(a); Sel.find(a.Id); }",
                "static void longer(Account a) { Sel.find(a.Id); }",
            ),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a new object": (
        files(looping("new Svc().work(a.Id);"), apex("Svc", "public void work(Id id) { Sel.find(id); }")),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a local variable by its type": (
        files(
            looping("Svc svc = new Svc(); svc.work(a.Id);"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a parameter by its type": (
        files(looping("given.work(a.Id);"), apex("Service", "public void work(Id id) { Sel.find(id); }")),
        query_in("Sel.find"),
        ["A:4 A.run calls Service.work", "Service:2 Service.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a field by its type": (
        files(
            looping("svc.work(a.Id);", "private static Svc svc = new Svc();"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a field of another object": (
        files(
            looping("given.inner.work(a.Id);"),
            apex("Service", "public Svc inner;"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a static field of another class": (
        files(
            looping("Registry.svc.work(a.Id);"),
            apex("Registry", "public static Svc svc;"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "the result of a call": (
        files(
            looping("getSvc().work(a.Id);", "static Svc getSvc() { return null; }"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a chain of calls": (
        files(
            looping("new Query().where(a.Id).first();"),
            apex(
                "Query",
                "private Id id;",
                "public Query where(Id id) { this.id = id; return this; }",
                "public Contact first() { return Sel.find(id); }",
            ),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Query.first", "Query:4 Query.first calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an element of a list": (
        files(
            looping("svcs[0].work(a.Id);", "static List<Svc> svcs;"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a value of a map": (
        files(
            looping("svcs.get(a.Type).work(a.Id);", "static Map<String, Svc> svcs;"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a cast": (
        files(
            looping("((Svc) something).work(a.Id);", "static Object something;"),
            apex("Svc", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "safe navigation": (
        files(looping("given?.work(a.Id);"), apex("Service", "public void work(Id id) { Sel.find(id); }")),
        query_in("Sel.find"),
        ["A:4 A.run calls Service.work", "Service:2 Service.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an inner class": (
        looping(
            "new Inner().work(a.Id);",
            "class Inner {",
            FIND.replace("static ", "").replace("find", "work"),
            "}",
        ),
        MAKES_QUERY,
        ["A:4 A.run calls A.Inner.work", f"A:8 {END_QUERY}"],
    ),
    "an inner class of another class": (
        files(
            looping("Outer.Inner.work(a.Id);"),
            {
                "classes/Outer.cls": "public class Outer {\npublic class Inner {\n"
                + FIND.replace("find", "work")
                + "\n}\n}\n"
            },
        ),
        MAKES_QUERY,
        ["A:4 A.run calls Outer.Inner.work", f"Outer:3 {END_QUERY}"],
    ),
    "an inner class calls its outer one": (
        looping("new Inner().work(a.Id);", "class Inner { void work(Id id) { find(id); } }", FIND),
        query_in("A.find"),
        ["A:4 A.run calls A.Inner.work", "A:7 A.Inner.work calls A.find", f"A:8 {END_QUERY}"],
    ),
    "an inherited method": (
        files(
            looping("find(a.Id);", heading="A extends Base"),
            apex("Base", FIND.replace("public", "protected"), head="public virtual class"),
        ),
        MAKES_QUERY,
        ["A:4 A.run calls Base.find", f"Base:2 {END_QUERY}"],
    ),
    "super": (
        files(
            looping("new Sub().work(a.Id);"),
            apex("Sub extends Base", "public override void work(Id id) { super.work(id); }"),
            apex("Base", "public virtual void work(Id id) { Sel.find(id); }", head="public virtual class"),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls Sub.work",
            "Sub:2 Sub.work calls Base.work",
            "Base:2 Base.work calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "the only implementation of an interface": (
        files(
            looping("given.work(a.Id);"),
            apex("Service", "void work(Id id);", head="public interface"),
            apex("Impl implements Service", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Impl.work", "Impl:2 Impl.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an interface that extends another": (
        files(
            looping("given.work(a.Id);"),
            apex("Service extends Worker", head="public interface"),
            apex("Worker", "void work(Id id);", head="public interface"),
            apex("Impl implements Service", "public void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Impl.work", "Impl:2 Impl.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an implementation that is inherited": (
        files(
            looping("given.work(a.Id);"),
            apex("Service", "void work(Id id);", head="public interface"),
            apex("Impl extends Base implements Service"),
            apex("Base", "public void work(Id id) { Sel.find(id); }", head="public virtual class"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Base.work", "Base:2 Base.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an abstract method": (
        files(
            looping("given.work(a.Id);"),
            apex("Service", "public abstract void work(Id id);", head="public abstract class"),
            apex("Impl extends Service", "public override void work(Id id) { Sel.find(id); }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Impl.work", "Impl:2 Impl.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a template method of the base class": (
        files(
            looping("new Sub().go(a.Id);"),
            apex(
                "Base",
                "public void go(Id id) { this.step(id); }",
                "protected abstract void step(Id id);",
                head="public abstract class",
            ),
            apex("Sub extends Base", "protected override void step(Id id) { Sel.find(id); }"),
            apex("Other extends Base", "protected override void step(Id id) { }"),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls Base.go",
            "Base:2 Base.go calls Sub.step",
            "Sub:2 Sub.step calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "an overload by number of arguments": (
        files(
            looping("Svc.work(a.Id, true);"),
            apex(
                "Svc",
                "public static void work(Id id) { }",
                "public static void work(Id id, Boolean deep) { Sel.find(id); }",
            ),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:3 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "an overload by type": (
        files(
            looping("Svc.work(a);"),
            apex(
                "Svc",
                "public static void work(List<Account> all) { }",
                "public static void work(Account a) { Sel.find(a.Id); }",
            ),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Svc.work", "Svc:3 Svc.work calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "one record that is passed on as a list": (
        files(
            looping("Svc.work(a);"),
            apex(
                "Svc",
                "public static void work(Account a) { work(new List<Account>{ a }); }",
                "public static void work(List<Account> all) { update all; }",
            ),
        ),
        "which comes to a DML call in Svc.work: update all.",
        ["A:4 A.run calls Svc.work", "Svc:2 Svc.work calls Svc.work", f"Svc:3 {END_DML}"],
    ),
    "a constructor": (
        files(looping("Svc svc = new Svc(a.Id);"), apex("Svc", "public Svc(Id id) { Sel.find(id); }")),
        query_in("Sel.find"),
        ["A:4 A.run calls new Svc()", "Svc:2 new Svc() calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a constructor that calls another": (
        files(
            looping("Svc svc = new Svc(a.Id);"),
            apex(
                "Svc", "public Svc(Id id) { this(id, true); }", "Svc(Id id, Boolean deep) { Sel.find(id); }"
            ),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls new Svc()",
            "Svc:2 new Svc() calls new Svc()",
            "Svc:3 new Svc() calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "the constructor of the base class": (
        files(
            looping("Sub svc = new Sub(a.Id);"),
            apex("Sub extends Base", "public Sub(Id id) { super(id); }"),
            apex("Base", "public Base(Id id) { Sel.find(id); }", head="public virtual class"),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls new Sub()",
            "Sub:2 new Sub() calls new Base()",
            "Base:2 new Base() calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "the constructor of the base class that is not named": (
        files(
            looping("Sub svc = new Sub();"),
            apex("Sub extends Base", "public void nothing() { }"),
            apex("Base", "public Base() { Sel.find(null); }", head="public virtual class"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls new Base()", "Base:2 new Base() calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "the initial value of a field": (
        files(looping("Svc svc = new Svc();"), apex("Svc", "private Contact any = Sel.find(null);")),
        query_in("Sel.find"),
        [
            "A:4 A.run calls Svc (initialiser)",
            "Svc:2 Svc (initialiser) calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "a getter": (
        files(
            looping("Decimal rate = given.rate;"),
            apex("Service", "public Decimal rate { get { return Sel.find(null).Rate__c; } }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Service.rate", "Service:2 Service.rate calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a getter in a condition": (
        files(
            looping("if (given.rate > a.Rate__c) { a.Name = 'x'; }"),
            apex("Service", "public Decimal rate { get { return Sel.find(null).Rate__c; } }"),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Service.rate", "Service:2 Service.rate calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a static getter of the class itself, as an argument": (
        looping("System.debug(rate);", "static Decimal rate { get { return find(null).Rate__c; } }", FIND),
        query_in("A.find"),
        ["A:4 A.run calls A.rate", "A:7 A.rate calls A.find", f"A:8 {END_QUERY}"],
    ),
    "a getter of a getter": (
        files(
            looping("a.Rate__c = given.doubled;"),
            apex(
                "Service",
                "public Decimal doubled { get { return 2 * rate; } }",
                "public Decimal rate { get { return Sel.find(null).Rate__c; } }",
            ),
        ),
        query_in("Sel.find"),
        [
            "A:4 A.run calls Service.doubled",
            "Service:2 Service.doubled calls Service.rate",
            "Service:3 Service.rate calls Sel.find",
            f"Sel:2 {END_QUERY}",
        ],
    ),
    "a setter": (
        files(
            looping("given.account = a;"),
            apex("Service", "public Account account { set { Sel.save(value); } }"),
        ),
        "which comes to a DML call in Sel.save: update a.",
        ["A:4 A.run calls Service.account", "Service:2 Service.account calls Sel.save", f"Sel:3 {END_DML}"],
    ),
    "the query in the head of a loop of the callee": (
        looping(
            "collect(a.Id);",
            "static void collect(Id id) { for (Contact c : [" + QUERY + "]) { c.Title = 'x'; } }",
        ),
        MAKES_QUERY,
        ["A:4 A.run calls A.collect", f"A:7 {END_QUERY}"],
    ),
    "a callee that may return before": (
        looping(
            "find(a);",
            "static Contact find(Account a) { if (a.Type == 'x') { return null; }",
            "return [" + QUERY + "]; }",
        ),
        MAKES_QUERY,
        ["A:4 A.run calls A.find", f"A:8 {END_QUERY}"],
    ),
    "a switch that is on": (
        looping(
            "save(a, true);",
            "static void save(Account a, Boolean now) { if (now) {",
            "update a; } }",
        ),
        MAKES_DML,
        ["A:4 A.run calls A.save", f"A:8 {END_DML}"],
    ),
    "a switch whose value is not known": (
        looping(
            "save(a, a.Ready__c);",
            "static void save(Account a, Boolean now) { if (now) {",
            "update a; } }",
        ),
        MAKES_DML,
        ["A:4 A.run calls A.save", f"A:8 {END_DML}"],
    ),
    "a cache of an object that is made for each record": (
        files(
            looping("new Service().rate(a.Id);"),
            apex(
                "Service",
                "private Contact known;",
                "public Contact rate(Id id) { if (known == null) { known = Sel.find(id); } return known; }",
            ),
        ),
        query_in("Sel.find"),
        ["A:4 A.run calls Service.rate", "Service:3 Service.rate calls Sel.find", f"Sel:2 {END_QUERY}"],
    ),
    "a local that is no cache": (
        looping(
            "rate(a.Id);",
            "static Contact rate(Id id) { Contact known; if (known == null) { known = find(id); } return known; }",
            FIND,
        ),
        query_in("A.find"),
        ["A:4 A.run calls A.rate", "A:7 A.rate calls A.find", f"A:8 {END_QUERY}"],
    ),
    "a flag that is set back after the work": (
        looping(
            "save(a);",
            "static Boolean isBusy = false;",
            "static void save(Account a) { if (isBusy) { return; } isBusy = true; update a; isBusy = false; }",
        ),
        MAKES_DML,
        ["A:4 A.run calls A.save", f"A:8 {END_DML}"],
    ),
    "a cache that each call forgets": (
        looping(
            "rate(a.Id);",
            "static Contact known;",
            "static Contact rate(Id id) { known = null; if (known == null) { known = find(id); } return known; }",
            FIND,
        ),
        query_in("A.find"),
        ["A:4 A.run calls A.rate", "A:8 A.rate calls A.find", f"A:9 {END_QUERY}"],
    ),
    "a set of what was seen is no cache": (
        looping(
            "save(a);",
            "static Set<Id> seen = new Set<Id>();",
            "static void save(Account a) { if (!seen.contains(a.Id)) { seen.add(a.Id); update a; } }",
        ),
        MAKES_DML,
        ["A:4 A.run calls A.save", f"A:8 {END_DML}"],
    ),
    "recursion down a tree": (
        looping(
            "children(a.Id);",
            "static void children(Id id) { for (Contact c : [" + QUERY + "]) {",
            "} }",
        ),
        MAKES_QUERY,
        ["A:4 A.run calls A.children", f"A:7 {END_QUERY}"],
    ),
}


@pytest.mark.parametrize(("org", "ends", "steps"), CHAINS.values(), ids=CHAINS)
def test_work_behind_calls(org: dict[str, str], ends: str, steps: list[str]) -> None:
    result = one(files(SELECTOR, org))
    called = steps[0].removeprefix("A:4 A.run calls ")
    assert (result.check, result.path, result.line) == ("APX001", "classes/A.cls", 4)
    assert result.message == f"A.run calls {called} in each round of the loop at line 3, {ends}"
    assert trail(result) == [LOOP, *steps]


# Other work than the database's

OTHER_WORK = {
    "callout": ("new Http().send(new HttpRequest());", "makes a callout", "callout"),
    "job": ("System.enqueueJob(new Job());", "enqueues a job", "enqueued job"),
    "batch": ("Database.executeBatch(new Job(), 50);", "enqueues a job", "enqueued job"),
    "e-mail": ("Messaging.sendEmail(mails);", "sends an e-mail", "e-mail"),
    "event": ("EventBus.publish(new Paid__e());", "publishes an event", "published event"),
    "approval": ("Approval.process(request);", "makes an approval request", "approval request"),
    "schedule": ("System.schedule('n', '0', new Job());", "schedules a job", "scheduled job"),
}


@pytest.mark.parametrize(("statement", "work", "noun"), OTHER_WORK.values(), ids=OTHER_WORK)
def test_other_work_behind_a_call(statement: str, work: str, noun: str) -> None:
    org = files(looping("Svc.tell(a);"), apex("Svc", f"public static void tell(Account a) {{ {statement} }}"))
    result = one(org)
    assert (result.check, result.path, result.line) == ("APX002", "classes/A.cls", 4)
    assert result.message == (
        f"A.run calls Svc.tell in each round of the loop at line 3, which {work}: {statement.rstrip(';')}."
    )
    assert trail(result) == [LOOP, "A:4 A.run calls Svc.tell", f"Svc:2 {noun}, once per round"]


def test_a_future_method_is_called_again_and_again() -> None:
    org = files(
        looping("Svc.later(a.Id);"), apex("Svc", "@future public static void later(Id id) { Sel.find(id); }")
    )
    result = one(files(SELECTOR, org))
    assert (result.check, result.line) == ("APX002", 4)
    assert result.message == "A.run makes a future call in each round of the loop at line 3: Svc.later(a.Id)."


def test_a_call_that_comes_to_both_is_two_findings() -> None:
    org = files(
        looping("Svc.work(a);"),
        apex("Svc", "public static void work(Account a) { update a; EventBus.publish(new Paid__e()); }"),
    )
    assert [(r.check, r.line) for r in found(org)] == [("APX001", 4), ("APX002", 4)]


# Not found

QUIET: dict[str, dict[str, str]] = {
    "a call after the loop": files(
        SELECTOR,
        apex("B", "public static void go(List<Account> all) { for (Account a : all) { } Sel.find(null); }"),
    ),
    "the list that the loop runs over": files(
        SELECTOR,
        apex(
            "B",
            "public static void go() { for (Contact c : all()) { c.Title = 'x'; } }",
            "static List<Contact> all() { return new List<Contact>{ Sel.find(null) }; }",
        ),
    ),
    "a callee that works with what it gets": files(
        looping("Svc.name(a);"), apex("Svc", "public static void name(Account a) { a.Name = 'x'; }")
    ),
    "a callee that only collects": looping(
        "collect(a);", "static List<Account> later;", "static void collect(Account a) { later.add(a); }"
    ),
    "a static cache": looping(
        "Contact c = known(a.Id);",
        "static Contact known;",
        "static Contact known(Id id) { if (known == null) { known = find(id); } return known; }",
        FIND,
    ),
    "a static cache with an early return": looping(
        "Contact c = known(a.Id);",
        "static Contact known;",
        "static Contact known(Id id) { if (known != null) { return known; }",
        "known = find(id); return known; }",
        FIND,
    ),
    "a static cache with a return that has no braces": looping(
        "Contact c = known(a.Id);",
        "static Contact known;",
        "static Contact known(Id id) { if (A.known != null) return known; A.known = find(id); return known; }",
        FIND,
    ),
    "a static cache by key": looping(
        "Contact c = known(a.Id);",
        "static Map<Id, Contact> cache = new Map<Id, Contact>();",
        "static Contact known(Id id) { if (!cache.containsKey(id)) { cache.put(id, find(id)); } return cache.get(id); }",
        FIND,
    ),
    "a static cache by key with an early return": looping(
        "Contact c = known(a.Id);",
        "static Map<Id, Contact> cache = new Map<Id, Contact>();",
        "static Contact known(Id id) { if (cache.containsKey(id)) { return cache.get(id); }",
        "Contact c = find(id); cache.put(id, c); return c; }",
        FIND,
    ),
    "a static cache whose value is looked at first": looping(
        "Contact c = known(a.Id);",
        "static Map<Id, Contact> cache = new Map<Id, Contact>();",
        "static Contact known(Id id) { Contact c = cache.get(id); if (c == null) { c = find(id); cache.put(id, c); } return c; }",
        FIND,
    ),
    "a static cache that is made where it is missing": looping(
        "Contact c = known(a.Id);",
        "static Map<Id, Contact> cache;",
        "static Contact known(Id id) { if (cache == null) { cache = new Map<Id, Contact>(); }",
        "if (!cache.containsKey(id)) { cache.put(id, find(id)); } return cache.get(id); }",
        FIND,
    ),
    "a cache whose test is a method": looping(
        "Contact c = known(a.Id);",
        "static Contact cached;",
        "static Boolean isKnown() { return cached != null; }",
        "static Contact known(Id id) { if (!isKnown()) { cached = find(id); } return cached; }",
        FIND,
    ),
    "a cache that another method fills": looping(
        "Contact c = known(a.Id);",
        "static Contact cached;",
        "static void load(Id id) { cached = find(id); }",
        "static Contact known(Id id) { if (cached == null) { load(id); } return cached; }",
        FIND,
    ),
    "a cache in the ternary": looping(
        "Contact c = known(a.Id);",
        "static Contact cached;",
        "static Contact known(Id id) { return cached == null ? (cached = find(id)) : cached; }",
        FIND,
    ),
    "a cache with a default": looping(
        "Contact c = known(a.Id);",
        "static Contact cached;",
        "static Contact known(Id id) { cached = cached ?? find(id); return cached; }",
        FIND,
    ),
    "a list that is filled once": looping(
        "Contact c = known(a.Id);",
        "static List<Contact> cached = new List<Contact>();",
        "static Contact known(Id id) { if (cached.isEmpty()) { cached.add(find(id)); } return cached[0]; }",
        FIND,
    ),
    "a flag that is set": looping(
        "prepare(a.Id);",
        "static Boolean isPrepared = false;",
        "static void prepare(Id id) { if (isPrepared) { return; } isPrepared = true; find(id); }",
        FIND,
    ),
    "a cache of a getter": looping(
        "Decimal r = rate;",
        "static Contact cached { get { if (cached == null) { cached = find(null); } return cached; } set; }",
        "static Decimal rate { get { return cached.Rate__c; } }",
        FIND,
    ),
    "a singleton": files(
        looping("Svc.getInstance().name(a);"),
        apex(
            "Svc",
            "private static Svc instance;",
            "private Svc() { Sel.find(null); }",
            "public static Svc getInstance() { if (instance == null) { instance = new Svc(); } return instance; }",
            "public void name(Account a) { a.Name = 'x'; }",
        ),
        SELECTOR,
    ),
    "a static initialiser": files(
        looping("Svc.name(a);"),
        apex(
            "Svc",
            "private static Contact any = Sel.find(null);",
            "static { Sel.find(null); }",
            "public static void name(Account a) { a.Name = any.Name; }",
        ),
        SELECTOR,
    ),
    "a cache of an object that lives longer than the loop": files(
        looping("Contact c = given.rate(a.Id);"),
        apex(
            "Service",
            "private Contact known;",
            "public Contact rate(Id id) { if (known == null) { known = Sel.find(id); } return known; }",
        ),
        SELECTOR,
    ),
    "a cache that is passed along": looping(
        "rate(a.Id, cache);",
        "static Map<Id, Contact> cache = new Map<Id, Contact>();",
        "static void rate(Id id, Map<Id, Contact> known) { if (!known.containsKey(id)) { known.put(id, find(id)); } }",
        FIND,
    ),
    "a callee that queries only after an error": looping(
        "save(a);",
        "static void save(Account a) { try { a.Name = 'x'; } catch (Exception e) { find(a.Id); } }",
        FIND,
    ),
    "a call in a catch": looping("try { a.Name = 'x'; } catch (Exception e) { find(a.Id); }", FIND),
    "a callee that queries only in tests": looping(
        "if (Test.isRunningTest()) { find(a.Id); } else { a.Name = 'x'; }", FIND
    ),
    "a callee that leaves outside of tests": looping(
        "prepare(a.Id);",
        "static void prepare(Id id) { if (!Test.isRunningTest()) { return; } find(id); }",
        FIND,
    ),
    "a switch that is off": looping(
        "save(a, false);", "static void save(Account a, Boolean now) { if (now) { update a; } }"
    ),
    "a switch that is off two calls further": looping(
        "save(a, false);",
        "static void save(Account a, Boolean now) { saveIf(a, now); }",
        "static void saveIf(Account a, Boolean now) { if (!now) { return; } update a; }",
    ),
    "null where null means nothing to do": looping(
        "find(a, null);",
        "static Contact find(Account a, Id id) { if (id == null) { return null; } return [" + QUERY + "]; }",
    ),
    "a full buffer is saved now and then": looping(
        "add(a);",
        "static List<Account> buffer = new List<Account>();",
        "static void add(Account a) { buffer.add(a); if (buffer.size() >= 200) { flush(); } }",
        "static void flush() { update buffer; buffer.clear(); }",
    ),
    "the loop is left": looping("if (a.Name == 'x') { find(a.Id); break; }", FIND),
    "the method is left": looping("if (a.Name == 'x') { find(a.Id); return; }", FIND),
    "an overload that does nothing": files(
        looping("Svc.work(a);"),
        apex(
            "Svc",
            "public static void work(Account a) { a.Name = 'x'; }",
            "public static void work(Id id) { Sel.find(id); }",
            "public static void work(List<Account> all) { update all; }",
        ),
        SELECTOR,
    ),
    "an overload for a field of the record": files(
        looping("Svc.work(a.Kind__c);"),
        apex(
            "Svc",
            "public static void work(String kind) { }",
            "public static void work(List<Account> all) { update all; }",
        ),
    ),
    "a method of another class that has the same name": files(
        looping("given.find(a.Id);"), apex("Service", "public Contact find(Id id) { return null; }"), SELECTOR
    ),
    "an override that does nothing": files(
        looping("new Sub().work(a.Id);"),
        apex("Base", "public virtual void work(Id id) { Sel.find(id); }", head="public virtual class"),
        apex("Sub extends Base", "public override void work(Id id) { }"),
        SELECTOR,
    ),
    "the step of another subclass": files(
        looping("new Sub().go(a.Id);"),
        apex(
            "Base",
            "public void go(Id id) { step(id); }",
            "protected abstract void step(Id id);",
            head="public abstract class",
        ),
        apex("Sub extends Base", "protected override void step(Id id) { }"),
        apex("Other extends Base", "protected override void step(Id id) { Sel.find(id); }"),
        SELECTOR,
    ),
    "a variable that hides a class": files(
        looping("Helper sel = new Helper(); sel.find(a.Id);"),
        apex("Helper", "public Contact find(Id id) { return null; }"),
        SELECTOR,
    ),
    "a class of the org with the name of one of Salesforce's": files(
        looping("Messaging.sendEmail(a);"), apex("Messaging", "public static void sendEmail(Account a) { }")
    ),
    "handlers behind an interface": files(
        SELECTOR,
        apex("Handler", "void handle(List<Account> all);", head="public interface"),
        apex("First implements Handler", "public void handle(List<Account> all) { Sel.find(null); }"),
        apex("B", "public static void go(List<Handler> all) { for (Handler h : all) { h.handle(null); } }"),
    ),
    "handlers of one base class": files(
        SELECTOR,
        apex("Handler", "public abstract void handle();", head="public abstract class"),
        apex("First extends Handler", "public override void handle() { Sel.find(null); }"),
        apex("Second extends Handler", "public override void handle() { Sel.save(null); }"),
        apex("B", "public static void go(List<Handler> all) { for (Handler h : all) { h.handle(); } }"),
    ),
    "a class by its name is not known": files(
        looping("((Handler) Type.forName(a.Name).newInstance()).handle();"),
        apex("Handler", "void handle();", head="public interface"),
        apex("First implements Handler", "public void handle() { Sel.find(null); }"),
        SELECTOR,
    ),
    "an implementation that only tests have": files(
        looping("given.work(a.Id);"),
        apex("Service", "void work(Id id);", head="public interface"),
        apex("Impl implements Service", "public void work(Id id) { }"),
        {
            "classes/T.cls": "@IsTest\nprivate class T {\nclass Fake implements Service {\n"
            "public void work(Id id) { Sel.find(id); }\n}\n}\n"
        },
        SELECTOR,
    ),
    "a job runs later": files(
        looping("jobs.add(new Job(a.Id));"),
        apex(
            "Job implements Queueable",
            "private Id id;",
            "public Job(Id id) { this.id = id; }",
            "public void execute(QueueableContext context) { Sel.find(id); }",
        ),
        SELECTOR,
    ),
    "custom metadata is free": looping(
        "mode(a.Type);",
        "static Mode__mdt mode(String type) { return [SELECT Id FROM Mode__mdt WHERE Type__c = :type]; }",
    ),
    "chunks": files(
        SELECTOR,
        apex(
            "B",
            "public static void go(List<List<Account>> chunks) { for (List<Account> some : chunks) { Sel.save(some[0]); } }",
        ),
    ),
    "chunks by number": files(
        SELECTOR,
        apex(
            "B",
            "public static void go(List<List<Account>> chunks) {",
            "for (Integer i = 0; i < chunks.size(); i++) { Sel.save(chunks[i][0]); } }",
        ),
    ),
    "a look for one record": looping("if (a.Id == given.id) { find(a.Id); }", FIND),
    "the values of an enum": files(
        SELECTOR,
        {"classes/Kind.cls": "public enum Kind { ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN }\n"},
        apex("B", "public static void go() { for (Kind k : Kind.values()) { Sel.find(null); } }"),
    ),
    "a retry": files(
        SELECTOR,
        apex(
            "B",
            "public static void go() { Integer n = 0; while (n < maxRetries) { Sel.find(null); n++; } }",
        ),
    ),
    "once more after an error": files(
        SELECTOR,
        apex(
            "B",
            "public static void go() { Boolean again; do { again = false;",
            "try { Sel.find(null); } catch (Exception e) { again = true; } } while (again); }",
        ),
    ),
    "a batch of one": files(
        SELECTOR,
        apex(
            "B implements Database.Batchable<SObject>",
            "public void execute(Database.BatchableContext c, List<Account> some) {",
            "for (Account a : some) { Sel.find(a.Id); } }",
        ),
        apex("C", "public static void start() { Database.executeBatch(new B(), 1); }"),
    ),
    "a private method that nothing calls": files(
        SELECTOR,
        apex("B", "private void go(List<Account> all) { for (Account a : all) { Sel.find(a.Id); } }"),
    ),
    "test code": files(
        SELECTOR,
        {
            "classes/T.cls": "@IsTest\nprivate class T {\n@IsTest\nstatic void go() {\n"
            "for (Account a : all) { Sel.find(a.Id); }\n}\n}\n"
        },
    ),
    "what tests are made with": files(
        SELECTOR,
        apex(
            "TestDataFactory",
            "public static void go(List<Account> all) { for (Account a : all) { Sel.save(a); } }",
        ),
    ),
    "unknown code": looping("Unknown.find(a.Id); given.svc.find(a.Id); npe01.Api.find(a.Id);"),
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_does_not_multiply(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []


# Where the code runs decides how bad it is

INVOCABLE = apex("J", "@InvocableMethod public static void act(List<Id> ids) { B.go(null); }")


def flow(process: str, start: str = "", *, action: str = "J", name: str = "F") -> dict[str, str]:
    """A flow that calls a class."""
    return {
        f"flows/{name}.flow-meta.xml": f"""<Flow xmlns="http://soap.sforce.com/2006/04/metadata">
<processType>{process}</processType><status>Active</status>
<start><connector><targetReference>Call</targetReference></connector>{start}</start>
<actionCalls><name>Call</name><actionName>{action}</actionName><actionType>apex</actionType></actionCalls>
</Flow>"""
    }


def calling(process: str, start: str = "") -> dict[str, str]:
    """A flow that calls the flow F."""
    return {
        "flows/Top.flow-meta.xml": f"""<Flow xmlns="http://soap.sforce.com/2006/04/metadata">
<processType>{process}</processType><status>Active</status>
<start><connector><targetReference>Sub</targetReference></connector>{start}</start>
<subflows><name>Sub</name><flowName>F</flowName></subflows>
</Flow>"""
    }


LOOPS_AND_FINDS = "public static void go(List<Account> all) { for (Account a : all) { Sel.find(a.Id); } }"
ENTRIES = {
    "trigger": (trigger("T", "Account", "after insert", "B.go(Trigger.new);"), "high"),
    "batch job": (
        apex(
            "J implements Database.Batchable<SObject>",
            "public void execute(Database.BatchableContext c, List<Account> some) { B.go(some); }",
        ),
        "high",
    ),
    "queueable job": (
        apex("J implements Queueable", "public void execute(QueueableContext c) { B.go(null); }"),
        "high",
    ),
    "scheduled job": (
        apex("J implements Schedulable", "public void execute(SchedulableContext c) { B.go(null); }"),
        "high",
    ),
    "future method": (apex("J", "@future public static void later() { B.go(null); }"), "high"),
    "invocable method that a flow of many records calls": (
        INVOCABLE
        | flow("AutoLaunchedFlow", "<object>Account</object><triggerType>RecordAfterSave</triggerType>"),
        "high",
    ),
    "invocable method that a scheduled flow and a screen flow call": (
        INVOCABLE
        | flow("Flow")
        | flow("AutoLaunchedFlow", "<object>Account</object><triggerType>Scheduled</triggerType>", name="G"),
        "high",
    ),
    "invocable method that a schedule without records calls": (
        INVOCABLE | flow("AutoLaunchedFlow", "<triggerType>Scheduled</triggerType>"),
        "medium",
    ),
    "invocable method that a flow for others calls": (INVOCABLE | flow("AutoLaunchedFlow"), "medium"),
    "invocable method in a subflow of a screen flow": (
        INVOCABLE | flow("AutoLaunchedFlow") | calling("Flow"),
        "medium",
    ),
    "invocable method in a subflow of a flow of many records": (
        INVOCABLE
        | flow("AutoLaunchedFlow")
        | calling("AutoLaunchedFlow", "<object>Account</object><triggerType>RecordAfterSave</triggerType>"),
        "high",
    ),
    "invocable method that a screen flow calls": (INVOCABLE | flow("Flow"), "medium"),
    "invocable method that nothing calls": (INVOCABLE, "medium"),
    "invocable method beside one that a flow of many records calls": (
        INVOCABLE | flow("AutoLaunchedFlow", "<triggerType>RecordAfterSave</triggerType>", action="K"),
        "medium",
    ),
    "REST service": (
        apex(
            "J",
            "@HttpPost global static void post() { B.go(null); }",
            head="@RestResource(urlMapping='/x') global class",
        ),
        "high",
    ),
    "web service": (apex("J", "webservice static void act() { B.go(null); }", head="global class"), "high"),
    "through other classes": (
        files(
            trigger("T", "Account", "after insert", "new Handler().run();"),
            apex("Handler", "public void run() { Middle.go(null); }"),
            apex("Middle", "public static void go(List<Account> all) { B.go(all); }"),
        ),
        "high",
    ),
    "Lightning controller": (apex("J", "@AuraEnabled public static void act() { B.go(null); }"), "medium"),
    "remote action": (apex("J", "@RemoteAction public static void act() { B.go(null); }"), "medium"),
    "Visualforce controller": (
        apex(
            "J",
            "public J(ApexPages.StandardController c) { }",
            "public PageReference save() { B.go(null); return null; }",
        ),
        "medium",
    ),
    "nothing in the org": ({}, "medium"),
    "only a test": (
        apex("J", "@IsTest static void act() { B.go(null); }", head="@IsTest private class"),
        "medium",
    ),
}


@pytest.mark.parametrize(("org", "severity"), ENTRIES.values(), ids=ENTRIES)
def test_where_it_runs_decides_how_bad_it_is(org: dict[str, str], severity: str) -> None:
    result = one(files(SELECTOR, apex("B", LOOPS_AND_FINDS), org))
    assert (result.path, result.line, result.severity, result.confidence) == (
        "classes/B.cls",
        2,
        severity,
        "medium",
    )


FRAMEWORK = files(
    apex(
        "TriggerHandler",
        "public void run() { if (Trigger.isBefore) { beforeInsert(Trigger.new); } else { this.afterInsert(); } }",
        "protected virtual void beforeInsert(List<SObject> all) { }",
        "protected virtual void afterInsert() { }",
        head="public virtual class",
    ),
    trigger("AccountTrigger", "Account", "before insert", "new AccountHandler().run();"),
)


def test_a_loop_in_a_handler_of_a_trigger_framework() -> None:
    handler = apex(
        "AccountHandler extends TriggerHandler",
        "protected override void beforeInsert(List<SObject> all) {",
        "for (SObject one : all) {",
        "Sel.find(one.Id); } }",
    )
    result = one(files(FRAMEWORK, handler, SELECTOR))
    assert (result.path, result.line, result.severity) == ("classes/AccountHandler.cls", 4, "high")
    assert trail(result) == [
        "AccountHandler:3 loop: for-each (SObject one : all)",
        "AccountHandler:4 AccountHandler.beforeInsert calls Sel.find",
        f"Sel:2 {END_QUERY}",
    ]


def test_a_trigger_that_calls_its_handler_for_each_record() -> None:
    org = files(
        trigger(
            "T", "Account", "after insert", "for (Account a : Trigger.new) {", "new Handler().work(a);", "}"
        ),
        apex("Handler", "public void work(Account a) { Sel.save(a); }"),
        SELECTOR,
    )
    result = one(org)
    assert (result.path, result.line, result.severity, result.component) == (
        "triggers/T.trigger",
        3,
        "high",
        "ApexTrigger:T",
    )
    assert result.message == (
        "T calls Handler.work in each round of the loop at line 2, which comes to a DML call in Sel.save: update a."
    )
    assert trail(result) == [
        "T:2 loop: for-each (Account a : Trigger.new)",
        "T:3 T calls Handler.work",
        "Handler:2 Handler.work calls Sel.save",
        f"Sel:3 {END_DML}",
    ]


def test_a_method_that_is_declared_in_the_trigger() -> None:
    org = trigger(
        "T",
        "Account",
        "after insert",
        "for (Account a : Trigger.new) { save(a); }",
        "void save(Account a) { update a; }",
    )
    assert trail(one(org)) == [
        "T:2 loop: for-each (Account a : Trigger.new)",
        "T:2 T calls T.save",
        f"T:3 {END_DML}",
    ]


def test_a_handler_chosen_by_the_framework_does_the_work_for_each_record() -> None:
    org = files(
        FRAMEWORK,
        trigger(
            "Other",
            "Account",
            "after update",
            "for (Account a : Trigger.new) {",
            "new AccountHandler().run(); }",
        ),
        apex(
            "AccountHandler extends TriggerHandler",
            "protected override void afterInsert() { Sel.find(null); }",
        ),
        apex("Quiet extends TriggerHandler", "protected override void beforeInsert(List<SObject> all) { }"),
        SELECTOR,
    )
    assert trail(one(org)) == [
        "Other:2 loop: for-each (Account a : Trigger.new)",
        "Other:3 Other calls TriggerHandler.run",
        "TriggerHandler:2 TriggerHandler.run calls AccountHandler.afterInsert",
        "AccountHandler:2 AccountHandler.afterInsert calls Sel.find",
        f"Sel:2 {END_QUERY}",
    ]


# How sure it is

SERVICE = apex("Service", "void work(Id id);", head="public interface")
QUERIES = "public void work(Id id) { Sel.find(id); }"


def test_all_implementations_do_it() -> None:
    org = files(
        looping("given.work(a.Id);"),
        SERVICE,
        apex("X implements Service", QUERIES),
        apex("Y implements Service", QUERIES),
    )
    result = one(files(org, SELECTOR))
    assert (result.confidence, trail(result)[1]) == ("medium", "A:4 A.run calls X.work")


def test_some_implementations_do_it() -> None:
    quiet = apex("X implements Service", "public void work(Id id) { }")
    org = files(looping("given.work(a.Id);"), SERVICE, quiet, apex("Y implements Service", QUERIES))
    result = one(files(org, SELECTOR))
    assert (result.confidence, trail(result)[1]) == ("low", "A:4 A.run calls Y.work")


def test_direct_work_ranks_above_work_behind_calls() -> None:
    org = files(
        SELECTOR,
        trigger(
            "T", "Account", "after insert", "for (Account a : Trigger.new) { update a; Sel.find(a.Id); }"
        ),
    )
    assert [(r.severity, r.confidence) for r in found(org)] == [("high", "high"), ("high", "medium")]


# One finding for one fault


def test_several_calls_that_come_to_one_place_are_one_finding() -> None:
    org = files(SELECTOR, looping("Sel.find(a.Id);\nSel.find(a.ParentId);"))
    assert [r.line for r in found(org)] == [4]


def test_calls_in_two_loops_are_two_findings() -> None:
    org = files(
        SELECTOR,
        apex(
            "B",
            "public static void go(List<Account> all) {",
            "for (Account a : all) { Sel.find(a.Id); }",
            "for (Account a : all) { Sel.find(a.Id); } }",
        ),
    )
    assert [r.line for r in found(org)] == [3, 4]


def test_a_call_in_nested_loops_names_all_of_them() -> None:
    org = files(
        SELECTOR,
        apex(
            "B",
            "public static void go(List<Account> all, List<Id> ids) {",
            "for (Account a : all) {",
            "for (Id id : ids) { Sel.find(id); } } }",
        ),
    )
    result = one(org)
    assert result.message.startswith("B.go calls Sel.find in each round of the loop at line 4, ")
    assert trail(result)[:2] == ["B:3 loop: for-each (Account a : all)", "B:4 loop: for-each (Id id : ids)"]


def test_a_getter_in_a_loop_on_one_line() -> None:
    org = files(
        SELECTOR,
        apex("Service", "public Decimal rate { get { return Sel.find(null).Rate__c; } }"),
        apex(
            "B",
            "public void go(List<Account> all, Service s) { for (Account a : all) { Decimal r = s.rate; } }",
        ),
    )
    assert trail(one(org))[:2] == ["B:2 loop: for-each (Account a : all)", "B:2 B.go calls Service.rate"]


def test_a_cache_helps_only_in_the_loop_that_it_outlives() -> None:
    org = files(
        SELECTOR,
        apex(
            "B",
            "public static void go(List<Account> all, List<Id> ids) {",
            "for (Account a : all) {",
            "Contact known;",
            "for (Id id : ids) { if (known == null) { known = Sel.find(id); } } } }",
        ),
    )
    result = one(org)
    assert result.message.startswith("B.go calls Sel.find in each round of the loop at line 3, ")
    assert trail(result)[0] == "B:3 loop: for-each (Account a : all)"
