"""Questions of agencyctl: moments, lists, access."""

import datetime
import json

import naive
from cases import expect
from tool import DENIED, DONE, FAILED, REJECTED, USAGE, Tool, make_org


def it_shows_what_happened_between_two_dates(tool, fresh):
    def times(*words):
        return [row["occurredAt"] for row in tool.json("history", *words)]
    june = times("--from", "2020-06-01", "--to", "2020-07-01")
    expect(june and all(time[:7] == "2020-06" for time in june), "June", june[:3])
    naive_june = [time for time in times() if time[:7] == "2020-06"]
    expect(june == naive_june, "all of June, newest first", len(naive_june))
    expect(times("--from", june[-1], "--to", june[0], "--limit", "2") ==
           [time for time in june if june[-1] <= time < june[0]][:2], "the ends", june)
    expect("--from" in tool.error("history", "--from", "soon", code=USAGE), "the option's name")
    for words, said in ((("--from", "2999-01-01"), "nothing has happened since"),
                        (("--from", "2020-06-01", "--as-of", "2020-05-01"), "nothing has happened"),
                        (("--from", "2020-06-01", "--to", "2020-06-01"), "before 'to'"),
                        (("--note", "pr=1", "--from", "2999-01-01"), "nothing has happened")):
        expect(said in tool.error("history", *words, code=USAGE), f"{words} to be a mistake")


def it_shows_what_a_group_went_through_with_its_seats_and_grants(tool, fresh):
    acme = fresh()
    acme.submit("CreateGroup", groupId="g", name="g")
    acme.submit("CreateRole", roleId="g.lead", roleType="lead", groupIds=["g"])
    acme.submit("AssignRole", roleId="g.lead", subjectId="eve")
    for number, (kind, to, on) in enumerate((("GROUP", "g", "blue"), ("ROLE", "g.lead", "blue"),
                                             ("SUBJECT", "bob", "g"), ("GROUP", "red", "blue"))):
        acme.submit("GrantPermission", grantId=f"to-{number}", permission="AssignRole",
                    grantee={"kind": f"GRANTEE_KIND_{kind}", "id": to},
                    on={"kind": "OBJECT_KIND_GROUP", "id": on})
    acme.submit("RevokePermission", grantId="to-0")
    acme.submit("RevokeRole", roleId="g.lead", subjectId="eve")
    acme.submit("AssignRole", roleId="red.member", subjectId="eve")

    def changed(*words):
        return [row["changed"][0]["id"] for row in acme.json("history", *words)]
    expect(changed("group", "g", "--all") ==
           ["g.lead~eve", "to-0", "to-2", "to-1", "to-0", "g.lead~eve", "g.lead", "g"],
           "all that hangs on it, newest first", changed("group", "g", "--all"))
    expect(changed("group", "name:g") == ["g"], "itself without --all")
    expect(changed("role", "g.lead", "--all", "--limit", "1") == ["g.lead~eve"], "of a seat")
    expect("never was" in acme.error("history", "group", "x", "--all", code=FAILED), "no such")
    for words in (("subject", "eve"), ()):
        acme.error("history", *words, "--all", code=USAGE)


def it_shows_every_stint_with_the_decisions_at_both_ends(tool, fresh):
    acme, held = fresh(), {"roleId": "red.member", "subjectId": "eve"}
    for command in ("AssignRole", "RevokeRole", "AssignRole"):
        acme.submit(command, **held)
    acme.submit("UpdateRole", roleId="red.member", updateMask="name", name="Red")
    acme.submit("RevokeRole", **held)
    acme.submit("AssignRole", roleId="blue.member", subjectId="eve")
    rows = acme.json("stints", "subject", "name:eve")
    seats = [(row["roleId"], row["begun"]["command"], row.get("ended", {}).get("command"))
             for row in rows]
    expect(seats == [("blue.member", "AssignRole", None)] +
           [("red.member", "AssignRole", "RevokeRole")] * 2, "three stints", seats)
    expect(rows[1]["until"] == rows[1]["ended"]["occurredAt"] < rows[2]["since"] and
           rows[2]["since"] == rows[2]["begun"]["occurredAt"], "their ends", rows)
    text = acme("stints", "role", "red.member")
    expect(text.count("RevokeRole") == 2 and "red.member" in text, "of a seat", text)
    expect(acme.json("stints", "subject", "eve", "--limit", "2") == rows[:2], "two of them")
    last = rows[2]["ended"]["orgSequence"]
    then = acme.json("stints", "role", "red.member", "--as-of", f"#{int(last) - 1}")
    expect("ended" not in then[1] and "until" not in then[1], "as of before its end", then)
    acme.submit("AssignRole", **held, expiresAt="2999-01-01T00:00:00Z")
    expect("until" not in acme.json("stints", "role", "red.member")[2], "not expired yet")
    acme.error("stints", "group", "red", code=USAGE)


def it_ends_a_stint_where_it_expired(tool, fresh):
    past = Tool(tool.program, fresh().data, "past")

    def at(day, command, **payload):
        past.submit(command, options=("--occurred-at", day), **payload)
    at("2020-01-01", "CreateOrg", orgId="past", owner={"subjectId": "eve"}, identity="k",
       credential={"credentialId": "k", "kind": "CREDENTIAL_KIND_API_KEY"})
    at("2020-01-01", "DefineRoleType", roleType="lead")
    at("2020-01-01", "CreateRole", roleId="lead", roleType="lead")
    at("2020-02-01", "AssignRole", roleId="lead", subjectId="eve", expiresAt="2020-06-01T00:00:00Z")
    at("2021-01-01", "AssignRole", roleId="lead", subjectId="eve")
    rows = past.json("stints", "role", "lead")
    expect([(row["since"][:10], row.get("until", "")[:10], "ended" in row) for row in rows] ==
           [("2020-02-01", "2020-06-01", False), ("2021-01-01", "", False)], "two", rows)
    expect("expired" in past("stints", "subject", "eve"), "why the first ended")


def it_lists_the_orgs_that_are_here(tool, fresh):
    acme = fresh()
    beta = Tool(tool.program, acme.data, "beta")
    make_org(beta)
    beta.submit("UpdateOrg", orgId="beta", updateMask="name", name="Beta & Sons")
    beta.submit("ArchiveOrg", orgId="beta")
    Tool(tool.program, acme.data, "none").submit("CreateGroup", groupId="x", code=REJECTED)
    rows = {row["orgId"]: row for row in acme.json("orgs")}
    expect(sorted(rows) == ["acme", "beta"], "both and no other", rows)
    expect(rows["beta"]["name"] == "Beta & Sons", "as it is", rows)
    expect(rows["beta"]["status"] == "ENTITY_STATUS_ARCHIVED", "as it is", rows)
    last = int(acme.json("history", "--limit", "1")[0]["orgSequence"])
    expect(int(rows["acme"]["orgSequence"]) == last and rows["acme"]["live"], "how far", rows)
    text = acme("orgs")
    expect("ARCHIVED" in text and "acme" in text and "closed" in text, "a table", text)
    [row] = tool.json("orgs")
    expect(row["orgId"] == "rust-lang", "the example", row)
    expect(row["status"] == "ENTITY_STATUS_ACTIVE", "the example", row)


def it_takes_dates_as_people_write_them(tool, fresh):
    def leads(moment):
        return tool.json("who", "role", "compiler.lead", "--as-of", moment)

    expect(leads("2020-06-01") == leads("2020-06-01T00:00:00Z"), "midnight UTC at its start")
    expect(leads("2020-06-01 12:30") == leads("2020-06-01T12:30:00Z"), "a time without seconds")
    expect(leads("2 days ago") == leads("yesterday"), "days that are not in the history")


def it_resolves_a_name_at_the_moment_asked_about(tool, fresh):
    before = tool.json("get", "group", "name:wg-compiler-nll", "--as-of", "2019-03-01")[0]
    after = tool.json("get", "group", "name:wg-nll", "--as-of", "2019-04-01")[0]
    expect(before["groupId"] == after["groupId"], "one group under both names", after)
    tool.error("get", "group", "name:wg-nll", "--as-of", "2019-03-01", code=FAILED)


def it_says_that_an_org_may_still_come_with_its_past(tool, fresh):
    acme = fresh()
    late = Tool(tool.program, acme.data, "late")
    said = late.error("list", "groups", "--as-of", "2020-06-01", code=FAILED)
    expect("provisional" in said, "an answer that may change", said)
    late.submit("CreateOrg", orgId="late", owner={"subjectId": "root"}, identity="k",
                options=("--occurred-at", "2020-01-01"),
                credential={"credentialId": "k", "kind": "CREDENTIAL_KIND_API_KEY"})
    expect(late("list", "subjects", "--as-of", "2020-06-01") != "", "the past that came")


def it_writes_down_up_to_when_it_has_answered(tool, fresh):
    acme = fresh()
    asked = datetime.datetime.now(datetime.timezone.utc)
    acme("list", "groups", "--as-of", asked.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    word = int.from_bytes((acme.data / "stores/closed_time").read_bytes(), "little")
    expect(word >= asked.timestamp() * 1e6 - 1, "a word that who decides next keeps", word)


def it_answers_as_of_a_decision(tool, fresh):
    names = [row["name"] for row in tool.json("list", "orgs", "--as-of", "#1")]
    expect(names == ["The Rust project"], "the org after its first decision", names)
    expect(tool.json("list", "groups", "--as-of", "#1") == [], "no group yet")


def it_shows_the_example_as_a_naive_model_does(tool, fresh):
    model = naive.Naive()
    for line in tool.commands.read_text().splitlines():
        model.apply(json.loads(line))
    expected = model.lists()
    found = {kind: naive.in_one_form(tool.json("list", kind)) for kind in expected}
    found["subjects"] = [row for row in found["subjects"] if row["subjectId"] != "registrar"]
    for kind in ("role-types", "roles", "assignments"):
        found[kind] = [row for row in found[kind] if row.get("roleType") != "owner"]
    found["credentials"] = []
    lines = list(naive.difference(expected, found))
    expect(not lines, "no difference", lines[:3])


def it_lists_by_any_field(tool, fresh):
    rows = tool.json("list", "assignments", "subject_id=eholk", "role_type=lead",
                     "--as-of", "2024-05-26")
    expect([row["roleId"] for row in rows] == ["wg-macros.lead"], "his one lead seat", rows)


def it_knows_a_kind_by_one_and_by_many(tool, fresh):
    for words in (("org-child", "org-children"), ("capability", "capabilities")):
        for word in words:
            said = tool.error("get", word, "nobody~nothing", code=FAILED)
            expect("NOT_FOUND" in said, f"no entity, but a kind '{word}'", said)


def it_says_by_its_exit_code_who_may(tool, fresh):
    blog = "asset:name:rust-lang/blog.rust-lang.org"
    answer = tool.json("check", "eholk", "write", blog, "--as-of", "2024-05-26")[0]
    steps = [step["step"] for step in answer["path"]]
    expect(steps == ["grant", "group", "inclusion", "seat", "assignment"], "the path", steps)
    expect(answer["path"][0]["decision"]["annotations"][1]["value"] == "1147", "its pull request")
    tool("check", "eholk", "write", blog, code=DENIED)


def it_finds_everybody_that_check_allows(tool, fresh):
    blog, moment = "asset:rust-lang:blog.rust-lang.org", ("--as-of", "2024-05-26")
    who = {row["subjectId"] for row in tool.json("who", "can", "write", blog, *moment)}
    everybody = [row["subjectId"] for row in tool.json("list", "subjects", *moment)]
    question = {"subjects": everybody, "permission": "write", "on": "asset",
                "id": "rust-lang:blog.rust-lang.org"}
    answer = tool.json("check", "--batch", "-", *moment, stdin=json.dumps(question) + "\n")[0]
    expect(who == set(answer["allowed"]) and "eholk" in who, "the same subjects", who)


def it_tells_what_somebody_has_and_where(tool, fresh):
    blog, moment = "asset:rust-lang:blog.rust-lang.org", ("--as-of", "2024-05-26")
    held = tool.json("check", "eholk", *moment)
    grants = [row["grantId"] for row in held if row["object"] == blog]
    expect(grants == ["grant-005286"], "the grant on the blog", held)
    objects = [row["object"] for row in tool.json("check", "eholk", "write", *moment)]
    expect(blog in objects and objects == sorted(set(objects)), "each object once", objects)
    tool.error("check", "nobody-at-all", code=FAILED)


def it_answers_no_question_that_names_nothing(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    for words in (("check", "root", "write", "asset:"), ("check", "root", "write", "org:"),
                  ("check", "root", "write", "org:other"), ("check", "root", "write", ""),
                  ("check", "root", "write", "group:name:"), ("check", "", "write", "org"),
                  ("check", "root", "", "org"), ("check", "root", ""), ("check", ""),
                  ("who", "can", "write", "asset:"), ("who", "can", "", "org"),
                  ("who", "role", ""), ("who", "type", ""), ("who", "group", ""),
                  ("get", "group", ""), ("get", "group", "name:"), ("get", "", "red"),
                  ("get", "assignment", "", "ada"), ("get", "assignment", "red.lead", ""),
                  ("history", "group", ""), ("history", "subject", ""), ("history", "", "ada"),
                  ("list", "grants", "on.id="), ("list", "groups", "=red"), ("list", ""),
                  ("list", "groups", "--as-of", ""), ("list", "groups", "--at-least="),
                  ("who", "group", "red", "--role-type", ""), ("list", "groups", "--org", "")):
        expect("expected" in acme.error(*words, code=USAGE), f"an error of {words}")
    expect(acme("check", "root", "write", "org:acme")[:7] == "allowed", "its own org by its id")
    roots = acme.json("list", "groups", "without=parent_group_id")
    expect([row["groupId"] for row in roots] == ["blue", "red"], "what has no parent", roots)


def it_knows_what_it_is_asked_about(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    for words, hint in ((("who", "can", "wriet", "group:red"), "did you mean 'write'"),
                        (("check", "ada", "wriet"), "did you mean 'write'"),
                        (("check", "ada", "wriet", "group:red"), "did you mean 'write'"),
                        (("who", "type", "leed"), "did you mean 'lead'"),
                        (("who", "group", "red", "--role-type", "leed"), "did you mean 'lead'"),
                        (("who", "can", "write", "asset:nope"), "no 'nope'")):
        expect(hint in acme.error(*words, code=FAILED), f"an error of {words} with {hint}")
    for words, hint in ((("check", "adda", "write", "group:red"), "no 'adda', did you mean 'ada'"),
                        (("check", "ada", "write", "group:redd"), "did you mean 'red'"),
                        (("check", "ada", "write", "asset:nope"), "no 'nope'"),
                        (("check", "ada", "write", "group:ada"), "Group, but there is no 'ada'"),
                        (("check", "ada", "write", "subject:red"), "no 'red'"),
                        (("check", "ada", "write", "org", "--actors", "rot,ada"),
                         "did you mean 'root'"),
                        (("check", "adda"), "did you mean 'ada'"),
                        (("check", "adda", "write"), "did you mean 'ada'"),
                        (("who", "can", "write", "group:redd"), "did you mean 'red'"),
                        (("who", "group", "redd"), "did you mean 'red'"),
                        (("who", "role", "red.leed"), "did you mean 'red.lead'"),
                        (("stints", "subject", "adda"), "did you mean 'ada'"),
                        (("stints", "role", "red.leed"), "did you mean 'red.lead'"),
                        (("check", "ada", "write", "group:red", "--as-of", "#1"),
                         "at that moment")):
        expect(hint in acme.error(*words, code=FAILED), f"an error of {words} with {hint}")


def it_refuses_a_line_of_a_batch_that_names_nothing(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    right = {"subjects": ["root", "ada"], "permission": "write", "on": "group",
             "id": "name:red"}
    for change, code in (({}, DONE), ({"id": ""}, USAGE), ({"on": ""}, USAGE),
                         ({"on": "group:red"}, USAGE), ({"on": "org", "id": "other"}, USAGE),
                         ({"on": "org", "id": "acme"}, DONE), ({"on": "org", "id": ""}, DONE),
                         ({"permission": ""}, USAGE), ({"permission": "wriet"}, FAILED),
                         ({"subjects": ["ada", ""]}, USAGE), ({"subjects": ["adda"]}, FAILED),
                         ({"subjects": []}, USAGE), ({"subjects": ["name:adda"]}, FAILED),
                         ({"id": "nope"}, FAILED), ({"on": "asset"}, FAILED),
                         ({"subjects": ["root", "name:eve"]}, DONE)):
        done = acme.run("check", "--batch", "-", "--output", "json",
                        stdin=json.dumps({**right, **change}))
        expect(done.returncode == code, f"exit code {code} of {change}", done.stdout + done.stderr)
        expect(code == DONE or "line 1: expected" in done.stderr, "why", done.stderr)
        expect(code != DONE or json.loads(done.stdout)["allowed"] == ["root"], "root only",
               done.stdout)


def it_lists_nothing_that_check_denies(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    acme.submit("DefinePermission", permission="read", impliedBy=["write"])
    acme.submit("RegisterAsset", assetId="shelf", type="shelf")
    acme.submit("RegisterAsset", assetId="doc", type="document", parentAssetId="shelf")
    for grant, kind, object_ in (("g1", "ASSET", "shelf"), ("g2", "ASSET", "doc"),
                                 ("g3", "ASSET_TYPE", "document")):
        acme.submit("GrantPermission", grantId=grant, permission="write",
                    grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "eve"},
                    on={"kind": f"OBJECT_KIND_{kind}", "id": object_})
    step = acme.json("check", "eve", "read", "asset:doc")[0]["path"][0]
    expect(step["permission"] == "write" and step["object"] in ("asset:shelf", "asset:doc"),
           "what the grant gives, and where", step)
    expect(": write on asset:" in acme("check", "eve", "read", "asset:doc"), "the same in words")

    def held():
        return [row["object"] for row in acme.json("check", "eve")]
    expect(held() == ["asset:doc", "asset:shelf", "asset-type:document"], "three grants", held())
    acme.submit("ArchiveAsset", assetId="shelf")
    expect(held() == ["asset-type:document"], "nothing archived, nor below", held())
    acme("check", "eve", "write", "asset:doc", code=DENIED)
    acme.submit("RestoreAsset", assetId="shelf")
    expect(len(held()) == 3, "all again", held())


def it_lists_of_a_type_in_a_group_whom_a_grant_counts(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    acme.submit("DefineRoleType", roleType="alumnus", noMembership=True)
    acme.submit("CreateRole", roleId="red.old", roleType="alumnus", groupIds=["red"])
    acme.submit("AssignRole", roleId="red.old", subjectId="eve")
    acme.submit("IncludeGroup", groupId="blue", includedGroupId="red")

    def seats(*words):
        return [(row["subjectId"], row["roleId"]) for row in acme.json("who", "group", *words)]
    expect(seats("blue") == [("ada", "red.lead"), ("bob", "blue.member")], "members",
           seats("blue"))
    for group in ("red", "blue"):
        for kind in ("lead", "member", "alumnus"):
            grant = f"{group}-{kind}"
            acme.submit("GrantPermission", grantId=grant, permission="write",
                        grantee={"kind": "GRANTEE_KIND_GROUP", "id": group, "roleTypes": [kind]},
                        on={"kind": "OBJECT_KIND_GROUP", "id": "red"})
            counted = [row["subjectId"] for row in acme.json("who", "can", "write", "group:red")]
            listed = [subject for subject, _ in seats(group, "--role-type", kind)]
            expect(sorted({*listed, "root"}) == sorted(counted), f"as {grant} counts", listed)
            acme.submit("RevokePermission", grantId=grant)
    for words in (("role", "red.lead"), ("type", "lead"), ("can", "write", "group:red")):
        said = acme.error("who", *words, "--role-type", "lead", code=USAGE)
        expect("who group" in said, "a use of --role-type", said)


def it_says_who_did_it_and_for_whom(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="admin", type="SUBJECT_TYPE_AGENT")
    acme.submit("BindCredential", credentialId="admin-key", subjectId="admin",
                kind="CREDENTIAL_KIND_API_KEY", identity="subject-admin")
    acme.submit("GrantPermission", grantId="all", permission="*", on={"kind": "OBJECT_KIND_ORG"},
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "admin"})
    for name, options in (("a", ()), ("b", ("--principal", "API_KEY:subject-admin")),
                          ("c", ("--on-behalf-of", "root"))):
        acme.submit("CreateGroup", groupId=name, name=name, options=options)
    for group, who in (("a", "by operator admin\n"), ("b", "by admin\n"),
                       ("c", "by operator admin on behalf of root\n")):
        said = acme("history", "group", group).splitlines(keepends=True)[0]
        expect(said.endswith(f"CreateGroup {who}"), f"'{who}'", said)
    expect("CreateGroup by operator admin on behalf of root" in acme("log"), "the same in the log")
    said = acme.json("history", "group", "c")[0]
    expect((said["operator"], said["onBehalfOf"]) == ("admin", "root"), "both", said)


def it_says_what_changed(tool, fresh):
    acme = fresh()
    acme.submit("UpdateGroup", groupId="red", name="rouge", updateMask="name")
    acme.submit("IncludeGroup", groupId="red", includedGroupId="blue")
    acme.submit("ExcludeGroup", groupId="red", includedGroupId="blue")
    acme.submit("ArchiveGroup", groupId="red")
    said = [[line.strip() for line in part.splitlines()[1:]]
            for part in acme("history", "group", "red").split("decision ")[1:]]
    expect(said == [["Group red", "status: ACTIVE -> ARCHIVED"],
                    ["Group red", "included_group_ids: -blue"],
                    ["Group red", "included_group_ids: +blue"],
                    ["Group red", "name: red -> rouge"],
                    ["Group red, new", "status: ACTIVE"]], "old -> new", said)


def it_names_commands_and_writes_times_as_lists_do(tool, fresh):
    acme = fresh()
    since = acme.json("get", "assignment", "red.lead", "ada")[0]["grantedAt"]
    told = [acme.json("history", "assignment", "red.lead~ada")[0],
            acme.json("who", "role", "red.lead")[0]["decision"],
            acme.json("check", "ada", "delegate", "group:red")[0]["path"][-1]["decision"]]
    told += [row for row in acme.json("log") if row.get("command") == "AssignRole"][:1]
    for row in told:
        expect(row["command"] == "AssignRole" and row["occurredAt"] == row["recordedAt"] == since,
               f"AssignRole at {since}", row)


def it_lists_no_setting_of_what_is_gone(tool, fresh):
    acme = fresh()
    acme.submit("CreateGroup", groupId="old", name="old")
    for kind, entity in (("GROUP", "old"), ("GROUP", "red"), ("ASSIGNMENT", "red.lead~ada"),
                         ("ORG", "")):
        acme.submit("SetConfig", kind=f"ENTITY_KIND_{kind}", entityId=entity, key="k", value=1)

    def settings(*words):
        return sorted(row["entityId"] for row in acme.json("list", "configs", *words))
    expect(settings() == ["", "old", "red", "red.lead~ada"], "all four", settings())
    last = acme.submit("ArchiveGroup", groupId="red")["orgSequence"]
    acme.submit("DeleteGroup", groupId="old")
    acme.submit("RevokeRole", roleId="red.lead", subjectId="ada")
    for words, listed in (((), ["", "red"]), (("status=ACTIVE",), ["", "red"]),
                          (("kind=GROUP",), ["red"]), (("kind=GROUP", "entity_id=old"), []),
                          (("--all",), ["", "old", "red", "red.lead~ada"])):
        expect(settings(*words) == listed, f"of {words} {listed}", settings(*words))
    for group, effect in (("old", "it has no effect"), ("red", "")):
        done = acme.run("get", "config", "Group", group, "k", "--output", "json")
        expect(effect in done.stderr and bool(effect) == bool(done.stderr), f"of {group} {effect}",
               done.stderr)
    before = acme.json("list", "configs", "--as-of", f"#{last}")
    expect(len(before) == 4, "all four before", before)


def it_says_that_an_open_org_waives_a_permission(tool, fresh):
    acme = fresh()
    asked = (("check", "eve", "CreateGroup", "org"), ("who", "can", "CreateGroup", "org"),
             ("check", "eve", "CreateGroup"))
    batch = json.dumps({"subjects": ["eve"], "permission": "CreateGroup", "on": "org"})

    def told():
        said = acme.json(*asked[0], code=DENIED)[0]
        expect(said["reason"] == "NOT_GRANTED", "nothing granted", said)
        many = acme.json("check", "--batch", "-", stdin=batch)[0]
        expect(many["allowed"] == [], "nobody", many)
        return [said["waived"], many["waived"],
                *("acme is OPEN" in acme.run(*words).stderr for words in asked)]
    expect(told() == [False] * 5, "nothing waived", told())
    acme.submit("SetOrgAccessMode", orgId="acme", accessMode="ACCESS_MODE_OPEN")
    expect(told() == [True] * 5, "waived, everywhere", told())
    acme.submit("CreateGroup", groupId="green", options=("--principal", "API_KEY:eve"))
    expect(not acme.json("check", "eve", "delegate", "org", code=DENIED)[0]["waived"], "delegate")


def it_lists_grants_by_their_sides(tool, fresh):
    acme = fresh()
    acme.submit("DefinePermission", permission="write")
    for grant, grantee, on in (("g1", ("SUBJECT", "eve"), ("ORG", "")),
                               ("g2", ("ROLE", "red.lead"), ("ASSET_TYPE", "document")),
                               ("g3", ("GROUP", "blue"), ("SUBJECT", "ada"))):
        acme.submit("GrantPermission", grantId=grant, permission="write",
                    grantee={"kind": f"GRANTEE_KIND_{grantee[0]}", "id": grantee[1]},
                    on={"kind": f"OBJECT_KIND_{on[0]}", "id": on[1]})
    rows = [line.split("  ") for line in acme("list", "grants").splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell] for row in rows}
    for grant, sides in (("g1", ["subject:eve", "org"]),
                         ("g2", ["role:red.lead", "asset-type:document"]),
                         ("g3", ["group:blue", "subject:ada"]),
                         ("red-delegate", ["group:red as lead", "group:red"])):
        expect(cells[grant][1:3] == sides, f"{sides} of {grant}", cells[grant])
        found = [row["grantId"] for row in acme.json(
            "list", "grants", f"grantee={sides[0].split(' ')[0]}", f"on={sides[1]}")]
        expect(grant in found and len(found) == 1 + (grant[:3] == "red"), f"{grant}", found)
    named = acme.json("list", "grants", "on=group:name:red", "grantee=group:name:red")
    expect(len(named) == 2, "both grants of red", named)
    for words in (("on=red",), ("on=",), ("on=group:",), ("grantee=asset:x",), ("grantee=role:",)):
        said = acme.error("list", "grants", *words, code=USAGE)
        expect("expected" in said, f"why not {words}", said)


def it_lets_a_lead_manage_the_own_team_only(tool, fresh):
    acme, ada = fresh(), ("--principal", "API_KEY:ada")
    acme.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada)
    said = acme.submit("AssignRole", roleId="blue.member", subjectId="eve", options=ada,
                       code=REJECTED)
    expect(said["code"] == "PERMISSION_DENIED", "PERMISSION_DENIED", said)
    said = acme.submit("AssignRole", roleId="blue.lead", subjectId="ada", options=ada,
                       code=REJECTED)
    expect(said["code"] == "PERMISSION_DENIED", "PERMISSION_DENIED", said)


def it_refuses_whom_it_does_not_know(tool, fresh):
    said = fresh().submit("AssignRole", roleId="red.member", subjectId="eve", code=REJECTED,
                          options=("--principal", "API_KEY:mallory"))
    expect(said["code"] == "UNAUTHENTICATED", "UNAUTHENTICATED", said)


def it_never_keeps_a_secret_in_clear(tool, fresh):
    acme = fresh()
    acme.submit("BindCredential", credentialId="key-2", subjectId="eve",
                kind="CREDENTIAL_KIND_API_KEY", identity="the-secret-of-eve")
    for path in acme.data.rglob("*"):
        if path.is_file():
            expect(b"the-secret-of-eve" not in path.read_bytes(), "it sealed", path)
