#include "tests/lib/folder_tool.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_tool_make(char path[FOLDER_TOOL_PATH_MAX])
{
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, FOLDER_TOOL_PATH_MAX, "%s/agencygrid-XXXXXX", root);
    if (mkdtemp(path) == NULL) {
        abort();
    }
}

static int folder_tool_remove_one(const char *path, const struct stat *stat, int type,
                                  struct FTW *place)
{
    (void)stat;
    (void)type;
    (void)place;
    return remove(path);
}

void folder_tool_remove(const char *path)
{
    nftw(path, folder_tool_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void folder_tool_copy_file(int from, int to, const char *name)
{
    char bytes[65536];
    int in = openat(from, name, O_RDONLY | O_CLOEXEC);
    int out = openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (in < 0 || out < 0) {
        abort();
    }
    for (ssize_t size = read(in, bytes, sizeof bytes); size > 0;
         size = read(in, bytes, sizeof bytes)) {
        if (write(out, bytes, (size_t)size) != size) {
            abort();
        }
    }
    close(in);
    close(out);
}

void folder_tool_copy(const char *from, const char *to)
{
    mkdir(to, 0750);
    int in = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int out = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = in < 0 || out < 0 ? NULL : fdopendir(in);
    if (entries == NULL) {
        abort();
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (entry->d_name[0] != '.') {
            folder_tool_copy_file(in, out, entry->d_name);
        }
    }
    closedir(entries);
    close(out);
}
