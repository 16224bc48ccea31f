/* Folders for tests: made under /dev/shm (or /tmp), removed with all that is in them. */
#ifndef TESTS_LIB_FOLDER_TOOL_H
#define TESTS_LIB_FOLDER_TOOL_H

enum { FOLDER_TOOL_PATH_MAX = 64 };

/* Makes an empty folder and writes its path. Aborts when it cannot. */
void folder_tool_make(char path[FOLDER_TOOL_PATH_MAX]);
/* Removes a folder of files and folders. */
void folder_tool_remove(const char *path);
/* Copies the files of a folder, which holds no folders, into a new one. */
void folder_tool_copy(const char *from, const char *to);

#endif
