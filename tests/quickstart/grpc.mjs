// A client by @grpc/grpc-js, which reads the schema when it runs: a question, an error with its
// code, a stream from the first decision on.
//
//     node grpc.mjs HOST:PORT SCHEMA
import { loadPackageDefinition, credentials, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const [address, schema] = process.argv.slice(2);
const files = ["entities_service", "query_service", "watch_service"];
const definition = loadSync(
  files.map((file) => `agency/v1/${file}.proto`),
  { includeDirs: [schema], keepCase: false, longs: String, enums: String, defaults: true },
);
const { agency } = loadPackageDefinition(definition);
const open = credentials.createInsecure();
const query = new agency.v1.Query(address, open);
const entities = new agency.v1.Entities(address, open);
const watch = new agency.v1.Watch(address, open);

function call(client, method, request) {
  return new Promise((resolve, reject) =>
    client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
}

function expect(holds, what, seen) {
  if (!holds) throw new Error(`expected ${what}, but it is ${JSON.stringify(seen)}`);
}

const asked = { orgId: "curl", subject: "bot", permission: "deploy", object: "org" };
const answer = await call(query, "check", asked);
expect(answer.allowed, "an allowance", answer);
const past = await call(query, "check", { ...asked, asOf: "#1" }).catch((error) => error);
expect(past.code === status.NOT_FOUND, "no such permission yet", past);
const missing = await call(entities, "getRole", { orgId: "curl", roleId: "x" }).catch((e) => e);
expect(missing.code === status.NOT_FOUND, "NOT_FOUND", missing);
const seen = await new Promise((resolve, reject) => {
  const items = [];
  const stream = watch.watch({ orgId: "curl", after: "#0", once: true });
  stream.on("data", (message) => message.item && items.push(message.item.decision.command));
  stream.on("error", reject);
  stream.on("end", () => resolve(items));
});
expect(seen[0] === "CreateOrg" && seen.length === 5, "five decisions", seen);
console.log("grpc-js: well");
