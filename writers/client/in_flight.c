/* Finding one by its command_id is a walk from the first: answers come nearly in order. */
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
                      const struct decider_answer *answer)
{
    command->answered = true;
    request_answer(&command->request, answer);
    while (in_flight->first < in_flight->next &&
           in_flight_at(in_flight, in_flight->first)->answered) {
        in_flight->first++;
    }
    in_flight->sent = in_flight->sent < in_flight->first ? in_flight->first : in_flight->sent;
}

struct in_flight_command *in_flight_find(const struct in_flight *in_flight, uint32_t partition,
                                         const char *org_id, const char *command_id)
{
    for (uint64_t number = in_flight->first; number < in_flight->sent; number++) {
        struct in_flight_command *command = in_flight_at(in_flight, number);
        if (!command->answered && command->request.partition == partition &&
            strcmp(command->command_id, command_id) == 0 &&
            str_eq(request_org(&command->request), str_z(org_id))) {
            return command;
        }
    }
    return NULL;
}

struct in_flight_command *in_flight_find_at(const struct in_flight *in_flight, uint32_t partition,
                                            uint64_t offset)
{
    for (uint64_t number = in_flight->first; number < in_flight->sent; number++) {
        struct in_flight_command *command = in_flight_at(in_flight, number);
        if (!command->answered && command->request.partition == partition &&
            command->offset == offset) {
            return command;
        }
    }
    return NULL;
}
