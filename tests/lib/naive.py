"""A naive model of an org: folds accepted commands into entities, as dictionaries and nothing else.

It judges nothing and shares nothing with the product: what `agencyctl list` answers is compared
with it (`lists`, `difference`). What CreateOrg makes beside the org (owner, credential, seat, role
type) is left out on both sides.
"""

import json

from wire import body

ACTIVE, ENDED, REMOVED = (f"ENTITY_STATUS_{word}" for word in ("ACTIVE", "ENDED", "REMOVED"))

# command -> (kind as people type it, fields of the key)
MAKES = {
    "registerSubject": ("subjects", ["subjectId"]),
    "bindCredential": ("credentials", ["credentialId"]),
    "createGroup": ("groups", ["groupId"]),
    "registerAsset": ("assets", ["assetId"]),
    "openJobSpace": ("job-spaces", ["jobSpaceId"]),
    "definePermission": ("permissions", ["permission"]),
    "defineRoleType": ("role-types", ["roleType"]),
    "createRole": ("roles", ["roleId"]),
    "assignRole": ("assignments", ["roleId", "subjectId"]),
    "grantPermission": ("grants", ["grantId"]),
    "setConfig": ("configs", ["kind", "entityId", "key"]),
}
# The same, of commands that copy their fields onto what is there; masked ones copy what they name.
CHANGES = {
    "updateSubject": "registerSubject", "setSubjectParents": "registerSubject",
    "updateGroup": "createGroup", "setGroupParent": "createGroup",
    "updateAsset": "registerAsset", "setAssetParent": "registerAsset",
    "updateJobSpace": "openJobSpace", "updatePermission": "definePermission",
    "updateRoleType": "defineRoleType", "updateRole": "createRole",
    "changeGrant": "grantPermission",
}
# command -> (the command that made it, its status from then on)
STATUSES = {
    "suspendSubject": ("registerSubject", "ENTITY_STATUS_SUSPENDED"),
    "resumeSubject": ("registerSubject", ACTIVE),
    "removeSubject": ("registerSubject", REMOVED),
    "restoreSubject": ("registerSubject", ACTIVE),
    "revokeCredential": ("bindCredential", ENDED),
    "archiveGroup": ("createGroup", "ENTITY_STATUS_ARCHIVED"),
    "restoreGroup": ("createGroup", ACTIVE),
    "deleteGroup": ("createGroup", REMOVED),
    "archiveAsset": ("registerAsset", "ENTITY_STATUS_ARCHIVED"),
    "restoreAsset": ("registerAsset", ACTIVE),
    "removeAsset": ("registerAsset", REMOVED),
    "closeJobSpace": ("openJobSpace", "ENTITY_STATUS_CLOSED"),
    "retirePermission": ("definePermission", "ENTITY_STATUS_RETIRED"),
    "retireRoleType": ("defineRoleType", "ENTITY_STATUS_RETIRED"),
    "deleteRole": ("createRole", REMOVED),
    "revokeRole": ("assignRole", ENDED),
    "revokePermission": ("grantPermission", ENDED),
    "unsetConfig": ("setConfig", REMOVED),
}
ENVELOPE = {"orgId", "commandId", "expectedVersion", "occurredAt", "onBehalfOf", "annotations",
            "issuedAt", "traceId"}
SYSTEM = {"version", "createdAt", "updatedAt", "grantedAt", "via"}


class Naive:
    def __init__(self):
        self.kinds = {kind: {} for kind, _ in MAKES.values()}

    def apply(self, command):
        (name, payload), = ((key, value) for key, value in command.items() if key not in ENVELOPE)
        payload = body(name, payload)
        if name in MAKES:
            self.make(name, dict(payload))
        elif name in CHANGES:
            self.change(CHANGES[name], payload)
        elif name in STATUSES:
            self.set_status(*STATUSES[name], payload)
        elif name == "includeGroup":
            included = self.kinds["groups"][payload["groupId"]].setdefault("includedGroupIds", [])
            if payload["includedGroupId"] not in included:
                included.append(payload["includedGroupId"])
        elif name == "excludeGroup":
            included = self.kinds["groups"][payload["groupId"]].get("includedGroupIds", [])
            if payload["includedGroupId"] in included:
                included.remove(payload["includedGroupId"])
        elif not name.endswith("Org"):
            raise ValueError(f"expected a command that the naive model knows, not '{name}'")

    def entity(self, made_by, payload):
        kind, key = MAKES[made_by]
        return self.kinds[kind].get("~".join(payload.get(field, "") for field in key))

    def make(self, name, payload):
        kind, key = MAKES[name]
        holders = payload.pop("holderSubjectIds", [])
        payload.pop("identity", None)
        if name == "assignRole":
            seat = self.kinds["roles"].get(payload["roleId"])
            if seat is None:  # the seat of CreateOrg
                return
            copied = ("roleType", "groupIds", "jobSpaceId")
            payload.update({field: seat[field] for field in copied if field in seat})
            if self.kinds["role-types"].get(seat["roleType"], {}).get("noMembership"):
                payload["noMembership"] = True
        self.kinds[kind]["~".join(payload.get(field, "") for field in key)] = {
            **payload, "status": ACTIVE}
        for holder in holders:
            self.make("assignRole", {"roleId": payload["roleId"], "subjectId": holder})

    def change(self, made_by, payload):
        entity = self.entity(made_by, payload)
        mask = payload.get("updateMask")
        for field in mask.split(",") if mask else list(payload):
            entity.pop(field, None)
            if field in payload:
                entity[field] = payload[field]
        if made_by == "grantPermission" and "expiresAt" not in payload:
            entity.pop("expiresAt", None)

    def set_status(self, made_by, status, payload):
        entity = self.entity(made_by, payload)
        if entity is None:
            return
        entity["status"] = status
        if status == REMOVED:
            self.cascade(made_by, payload)

    def cascade(self, made_by, payload):
        """What ends with a removed subject, group, asset or seat."""
        removed = {"registerSubject": "SUBJECT", "createGroup": "GROUP", "registerAsset": "ASSET",
                   "createRole": "ROLE"}.get(made_by)
        if removed is None:
            return
        key = payload[MAKES[made_by][1][0]]
        for grant in self.kinds["grants"].values():
            for end, prefix in (("grantee", "GRANTEE_KIND_"), ("on", "OBJECT_KIND_")):
                if grant[end].get("kind") == prefix + removed and grant[end].get("id") == key:
                    grant["status"] = ENDED
        if removed == "SUBJECT":
            self.end("assignments", "subjectId", key)
            self.end("credentials", "subjectId", key)
        elif removed == "ROLE":
            self.end("assignments", "roleId", key)
        elif removed == "GROUP":
            for role_id, seat in self.kinds["roles"].items():
                groups = [self.kinds["groups"][group] for group in seat.get("groupIds", [])]
                if key in seat.get("groupIds", []) and seat["status"] == ACTIVE and all(
                        group["status"] == REMOVED for group in groups):
                    self.set_status("createRole", REMOVED, {"roleId": role_id})

    def end(self, kind, field, key):
        for entity in self.kinds[kind].values():
            if entity[field] == key:
                entity["status"] = ENDED

    def lists(self):
        """kind -> what `list` shows unless asked for more, in one form."""
        shown = {kind: in_one_form(entities.values()) for kind, entities in self.kinds.items()}
        shown["configs"] = in_one_form(setting for setting in self.kinds["configs"].values()
                                       if not self.is_of_what_is_gone(setting))
        return shown

    def is_of_what_is_gone(self, setting):
        kinds = {"ENTITY_KIND_GROUP": "groups", "ENTITY_KIND_ASSET": "assets",
                 "ENTITY_KIND_SUBJECT": "subjects", "ENTITY_KIND_ROLE": "roles"}
        kind = kinds.get(setting["kind"])
        return kind is not None and (
            self.kinds[kind][setting["entityId"]]["status"] in (ENDED, REMOVED))


def without_defaults(value):
    """What is empty, zero or unspecified says nothing, at any depth."""
    if not isinstance(value, dict):
        return value
    cleaned = {key: without_defaults(item) for key, item in value.items()}
    return {key: item for key, item in cleaned.items()
            if item not in ("", "0", 0, False, [], {}, None)
            and not str(item).endswith("_UNSPECIFIED")}


def in_one_form(entities):
    """Lives only, without what the system adds and what says nothing, in one order."""
    shown = [without_defaults({key: value for key, value in entity.items() if key not in SYSTEM})
             for entity in entities if entity["status"] not in (ENDED, REMOVED)]
    for entity in shown:
        for key, value in entity.items():
            if key.endswith("Ids") or key == "impliedBy":
                entity[key] = sorted(value)
    return sorted(shown, key=lambda entity: json.dumps(entity, sort_keys=True))


def difference(expected, found):
    """Lines of what one has and the other has not."""
    for kind, entities in expected.items():
        other = found.get(kind, [])
        yield from (f"{kind}: missing {entity}" for entity in entities if entity not in other)
        yield from (f"{kind}: more {entity}" for entity in other if entity not in entities)
