"""What outside systems call subjects, groups and assets, asked by agencyctl."""

import json
import subprocess

from cases import expect
from tool import DENIED, FAILED, REJECTED, USAGE

ODD = "https://git.example/o/r?x=1#a@b:~c"


def external(**values):
    return [{"system": system, "value": value} for system, value in values.items()]


def known(acme):
    """red is a team of an LDAP, ada somebody of two systems; repo is granted to ada."""
    acme.submit("UpdateSubject", subjectId="ada", externalIds=external(github="ada", crm="7"))
    acme.submit("UpdateGroup", groupId="red", externalIds=external(ldap="cn=red,dc=example"))
    acme.submit("RegisterAsset", assetId="repo", externalIds=external(github=ODD))
    acme.submit("DefinePermission", permission="write")
    acme.submit("GrantPermission", grantId="w", permission="write",
                grantee={"kind": "GRANTEE_KIND_GROUP", "id": "red"},
                on={"kind": "OBJECT_KIND_ASSET", "id": "repo"})


def it_takes_what_an_outside_system_says_for_an_id(tool, fresh):
    acme = fresh()
    known(acme)
    expect(acme.json("get", "subject", "ext:crm:7")[0]["subjectId"] == "ada", "ada of the crm")
    expect(acme.json("get", "group", "ext:ldap:cn=red,dc=example")[0]["groupId"] == "red", "red")
    expect(acme.json("get", "asset", f"ext:github:{ODD}")[0]["assetId"] == "repo", "the asset")
    acme("check", "ext:github:ada", "write", f"asset:ext:github:{ODD}")
    acme("check", "bob", "write", f"asset:ext:github:{ODD}", code=DENIED)
    for words in (("who", "group", "ext:ldap:cn=red,dc=example"),
                  ("stints", "subject", "ext:github:ada"),
                  ("list", "grants", f"on=asset:ext:github:{ODD}")):
        expect(len(acme.json(*words)) == 1, f"one answer to {words}", acme.json(*words))
    grants = acme.json("list", "grants", "grantee=group:ext:ldap:cn=red,dc=example")
    expect({grant["grantee"]["id"] for grant in grants} == {"red"}, "those of red", grants)
    changes = acme.json("history", "subject", "ext:github:ada")
    expect(changes[0]["command"] == "UpdateSubject", "its history", changes[0])


def it_knows_who_had_an_external_id_then(tool, fresh):
    acme = fresh()
    known(acme)
    last = int(acme.json("history", "--limit", "1")[0]["orgSequence"])
    acme.submit("UpdateSubject", subjectId="ada", updateMask="externalIds",
                externalIds=external(crm="7"))
    acme.submit("UpdateSubject", subjectId="bob", externalIds=external(github="ada"))
    expect(acme.json("get", "subject", "ext:github:ada")[0]["subjectId"] == "bob", "bob now")
    before = acme.json("get", "subject", "ext:github:ada", "--as-of", f"#{last}")
    expect(before[0]["subjectId"] == "ada", "ada then", before)
    acme.submit("RemoveSubject", subjectId="bob")
    said = acme.error("get", "subject", "ext:github:ada", code=FAILED)
    expect("live Subject that 'github' calls 'ada', but there is none" in said, "nobody", said)
    text = acme("history", "subject", "ada")
    expect("external_ids: -github:ada" in text, "what went", text)


def it_lists_by_external_ids(tool, fresh):
    acme = fresh()
    known(acme)

    def ids(*words):
        return [row["subjectId"] for row in acme.json("list", "subjects", *words)]
    expect(ids("external_ids=crm:7") == ["ada"], "the one", ids("external_ids=crm:7"))
    expect(ids("external_ids=crm:8") == [], "nobody")
    expect(ids("without=external_ids") == ["bob", "eve", "root"], "the others")
    some = ids("--filter", "external_ids.exists(e, e.system == 'github')")
    expect(some == ["ada"], "those of a system", some)
    expect("github:ada, crm:7" in acme("get", "subject", "ada"), "as they are asked for")


def it_says_what_is_wrong_with_an_external_id(tool, fresh):
    acme = fresh()
    known(acme)
    said = acme.error("get", "subject", "ext:github", code=USAGE)
    expect("ext:SYSTEM:VALUE" in said, "its form", said)
    said = acme.error("get", "role", "ext:github:ada", code=USAGE)
    expect("Role has no external ids" in said, "which kind", said)
    said = acme.error("list", "subjects", "external_ids=ada", code=USAGE)
    expect("SYSTEM:VALUE" in said, "the filter's form", said)
    answer = acme.submit("UpdateSubject", code=REJECTED, subjectId="bob",
                         externalIds=external(crm="7"))
    expect("subject 'ada' has 'crm:7'" in answer["reason"], "who has it", answer)
    answer = acme.submit("SuspendSubject", code=REJECTED, subjectId="ext:crm:7")
    expect("there is none" in answer["reason"], "commands take ids only", answer)


MAIL = "zoe.quince@example.org"


def personal(value=MAIL, system="scim"):
    return [{"system": system, "value": value, "personal": True}]


def holding(folder, text):
    """The files of a folder that have these bytes."""
    return [file for file in folder.rglob("*") if file.is_file() and
            text.encode() in file.read_bytes()]


def it_keeps_nothing_of_a_personal_external_id_but_finds_it(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=personal())
    found = acme.json("get", "subject", f"ext:scim:{MAIL}")[0]
    expect(found["subjectId"] == "zoe", "the one", found)
    kept = found["externalIds"][0]
    expect(kept["personal"] and kept["value"] == "" and len(kept["hashes"]) == 1, "a hash", kept)
    acme("check", f"ext:scim:{MAIL}", "AssignRole", "org", code=DENIED)
    said = acme.error("get", "subject", "ext:scim:other@example.org", code=FAILED)
    expect("there is none" in said, "nobody else", said)
    answer = acme.submit("UpdateSubject", code=REJECTED, subjectId="bob", externalIds=personal())
    expect("subject 'zoe' has 'scim:(personal)'" in answer["reason"], "who has it", answer)
    answer = acme.submit("UpdateSubject", code=REJECTED, subjectId="bob",
                         externalIds=external(scim="bob"))
    expect("to be personal, as that of subject 'zoe' is" in answer["reason"], "all", answer)
    expect("scim:(personal)" in acme("get", "subject", "zoe"), "as a person is told")
    text = "".join(acme(*words) for words in (("history", "subject", "zoe"), ("log",),
                                              ("get", "subject", "zoe")))
    expect("zoe" in text and "zoe.quince" not in text, "no trace in answers", text[-900:])
    expect(holding(acme.data, "zoe"), "its id somewhere")
    expect(holding(acme.data, "zoe.quince") == [], "no trace", holding(acme.data, "zoe.quince"))


def it_changes_nothing_when_a_personal_external_id_is_given_again(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=personal())
    entity = acme.json("get", "subject", "zoe")[0]
    for ids in (personal(), entity["externalIds"]):
        again = acme.submit("UpdateSubject", subjectId="zoe", externalIds=ids)
        expect(again["events"] == 0, "no events", again)


def it_finds_a_personal_external_id_while_one_of_its_keys_is_kept(tool, fresh):
    acme = fresh()
    keys = acme.data / "keyring" / "index.keys"
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=personal())
    old = keys.read_text()
    keys.write_text(f"{'5a' * 32}\n{old}")
    expect(acme.json("get", "subject", f"ext:scim:{MAIL}"), "by the older key")
    answer = acme.submit("RegisterSubject", code=REJECTED, subjectId="zoe2",
                         externalIds=personal())
    expect(answer["code"] == "ALREADY_EXISTS", "one of them", answer)
    acme.submit("UpdateSubject", subjectId="zoe", externalIds=personal())
    kept = acme.json("get", "subject", "zoe")[0]["externalIds"][0]
    expect(len(kept["hashes"]) == 2, "a hash under both", kept)
    for newest, old_ones in ((kept["hashes"][0]["keyId"], []), ("other", ["zoe"])):
        lacking = ("external_ids.exists(e, e.personal && "
                   f"!e.hashes.exists(h, h.key_id == '{newest}'))")
        found = [row["subjectId"] for row in acme.json("list", "subjects", "--filter", lacking)]
        expect(found == old_ones, f"those without {newest}", found)
    keys.write_text(f"{'5a' * 32}\n")
    expect(acme.json("get", "subject", f"ext:scim:{MAIL}"), "by the newer key alone")


def index_keys(acme):
    return [(row["keyId"], row["externalIds"], row["noneNewer"]) for row in acme.json("keyring")]


def it_hashes_personal_external_ids_again_by_what_profiles_have(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=[*personal(), *external(crm="7")],
                profile={"data": {"work": {"mails": ["other@example.org", MAIL]}}})
    acme.submit("RegisterSubject", subjectId="yan", externalIds=personal("yan@example.org"))
    old = acme.json("keyring")[0]["keyId"]
    new = acme("keyring", "rotate").strip()
    expect(index_keys(acme) == [(new, "0", "0"), (old, "2", "2")], "both", index_keys(acme))
    said = acme.error("keyring", "retire", old, code=FAILED)
    expect("2 of 2 are not, such as that of subject 'yan' of org 'acme' in system 'scim'" in said,
           "how many, and one", said)
    done = acme.run("keyring", "rehash")
    expect("1 subjects" in done.stdout and "1 external ids stand in no profile" in done.stdout and
           "subject 'yan'" in done.stderr, "who, and who not", done.stdout + done.stderr)
    expect(index_keys(acme) == [(new, "1", "1"), (old, "2", "1")], "zoe's", index_keys(acme))
    said = acme.error("keyring", "retire", old, code=FAILED)
    expect("1 of 2 are not" in said, "the other one", said)
    acme.submit("UpdateSubject", subjectId="yan", externalIds=personal("yan@example.org"))
    expect("0 subjects" in acme("keyring", "rehash"), "nothing left to do")
    acme("keyring", "retire", old)
    expect(index_keys(acme) == [(new, "2", "2")], "the new one alone", index_keys(acme))
    for subject, value in (("zoe", MAIL), ("yan", "yan@example.org")):
        found = acme.json("get", "subject", f"ext:scim:{value}")[0]
        expect(found["subjectId"] == subject, "who is found by the new key", found)
    expect(acme.json("get", "subject", "ext:crm:7")[0]["subjectId"] == "zoe", "the plain one")
    expect(holding(acme.data, "zoe.quince") == [], "no trace", holding(acme.data, "zoe.quince"))


def it_says_what_is_wrong_with_an_index_key(tool, fresh):
    acme = fresh()
    only = acme.json("keyring")[0]["keyId"]
    said = acme.error("keyring", "retire", only, code=FAILED)
    expect("is the only one" in said, "the last one stays", said)
    said = acme.error("keyring", "retire", "nosuch", code=FAILED)
    expect("no 'nosuch'" in said, "which one", said)
    for _ in range(3):
        acme("keyring", "rotate")
    said = acme.error("keyring", "rotate", code=FAILED)
    expect(f"retire the oldest, '{only}', first" in said, "at most four", said)
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=personal())
    keys = acme.data / "keyring" / "index.keys"
    keys.write_text(f"# by hand\n{'5a' * 32}\n")
    said = acme.run("keyring").stderr
    expect("ATTENTION: 1 personal external ids are hashed under none of these" in said, "one lost",
           said)
    said = acme.error("keyring", "rotate", "more", code=USAGE)
    expect("keyring rotate" in said, "how it is called", said)
    for words in ((), ("rotate",), ("rehash",), ("retire", only)):
        done = subprocess.run([acme.program, "--server", "http://127.0.0.1:1", "keyring", *words],
                              capture_output=True, text=True, check=False)
        expect(done.returncode == USAGE and "not behind --server" in done.stderr, "where it lies",
               done.stderr)


def it_forgets_a_personal_external_id_of_an_erased_subject(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="zoe", externalIds=personal())
    then = acme.json("get", "subject", "zoe")[0]["version"]
    acme.submit("EraseSubject", subjectId="zoe")
    acme.error("get", "subject", f"ext:scim:{MAIL}", code=FAILED)
    expect(acme.json("get", "subject", "zoe")[0]["externalIds"] == [], "blank")
    before = acme.json("get", "subject", f"ext:scim:{MAIL}", "--as-of", f"#{then}")
    expect(before[0]["subjectId"] == "zoe", "as it was: a hash tells nobody's name", before)
    acme.submit("RegisterSubject", subjectId="zoe2", externalIds=personal())


def it_takes_no_personal_external_id_that_it_cannot_hide(tool, fresh):
    acme = fresh()
    for name, ids, said in (("RegisterSubject", personal("a\nb"), "control characters"),
                            ("RegisterAsset", personal(), "of subjects only")):
        key = "assetId" if name == "RegisterAsset" else "subjectId"
        done = acme.run("submit", name, json.dumps({key: "new", "externalIds": ids}))
        expect(done.returncode != 0 and said in done.stdout + done.stderr, said, done)
    expect(holding(acme.data, "zoe.quince") == [], "no trace", holding(acme.data, "zoe.quince"))
