/* What is known of an expression as a message, for `agencyctl cel --output json`. */
#ifndef OPS_CTL_CEL_REPORT_H
#define OPS_CTL_CEL_REPORT_H

#include "agency/v1/cel.pb-c.h"
#include "core/cel/cel.h"

/* Where a report is made. Starts as { .arena = ..., .report = AGENCY__V1__CEL_REPORT__INIT } and
 * the rest by need. Strings are copied into the arena. */
struct cel_report {
    struct arena *arena;
    const struct cel_provider *provider;
    Agency__V1__CelReport report;
};

/* Each sets one field of the report. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status cel_report_problems(struct cel_report *report,
                                           const struct cel_problems *problems);
MUST_USE struct status cel_report_program(struct cel_report *report,
                                          const struct cel_program *program);
MUST_USE struct status cel_report_outcome(struct cel_report *report,
                                          const struct cel_outcome *outcome);
MUST_USE struct status cel_report_steps(struct cel_report *report,
                                        const struct cel_explanation *explanation);

#endif
