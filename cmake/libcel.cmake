# libcel: the constraint language as a library of its own, for other programs: one archive, one
# header, one pkg-config file. Not part of `all`:
#   cmake --build build/release --target libcel
#   cmake --install build/release --component libcel --prefix /usr/local
set(libcel_headers base/status base/str base/arena base/buf cel/gas cel/type cel/value cel/run
    cel/function cel/provider cel/cel cel/json cel/generated cel/schema cel/dynamic)
list(TRANSFORM libcel_headers PREPEND ${CMAKE_SOURCE_DIR}/core/)
list(TRANSFORM libcel_headers APPEND .h)
set(LIBCEL ${CMAKE_BINARY_DIR}/libcel)
add_custom_command(OUTPUT ${LIBCEL}/cel.h
    COMMAND ${CMAKE_COMMAND} -DOUT=${LIBCEL}/cel.h "-DHEADERS=${libcel_headers}"
        -P ${CMAKE_SOURCE_DIR}/cmake/one_header.cmake
    DEPENDS ${libcel_headers} ${CMAKE_SOURCE_DIR}/cmake/one_header.cmake VERBATIM)
# Of base only what the language and its JSON need, which is without OpenSSL.
set(libcel_base "/(arena|base64|buf|memory|nearest|status|time|utf8)[.]c[.]o$")
set(libcel_objects $<TARGET_OBJECTS:cel> $<TARGET_OBJECTS:pb>
    $<FILTER:$<TARGET_OBJECTS:base>,INCLUDE,${libcel_base}>
    $<FILTER:$<TARGET_OBJECTS:proto>,INCLUDE,google/protobuf/>)
add_custom_command(OUTPUT ${LIBCEL}/libcel.a
    COMMAND ${CMAKE_COMMAND} -E rm -f ${LIBCEL}/libcel.a
    COMMAND ${CMAKE_AR} rcs ${LIBCEL}/libcel.a ${libcel_objects}
    DEPENDS cel pb base proto COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(libcel DEPENDS ${LIBCEL}/cel.h ${LIBCEL}/libcel.a)
file(WRITE ${LIBCEL}/libcel.pc
"prefix=\${pcfiledir}/../..
Name: libcel
Description: the Common Expression Language for C
Version: 1
License: Apache-2.0
Requires: libprotobuf-c
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -lcel -lm
")
install(FILES ${LIBCEL}/cel.h DESTINATION include COMPONENT libcel EXCLUDE_FROM_ALL)
install(FILES ${LIBCEL}/libcel.a DESTINATION lib COMPONENT libcel EXCLUDE_FROM_ALL)
install(FILES ${LIBCEL}/libcel.pc DESTINATION lib/pkgconfig COMPONENT libcel EXCLUDE_FROM_ALL)
