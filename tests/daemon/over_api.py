"""The API of an agencyd whose log is on a broker."""

import re

from cases import expect
from server import Server


def it_takes_commands_over_the_api(cluster):
    daemon = cluster.start(cluster.first, "--listen", "127.0.0.1:0", "--anonymous", "admin")
    key = {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}
    cluster.first.submit("CreateOrg", orgId="acme", owner={"subjectId": "root"}, credential=key,
                         identity="root")
    server = Server(cluster.build, cluster.first.data)
    server.port = int(re.search(r"event=serving address=127.0.0.1:(\d+)", daemon.text())[1])
    command = {"commandId": "api-1", "createGroup": {"group": {"groupId": "green"}}}
    done = server.submit(command).json()
    expect(done.get("code") == "OK" and done["token"], "a decision", done)
    again = server.submit(command).json()
    expect(again["repeated"] and again["token"] == done["token"], "the first answer", again)
    taken = server.submit({"createGroup": {"group": {"groupId": "green"}}})
    expect(taken.status == 409, "a rejection as the status", taken.text)
    last = cluster.first.json("history", "--at-least", done["token"], "--limit", "1")[0]
    expect(last["method"] == "AUTHENTICATION_METHOD_ANONYMOUS" and last["operator"] == "admin",
           "a seal that covers how the caller was known", last)
    status = server.call("Admin/GetProcessStatus", {}, server.socket()).json()
    expect(len(status["partitions"]) > 1, "all partitions", status)
    expect(daemon.stop() == 0, "a clean end", daemon.text()[-500:])
