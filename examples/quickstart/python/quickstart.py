#!/usr/bin/env python3
"""An org with one seat, its holder, and what they may do, by grpcio.

    [AGENCYGRID_URL=http://127.0.0.1:8420] quickstart.py

The messages are made by protoc (README.md); a method is its path with the types of its messages.
"""

import os
import uuid
from urllib.parse import urlsplit

import grpc
from agency.v1 import command_pb2, commands_service_pb2, entities_service_pb2, query_pb2
from agency.v1 import query_service_pb2, role_pb2


def method(channel, path, request, answer):
    return channel.unary_unary(path, request_serializer=request.SerializeToString,
                               response_deserializer=answer.FromString)


def main(address):
    channel = grpc.insecure_channel(address)
    submit = method(channel, "/agency.v1.Commands/Submit", commands_service_pb2.SubmitRequest,
                    query_pb2.SubmitResponse)
    get_role = method(channel, "/agency.v1.Entities/GetRole", entities_service_pb2.GetRoleRequest,
                      role_pb2.Role)
    check = method(channel, "/agency.v1.Query/Check", query_service_pb2.CheckRequest,
                   query_pb2.CheckResponse)

    def command(**payload):
        """A refusal is an RpcError; the same command_id again would get the same answer."""
        return submit(commands_service_pb2.SubmitRequest(command=command_pb2.Command(
            org_id="python", command_id=str(uuid.uuid4()), **payload)), timeout=10)

    command(create_org={
        "org": {"org_id": "python"}, "owner": {"subject_id": "ada"}, "identity": "python-ada",
        "credential": {"credential_id": "ada-key", "kind": "CREDENTIAL_KIND_API_KEY"}})
    command(define_permission={"permission": {"permission": "deploy"}})
    command(define_role_type={"role_type": {"role_type": "releaser", "permissions": ["deploy"]}})
    command(register_subject={
        "subject": {"subject_id": "bot", "type": "SUBJECT_TYPE_AGENT", "name": "Bot"}})
    decided = command(create_role={
        "role": {"role_id": "release.desk", "role_type": "releaser"},
        "holder_subject_ids": ["bot"]})

    role = get_role(entities_service_pb2.GetRoleRequest(
        org_id="python", role_id="release.desk", at_least=decided.token), timeout=10)
    print("the seat is of type", role.role_type)
    answer = check(query_service_pb2.CheckRequest(
        org_id="python", subject="bot", permission="deploy", object="org"), timeout=10)
    print("bot may deploy:", answer.allowed)


if __name__ == "__main__":
    main(urlsplit(os.environ.get("AGENCYGRID_URL", "http://127.0.0.1:8420")).netloc)
