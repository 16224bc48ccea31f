#!/usr/bin/env python3
"""Makes commands of the recorded history of the Rust project's teams.

    examples/rust-team/convert.py > commands.jsonl

Reads rust-team.jsonl.zst beside it (README.md describes the changes) and writes one command per
line, the JSON form of agency.v1.Command. What the changes become:

- A handle or team keeps its id for ever: the first name it had. A later one of the same name is
  another (`frewsxcv.2`). Renames change the label `name` only.
- A change that names an unknown team or handle registers a placeholder first: a group of type
  `unknown`, a subject with the metadata {"placeholder": true}. When the real one comes, the
  placeholder becomes it.
- Each team gets a seat per role when somebody first holds it: `TEAM.lead`, `TEAM.member`,
  `TEAM.alumni`, and `TEAM.role:X` for a named role. Leads and members are members of the team;
  named roles are held beside that, and alumni are members no more.
- A permission of a team is a grant on the org to its members (scope `leads`: to the holders of its
  lead seat); one on a repository is a grant on that asset.
- Settings are Config of the group. `source`, `pr` and `by` are annotations of every command.
"""

import collections
import hashlib
import json
import pathlib
import subprocess
import sys

ORG = "rust-lang"
# An org needs an owner with a credential. To this public key nobody has the private one: whoever
# runs the installation acts as its operator.
NOBODYS_KEY = hashlib.sha256(b"registrar of rust-lang").hexdigest()
# Who implies whom on a repository, strongest first.
LADDER = ["admin", "maintain", "write", "triage", "read"]
# The member under which a command carries what it makes or updates.
CARRIED = {
    "createOrg": "org", "registerSubject": "subject", "updateSubject": "subject",
    "createGroup": "group", "updateGroup": "group", "registerAsset": "asset",
    "definePermission": "permission", "defineRoleType": "roleType", "createRole": "role",
    "assignRole": "assignment", "grantPermission": "grant", "setConfig": "config",
}
ROLE_TYPES = {
    "member": "Belongs to the team.",
    "lead": "Leads the team and belongs to it.",
    "alumni": "Belonged to the team.",
}


class Converter:
    def __init__(self, out):
        self.out = out
        self.change = None  # the change being converted
        self.change_commands = 0  # commands it has become so far
        self.subjects = {}  # handle -> subject id, of the living
        self.teams = {}  # team name -> group id, of the living
        self.placeholders = set()  # ids of either
        self.ids = collections.Counter()  # how often an id's first part was used
        self.metadata = {}  # subject id -> metadata
        self.types = set()  # permissions and role types defined
        self.seats = {}  # (group id, role) -> role id
        self.grants = {}  # (grantee, scope or object, permission or None) -> grant id

    def emit(self, command, beside=None, **fields):
        """Writes one command; its id is the change's number and its place in that. `beside` is what
        it has beside the entity that it carries."""
        self.change_commands += 1
        payload = {CARRIED[command]: fields, **(beside or {})} if command in CARRIED else fields
        change = self.change
        notes = [{"key": key, "value": str(change[key])} for key in ("source", "pr", "by")
                 if key in change]
        json.dump({
            "orgId": ORG,
            "commandId": f"rust-team-{change['seq']:06}-{self.change_commands}",
            "occurredAt": change["time"],
            "annotations": notes,
            command: payload,
        }, self.out, ensure_ascii=False, separators=(",", ":"))
        self.out.write("\n")

    def convert(self, change):
        self.change, self.change_commands = change, 0
        getattr(self, change["kind"].replace(".", "_"))(change)

    def new_id(self, kind, name):
        """The name, and a number where somebody had it before."""
        self.ids[kind, name] += 1
        count = self.ids[kind, name]
        return name if count == 1 else f"{name}.{count}"

    # The org, and what is the same for all of it.

    def org_created(self, change):
        self.emit("createOrg", orgId=ORG, name="The Rust project", beside={
            "owner": {"subjectId": "registrar", "name": "registrar",
                      "type": "SUBJECT_TYPE_SERVICE"},
            "credential": {"credentialId": "registrar-key", "kind": "CREDENTIAL_KIND_ED25519"},
            "identity": NOBODYS_KEY})
        for stronger, permission in zip([None, *LADDER], LADDER):
            self.define_permission(permission, [stronger] if stronger else [])
        for role, description in ROLE_TYPES.items():
            self.define_role_type(role, description)

    def define_permission(self, permission, implied_by=()):
        if ("permission", permission) not in self.types:
            self.types.add(("permission", permission))
            self.emit("definePermission", permission=permission, impliedBy=list(implied_by))

    def define_role_type(self, role, description):
        if ("role type", role) not in self.types:
            self.types.add(("role type", role))
            beside = {} if role in ("lead", "member") else {"noMembership": True}
            self.emit("defineRoleType", roleType=role, description=description, **beside)

    # Subjects.

    def subject(self, handle):
        """The id of a handle; an unknown one becomes a placeholder."""
        if handle not in self.subjects:
            self.register_subject(handle, {"placeholder": True})
            self.placeholders.add(self.subjects[handle])
        return self.subjects[handle]

    def register_subject(self, handle, metadata):
        subject_id = self.subjects[handle] = self.new_id("subject", handle)
        self.metadata[subject_id] = metadata
        self.emit("registerSubject", subjectId=subject_id, type="SUBJECT_TYPE_HUMAN", name=handle,
                  metadata=metadata)

    def set_metadata(self, subject_id, metadata):
        self.metadata[subject_id] = metadata
        self.emit("updateSubject", {"updateMask": "metadata"}, subjectId=subject_id,
                  metadata=metadata)

    def subject_registered(self, change):
        handle = change["subject"]
        metadata = {"githubId": change["github_id"]} if "github_id" in change else {}
        if handle in self.subjects:
            self.placeholders.remove(self.subjects[handle])
            self.set_metadata(self.subjects[handle], metadata)
        else:
            self.register_subject(handle, metadata)

    def subject_unregistered(self, change):
        subject_id = self.subjects.pop(change["subject"])
        self.emit("removeSubject", subjectId=subject_id)
        self.drop_grants(subject_id)

    def subject_renamed(self, change):
        handle = change["subject"]
        self.subjects[handle] = self.subjects.pop(change["previous"])
        self.emit("updateSubject", subjectId=self.subjects[handle], name=handle)

    def subject_github_id_set(self, change):
        subject_id = self.subjects[change["subject"]]
        metadata = dict(self.metadata[subject_id])
        metadata.pop("githubId", None)
        if change["github_id"] is not None:
            metadata["githubId"] = change["github_id"]
        self.set_metadata(subject_id, metadata)

    # Teams, and who is in them.

    def team(self, name):
        """The id of a team; an unknown one becomes a placeholder."""
        if name not in self.teams:
            group_id = self.teams[name] = self.new_id("team", name)
            self.placeholders.add(group_id)
            self.emit("createGroup", groupId=group_id, name=name, type="unknown")
        return self.teams[name]

    def team_created(self, change):
        name = change["team"]
        parent = {"parentGroupId": self.team(change["parent"])} if change.get("parent") else {}
        if name in self.teams:
            group_id = self.teams[name]
            self.placeholders.remove(group_id)
            self.emit("updateGroup", groupId=group_id, type="team")
            if parent:
                self.emit("setGroupParent", groupId=group_id, **parent)
        else:
            group_id = self.teams[name] = self.new_id("team", name)
            self.emit("createGroup", groupId=group_id, name=name, type="team", **parent)

    def team_removed(self, change):
        group_id = self.teams.pop(change["team"])
        self.emit("deleteGroup", groupId=group_id)
        self.drop_grants(group_id)

    def team_archived(self, change):
        self.emit("archiveGroup", groupId=self.teams[change["team"]])

    def team_renamed(self, change):
        name = change["team"]
        group_id = self.teams[name] = self.teams.pop(change["previous"])
        self.emit("updateGroup", groupId=group_id, name=name)

    def team_parent_set(self, change):
        parent = self.team(change["parent"]) if change["parent"] else ""
        self.emit("setGroupParent", groupId=self.teams[change["team"]], parentGroupId=parent)

    def team_include_added(self, change):
        included = self.team(change["included"])
        self.emit("includeGroup", groupId=self.teams[change["team"]], includedGroupId=included)

    def team_include_removed(self, change):
        included = self.team(change["included"])
        self.emit("excludeGroup", groupId=self.teams[change["team"]], includedGroupId=included)

    def seat(self, group_id, role, description=""):
        """The seat of a role in a team, made when it is first needed."""
        if (group_id, role) not in self.seats:
            self.define_role_type(role, description)
            role_id = self.seats[group_id, role] = self.new_id("seat", f"{group_id}.{role}")
            self.emit("createRole", roleId=role_id, roleType=role, groupIds=[group_id],
                      description=description)
        return self.seats[group_id, role]

    def team_role_defined(self, change):
        self.seat(self.teams[change["team"]], "role:" + change["role"], change["description"])

    def team_role_undefined(self, change):
        role_id = self.seats.pop((self.teams[change["team"]], "role:" + change["role"]))
        self.emit("deleteRole", roleId=role_id)

    def team_member_added(self, change):
        subject_id = self.subject(change["subject"])
        role_id = self.seat(self.teams[change["team"]], change["role"])
        self.emit("assignRole", roleId=role_id, subjectId=subject_id)

    def team_member_removed(self, change):
        subject_id = self.subject(change["subject"])
        role_id = self.seat(self.teams[change["team"]], change["role"])
        self.emit("revokeRole", roleId=role_id, subjectId=subject_id)

    def team_setting_set(self, change):
        self.emit("setConfig", kind="ENTITY_KIND_GROUP", entityId=self.teams[change["team"]],
                  key=change["setting"], value=change["value"])

    def team_setting_unset(self, change):
        self.emit("unsetConfig", kind="ENTITY_KIND_GROUP", entityId=self.teams[change["team"]],
                  key=change["setting"])

    # Permissions. A grant's id is the number of the change that made it.

    def grant(self, key, permission, grantee, on):
        self.define_permission(permission)
        grant_id = self.grants[key] = f"grant-{self.change['seq']:06}"
        self.emit("grantPermission", grantId=grant_id, permission=permission, grantee=grantee,
                  on=on)

    def revoke(self, key):
        self.emit("revokePermission", grantId=self.grants.pop(key))

    def drop_grants(self, grantee_id):
        """Those of a removed grantee have ended with it."""
        self.grants = {key: grant for key, grant in self.grants.items() if key[0] != grantee_id}

    def team_permission_granted(self, change):
        group_id, permission = self.team(change["team"]), change["permission"]
        grantee = {"kind": "GRANTEE_KIND_GROUP", "id": group_id}
        if change["scope"] == "leads":
            grantee["roleTypes"] = ["lead"]
        self.grant((group_id, change["scope"], permission), permission, grantee,
                   {"kind": "OBJECT_KIND_ORG"})

    def team_permission_revoked(self, change):
        self.revoke((self.team(change["team"]), change["scope"], change["permission"]))

    def subject_permission_granted(self, change):
        subject_id, permission = self.subject(change["subject"]), change["permission"]
        self.grant((subject_id, "all", permission), permission,
                   {"kind": "GRANTEE_KIND_SUBJECT", "id": subject_id}, {"kind": "OBJECT_KIND_ORG"})

    def subject_permission_revoked(self, change):
        self.revoke((self.subject(change["subject"]), "all", change["permission"]))

    def team_repo_permission_granted(self, change):
        group_id, asset_id = self.team(change["team"]), repo_id(change["repo"])
        self.grant((group_id, asset_id, None), change["permission"],
                   {"kind": "GRANTEE_KIND_GROUP", "id": group_id},
                   {"kind": "OBJECT_KIND_ASSET", "id": asset_id})

    def team_repo_permission_changed(self, change):
        grant_id = self.grants[self.team(change["team"]), repo_id(change["repo"]), None]
        self.emit("changeGrant", grantId=grant_id, permission=change["permission"])

    def team_repo_permission_revoked(self, change):
        self.revoke((self.team(change["team"]), repo_id(change["repo"]), None))

    def subject_repo_permission_granted(self, change):
        subject_id, asset_id = self.subject(change["subject"]), repo_id(change["repo"])
        self.grant((subject_id, asset_id, None), change["permission"],
                   {"kind": "GRANTEE_KIND_SUBJECT", "id": subject_id},
                   {"kind": "OBJECT_KIND_ASSET", "id": asset_id})

    def subject_repo_permission_revoked(self, change):
        self.revoke((self.subject(change["subject"]), repo_id(change["repo"]), None))

    # Repositories.

    def repo_created(self, change):
        self.emit("registerAsset", assetId=repo_id(change["repo"]), type="repository",
                  name=change["repo"])

    def repo_removed(self, change):
        self.emit("removeAsset", assetId=repo_id(change["repo"]))

    def repo_archived(self, change):
        self.emit("archiveAsset", assetId=repo_id(change["repo"]))

    def repo_unarchived(self, change):
        self.emit("restoreAsset", assetId=repo_id(change["repo"]))


def repo_id(repo):
    """No id has a slash."""
    return repo.replace("/", ":")


def main():
    history = pathlib.Path(__file__).resolve().parent / "rust-team.jsonl.zst"
    unpacked = subprocess.run(["zstd", "-dcq", history], stdout=subprocess.PIPE, check=True)
    converter = Converter(sys.stdout)
    for line in unpacked.stdout.decode().splitlines():
        converter.convert(json.loads(line))


if __name__ == "__main__":
    main()
