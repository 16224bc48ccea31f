"""Who acts for whom, and through whom."""

import json

from cases import expect
from tool import DENIED, REJECTED, USAGE


def it_follows_who_acts_for_whom_link_by_link(tool, fresh):
    """A sub-agent acts for an agent that acts for a person: each link granted, each revocable."""
    acme = fresh()
    for subject in ("agent", "sub"):
        acme.submit("RegisterSubject", subjectId=subject, type="SUBJECT_TYPE_AGENT")
    acme.submit("BindCredential", credentialId="sub-key", subjectId="sub",
                kind="CREDENTIAL_KIND_API_KEY", identity="sub-agent")
    acme.submit("GrantPermission", grantId="teams", permission="CreateGroup",
                on={"kind": "OBJECT_KIND_ORG"},
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"})
    options = ("--principal", "API_KEY:sub-agent", "--actors", "agent", "--on-behalf-of", "ada")
    asked = ("check", "ada", "CreateGroup", "org", "--actors", "sub,agent")
    for grant, actor, whom in (("hop-1", "sub", "agent"), ("hop-2", "agent", "ada")):
        said = acme.error("submit", "CreateGroup", json.dumps({"groupId": "team"}), *options,
                          code=REJECTED)
        expect(f"'act_as' on subject '{whom}', but subject '{actor}'" in said, "the link", said)
        said = acme.json(*asked, code=DENIED)[0]
        expect(said["reason"] == "ACTORS" and not said["allowed"], "denied by a link", said)
        acme.submit("GrantPermission", grantId=grant, permission="act_as",
                    on={"kind": "OBJECT_KIND_SUBJECT", "id": whom},
                    grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": actor})
    acme.submit("CreateGroup", groupId="team", options=options)
    said = acme("history", "group", "team").splitlines()[0]
    expect(said.endswith("by sub through agent on behalf of ada"), "the chain", said)
    said = acme.json(*asked)[0]
    hops = [(hop["subjectId"], hop["object"], hop["path"][0]["entity"]["id"])
            for hop in said["actors"]]
    expect(hops == [("sub", "subject:agent", "hop-1"), ("agent", "subject:ada", "hop-2")],
           "each link by its grant", hops)
    decided = said["at"]["orgSequence"]
    acme.submit("SetOrgAttenuation", orgId="acme", attenuate=True)
    said = acme.json(*asked, code=DENIED)[0]
    expect(said["reason"] == "ACTORS" and len(said["actors"]) == 4, "each himself, too", said)
    acme.submit("SetOrgAttenuation", orgId="acme", attenuate=False)
    acme.submit("RevokePermission", grantId="hop-1")
    expect("denied" in acme(*asked, code=DENIED), "denied since", asked)
    expect("allowed" in acme(*asked, "--as-of", f"#{decided}"), "allowed then", asked)
    for actors, wrong in (("sub,,agent", "--actors"), ("sub,agent,sub", "'sub' is there again"),
                          ("sub,ada", "'ada' is there again")):
        said = acme.error("check", "ada", "CreateGroup", "org", "--actors", actors, code=USAGE)
        expect(wrong in said, "what was expected", said)
