/* Runs a fuzz target over the files named on the command line, once each: what ctest does with a
 * corpus where libFuzzer is absent. Folders are not descended; ops/test hands over files. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "cannot read '%s'\n", path);
        return 1;
    }
    size_t cap = 1 << 20;
    uint8_t *data = malloc(cap);
    if (data == NULL) {
        abort();
    }
    size_t size = fread(data, 1, cap, file);
    fclose(file);
    /* An exact copy, so that the address sanitizer sees a read past the end. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        exact[i] = data[i];
    }
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        failed += run_file(argv[i]);
    }
    printf("%d inputs\n", argc - 1);
    return failed > 0;
}
