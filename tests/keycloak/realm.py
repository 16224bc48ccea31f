"""A Keycloak that runs, and a realm of it: clients, a user, tokens; by its REST interface."""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

START_S, ANSWER_S = 400, 60
PASSWORD = "admin"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Keycloak:
    """Started from an unpacked distribution; data in memory, certificates of `folder`."""

    def __init__(self, home, folder):
        plain, secure, management = free_ports(3)
        self.url, self.secure = f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"
        self.log = pathlib.Path(folder, "keycloak.log")
        self.tls = ssl.create_default_context(cafile=f"{folder}/ca.pem")
        self.tls.load_cert_chain(f"{folder}/agent.pem", f"{folder}/agent.key")
        environment = {**os.environ, "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
                       "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
                       "JAVA_OPTS_APPEND": "-Xmx512m -XX:TieredStopAtLevel=1"}
        self.process = subprocess.Popen(
            [f"{home}/bin/kc.sh", "start-dev", "--db=dev-mem", f"--hostname={self.url}",
             "--http-host=127.0.0.1", f"--http-port={plain}", f"--https-port={secure}",
             f"--http-management-port={management}",
             f"--https-certificate-file={folder}/server.pem",
             f"--https-certificate-key-file={folder}/server.key", "--https-client-auth=request",
             f"--https-trust-store-file={folder}/ca.pem", "--features=token-exchange-standard"],
            stdout=self.log.open("w"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=environment, start_new_session=True)

    def wait(self):
        """Until it says that it has started; load makes that long, so no time is guessed."""
        end = time.monotonic() + START_S
        while "started in" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("expected Keycloak to start: " + self.log.read_text()[-800:])
            time.sleep(0.3)

    def stop(self):
        """Twice is fine."""
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def call(self, method, url, data=None, form=False, token=None):
        body = None
        if data is not None:
            body = (urllib.parse.urlencode(data) if form else json.dumps(data)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded" if form
                   else "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(url, body, headers, method=method)
        context = self.tls if url.startswith("https") else None
        with urllib.request.urlopen(request, timeout=ANSWER_S, context=context) as answer:
            text = answer.read()
            return json.loads(text) if text else None


class Realm:
    """The realm grid; every client may ask for tokens for the audience `agencygrid`."""

    def __init__(self, keycloak):
        self.keycloak = keycloak
        self.issuer = f"{keycloak.url}/realms/grid"
        self.admin = self.token("master", grant_type="password", client_id="admin-cli",
                                username="admin", password=PASSWORD)
        self.post("", {"realm": "grid", "enabled": True, "accessTokenLifespan": 600})
        self.client("agencygrid")

    def post(self, path, data):
        self.keycloak.call("POST", f"{self.keycloak.url}/admin/realms{path}", data,
                           token=self.admin)

    def get(self, path):
        return self.keycloak.call("GET", f"{self.keycloak.url}/admin/realms/grid{path}",
                                  token=self.admin)

    def client(self, name, audiences=("agencygrid",), mappers=(), attributes=None, **more):
        listed = [mapper(f"aud-{one}", "oidc-audience-mapper",
                         **{"included.client.audience": one}) for one in audiences
                  if one != name]
        self.post("/grid/clients", {
            "clientId": name, "secret": f"{name}-secret", "publicClient": False,
            "serviceAccountsEnabled": True, "standardFlowEnabled": False,
            "attributes": {"standard.token.exchange.enabled": "true", **(attributes or {})},
            "protocolMappers": [*listed, *mappers], **more})

    def user(self, name):
        self.post("/grid/users", {
            "username": name, "enabled": True, "email": f"{name}@example.org",
            "emailVerified": True, "firstName": name, "lastName": name,
            "credentials": [{"type": "password", "value": "pw", "temporary": False}]})

    def token(self, realm="grid", base=None, **form):
        answer = self.keycloak.call(
            "POST", f"{base or self.keycloak.url}/realms/{realm}/protocol/openid-connect/token",
            form, form=True)
        return answer["access_token"]

    def of_client(self, name):
        return self.token(grant_type="client_credentials", client_id=name,
                          client_secret=f"{name}-secret")

    def exchanged(self, token, client, audience="agencygrid"):
        return self.token(grant_type=EXCHANGE, client_id=client, client_secret=f"{client}-secret",
                          subject_token=token, subject_token_type=ACCESS_TOKEN,
                          requested_token_type=ACCESS_TOKEN, audience=audience)


def mapper(name, kind, **config):
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind,
            "config": {"access.token.claim": "true", **config}}
