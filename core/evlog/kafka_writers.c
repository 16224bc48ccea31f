/* Who can write decisions owns the system, so `status` says who that is, as far as the brokers
 * tell: the rules that allow writing, or that there are none because nobody is checked. What they
 * refuse to tell is said to be unknown, never to be safe. */
#include "core/evlog/kafka_writers.h"

#include <stdio.h>

#include "core/evlog/kafka_client.h"
#include "core/evlog/kafka_range.h"

static bool kafka_writers_may(const rd_kafka_AclBinding_t *rule)
{
    rd_kafka_AclOperation_t operation = rd_kafka_AclBinding_operation(rule);
    return rd_kafka_AclBinding_permission_type(rule) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW &&
           (operation == RD_KAFKA_ACL_OPERATION_WRITE || operation == RD_KAFKA_ACL_OPERATION_ALL);
}

static void kafka_writers_list(const rd_kafka_DescribeAcls_result_t *result, struct buf *out)
{
    size_t count, found = 0;
    const rd_kafka_AclBinding_t **rules = rd_kafka_DescribeAcls_result_acls(result, &count);
    for (size_t i = 0; i < count; i++) {
        if (kafka_writers_may(rules[i])) {
            buf_printf(out, "%s%s from %s", found == 0 ? "" : ", ",
                       rd_kafka_AclBinding_principal(rules[i]), rd_kafka_AclBinding_host(rules[i]));
            found++;
        }
    }
    if (found == 0) {
        /* Our librdkafka says the same where the brokers refuse to tell. */
        buf_append(out,
                   STR("nobody by a rule that you are shown (it takes Describe on the cluster): "
                       "super users, and everybody where the brokers have "
                       "allow.everyone.if.no.acl.found=true"));
    }
}

static void kafka_writers_unknown(rd_kafka_resp_err_t error, struct buf *out)
{
    buf_printf(out, "not known (%s): look at the rules of the topic", rd_kafka_err2str(error));
}

/* The rules of the topic. */
static void kafka_writers_rules(const struct evlog_kafka_options *options, rd_kafka_t *client,
                                const char *topic, struct buf *out)
{
    char reason[160];
    rd_kafka_AclBindingFilter_t *filter = rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_TOPIC, topic, RD_KAFKA_RESOURCE_PATTERN_MATCH, NULL, NULL,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, reason, sizeof reason);
    assert(filter != NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_DescribeAcls(client, filter, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, kafka_range_timeout_ms(options));
    rd_kafka_resp_err_t error =
        event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        kafka_writers_list(rd_kafka_event_DescribeAcls_result(event), out);
    } else {
        kafka_writers_unknown(error, out);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_AclBinding_destroy(filter);
}

static bool kafka_writers_is_authorizer(const rd_kafka_ConfigEntry_t *entry)
{
    const char *value = rd_kafka_ConfigEntry_value(entry);
    return strcmp(rd_kafka_ConfigEntry_name(entry), "authorizer.class.name") == 0 &&
           value != NULL && value[0] != '\0';
}

static bool kafka_writers_checked(rd_kafka_event_t *event)
{
    bool found = false;
    size_t brokers_count, entries_count = 0;
    const rd_kafka_ConfigResource_t **brokers = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &brokers_count);
    const rd_kafka_ConfigEntry_t **entries =
        brokers_count == 0 ? NULL : rd_kafka_ConfigResource_configs(brokers[0], &entries_count);
    for (size_t i = 0; i < entries_count; i++) {
        found |= kafka_writers_is_authorizer(entries[i]);
    }
    return found;
}

/* Whether the brokers check anybody at all: librdkafka 2.0.2 shows their refusal to tell rules,
 * when they have none to check, as a list without any. */
static rd_kafka_resp_err_t kafka_writers_ask(const struct evlog_kafka_options *options,
                                             rd_kafka_t *client, bool *checked)
{
    char broker[16];
    int timeout_ms = kafka_range_timeout_ms(options);
    snprintf(broker, sizeof broker, "%d", (int)rd_kafka_controllerid(client, timeout_ms));
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, broker);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_DescribeConfigs(client, &resource, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms);
    rd_kafka_resp_err_t error =
        event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        *checked = kafka_writers_checked(event);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(resource);
    return error;
}

void kafka_writers_say(const struct evlog_kafka_options *options, enum evlog_stream stream,
                       struct buf *out)
{
    char topic[KAFKA_TOPIC_SIZE];
    rd_kafka_t *client;
    struct status st = kafka_client_new(options, KAFKA_CONSUMER, &client);
    if (st.code != STATUS_OK) {
        buf_printf(out, "not known (%s)", st.msg);
        return;
    }
    kafka_client_topic(options, (int)stream, topic);
    bool checked = true;
    rd_kafka_resp_err_t error = kafka_writers_ask(options, client, &checked);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        kafka_writers_unknown(error, out);
    } else if (checked) {
        kafka_writers_rules(options, client, topic, out);
    } else {
        buf_append(out, STR("anybody who reaches the brokers: they have no authorizer"));
    }
    rd_kafka_destroy(client);
}
