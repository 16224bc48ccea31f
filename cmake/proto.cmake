# Generates the C messages of proto/ and of the well-known types into <build>/gen; library `proto`.
# <build>/schema is the whole schema, for whoever makes a client of it: proto/, and what is made.
find_program(PROTOC_C protoc-c REQUIRED)
find_program(PROTOC protoc REQUIRED)
set(GEN ${CMAKE_BINARY_DIR}/gen)
file(MAKE_DIRECTORY ${GEN})
file(GLOB proto_files RELATIVE ${CMAKE_SOURCE_DIR}/proto CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/agency/v1/*.proto)
find_path(GOOGLE_PROTO google/protobuf/struct.proto REQUIRED)
set(well_known google/protobuf/any.proto google/protobuf/descriptor.proto google/protobuf/duration.proto google/protobuf/empty.proto
    google/protobuf/field_mask.proto google/protobuf/struct.proto google/protobuf/timestamp.proto
    google/protobuf/wrappers.proto)

function(proto_c root files out)
    set(sources)
    foreach(file ${files})
        string(REGEX REPLACE "\\.proto$" ".pb-c" stem ${file})
        add_custom_command(OUTPUT ${GEN}/${stem}.c ${GEN}/${stem}.h
            COMMAND ${PROTOC_C} -I${root} -I${GOOGLE_PROTO} --c_out=${GEN} ${root}/${file}
            DEPENDS ${root}/${file} VERBATIM)
        list(APPEND sources ${GEN}/${stem}.c)
    endforeach()
    set(${out} ${sources} PARENT_SCOPE)
endfunction()

# descriptor_set(NAME ROOTS FILES OUT): the FileDescriptorSet of some schemas and all that they import,
# as the C array NAME (with NAME_size) in the source file OUT: what reflection shows.
function(descriptor_set name roots files out)
    set(includes)
    foreach(root ${roots} ${GOOGLE_PROTO})
        list(APPEND includes -I${root})
    endforeach()
    set(stem ${GEN}/${name})
    set(depends ${files})
    list(FILTER depends INCLUDE REGEX "^/")
    add_custom_command(OUTPUT ${stem}.c
        COMMAND ${PROTOC} ${includes} --include_imports --include_source_info
            --descriptor_set_out=${stem}.bin ${files}
        COMMAND ${CMAKE_COMMAND} -DIN=${stem}.bin -DOUT=${stem}.c -DNAME=${name}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed.cmake ${depends} VERBATIM)
    set(${out} ${stem}.c PARENT_SCOPE)
endfunction()

proto_c(${CMAKE_SOURCE_DIR}/proto "${proto_files}" agency_sources)
proto_c(${GOOGLE_PROTO} "${well_known}" google_sources)
add_library(proto STATIC ${agency_sources} ${google_sources})
target_compile_options(proto PRIVATE -w)
target_include_directories(proto SYSTEM PUBLIC ${GEN})
target_link_libraries(proto PUBLIC PkgConfig::PROTOBUF_C)

# The service Entities is made from the registry (ops/schema), which stands on the messages: library
# `entitiesproto`.
set(SCHEMA ${CMAKE_BINARY_DIR}/schema)
set(schema_files)
foreach(file ${proto_files})
    add_custom_command(OUTPUT ${SCHEMA}/${file}
        COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/proto/${file} ${SCHEMA}/${file}
        DEPENDS ${CMAKE_SOURCE_DIR}/proto/${file} VERBATIM)
    list(APPEND schema_files ${SCHEMA}/${file})
endforeach()
set(entities_file agency/v1/entities_service.proto)
# What is not declared any more must not stay there: it would be declared twice.
file(GLOB stale RELATIVE ${SCHEMA} ${SCHEMA}/agency/v1/*.proto)
list(REMOVE_ITEM stale ${proto_files} ${entities_file})
foreach(file ${stale})
    file(REMOVE ${SCHEMA}/${file})
endforeach()
list(TRANSFORM proto_files PREPEND ${CMAKE_SOURCE_DIR}/proto/ OUTPUT_VARIABLE proto_paths)
add_custom_command(OUTPUT ${SCHEMA}/${entities_file}
    COMMAND ${PROTOC} -I${CMAKE_SOURCE_DIR}/proto -I${GOOGLE_PROTO} --include_imports
        --descriptor_set_out=${GEN}/messages.bin ${proto_paths}
    COMMAND agencyschema ${GEN}/messages.bin > ${SCHEMA}/${entities_file}
    DEPENDS agencyschema ${schema_files} VERBATIM)
proto_c(${SCHEMA} ${entities_file} entities_sources)
list(TRANSFORM proto_files PREPEND ${SCHEMA}/ OUTPUT_VARIABLE schema_paths)
add_library(entitiesproto STATIC ${entities_sources})
target_compile_options(entitiesproto PRIVATE -w)
target_link_libraries(entitiesproto PUBLIC proto)

# Health and reflection of gRPC, and its interop service: Debian's grpc-proto.
find_path(GRPC_PROTO grpc/health/v1/health.proto PATHS /usr/share/grpc-proto REQUIRED)
proto_c(${GRPC_PROTO} "grpc/health/v1/health.proto;grpc/reflection/v1/reflection.proto;grpc/reflection/v1alpha/reflection.proto"
    grpc_sources)
add_library(grpcproto STATIC ${grpc_sources})
target_compile_options(grpcproto PRIVATE -w)
target_link_libraries(grpcproto PUBLIC proto)

# All that agencyd serves; library `apidescriptors`.
descriptor_set(api_descriptors "${SCHEMA};${GRPC_PROTO}"
    "${schema_paths};${SCHEMA}/${entities_file};grpc/health/v1/health.proto;grpc/reflection/v1/reflection.proto;grpc/reflection/v1alpha/reflection.proto"
    api_set)
add_library(apidescriptors STATIC ${api_set})
target_compile_options(apidescriptors PRIVATE -w)

# Messages of the tests alone; library `testproto`.
proto_c(${CMAKE_SOURCE_DIR}/tests/proto "test/v1/everything.proto;test/v1/library.proto;test/v1/maps.proto"
    test_sources)
add_library(testproto STATIC ${test_sources})
target_compile_options(testproto PRIVATE -w)
target_link_libraries(testproto PUBLIC proto)
