/* Finding one is a walk from the first: answers come nearly in order.
 *
 * An id is no secret, so it proves nothing: somebody else may have sent a command of the same id,
 * and what he is answered is not for us. What is ours lies where the log acknowledged our copies;
 * the principal's fingerprint tells it from what lies there in another log. */
#include "writers/client/in_flight.h"

#include "core/base/memory.h"

void in_flight_init(struct in_flight *in_flight)
{
    *in_flight = (struct in_flight){ .ring = mem_zalloc(IN_FLIGHT_MAX, sizeof *in_flight->ring) };
}

void in_flight_release(struct in_flight *in_flight)
{
    mem_free(in_flight->ring);
    *in_flight = (struct in_flight){ 0 };
}

struct in_flight_command *in_flight_at(const struct in_flight *in_flight, uint64_t number)
{
    return &in_flight->ring[number % IN_FLIGHT_MAX];
}

void in_flight_add(struct in_flight *in_flight, const struct in_flight_command *command)
{
    assert(in_flight->next - in_flight->first < IN_FLIGHT_MAX);
    *in_flight_at(in_flight, in_flight->next++) = *command;
}

void in_flight_answer(struct in_flight *in_flight, struct in_flight_command *command,
                      const struct submit_answer *answer)
{
    command->answered = true;
    request_answer(&command->request, answer);
    while (in_flight->first < in_flight->next &&
           in_flight_at(in_flight, in_flight->first)->answered) {
        in_flight->first++;
    }
    in_flight->sent = in_flight->sent < in_flight->first ? in_flight->first : in_flight->sent;
}

static bool in_flight_has(const struct in_flight_command *command, uint64_t offset)
{
    for (uint32_t i = 0; i < command->offsets_count; i++) {
        if (command->offsets[i] == offset) {
            return true;
        }
    }
    return false;
}

void in_flight_acknowledge(struct in_flight *in_flight, struct in_flight_command *command,
                           uint64_t offset)
{
    uint32_t last = IN_FLIGHT_COPIES_MAX - 1;
    uint32_t place = command->offsets_count < last ? command->offsets_count : last;
    command->acknowledged = true;
    command->offsets[place] = offset;
    command->offsets_count = place + 1;
    if (!command->answered && command->early_offset == offset) {
        in_flight_answer(in_flight, command, &command->early);
    }
}

/* A dead letter says what the command claimed, if that can be read at all. */
static bool in_flight_is_named(const struct in_flight_command *command, const struct reply *reply)
{
    return strcmp(command->command_id, reply->command_id) == 0 &&
           str_eq(request_org(&command->request), str_z(reply->org_id)) &&
           (reply->principal == NULL || strcmp(command->principal, reply->principal) == 0);
}

static bool in_flight_take_one(struct in_flight *in_flight, struct in_flight_command *command,
                               const struct reply *reply)
{
    bool named = in_flight_is_named(command, reply);
    if (in_flight_has(command, reply->offset)) {
        if (named || reply->principal == NULL) {
            in_flight_answer(in_flight, command, &reply->answer);
        }
        return true;
    }
    if (named && !command->acknowledged) {
        command->early_offset = reply->offset;
        command->early = reply->answer;
    }
    return false;
}

void in_flight_take(struct in_flight *in_flight, uint32_t partition, const struct reply *reply)
{
    if (reply->offset == EVLOG_OFFSET_UNKNOWN) {
        return; /* of a command in the log that this one was copied from */
    }
    for (uint64_t number = in_flight->first; number < in_flight->sent; number++) {
        struct in_flight_command *command = in_flight_at(in_flight, number);
        if (!command->answered && command->request.partition == partition &&
            in_flight_take_one(in_flight, command, reply)) {
            return;
        }
    }
}
