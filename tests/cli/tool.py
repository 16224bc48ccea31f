"""agencyctl on a data folder, and an org to try it on."""

import json
import pathlib
import re
import subprocess

from cases import expect

ROOT = pathlib.Path(__file__).resolve().parents[2]
DONE, FAILED, USAGE, REJECTED, DENIED, DAMAGED = range(6)


class Tool:
    """agencyctl on one data folder."""

    def __init__(self, program, data, org):
        self.command = [program, "--data", str(data), "--org", org]
        self.program, self.data, self.org = program, pathlib.Path(data), org

    def run(self, *words, stdin=None):
        return subprocess.run([*self.command, *words], input=stdin, capture_output=True, text=True,
                              timeout=120)

    def __call__(self, *words, code=DONE, stdin=None):
        """Standard output; fails unless the exit code is as expected."""
        done = self.run(*words, stdin=stdin)
        expect(done.returncode == code, f"exit code {code} of {' '.join(words)}",
               f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return done.stdout

    def error(self, *words, code):
        """What a refusal says."""
        done = self.run(*words)
        expect(done.returncode == code, f"exit code {code} of {' '.join(words)}",
               f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return done.stdout + done.stderr

    def json(self, *words, **options):
        text = self(*words, "--output", "json", **options)
        return [json.loads(line) for line in text.splitlines()]

    def submit(self, command, code=DONE, options=(), **payload):
        return self.json("submit", command, json.dumps(payload), *options, code=code)[0]

    def root(self):
        return re.search(r"root (\w{64})", self("verify"))[1]


def make_org(tool):
    """Org acme: ada leads the team red and may manage it; bob is a member of blue."""
    tool.submit("CreateOrg", orgId=tool.org, owner={"subjectId": "root"}, identity="root",
                credential={"credentialId": "root-key", "kind": "CREDENTIAL_KIND_API_KEY"})
    for subject in ("ada", "bob", "eve"):
        tool.submit("RegisterSubject", subjectId=subject, type="SUBJECT_TYPE_AGENT", name=subject)
        tool.submit("BindCredential", credentialId=f"{subject}-key", subjectId=subject,
                    kind="CREDENTIAL_KIND_API_KEY", identity=subject)
    for role_type in ("lead", "member"):
        tool.submit("DefineRoleType", roleType=role_type)
    for group in ("red", "blue"):
        tool.submit("CreateGroup", groupId=group, name=group)
        for role_type in ("lead", "member"):
            tool.submit("CreateRole", roleId=f"{group}.{role_type}", roleType=role_type,
                        groupIds=[group])
        for permission in ("AssignRole", "delegate"):
            tool.submit("GrantPermission", grantId=f"{group}-{permission}", permission=permission,
                        grantee={"kind": "GRANTEE_KIND_GROUP", "id": group, "roleTypes": ["lead"]},
                        on={"kind": "OBJECT_KIND_GROUP", "id": group})
    tool.submit("AssignRole", roleId="red.lead", subjectId="ada")
    tool.submit("AssignRole", roleId="blue.member", subjectId="bob")


def rejected(count):
    """Lines for `submit -`: so many commands of org acme that nobody without a right may give."""
    return "\n".join(json.dumps({"orgId": "acme", "commandId": f"rejected-{number}",
                                 "openJobSpace": {"jobSpace": {"jobSpaceId": f"j{number}"}}})
                     for number in range(count))
