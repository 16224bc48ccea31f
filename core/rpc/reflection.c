/* The messages of v1alpha are those of v1, byte for byte, under other names: so a request is packed
 * again and read as v1, and the answer is sent packed. */
#include "core/rpc/reflection.h"

#include "core/pb/message.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "grpc/reflection/v1alpha/reflection.pb-c.h"

enum { REFLECTION_MEMORY_MAX = 16 * 1024 * 1024, REFLECTION_FILES_MAX = 4096 };

typedef Grpc__Reflection__V1__ServerReflectionRequest reflection_request;
typedef Grpc__Reflection__V1__ServerReflectionResponse reflection_response;
typedef Grpc__Reflection__V1__FileDescriptorResponse reflection_files;

/* The numbers of what is asked and answered. */
#define REQUEST(which) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##which
#define RESPONSE(which) GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##which

static ProtobufCBinaryData reflection_bytes(struct str bytes)
{
    return (ProtobufCBinaryData){ bytes.size, (uint8_t *)(uintptr_t)bytes.data };
}

static void reflection_send(struct rpc_call *call, const reflection_response *response)
{
    struct buf packed = { 0 };
    pb_pack_buf(&response->base, &packed);
    rpc_call_send_packed(call, buf_str(&packed));
    buf_release(&packed);
}

/* What is not found is an answer, and the stream goes on. */
static void reflection_not_found(struct rpc_call *call, reflection_response *response)
{
    Grpc__Reflection__V1__ErrorResponse error = GRPC__REFLECTION__V1__ERROR_RESPONSE__INIT;
    error.error_code = STATUS_NOT_FOUND;
    error.error_message = (char *)(uintptr_t) "expected a file, symbol or extension that is served";
    response->message_response_case = RESPONSE(ERROR_RESPONSE);
    response->error_response = &error;
    reflection_send(call, response);
}

static void reflection_take(void *context, const struct descriptors_file *file)
{
    reflection_files *files = context;
    files->file_descriptor_proto[files->n_file_descriptor_proto++] = reflection_bytes(file->bytes);
}

static void reflection_send_file(struct rpc_call *call, const struct descriptors *descriptors,
                                 const struct descriptors_file *file, reflection_response *response)
{
    reflection_files files = GRPC__REFLECTION__V1__FILE_DESCRIPTOR_RESPONSE__INIT;
    if (file == NULL) {
        reflection_not_found(call, response);
        return;
    }
    struct buf memory = { 0 };
    files.file_descriptor_proto = (ProtobufCBinaryData *)(void *)buf_reserve(
        &memory, descriptors->files_count * sizeof *files.file_descriptor_proto);
    descriptors_with_imports(descriptors, file, reflection_take, &files);
    /* Clients take the first for what they asked for. */
    ProtobufCBinaryData *items = files.file_descriptor_proto;
    size_t last = files.n_file_descriptor_proto - 1;
    ProtobufCBinaryData asked = items[last];
    memmove(items + 1, items, last * sizeof *items);
    items[0] = asked;
    response->message_response_case = RESPONSE(FILE_DESCRIPTOR_RESPONSE);
    response->file_descriptor_response = &files;
    reflection_send(call, response);
    buf_release(&memory);
}

static void reflection_send_services(struct rpc_call *call, const struct rpc_registry *registry,
                                     reflection_response *response)
{
    Grpc__Reflection__V1__ListServiceResponse list =
        GRPC__REFLECTION__V1__LIST_SERVICE_RESPONSE__INIT;
    Grpc__Reflection__V1__ServiceResponse services[RPC_SERVICES_MAX];
    Grpc__Reflection__V1__ServiceResponse *pointers[RPC_SERVICES_MAX];
    for (size_t i = 0; i < registry->services_count; i++) {
        grpc__reflection__v1__service_response__init(&services[i]);
        services[i].name = (char *)(uintptr_t)registry->services[i];
        pointers[i] = &services[i];
    }
    list.n_service = registry->services_count;
    list.service = pointers;
    response->message_response_case = RESPONSE(LIST_SERVICES_RESPONSE);
    response->list_services_response = &list;
    reflection_send(call, response);
}

static void reflection_send_numbers(struct rpc_call *call, const struct descriptors *descriptors,
                                    const char *type, reflection_response *response)
{
    Grpc__Reflection__V1__ExtensionNumberResponse numbers =
        GRPC__REFLECTION__V1__EXTENSION_NUMBER_RESPONSE__INIT;
    int32_t found[REFLECTION_FILES_MAX];
    size_t at = 0;
    if (descriptors_by_symbol(descriptors, str_z(type)) == NULL) {
        reflection_not_found(call, response);
        return;
    }
    while (numbers.n_extension_number < REFLECTION_FILES_MAX &&
           descriptors_next_extension(descriptors, str_z(type), &at,
                                      &found[numbers.n_extension_number])) {
        numbers.n_extension_number++;
    }
    numbers.extension_number = found;
    numbers.base_type_name = (char *)(uintptr_t)type;
    response->message_response_case = RESPONSE(ALL_EXTENSION_NUMBERS_RESPONSE);
    response->all_extension_numbers_response = &numbers;
    reflection_send(call, response);
}

static void reflection_answer(struct rpc_call *call, reflection_request *request)
{
    const struct rpc_registry *registry = rpc_call_context(call);
    const struct descriptors *descriptors = &registry->descriptors;
    const struct descriptors_file *file = NULL;
    reflection_response response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    response.valid_host = request->host;
    response.original_request = request;
    switch ((int)request->message_request_case) {
    case REQUEST(LIST_SERVICES):
        reflection_send_services(call, registry, &response);
        return;
    case REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE):
        reflection_send_numbers(call, descriptors, request->all_extension_numbers_of_type,
                                &response);
        return;
    case REQUEST(FILE_BY_FILENAME):
        file = descriptors_by_name(descriptors, str_z(request->file_by_filename));
        break;
    case REQUEST(FILE_CONTAINING_SYMBOL):
        file = descriptors_by_symbol(descriptors, str_z(request->file_containing_symbol));
        break;
    case REQUEST(FILE_CONTAINING_EXTENSION):
        file = descriptors_by_extension(descriptors,
                                        str_z(request->file_containing_extension->containing_type),
                                        request->file_containing_extension->extension_number);
        break;
    default:
        break;
    }
    reflection_send_file(call, descriptors, file, &response);
}

static void reflection_on_message(struct rpc_call *call, const ProtobufCMessage *message)
{
    struct arena arena;
    struct str bytes;
    reflection_request *request;
    arena_init(&arena, REFLECTION_MEMORY_MAX);
    struct status st = pb_pack(&arena, message, &bytes);
    if (st.code == STATUS_OK) {
        st = pb_unpack(&arena, &grpc__reflection__v1__server_reflection_request__descriptor, bytes,
                       PB_STORED, &request);
    }
    if (st.code == STATUS_OK) {
        reflection_answer(call, request);
    } else {
        rpc_call_finish(call, &st);
    }
    arena_release(&arena);
}

static void reflection_on_drain(struct rpc_call *call)
{
    struct status st = status_error(STATUS_UNAVAILABLE, "the server stops");
    rpc_call_finish(call, &st);
}

static const struct rpc_method reflection_methods[] = {
    { "ServerReflectionInfo",
      RPC_BIDI_STREAM,
      false,
      { .message = reflection_on_message, .drain = reflection_on_drain } },
};

struct status reflection_add(struct rpc_registry *registry)
{
    struct rpc_service service = {
        .descriptor = &grpc__reflection__v1__server_reflection__descriptor,
        .methods = reflection_methods,
        .methods_count = 1,
        .context = registry,
    };
    TRY(rpc_registry_add(registry, &service));
    service.descriptor = &grpc__reflection__v1alpha__server_reflection__descriptor;
    return rpc_registry_add(registry, &service);
}
