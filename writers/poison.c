/* The note is a fixed struct in a file of one page. `busy` is set last and cleared first, with
 * release order, so that a death between any two stores leaves a note that is true. */
#include "writers/poison.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/mapped_file.h"
#include "core/base/memory.h"

enum {
    POISON_FILE_SIZE = 8192,
    POISON_BYTES_MAX = 2048, /* of a command: its ids come first, so this tells it from others */
    DEATHS_MAX = 3,
    POISONS_MAX = 64,
};
static const uint64_t POISON_FORMAT = 0x3265746163696e69; /* tells our file from another one */

struct poison_note {
    uint64_t format;
    _Atomic uint32_t busy;   /* the command is being decided */
    uint32_t size;           /* of its bytes */
    uint32_t deaths;         /* in a row, at `dead` */
    uint32_t poisoned_count; /* of `poisoned`, the oldest is forgotten first */
    struct hash dead;
    struct hash poisoned[POISONS_MAX];
    char bytes[POISON_BYTES_MAX];
};
static_assert(sizeof(struct poison_note) <= POISON_FILE_SIZE, "the note fits into its file");

struct poison {
    struct poison_note *note;
};

/* What is noted of a command. */
static struct str poison_bytes(struct str command)
{
    size_t size = command.size < POISON_BYTES_MAX ? command.size : POISON_BYTES_MAX;
    return (struct str){ command.data, size };
}

static void poison_count_death(struct poison_note *note)
{
    if (note->format != POISON_FORMAT || note->size > POISON_BYTES_MAX) {
        memset(note, 0, sizeof *note);
        note->format = POISON_FORMAT;
        return;
    }
    if (atomic_load(&note->busy) == 0) {
        return;
    }
    struct hash hash = hash_sha256(&(struct str){ note->bytes, note->size }, 1);
    atomic_store(&note->busy, 0);
    note->deaths = hash_eq(&hash, &note->dead) ? note->deaths + 1 : 1;
    note->dead = hash;
    if (note->deaths >= DEATHS_MAX) {
        note->poisoned[note->poisoned_count % POISONS_MAX] = hash;
        note->poisoned_count++;
        note->deaths = 0;
    }
}

struct status poison_open(const char *path, struct poison **poison)
{
    void *page;
    TRY(mapped_file_open(path, POISON_FILE_SIZE, &page));
    *poison = mem_zalloc(1, sizeof **poison);
    (*poison)->note = page;
    poison_count_death((*poison)->note);
    return status_ok();
}

void poison_close(struct poison *poison)
{
    if (poison != NULL) {
        munmap(poison->note, POISON_FILE_SIZE);
        mem_free(poison);
    }
}

void poison_begin(struct poison *poison, struct str command)
{
    struct poison_note *note = poison->note;
    struct str bytes = poison_bytes(command);
    memcpy(note->bytes, bytes.data, bytes.size);
    note->size = (uint32_t)bytes.size;
    atomic_store_explicit(&note->busy, 1, memory_order_release);
}

void poison_end(struct poison *poison)
{
    atomic_store_explicit(&poison->note->busy, 0, memory_order_release);
}

bool poison_is(const struct poison *poison, struct str command)
{
    const struct poison_note *note = poison->note;
    uint32_t count = note->poisoned_count < POISONS_MAX ? note->poisoned_count : POISONS_MAX;
    if (count == 0) {
        return false;
    }
    struct str bytes = poison_bytes(command);
    struct hash hash = hash_sha256(&bytes, 1);
    for (uint32_t i = 0; i < count; i++) {
        if (hash_eq(&note->poisoned[i], &hash)) {
            return true;
        }
    }
    return false;
}
