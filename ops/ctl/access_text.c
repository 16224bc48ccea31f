#include "ops/ctl/access_text.h"

#include <inttypes.h>

/* The way, from what is granted to the subject; a seat is named by its assignment. */
static void access_text_way(struct ctl *ctl, const Agency__V1__AccessLine *line)
{
    const char *before = "  (";
    for (size_t i = 0; i < line->n_path; i++) {
        const Agency__V1__AccessStep *step = line->path[i];
        if (step->entity != NULL && strcmp(step->step, "seat") != 0) {
            buf_printf(&ctl->out, "%s%s %s", before, step->step, step->entity->id);
            before = ", ";
        }
    }
    buf_append(&ctl->out, line->n_path > 0 ? STR(")") : STR(""));
}

void access_text_line(struct ctl *ctl, const Agency__V1__AccessLine *line)
{
    buf_printf(&ctl->out, "  %c %s  %s on %s", line->gained ? '+' : '-', line->subject_id,
               line->permission, line->object);
    access_text_way(ctl, line);
    if (line->grant_id[0] != '\0' || line->role_type[0] != '\0') {
        buf_append(&ctl->out, STR(", under its condition"));
    }
    if (line->otherwise) {
        buf_append(&ctl->out, line->gained ? STR(", could before by another way")
                                           : STR(", still can by another way"));
    }
    buf_byte(&ctl->out, '\n');
}

void access_text_lines(struct ctl *ctl, const Agency__V1__AccessChange *change,
                       uint64_t org_sequence)
{
    for (size_t i = 0; i < change->n_lines; i++) {
        access_text_line(ctl, change->lines[i]);
    }
    if (change->changed || change->more) {
        buf_printf(&ctl->out,
                   "  %s: agencyctl access diff --from '#%" PRIu64 "' --to '#%" PRIu64 "'\n",
                   change->changed ? "too much changed to be told" : "and more", org_sequence - 1,
                   org_sequence);
    }
}

void access_text_change(struct ctl *ctl, const Agency__V1__AccessChange *change)
{
    ctl_say_decision(ctl, change->decision);
    access_text_lines(ctl, change, change->decision->org_sequence);
}
