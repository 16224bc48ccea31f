/* The CPU time of a process by what its threads do, as their names say it. */
#ifndef TESTS_LIB_CPU_TABLE_H
#define TESTS_LIB_CPU_TABLE_H

#include <stddef.h>
#include <sys/types.h>

enum { CPU_TABLE_MAX = 64, CPU_TABLE_NAME_SIZE = 16 };

/* All threads of one name together. */
struct cpu_row {
    char name[CPU_TABLE_NAME_SIZE];
    double seconds;
    double switches; /* times that it waited, or was made to */
};

struct cpu_table {
    struct cpu_row rows[CPU_TABLE_MAX];
    size_t count;
    double seconds; /* of all, and of those that have ended */
};

/* Takes the table of a process as of now; an empty one where there is no such process. */
void cpu_table_take(pid_t pid, struct cpu_table *table);
/* Prints what was used since `before`, in microseconds for each of `count` things: one line, and
 * below it the rows of a twentieth or more. Gives the sum. */
double cpu_table_print(const char *title, const struct cpu_table *before,
                       const struct cpu_table *after, double count);

#endif
