// A client whose types are made from the document by openapi-typescript: it compiles only where the
// document says what the server takes and gives, and runs only where that is true.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[]; exit(code: number): never };

const client = createClient<paths>({ baseUrl: process.argv[2] });

function expect(holds: boolean, what: string, seen: unknown): void {
  if (!holds) {
    console.error(`expected ${what}, but it is ${JSON.stringify(seen)}`);
    process.exit(1);
  }
}

const org = { path: { org_id: "typed" } };
const made = await client.POST("/v1/orgs", {
  params: { header: { "Idempotency-Key": "typed-1" } },
  body: {
    orgId: "typed",
    owner: { subjectId: "ada" },
    credential: { credentialId: "ada-key", kind: "CREDENTIAL_KIND_API_KEY" },
    identity: "typed-key",
  },
});
expect(made.data?.code === "OK", "an org", made.error);
const again = await client.POST("/v1/orgs", {
  params: { header: { "Idempotency-Key": "typed-1" } },
  body: {
    orgId: "typed",
    owner: { subjectId: "ada" },
    credential: { credentialId: "ada-key", kind: "CREDENTIAL_KIND_API_KEY" },
    identity: "typed-key",
  },
});
expect(again.data?.repeated === true, "the same answer", again);

await client.POST("/v1/orgs/{org_id}/role-types", { params: org, body: { roleType: "lead" } });
const role = await client.POST("/v1/orgs/{org_id}/roles", {
  params: org,
  body: { roleId: "desk.lead", roleType: "lead", name: "Lead" },
});
expect(role.data?.code === "OK", "a role", role.error);
const seat = { path: { org_id: "typed", role_id: "desk.lead" } };
const assigned = await client.POST("/v1/orgs/{org_id}/roles/{role_id}:assign", {
  params: seat,
  body: { subjectId: "ada" },
});
expect(assigned.data?.orgSequence !== undefined, "an assignment", assigned.error);

const got = await client.GET("/v1/orgs/{org_id}/roles/{role_id}", { params: seat });
expect(got.data?.name === "Lead", "the role", got.error ?? got.data);
const roles = await client.GET("/v1/orgs/{org_id}/roles", {
  params: { path: org.path, query: { page_size: 1 } },
});
expect(roles.data?.items?.length === 1, "a page of roles", roles.error ?? roles.data);
const check = await client.POST("/v1/orgs/{org_id}:check", {
  params: org,
  body: { subject: "ada", permission: "UpdateRole", object: "org" },
});
expect(check.data?.allowed === true, "an owner's permission", check.error ?? check.data);
const missing = await client.GET("/v1/orgs/{org_id}/roles/{role_id}", {
  params: { path: { org_id: "typed", role_id: "nobody" } },
});
expect(missing.error?.code === 5, "NOT_FOUND", missing);
