"""Commands as lines of JSON and other programs have them: those that make or update an entity carry
it, where a body for `agencyctl submit` is its fields alone."""

CARRIED = {
    "Org": "org", "ChildOrg": "orgChild", "Subject": "subject", "Credential": "credential",
    "Group": "group", "Asset": "asset", "JobSpace": "jobSpace", "Capability": "capability",
    "Permission": "permission", "RoleType": "roleType", "Role": "role", "Config": "config",
    "Goal": "goal",
}
MAKING = ("create", "update", "register", "bind", "open", "declare", "define", "accept", "set")
BESIDE = {"owner", "identity", "holderSubjectIds", "updateMask"}


def carried(name):
    """The member of a command, such as createRole, that holds its entity; None if there is none."""
    if name in ("assignRole", "grantPermission"):
        return {"assignRole": "assignment", "grantPermission": "grant"}[name]
    verb = next((verb for verb in MAKING if name.startswith(verb)), None)
    return CARRIED.get(name[len(verb):]) if verb else None


def wire(name, body):
    """What stands in a line for a command whose body this is."""
    member = carried(name)
    if member is None:
        return body
    beside = BESIDE | ({"credential"} if name == "createOrg" else set())
    return {member: {key: value for key, value in body.items() if key not in beside},
            **{key: value for key, value in body.items() if key in beside}}


def body(name, payload):
    """The other way."""
    member = carried(name)
    return payload if member is None else {**payload[member], **{
        key: value for key, value in payload.items() if key != member}}
