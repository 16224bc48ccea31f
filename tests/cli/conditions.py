"""Access under conditions, asked by agencyctl."""

from cases import expect
from tool import DENIED, DONE


def it_checks_under_conditions_by_the_context_it_is_given(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    acme.submit("GrantPermission", grantId="w", permission="write",
                on={"kind": "OBJECT_KIND_GROUP", "id": "red"},
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"},
                condition="context.day == 'mon' && subject.name == 'ada'")
    question = ("check", "ada", "write", "group:red")
    denied = acme.json(*question, code=DENIED)[0]
    expect((denied["reason"], denied["missingContext"]) == ("CONTEXT_MISSING", ["day"]),
           "what it lacks", denied)
    expect("day" in acme(*question, code=DENIED), "the same to a person")
    allowed = acme(*question, "--context", '{"day": "mon"}')
    expect("allowed" in allowed and "HOLDS" in allowed, "the condition to hold", allowed)
    said = acme(*question, "--context", '{"day": "tue"}', code=DENIED)
    expect("of grant w: FALSE" in said and "context.day is 'tue'" in said and
           "which decides" in said, "which term was false, and its value", said)
    file = acme.data / "context.json"
    file.write_text('{"day": "mon"}')
    acme(*question, "--context", f"@{file}")
    who = acme.json("who", "can", "write", "group:red", "--context", '{"day": "mon"}')
    expect([row["subjectId"] for row in who] == ["ada", "root"], "she and the owner", who)
    for context, wanted in (("[1]", "object"), ("{", "column 2"), ("@/nosuch", "nosuch"),
                            ('{"day": "%s"}' % ("x" * 70000), "bytes")):
        said = acme.run(*question, "--context", context)
        expect(said.returncode not in (DONE, DENIED) and wanted in said.stderr,
               f"an error about {context[:20]}", said.stderr)
