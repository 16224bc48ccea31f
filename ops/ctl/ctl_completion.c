/* completion: a script for bash, from the tables: verbs, the options of each, commands, kinds. */
#include "ops/ctl/verb.h"
#include "query/entities.h"

static void completion_verbs(struct buf *out)
{
    for (int i = 0; i < ctl_verbs_count; i++) {
        buf_printf(out, "%s\n", ctl_verbs[i].name);
    }
    buf_printf(out, "help\nversion\n");
}

static void completion_commands(struct buf *out)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const char *name = registry_command_name(number);
        if (name != NULL) {
            buf_printf(out, "%s ", name);
        }
    }
}

static void completion_plurals(struct buf *out)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL) {
            buf_printf(out, "%s ", type->plural);
        }
    }
}

static void completion_kinds(struct buf *out)
{
    char word[LIFE_NOUN_SIZE];
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        if (registry_entity(kind) != NULL) {
            buf_printf(out, "%s ", entities_word((enum entity_kind)kind, word));
        }
    }
}

static void completion_options(struct buf *out)
{
    for (int i = 0; i < ctl_verbs_count; i++) {
        buf_printf(out, "    '%s') words='", ctl_verbs[i].name);
        for (size_t k = 0; k < ctl_options_count; k++) {
            if (verb_uses(&ctl_verbs[i], ctl_options[k].name)) {
                buf_printf(out, "--%s ", ctl_options[k].name);
            }
        }
        buf_printf(out, "' ;;\n");
    }
}

/* The options of a verb of two words ("log create") are those of its first word's verb where both
 * are there. */
static const char completion_begin[] =
    "# source <(agencyctl completion bash)\n"
    "_agencyctl() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb= count=0 i "
    "words=\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "            -*|=) ;;\n"
    "            *)  case ${COMP_WORDS[i-1]} in --*|=) continue ;; esac\n"
    "                ((count++))\n"
    "                ((count > 2)) || verb=\"${verb:+$verb }${COMP_WORDS[i]}\" ;;\n"
    "        esac\n"
    "    done\n"
    "    local verbs=$'";

static const char completion_middle[] =
    "    grep -qFx -- \"$verb\" <<< \"$verbs\" || verb=${verb%% *}\n"
    "    if [[ $word == -* ]]; then\n"
    "        case $verb in\n";

static const char completion_end[] =
    "        *) words='--data --server --org --output --help --version' ;;\n"
    "        esac\n"
    "    elif ((count == 0)); then\n"
    "        words=$verbs\n"
    "    elif ((count == 1)) && [[ $verbs == *\"$before \"* ]]; then\n"
    "        words=$(sed -n \"s/^$before //p\" <<< \"$verbs\")\n"
    "    fi\n"
    "    case $before in\n"
    "        submit|explain) words=$commands ;;\n"
    "        list) words=$plurals ;;\n"
    "        get|history|diff) words=$kinds ;;\n"
    "        --output) words='table json' ;;\n"
    "    esac\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
    "}\n"
    "complete -o default -F _agencyctl agencyctl\n";

static void completion_list(struct buf *out, const char *name, void (*put)(struct buf *out))
{
    buf_printf(out, "    local %s='", name);
    put(out);
    buf_printf(out, "'\n");
}

struct status ctl_completion(struct ctl *ctl)
{
    struct buf *out = &ctl->out;
    if (strcmp(ctl->argv[0], "bash") != 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected bash, but it is '%s'", ctl->argv[0]);
    }
    buf_append(out, str_z(completion_begin));
    completion_verbs(out);
    buf_append(out, STR("'\n"));
    completion_list(out, "commands", completion_commands);
    completion_list(out, "plurals", completion_plurals);
    completion_list(out, "kinds", completion_kinds);
    buf_append(out, str_z(completion_middle));
    completion_options(out);
    buf_append(out, str_z(completion_end));
    return status_ok();
}
