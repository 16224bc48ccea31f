#include "ops/ctl/command_cases.h"

/* Made by the build from tests/golden/decide (CMakeLists.txt). */
extern const unsigned char command_cases[];
extern const size_t command_cases_size;

struct str command_cases_all(void)
{
    return str_make(command_cases, command_cases_size);
}

/* What stands behind a first word, "when   "; empty for another line. */
static struct str command_cases_behind(struct str line, struct str word)
{
    if (!str_starts(line, word)) {
        return (struct str){ 0 };
    }
    line = str_from(line, word.size);
    while (line.size > 0 && line.data[0] == ' ') {
        line = str_from(line, 1);
    }
    return line;
}

bool command_cases_next(struct str *at, const char *command, struct command_case *found)
{
    struct str about = { 0 }, json = { 0 };
    while (at->size > 0) {
        struct str line = str_cut(at, '\n');
        struct str name = command_cases_behind(line, STR("case "));
        struct str when = command_cases_behind(line, STR("when "));
        struct str then = command_cases_behind(line, STR("then "));
        about = name.size > 0 ? name : about;
        if (when.size > 0) {
            struct str said = str_cut(&when, ' ');
            json = str_eq(said, str_z(command)) ? when : (struct str){ 0 };
        } else if (then.size > 0 && json.size > 0) {
            *found = (struct command_case){ about, json, then };
            return true;
        }
    }
    return false;
}
