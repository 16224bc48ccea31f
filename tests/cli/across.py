"""Questions across orgs, which lie in different partitions."""

import datetime
import json

from cases import expect
from tool import FAILED, USAGE, Tool


def org(acme, org_id, **fields):
    """An org beside acme."""
    tool = Tool(acme.program, acme.data, org_id)
    tool.submit("CreateOrg", orgId=org_id, owner={"subjectId": "root"}, identity="k",
                credential={"credentialId": "k", "kind": "CREDENTIAL_KIND_API_KEY"}, **fields)
    return tool


def claim(child, parent, accept=True):
    child.submit("ClaimParentOrg", orgId=child.org, parentOrgId=parent.org)
    if accept:
        parent.submit("AcceptChildOrg", childOrgId=child.org)


def ids(rows):
    return sorted(row["orgId"] for row in rows)


def tree(tool, *words):
    return [(row["orgId"], row["depth"], row["tie"].removeprefix("ORG_TIE_"), row["cycle"])
            for row in tool.json("orgs", *words)]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def world(fresh):
    """acme above beta above gamma; delta claims acme, acme has accepted nosuch."""
    acme = fresh()
    beta = org(acme, "beta", name="Beta & Sons", tags=["rust", "big"], skillTags=["code"],
               urls=["https://beta.example/x"], orgGroupIds=["west"], assetRegistryId="main",
               metadata={"region": "eu", "size": 3, "deep": {"er": True}, "a.b": ["x", "y"]},
               externalIds=[{"system": "github", "value": "beta:1"}])
    gamma, delta = org(acme, "gamma", name="Gamma", tags=["rust"]), org(acme, "delta")
    claim(beta, acme)
    claim(gamma, beta)
    claim(delta, acme, accept=False)
    acme.submit("AcceptChildOrg", childOrgId="nosuch")
    return acme, beta, gamma, delta


def it_finds_orgs_of_all_partitions_by_what_they_say(tool, fresh):
    acme, *_ = world(fresh)
    for filters, found in ((["tags=rust"], ["beta", "gamma"]),
                           (["tags=rust", "tags=big"], ["beta"]),
                           (["skillTags=code"], ["beta"]), (["orgGroupIds=west"], ["beta"]),
                           (["assetRegistryId=main"], ["beta"]), (["keyword=SONS"], ["beta"]),
                           (["keyword=nosuch"], []), (["url=https://beta."], ["beta"]),
                           (["metadata.region=eu"], ["beta"]), (["metadata.size=3"], ["beta"]),
                           (["metadata.deep.er=true"], ["beta"]), (["metadata.a.b=y"], ["beta"]),
                           (["metadata.size=4"], []), (["externalIds=github:beta:1"], ["beta"]),
                           (["parentOrgId=acme"], ["beta", "delta"]),
                           (["without=parentOrgId"], ["acme"]), (["uri=Beta & Sons:shop"], []),
                           (["specKey=replicas"], []), (["status=ACTIVE"],
                                                        ["acme", "beta", "delta", "gamma"])):
        rows = acme.json("orgs", *filters)
        expect(ids(rows) == found, f"{found} by {filters}", rows)
    rows = acme.json("orgs", "--filter", "name.matches('(?i)^b') && 'rust' in tags")
    expect(ids(rows) == ["beta"], "by an expression", rows)
    expect("'keyword'" in acme.error("orgs", "keywrd=x", code=USAGE), "the nearest word")
    expect("'tags'" in acme.error("orgs", "tagz=x", code=USAGE), "the nearest field")


def it_pages_through_all_orgs_once(tool, fresh):
    acme, *_ = world(fresh)
    found, token = [], []
    for _ in range(8):
        done = acme.run("orgs", "--limit", "1", "--output", "json", *token)
        found += [json.loads(line)["orgId"] for line in done.stdout.splitlines()]
        if "--page " not in done.stderr:
            break
        token = ["--page", done.stderr.split("--page ")[1].split()[0]]
    expect(sorted(found) == ["acme", "beta", "delta", "gamma"], "each org once", found)
    said = acme.error("orgs", "tags=rust", *token, code=USAGE)
    expect("same question" in said, "the token of another question refused", said)


def it_shows_which_org_stands_above_which(tool, fresh):
    acme, beta, gamma, delta = world(fresh)
    expect(tree(acme, "tree", "acme") ==
           [("acme", 0, "UNSPECIFIED", False), ("beta", 1, "COUNTS", False),
            ("gamma", 2, "COUNTS", False)], "what both say", tree(acme, "tree", "acme"))
    expect(tree(acme, "tree", "acme", "--depth", "1")[-1][0] == "beta", "one level")
    expect(tree(acme, "tree", "acme", "--all")[-1] == ("nosuch", 1, "ACCEPTED", False),
           "what the parent alone says", tree(acme, "tree", "acme", "--all"))
    expect(tree(acme, "above", "gamma") ==
           [("gamma", 0, "COUNTS", False), ("beta", 1, "COUNTS", False),
            ("acme", 2, "UNSPECIFIED", False)], "up to the top", tree(acme, "above", "gamma"))
    expect(tree(acme, "above", "delta") == [("delta", 0, "UNSPECIFIED", False)],
           "a claim that nobody accepted does not count")
    expect(tree(acme, "above", "delta", "--all") == [("delta", 0, "CLAIMED", False)],
           "but it is told")
    whole = [(row[0], row[1]) for row in tree(acme, "tree")]
    expect(whole == [("acme", 0), ("beta", 1), ("gamma", 2), ("delta", 0)], "all trees", whole)
    expect([row[0] for row in tree(acme, "tree", "--depth", "1")] == ["acme", "beta", "delta"],
           "a level of all trees is no circle")
    expect("'nosuch'" in acme.error("orgs", "tree", "nosuch", code=FAILED), "who is not there")
    beta.submit("ReleaseChildOrg", childOrgId="gamma")
    expect(len(tree(acme, "tree", "acme")) == 2, "released")
    gamma.submit("EraseOrg", orgId="gamma")
    said = acme("orgs", "tree")
    expect("\ngamma  ERASED\n" in said, "what was erased is told", said)


def it_reports_orgs_that_stand_above_themselves(tool, fresh):
    acme, beta, gamma, _ = world(fresh)
    claim(acme, gamma)
    again = ("acme", 3, "COUNTS", True)
    expect(tree(acme, "tree", "acme")[-1] == again, "again, once", tree(acme, "tree", "acme"))
    expect(tree(acme, "above", "gamma")[-1] == ("gamma", 3, "COUNTS", True),
           "the same on the way up", tree(acme, "above", "gamma"))
    whole = tree(acme, "tree")
    expect(again in whole and ("delta", 0, "UNSPECIFIED", False) in whole, "with all trees", whole)
    done = acme.run("orgs", "tree")
    expect("above themselves" in done.stderr, "a word to a person", done.stderr)


def it_answers_across_orgs_as_of_a_time(tool, fresh):
    acme = fresh()
    before = now()
    beta = org(acme, "beta", tags=["old"])
    claim(beta, acme)
    then = now()
    beta.submit("UpdateOrg", orgId="beta", updateMask="tags", tags=["new"])
    acme.submit("ReleaseChildOrg", childOrgId="beta")
    expect(ids(acme.json("orgs", "--as-of", before)) == ["acme"], "before it was")
    expect(ids(acme.json("orgs", "tags=old", "--as-of", then)) == ["beta"], "as it was then")
    expect(acme.json("orgs", "tags=old") == [], "as it is now")
    expect(len(tree(acme, "tree", "acme", "--as-of", then)) == 2, "the tree of then")
    expect(len(tree(acme, "tree", "acme")) == 1, "the tree of now")
    said = acme.error("orgs", "--as-of", "#1", code=USAGE)
    expect("across orgs" in said, "the number of a decision refused", said)
    acme.error("orgs", "--as-of", "2999-01-01", code=USAGE)
    done = acme.run("orgs")
    expect("all of them know" in done.stderr, "how far that is", done.stderr)
