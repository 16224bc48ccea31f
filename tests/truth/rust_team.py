#!/usr/bin/env python3
"""The imported example against its truth file.

    tests/truth/rust_team.py AGENCYCTL DATA
    tests/truth/rust_team.py URL
    tests/truth/rust_team.py grpc:HOST:PORT

DATA is a folder into which examples/rust-team was imported, URL an agencyd on such a one, which is
asked by its paths of JSON; or by gRPC, with messages that protoc made of the schema. At each of the
truth's 20 dates:

- state: teams with their roles, parents, inclusions, permissions and settings, subjects and
  repositories, rebuilt from `agencyctl list KIND --as-of DATE`, equal the truth file's (settings,
  which that leaves out: a fold of the recorded changes);
- access: `agencyctl check` for all subjects x repositories x permissions on repositories, and for
  all subjects x permissions on the org, equals what this program derives from the truth alone.

Left out of the comparison: what CreateOrg makes, and placeholders in the lists of teams and
subjects.
"""

import collections
import concurrent.futures
import http.client
import importlib
import json
import pathlib
import subprocess
import sys
import urllib.parse

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/rust-team"
ORG = "rust-lang"
OWNER = "registrar"
LADDER = ["read", "triage", "write", "maintain", "admin"]  # each implied by those after it


def unpack(name):
    done = subprocess.run(["zstd", "-dcq", EXAMPLE / name], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


class Agency:
    """The questions, as a person would put them to agencyctl."""

    def __init__(self, program, data, date):
        self.command = [program, "--data", data, "--org", ORG, "--output", "json"]
        self.date = date

    def ask(self, *words, lines=()):
        done = subprocess.run([*self.command, *words, "--as-of", self.date],
                              input="\n".join(lines), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)} at {self.date}: {done.stderr.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def list(self, kind):
        return [item for item in self.ask("list", kind) if is_there(item)]

    def check_batch(self, lines):
        return self.ask("check", "--batch", "-", lines=map(json.dumps, lines))


class Server:
    """The same questions by paths of JSON over HTTP."""

    PAGE_SIZE = 1000
    SUBJECTS_MAX = 10000  # of all checks of a batch

    def __init__(self, url, date):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
        self.date = date

    def ask(self, verb, path, body=None):
        """The date as a header: of a batch as of a list."""
        self.connection.request(verb, f"/v1/orgs/{ORG}{path}", body and json.dumps(body),
                                {"content-type": "application/json",
                                 "agencygrid-as-of": self.date})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} at {self.date}: {text.decode()}")
        return json.loads(text)

    def page(self, kind, token):
        return self.ask("GET", f"/{kind}?" + urllib.parse.urlencode(
            {"page_size": self.PAGE_SIZE, "page_token": token}))

    def check(self, checks):
        return self.ask("POST", ":checkBatch", {"checks": checks})

    def list(self, kind):
        token = ""
        while True:
            page = self.page(kind, token)
            yield from filter(is_there, page.get("items", []))
            token = page.get("nextPageToken", "")
            if not token:
                return

    def check_batch(self, lines):
        """As many at once as one may ask."""
        lines = list(lines)
        many = self.SUBJECTS_MAX // max(1, len(lines[0]["subjects"]))
        for at in range(0, len(lines), many):
            for answer in self.check(lines[at:at + many])["answers"]:
                if answer["code"] != "OK":
                    raise SystemExit(f":checkBatch at {self.date}: {answer}")
                yield {"allowed": answer.get("allowed", [])}


class Grpc(Server):
    """The same questions by gRPC."""

    def __init__(self, target, date):  # pylint: disable=super-init-not-called
        self.channel = importlib.import_module("grpc").insecure_channel(target)
        self.to_dict = importlib.import_module("google.protobuf.json_format").MessageToDict
        self.date = date

    def call(self, service, method, **fields):
        module = importlib.import_module(f"agency.v1.{service.lower()}_service_pb2")
        request = getattr(module, method + "Request")(org_id=ORG, as_of=self.date, **fields)
        answer = self.channel.unary_unary(
            f"/agency.v1.{service}/{method}", request_serializer=type(request).SerializeToString,
            response_deserializer=getattr(module, method + "Response").FromString)
        return self.to_dict(answer(request, timeout=60))

    def page(self, kind, token):
        method = "List" + "".join(word.capitalize() for word in kind.split("-"))
        return self.call("Entities", method, page_size=self.PAGE_SIZE, page_token=token)

    def check(self, checks):
        return self.call("Query", "CheckBatch", checks=checks)


def questions(where, date):
    if len(where) == 2:
        return Agency(*where, date)
    return Grpc(where[0][5:], date) if where[0].startswith("grpc:") else Server(*where, date)


def is_there(item):
    return item.get("status") in ("ENTITY_STATUS_ACTIVE", "ENTITY_STATUS_ARCHIVED")


def state_of(agency):
    """The truth file's form of what agencyctl answers."""
    subjects = {item["subjectId"]: item for item in agency.list("subjects")}
    groups = {item["groupId"]: item for item in agency.list("groups")}
    assets = {item["assetId"]: item for item in agency.list("assets")}
    teams = {group_id: {
        "archived": archived(group),
        "parent": groups[group["parentGroupId"]]["name"] if group.get("parentGroupId") else None,
        "roles": collections.defaultdict(list),
        "includes": sorted(groups[other]["name"] for other in group.get("includedGroupIds", [])),
        "permissions": [], "leads_permissions": [], "settings": {},
    } for group_id, group in groups.items()}
    repos = {asset_id: {"archived": archived(asset), "teams": {}, "individuals": {}}
             for asset_id, asset in assets.items()}
    permissions = {subject_id: [] for subject_id in subjects}
    for item in agency.list("assignments"):
        for group_id in item.get("groupIds", []):
            teams[group_id]["roles"][item["roleType"]].append(subjects[item["subjectId"]]["name"])
    for item in agency.list("grants"):
        add_grant(item, subjects, groups, teams, repos, permissions)
    for item in agency.list("configs"):
        if item["kind"] == "ENTITY_KIND_GROUP" and item["entityId"] in teams:
            teams[item["entityId"]]["settings"][item["key"]] = item["value"]
    return {
        "subjects": {subjects[key]["name"]: sorted(value) for key, value in permissions.items()
                     if key != OWNER and not subjects[key].get("metadata", {}).get("placeholder")},
        "teams": {groups[key]["name"]: team for key, team in teams.items()
                  if groups[key]["type"] != "unknown"},
        "repos": {assets[key]["name"]: repo for key, repo in repos.items()},
    }


def archived(item):
    return item["status"] == "ENTITY_STATUS_ARCHIVED"


def add_grant(item, subjects, groups, teams, repos, permissions):
    grantee, permission = item["grantee"], item["permission"]
    is_group = grantee["kind"] == "GRANTEE_KIND_GROUP"
    if item["on"]["kind"] == "OBJECT_KIND_ASSET":
        repo = repos[item["on"]["id"]]
        name = (groups if is_group else subjects)[grantee["id"]]["name"]
        repo["teams" if is_group else "individuals"][name] = permission
    elif is_group:
        scope = "leads_permissions" if grantee.get("roleTypes") else "permissions"
        teams[grantee["id"]][scope].append(permission)
    else:
        permissions[grantee["id"]].append(permission)


def in_one_order(state):
    """Lists of names mean sets."""
    for team in state["teams"].values():
        team["roles"] = {role: sorted(names) for role, names in team["roles"].items() if names}
        for key in ("includes", "permissions", "leads_permissions"):
            team[key] = sorted(team[key])
    state["subjects"] = {name: sorted(held) for name, held in state["subjects"].items()}
    return state


def settings_at(changes, date):
    """Team name -> settings just before a date, by the recorded changes alone."""
    teams = collections.defaultdict(dict)
    for change in changes:
        if change["time"] >= date:
            break
        team = change.get("team")
        if change["kind"] in ("team.created", "team.removed"):
            teams.pop(team, None)
        elif change["kind"] == "team.renamed":
            teams[team] = teams.pop(change["previous"], {})
        elif change["kind"] == "team.setting_set":
            teams[team][change["setting"]] = change["value"]
        elif change["kind"] == "team.setting_unset":
            teams[team].pop(change["setting"], None)
    return teams


def difference(expected, found, path=""):
    """The first few places where two states differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            yield from difference(expected.get(key), found.get(key), f"{path}/{key}")
    elif expected != found:
        yield f"{path}: expected {expected!r}, but it is {found!r}"


class Access:
    """Who may do what, derived from one date of the truth file and nothing else."""

    def __init__(self, truth):
        self.truth = truth
        self.leads = {name: set() if team["archived"] else set(team["roles"].get("lead", []))
                      for name, team in truth["teams"].items()}

    def members(self, name, seen=()):
        """Leads and members, and those of the teams it includes; an archived team has none."""
        team = self.truth["teams"].get(name)
        if team is None or team["archived"] or name in seen:
            return set()
        found = self.leads[name] | set(team["roles"].get("member", []))
        return found.union(*(self.members(other, (*seen, name)) for other in team["includes"]))

    def on_org(self):
        """Permission -> subjects."""
        held = collections.defaultdict(set)
        for name, team in self.truth["teams"].items():
            for permission in team["permissions"]:
                held[permission] |= self.members(name)
            for permission in team["leads_permissions"]:
                held[permission] |= self.leads[name]
        for name, permissions in self.truth["subjects"].items():
            for permission in permissions:
                held[permission].add(name)
        return held

    def on_repo(self, name):
        """Permission of the ladder -> subjects; what is held on the org is held here, too."""
        repo = self.truth["repos"][name]
        if repo["archived"]:
            return {}
        direct = collections.defaultdict(set)
        for team, permission in repo["teams"].items():
            direct[permission] |= self.members(team)
        for subject, permission in repo["individuals"].items():
            direct[permission].add(subject)
        return {permission: set().union(*(direct[above] for above in LADDER[rank:]))
                for rank, permission in enumerate(LADDER)}


def access_differences(agency, truth, permissions):
    """Asks about every subject; the answer of a line is the list of those allowed."""
    access = Access(truth)
    names = {item["subjectId"]: item["name"] for item in agency.list("subjects")}
    known = set(truth["subjects"])
    on_org = access.on_org()
    defined = {item["permission"] for item in agency.list("permissions")}
    for permission in set(permissions) - defined:
        for name in on_org[permission]:
            yield f"{permission} on the org for {name}: expected it to be defined"
    questions = [("asset", repo, permission) for repo in truth["repos"] for permission in LADDER]
    questions += [("org", "", permission) for permission in permissions if permission in defined]
    lines = [{"subjects": sorted(names), "permission": permission, "on": kind,
              "id": repo.replace("/", ":")} for kind, repo, permission in questions]
    answers = agency.check_batch(lines)
    for (_, repo, permission), answer in zip(questions, answers, strict=True):
        expected = access.on_repo(repo).get(permission, set()) if repo else on_org[permission]
        found = {names[subject_id] for subject_id in answer["allowed"]}
        for name in sorted((expected ^ found) & known):
            yield f"{permission} on {repo or 'the org'} for {name}: expected {name in expected}"


def main():
    where = sys.argv[1:]
    changes = [json.loads(line) for line in unpack("rust-team.jsonl.zst").splitlines()]
    truths = json.loads(unpack("rust-team-truth.json.zst"))["dates"]
    permissions = sorted({change["permission"] for change in changes if "permission" in change})
    counts = collections.Counter()

    def tell(name, differences):
        counts["failed" if differences else "passed"] += 1
        if differences:
            print(f"FAILED {name}: {len(differences)} differences")
            print("".join(f"    {line}\n" for line in differences[:10]), end="")

    def compare(truth):
        agency = questions(where, truth["date"])
        expected = {key: truth[key] for key in ("subjects", "teams", "repos")}
        settings = settings_at(changes, truth["date"])
        for name, team in expected["teams"].items():
            team["settings"] = settings[name]
        state = list(difference(in_one_order(expected), in_one_order(state_of(agency))))
        return state, list(access_differences(agency, expected, permissions))

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for truth, (state, access) in zip(truths, pool.map(compare, truths)):
            tell(f"state at {truth['date']}", state)
            tell(f"access at {truth['date']}", access)
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
