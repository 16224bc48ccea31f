#include "tests/lib/cpu_table.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double CPU_TABLE_SHOWN = 0.02; /* of the sum */

/* Reads name, user and system time of a `stat` file: a name can have spaces and parentheses. */
static double cpu_table_stat(const char *path, char name[CPU_TABLE_NAME_SIZE])
{
    char text[1024] = "";
    unsigned long user = 0, system = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return 0;
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (begin == NULL || end == NULL ||
        sscanf(end + 1, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system) !=
            2) {
        return 0;
    }
    snprintf(name, CPU_TABLE_NAME_SIZE, "%.*s", (int)(end - begin - 1), begin + 1);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double cpu_table_switches(const char *path)
{
    char line[256];
    double count = 0, one;
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *at = strstr(line, "voluntary_ctxt_switches:");
        if (at != NULL && sscanf(at, "voluntary_ctxt_switches: %lf", &one) == 1) {
            count += one;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static struct cpu_row *cpu_table_find(struct cpu_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0) {
            return &table->rows[i];
        }
    }
    size_t at = table->count < CPU_TABLE_MAX ? table->count++ : CPU_TABLE_MAX - 1;
    snprintf(table->rows[at].name, CPU_TABLE_NAME_SIZE, "%s", name);
    return &table->rows[at];
}

void cpu_table_take(pid_t pid, struct cpu_table *table)
{
    char path[300], name[CPU_TABLE_NAME_SIZE] = "";
    *table = (struct cpu_table){ 0 };
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    table->seconds = cpu_table_stat(path, name);
    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    DIR *threads = opendir(path);
    for (struct dirent *entry; threads != NULL && (entry = readdir(threads)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "/proc/%ld/task/%.200s/stat", (long)pid, entry->d_name);
        double seconds = cpu_table_stat(path, name);
        struct cpu_row *row = cpu_table_find(table, name);
        row->seconds += seconds;
        snprintf(path, sizeof path, "/proc/%ld/task/%.200s/status", (long)pid, entry->d_name);
        row->switches += cpu_table_switches(path);
    }
    if (threads != NULL) {
        closedir(threads);
    }
}

static int cpu_table_compare(const void *left, const void *right)
{
    const struct cpu_row *a = left, *b = right;
    return (a->seconds < b->seconds) - (a->seconds > b->seconds);
}

double cpu_table_print(const char *title, const struct cpu_table *before,
                       const struct cpu_table *after, double count)
{
    struct cpu_table used = *after, old = *before;
    double seconds = after->seconds - before->seconds;
    for (size_t i = 0; i < used.count; i++) {
        const struct cpu_row *row = cpu_table_find(&old, used.rows[i].name);
        used.rows[i].seconds -= row->seconds;
        used.rows[i].switches -= row->switches;
    }
    qsort(used.rows, used.count, sizeof used.rows[0], cpu_table_compare);
    printf("%-16s %6.2f us\n", title, seconds * 1e6 / count);
    for (size_t i = 0; i < used.count && used.rows[i].seconds > CPU_TABLE_SHOWN * seconds; i++) {
        printf("    %-16s %6.2f us, %7.0f switches\n", used.rows[i].name,
               used.rows[i].seconds * 1e6 / count, used.rows[i].switches);
    }
    return seconds * 1e6 / count;
}
