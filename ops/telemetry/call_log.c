#include "ops/telemetry/call_log.h"

#include "core/base/utf8.h"
#include "core/rpc/call.h"
#include "core/trace/traceparent.h"
#include "ops/telemetry/writer_metrics.h"

enum { CALL_LOG_REQUEST_MAX = 128 };

/* What nobody but who runs the server can mend. */
static bool call_log_is_fault(enum status_code code)
{
    return code == STATUS_UNKNOWN || code == STATUS_INTERNAL || code == STATUS_DATA_LOSS;
}

bool call_log_tells_why(enum status_code code)
{
    return call_log_is_fault(code) || code == STATUS_UNAVAILABLE ||
           code == STATUS_DEADLINE_EXCEEDED;
}

/* The trace's id alone: what one looks for. */
static void call_log_trace(struct diag_line *line, struct str trace)
{
    struct traceparent place;
    char text[2 * TRACE_ID_SIZE + 1];
    if (traceparent_read(trace, &place)) {
        trace_hex(place.trace_id, TRACE_ID_SIZE, text);
        diag_str(line, "trace", str_z(text));
    }
}

static void call_log_request(struct diag_line *line, const struct rpc_call *call)
{
    struct str request = rpc_call_metadata(call, STR("x-request-id"));
    if (request.size > 0) {
        diag_str(line, "request", utf8_cut(request, CALL_LOG_REQUEST_MAX));
    }
    call_log_trace(line, rpc_call_trace(call));
}

void call_log_ended(struct diag *diag, const struct rpc_ended *ended, int64_t now_us)
{
    enum diag_level level = call_log_is_fault(ended->code) ? DIAG_WARN : DIAG_DEBUG;
    if (!diag_shows(diag, level)) {
        return;
    }
    struct diag_line line = diag_begin(diag, level, "call");
    diag_str(&line, "method", ended->method);
    diag_str(&line, "code", str_z(status_code_name(ended->code)));
    if (call_log_tells_why(ended->code)) {
        diag_str(&line, "error", str_z(ended->message));
    }
    diag_i64(&line, "took_us", now_us - ended->began_us);
    diag_str(&line, "peer", str_z(ended->peer->address));
    call_log_request(&line, ended->call);
    diag_end(&line);
}

void call_log_decided(struct diag *diag, const struct decided *decided)
{
    const struct submit_answer *answer = decided->answer;
    if (!diag_shows(diag, DIAG_DEBUG)) {
        return;
    }
    struct diag_line line = diag_begin(diag, DIAG_DEBUG, "decided");
    diag_u64(&line, "partition", decided->partition);
    diag_u64(&line, "sequence", answer->sequence);
    diag_str(&line, "org", decided->org_id);
    diag_str(&line, "command", writer_metrics_command(decided->command));
    diag_str(&line, "command_id", decided->command_id);
    diag_str(&line, "code", str_z(status_code_name(answer->code)));
    if (answer->code != STATUS_OK) {
        diag_str(&line, "error", str_z(answer->reason));
    }
    diag_i64(&line, "took_us", decided->ended_us - decided->began_us);
    call_log_trace(&line, decided->trace);
    diag_end(&line);
}
