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


def lines(row):
    return [("+" if line["gained"] else "-", line["subjectId"], line["permission"], line["object"])
            for line in row["lines"]]


def it_shows_who_gained_and_who_lost_access(tool, fresh):
    acme = fresh()
    start = acme.json("history", "--limit", "1")[0]["orgSequence"]
    acme.submit("AssignRole", roleId="red.lead", subjectId="eve")
    acme.submit("UpdateGroup", groupId="red", updateMask="name", name="Rot")
    acme.submit("GrantPermission", grantId="wide", permission="AssignRole",
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "eve"},
                on={"kind": "OBJECT_KIND_ORG"})
    acme.submit("RevokeRole", roleId="red.lead", subjectId="eve")
    rows = acme.json("access", "changed", "--from", f"#{start}")
    expect([row["decision"]["command"] for row in rows] ==
           ["AssignRole", "GrantPermission", "RevokeRole"], "no more than changed access", rows)
    given = [("+", "eve", "AssignRole", "group:red"), ("+", "eve", "delegate", "group:red")]
    taken = [("-", *line[1:]) for line in given]
    expect([lines(row) for row in rows] ==
           [given, [("+", "eve", "AssignRole", "org")], taken], "who and what", rows)
    expect([step["step"] for step in rows[0]["lines"][0]["path"]] ==
           ["grant", "group", "seat", "assignment"], "by which way", rows[0]["lines"][0])
    expect([line["otherwise"] for line in rows[2]["lines"]] == [True, False],
           "what is still allowed by another way", rows[2])
    text = acme("access", "lost", "--on", "group:red", "--from", f"#{start}")
    expect("- eve  AssignRole on group:red" in text and "still can by another way" in text and
           "+ eve" not in text, "as people read it", text)
    expect(acme.json("access", "gained", "--on", "group:red", "--all", "--from", f"#{start}") ==
           rows[:2], "with what covers it")
    expect(acme.json("access", "of", "name:eve", "--from", f"#{start}") == rows, "of a subject")
    expect(acme.json("access", "of", "bob", "--from", f"#{start}") == [], "of nobody else")


def it_pages_changes_of_access(tool, fresh):
    whole = [(row["decision"]["orgSequence"], line) for row in
             tool.json("access", "changed", "--from", "2024-01-01", "--to", "2024-03-01")
             for line in lines(row)]
    page, found = [], []
    while len(found) < 12:
        done = tool.run("access", "changed", "--from", "2024-01-01", "--to", "2024-03-01",
                        "--limit", "3", *page)
        rows = [line for line in done.stdout.splitlines() if line[:3] in ("  +", "  -")]
        found += rows
        page = ["--page", done.stderr.split("--page ")[1].strip()]
    expect([row.split()[1:3] for row in found[:12]] ==
           [[line[1], line[2]] for _, line in whole[:12]], "the same, in order", found)


def it_tells_the_difference_of_access_between_two_moments(tool, fresh):
    acme = fresh()
    start = acme.json("history", "--limit", "1")[0]["orgSequence"]
    acme.submit("AssignRole", roleId="red.lead", subjectId="eve")
    acme.submit("AssignRole", roleId="blue.lead", subjectId="bob")
    acme.submit("RevokeRole", roleId="blue.lead", subjectId="bob")
    acme.submit("ArchiveOrg", orgId="acme")
    row = acme.json("access", "changed", "--from", f"#{int(start) + 3}")[0]
    expect(row["changed"] and row["lines"] == [], "an archived org is too much to be told", row)
    text = acme("access", "changed", "--from", f"#{int(start) + 3}")
    expect(f"access diff --from '#{int(start) + 3}' --to '#{int(start) + 4}'" in text, "how to ask",
           text)
    gone = acme.json("access", "diff", "--from", f"#{int(start) + 3}", "--to", f"#{int(start) + 4}")
    expect({line["subjectId"] for line in gone} == {"ada", "eve", "root"} and
           not any(line["gained"] for line in gone), "all is lost", gone)
    net = acme.json("access", "diff", "--from", f"#{start}", "--to", f"#{int(start) + 3}")
    expect([line["subjectId"] for line in net] == ["eve", "eve"] and net[0]["gained"],
           "what is the same again is left out", net)
    back = acme.json("access", "diff", "eve", "--from", f"#{int(start) + 3}", "--to", f"#{start}")
    expect(len(back) == 2 and not back[0]["gained"], "the other way round", back)
    for empty in (("of", ""), ("held", ""), ("diff", "", "--from", "#1")):
        said = acme.error("access", *empty, code=USAGE)
        expect("a subject, but it is empty" in said, "nobody is not everybody", said)
    for wrong in (("access", "diff"), ("access", "of"), ("access", "found"),
                  ("access", "lost", "eve"),
                  ("access", "lost", "--all"), ("access", "lost", "--on", "team:x"),
                  ("access", "diff", "--from", "#1", "--on", "group:red"),
                  ("access", "lost", "--from", "#3", "--to", "#2")):
        acme.error(*wrong, code=USAGE)


def it_shows_what_a_subject_ever_had_and_from_when_to_when(tool, fresh):
    acme = fresh()
    acme.submit("AssignRole", roleId="red.lead", subjectId="eve")
    acme.submit("RevokeRole", roleId="red.lead", subjectId="eve")
    acme.submit("AssignRole", roleId="red.lead", subjectId="eve")
    rows = acme.json("access", "held", "name:eve", "--on", "group:red")
    expect([(row["permission"], row["begun"]["command"], row.get("ended", {}).get("command"))
            for row in rows] == [("AssignRole", "AssignRole", "RevokeRole"),
                                 ("delegate", "AssignRole", "RevokeRole"),
                                 ("AssignRole", "AssignRole", None),
                                 ("delegate", "AssignRole", None)], "each span", rows)
    expect([step["step"] for step in rows[0]["path"]] == ["grant", "group", "seat", "assignment"],
           "by which way", rows[0])
    last = int(rows[2]["begun"]["orgSequence"])
    rows = acme.json("access", "held", "eve", "--from", f"#{last - 2}", "--to", f"#{last - 1}")
    expect([("begun" in row, "ended" in row) for row in rows] == [(False, True)] * 2,
           "what it had before", rows)
    expect("since" in acme("access", "held", "eve"), "a table")
    for wrong in (("access", "held"), ("access", "held", "eve", "--limit", "1")):
        acme.error(*wrong, code=USAGE)
