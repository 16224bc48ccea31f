# Joins HEADERS into OUT: includes of each other fall away, those of the system stay.
set(text "/* libcel: the Common Expression Language for C. Made from core/cel; see docs/cel.md. */\n")
foreach(header ${HEADERS})
    file(READ ${header} part)
    string(REGEX REPLACE "#include \"core/[^\n]*\n" "" part "${part}")
    string(APPEND text "\n${part}")
endforeach()
file(WRITE ${OUT} "${text}")
