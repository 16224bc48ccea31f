"""What is not the same at two moments."""

from cases import expect
from tool import FAILED, USAGE


def short(rows):
    return [(row["difference"].rsplit("_", 1)[1], row["entity"]["id"]) for row in rows]


def it_shows_what_is_not_the_same_at_two_moments(tool, fresh):
    acme = fresh()
    start = acme.json("history", "--limit", "1")[0]["orgSequence"]
    acme.submit("CreateGroup", groupId="green", name="Green")
    acme.submit("UpdateGroup", groupId="green", updateMask="name", name="Verde")
    acme.submit("UpdateGroup", groupId="red", updateMask="name", name="Rot")
    acme.submit("RevokeRole", roleId="red.lead", subjectId="ada")
    acme.submit("AssignRole", roleId="blue.member", subjectId="eve")
    acme.submit("RevokeRole", roleId="blue.member", subjectId="eve")
    rows = acme.json("diff", "--from", f"#{start}")
    expect(short(rows) == [("CHANGED", "blue.member~eve"), ("ENDED", "red.lead~ada"),
                           ("CHANGED", "red"), ("ADDED", "green")], "each once", rows)
    expect(rows[2]["before"]["name"] == "red" and rows[2]["after"]["name"] == "Rot" and
           "name" in rows[2]["fields"] and rows[3]["decision"]["command"] == "UpdateGroup",
           "old, new and who changed it last", rows)
    back = acme.json("diff", "--from", f"#{int(start) + 6}", "--to", f"#{start}")
    expect([(row.get("before"), row.get("after")) for row in back] ==
           [(row.get("after"), row.get("before")) for row in rows], "the other way round", back)
    text = acme("diff", "groups", "--from", f"#{start}")
    expect("changed Group red" in text and "name: red -> Rot" in text and "lead" not in text,
           "of a kind, as people read it", text)
    page = acme.run("diff", "--from", f"#{start}", "--limit", "3").stderr.split("--page ")[1]
    rest = acme.json("diff", "--from", f"#{start}", "--page", page.strip())
    expect(rest == rows[3:], "the rest", rest)
    expect(acme.json("diff", "--from", f"#{start}", "--to", f"#{start}") == [], "nothing")


def it_shows_what_is_not_the_same_of_an_entity_and_what_hangs_on_it(tool, fresh):
    acme = fresh()
    start = acme.json("history", "--limit", "1")[0]["orgSequence"]
    acme.submit("RevokeRole", roleId="red.lead", subjectId="ada")
    acme.submit("AssignRole", roleId="red.member", subjectId="eve")
    acme.submit("UpdateGroup", groupId="red", updateMask="name", name="Rot")
    acme.submit("UpdateGroup", groupId="blue", updateMask="name", name="Blau")
    acme.submit("GrantPermission", grantId="g", permission="Read",
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "eve"},
                on={"kind": "OBJECT_KIND_GROUP", "id": "blue"})

    def ids(*words):
        return [row["entity"]["id"] for row in acme.json("diff", *words, "--from", f"#{start}")]
    expect(ids("group", "red") == ["red"], "the group alone", ids("group", "red"))
    expect(ids("group", "name:Rot", "--all") == ["red", "red.member~eve", "red.lead~ada"],
           "with its seats", ids("group", "name:Rot", "--all"))
    expect(ids("subject", "eve", "--all") == ["g", "red.member~eve"], "of a subject",
           ids("subject", "eve", "--all"))
    expect(ids("subject", "bob") == [], "who is as he was")
    acme.error("diff", "subject", "nobody", "--from", f"#{start}", code=FAILED)
    for wrong in (("diff",), ("diff", "--from", "soon"), ("diff", "group", "--all", "--from", "#1"),
                  ("diff", "grant", "g", "--all", "--from", "#1"),
                  ("diff", "teams", "--from", "#1")):
        acme.error(*wrong, code=USAGE)


def it_shows_two_dates_of_the_example(tool, fresh):
    rows = tool.json("diff", "group", "compiler", "--all", "--from", "2020-01-01",
                     "--to", "2020-06-01")
    expect(("ADDED", "compiler.alumni") in short(rows) and
           ("ENDED", "compiler.member~Zoxc") in short(rows), "who left", short(rows))
    then = {f'{row["roleId"]}~{row["subjectId"]}'
            for row in tool.json("list", "assignments", "--as-of", "2020-01-01")}
    now = {f'{row["roleId"]}~{row["subjectId"]}'
           for row in tool.json("list", "assignments", "--as-of", "2020-06-01")}
    rows = tool.json("diff", "assignments", "--from", "2020-01-01", "--to", "2020-06-01")
    expect({key for how, key in short(rows) if how == "ADDED"} == now - then, "those that came")
    expect({key for how, key in short(rows) if how == "ENDED"} == then - now, "those that went")
