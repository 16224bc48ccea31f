"""Lists of agencyctl: filters, orders, pages."""

import json
import subprocess

from cases import expect
from tool import USAGE


def it_pages_while_commands_come_in(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="read")
    for i in range(5):
        acme.submit("AssignRole", roleId="red.member", subjectId="eve")
        acme.submit("RegisterSubject", subjectId=f"s{i}", type="SUBJECT_TYPE_HUMAN")
        acme.submit("AssignRole", roleId="blue.member", subjectId=f"s{i}")
        acme.submit("GrantPermission", grantId=f"x{i}", permission="read", grantee={
            "kind": "GRANTEE_KIND_GROUP", "id": "blue"}, on={"kind": "OBJECT_KIND_SUBJECT",
                                                              "id": f"s{i}"})
        acme.submit("RevokeRole", roleId="red.member", subjectId="eve")
    asked = (("list", "subjects"), ("who", "can", "read", "subject:s1"), ("who", "group", "blue"),
             ("check", "s2"), ("check", "s2", "read"), ("stints", "role", "red.member"),
             ("history", "subject", "s1"), ("history", "group", "blue", "--all"),
             ("history", "--from", "yesterday"),
             ("list", "assignments", "--filter", 'role_type == "member"', "--order", "-granted_at"))
    for words in asked:
        whole, pages, more = acme.json(*words), [], ()
        while True:
            done = acme.run(*words, "--limit", "2", "--output", "json", *more)
            expect(done.returncode == 0, f"a page of {words}", done.stderr)
            pages += [json.loads(line) for line in done.stdout.splitlines()]
            if "--page" not in done.stderr:
                break
            more = ("--page", done.stderr.split("--page ")[1].strip())
            acme.submit("RevokeRole", roleId="blue.member", subjectId=f"s{len(pages) % 5}")
            acme.submit("AssignRole", roleId="blue.member", subjectId=f"s{len(pages) % 5}")
        expect(pages == whole and len(whole) > 2, f"all pages of {words}", (pages, whole))
        other = asked[0] if words != asked[0] else asked[1]
        said = acme.error(*other, *more, code=USAGE)
        expect("page token of the page before, of the same question" in said, "another one", said)
    acme.error("check", "s2", "read", "org", "--limit", "1", code=USAGE)


def it_lists_by_a_filter_in_cel_and_in_order(tool, fresh):
    def groups(*words):
        return [row["groupId"] for row in tool.json("list", "groups", *words)]

    below = groups("parent_group_id=compiler")
    expect(groups("--filter", 'parent_group_id == "compiler"') == below and len(below) > 5, "equal")
    expect(groups("--filter", 'it.parent_group_id == "compiler" && !name.contains("-")') ==
           [group for group in below if "-" not in group], "some of them")
    rows = tool.json("list", "groups", "--order", "-updated_at", "--as-of", "2024-01-01")
    times = [row["updatedAt"] for row in rows]
    expect(times == sorted(times, reverse=True) and times[0] < "2024", "the latest first", times)
    names = [row["name"] for row in tool.json("list", "groups", "--order", "name")]
    expect(names == sorted(names) and len(names) > 100, "by name", names)
    said = tool.run("list", "groups", "--filter", 'parent_group_id == "compiler"').stderr
    expect(f"looked at {len(below)}, found by the index GROUP_BY_PARENT" in said, "how", said)
    said = tool.run("list", "groups", "--filter", 'name == group_id', "--limit", "3").stderr
    expect("all of the kind" in said and "--page" in said, "no index, and there is more", said)
    for words, hint in ((("--filter", 'nane == "x"'), "did you mean 'name'"),
                        (("--filter", "name"), "expected bool"), (("--filter", "("), "filter, col"),
                        (("--order", "nane"), "did you mean 'name'"),
                        (("--order", "metadata"), "'metadata' has none"),
                        (("--filter", ""), "expected"), (("--order", ""), "expected")):
        expect(hint in tool.error("list", "groups", *words, code=USAGE), f"a hint to {words}")


def it_tells_of_the_next_page_behind_this_one(tool, fresh):
    for words in (("list", "groups"), ("history",)):
        done = subprocess.run([*tool.command, *words, "--limit", "2"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120)
        last = done.stdout.splitlines()[-1]
        told = last.startswith("there is more; the next page: --page ")
        expect(told, f"the end of {words}", last)


def it_knows_no_costly_object_in_a_real_org(tool, fresh):
    expect(tool.json("costly") == [], "none of the example")
    expect(tool("costly").split() == ["object", "grants", "seats", "groups", "look-ups"], "a head")
