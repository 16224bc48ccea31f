# Generates the C messages of proto/ and of the well-known types into <build>/gen; library `proto`.
find_program(PROTOC_C protoc-c REQUIRED)
find_program(PROTOC protoc REQUIRED)
set(GEN ${CMAKE_BINARY_DIR}/gen)
file(MAKE_DIRECTORY ${GEN})
file(GLOB proto_files RELATIVE ${CMAKE_SOURCE_DIR}/proto CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/agency/v1/*.proto)
find_path(GOOGLE_PROTO google/protobuf/struct.proto REQUIRED)
set(well_known google/protobuf/any.proto google/protobuf/duration.proto google/protobuf/empty.proto
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
    add_custom_command(OUTPUT ${stem}.c
        COMMAND ${PROTOC} ${includes} --include_imports --descriptor_set_out=${stem}.bin ${files}
        COMMAND ${CMAKE_COMMAND} -DIN=${stem}.bin -DOUT=${stem}.c -DNAME=${name}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
        DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
    set(${out} ${stem}.c PARENT_SCOPE)
endfunction()

proto_c(${CMAKE_SOURCE_DIR}/proto "${proto_files}" agency_sources)
proto_c(${GOOGLE_PROTO} "${well_known}" google_sources)
add_library(proto STATIC ${agency_sources} ${google_sources})
target_compile_options(proto PRIVATE -w)
target_include_directories(proto SYSTEM PUBLIC ${GEN})
target_link_libraries(proto PUBLIC PkgConfig::PROTOBUF_C)

# Health and reflection of gRPC, and its interop service: Debian's grpc-proto.
find_path(GRPC_PROTO grpc/health/v1/health.proto PATHS /usr/share/grpc-proto REQUIRED)
proto_c(${GRPC_PROTO} "grpc/health/v1/health.proto;grpc/reflection/v1/reflection.proto;grpc/reflection/v1alpha/reflection.proto"
    grpc_sources)
add_library(grpcproto STATIC ${grpc_sources})
target_compile_options(grpcproto PRIVATE -w)
target_link_libraries(grpcproto PUBLIC proto)

# Messages of the tests alone; library `testproto`.
proto_c(${CMAKE_SOURCE_DIR}/tests/proto "test/v1/everything.proto;test/v1/library.proto;test/v1/maps.proto"
    test_sources)
add_library(testproto STATIC ${test_sources})
target_compile_options(testproto PRIVATE -w)
target_link_libraries(testproto PUBLIC proto)
