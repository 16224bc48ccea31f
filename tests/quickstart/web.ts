// In a browser, by @connectrpc/connect-web: Connect and gRPC-Web, a question and a stream each.
import { createRegistry } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { file_agency_v1_entities_service } from "./agency/v1/entities_service_pb.js";
import { Query } from "./agency/v1/query_service_pb.js";
import { Watch } from "./agency/v1/watch_service_pb.js";

async function ask(transport: Transport): Promise<string> {
  const query = createClient(Query, transport);
  const asked = { orgId: "curl", subject: "bot", permission: "deploy", object: "org" };
  const answer = await query.check(asked);
  if (!answer.allowed) return "not allowed";
  const wrong = await query.check({ ...asked, object: "x" }).catch((error) => error);
  if (!(wrong instanceof ConnectError) || wrong.code !== Code.InvalidArgument) return `${wrong}`;
  const seen: string[] = [];
  for await (const message of createClient(Watch, transport).watch({
    orgId: "curl",
    after: "#0",
    once: true,
  })) {
    if (message.item?.decision) seen.push(message.item.decision.command);
  }
  return seen[0] === "CreateOrg" && seen.length === 5 ? "well" : `seen ${seen}`;
}

// And what needs no library: server-sent events.
function events(): Promise<string> {
  return new Promise((resolve) => {
    const source = new EventSource("/v1/orgs/curl:watch?after=%230");
    source.onmessage = (event) => {
      const decision = JSON.parse(event.data).item?.decision;
      source.close();
      resolve(decision?.command === "CreateOrg" && event.lastEventId !== "" ? "well" : event.data);
    };
    source.onerror = () => resolve("error");
  });
}

const baseUrl = location.origin;
// In JSON a google.protobuf.Any, which changes are, is read by who knows its type.
const registry = createRegistry(...file_agency_v1_entities_service.dependencies);
const jsonOptions = { registry };
Object.assign(globalThis, {
  asked: (async () => ({
    connect: await ask(createConnectTransport({ baseUrl, jsonOptions })),
    "connect, binary": await ask(createConnectTransport({ baseUrl, useBinaryFormat: true })),
    "grpc-web": await ask(createGrpcWebTransport({ baseUrl })),
    events: await events(),
  }))(),
});
