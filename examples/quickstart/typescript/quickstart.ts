// An org with one seat, its holder, and what they may do, by Connect.
//
//     [AGENCYGRID_URL=http://127.0.0.1:8420] npm start
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type MessageInitShape } from "@bufbuild/protobuf";
import { CommandSchema } from "./agency/v1/command_pb.js";
import { Commands } from "./agency/v1/commands_service_pb.js";
import { CredentialKind, SubjectType } from "./agency/v1/common_pb.js";
import { Entities } from "./agency/v1/entities_service_pb.js";
import { Query } from "./agency/v1/query_service_pb.js";

const url = process.env.AGENCYGRID_URL ?? "http://127.0.0.1:8420";
const transport = createConnectTransport({ baseUrl: url, httpVersion: "1.1" });
const commands = createClient(Commands, transport);
const entities = createClient(Entities, transport);
const query = createClient(Query, transport);
const orgId = "typescript";

// A refusal is a ConnectError; the same commandId again would get the same answer.
function submit(payload: MessageInitShape<typeof CommandSchema>["payload"]) {
  const commandId = crypto.randomUUID();
  return commands.submit({ what: { case: "command", value: { orgId, commandId, payload } } });
}

await submit({
  case: "createOrg",
  value: {
    org: { orgId },
    owner: { subjectId: "ada" },
    credential: { credentialId: "ada-key", kind: CredentialKind.API_KEY },
    identity: "ts-ada",
  },
});
await submit({ case: "definePermission", value: { permission: { permission: "deploy" } } });
await submit({
  case: "defineRoleType",
  value: { roleType: { roleType: "releaser", permissions: ["deploy"] } },
});
await submit({
  case: "registerSubject",
  value: { subject: { subjectId: "bot", type: SubjectType.AGENT, name: "Bot" } },
});
const decided = await submit({
  case: "createRole",
  value: { role: { roleId: "release.desk", roleType: "releaser" }, holderSubjectIds: ["bot"] },
});

const roleId = "release.desk";
const role = await entities.getRole({ orgId, roleId, atLeast: decided.token });
console.log("the seat is of type", role.roleType);
const answer = await query.check({ orgId, subject: "bot", permission: "deploy", object: "org" });
console.log("bot may deploy:", answer.allowed);
