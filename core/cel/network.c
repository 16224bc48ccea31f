/* The network extension: addresses and networks. Text is that of RFC 5952; zones and dotted IPv4
 * inside IPv6 are refused, leading zeros too, since programs disagree on what they mean. */
#include "core/cel/number.h"
#include "core/cel/standard.h"
#include "core/cel/text.h"

enum {
    NETWORK_V4 = 4,
    NETWORK_V6 = 16,
    NETWORK_GROUPS = 8,
    NETWORK_TEXT_MAX = 48, /* eight groups, a slash and a prefix */
};

/* Digits of a number without leading zeros, at most `max`; cut off the front. */
static bool network_decimal(struct str *text, unsigned max, unsigned *number)
{
    size_t count = 0;
    *number = 0;
    while (count < text->size && count < 3 && text->data[count] >= '0' &&
           text->data[count] <= '9') {
        *number = *number * 10 + (unsigned)(text->data[count++] - '0');
    }
    bool zeros = count > 1 && text->data[0] == '0';
    *text = str_from(*text, count);
    return count > 0 && !zeros && *number <= max;
}

static bool network_char(struct str *text, char c)
{
    if (text->size == 0 || text->data[0] != c) {
        return false;
    }
    *text = str_from(*text, 1);
    return true;
}

static bool network_parse_v4(struct str text, struct cel_address *address)
{
    unsigned number;
    address->size = NETWORK_V4;
    for (size_t i = 0; i < NETWORK_V4; i++) {
        if ((i > 0 && !network_char(&text, '.')) || !network_decimal(&text, 255, &number)) {
            return false;
        }
        address->bytes[i] = (uint8_t)number;
    }
    return text.size == 0;
}

static bool network_group(struct str *text, unsigned *group)
{
    size_t count = 0;
    *group = 0;
    while (count < text->size && count < 4) {
        char c = text->data[count];
        char lower = (char)(c | 0x20);
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(lower >= 'a' && lower <= 'f')) {
            break;
        }
        *group = *group * 16 + (unsigned)(digit ? c - '0' : lower - 'a' + 10);
        count++;
    }
    *text = str_from(*text, count);
    return count > 0;
}

/* Groups before and behind one "::", which stands for at least one group of zeros. */
static bool network_parse_v6(struct str text, struct cel_address *address)
{
    unsigned groups[NETWORK_GROUPS], count = 0, gap = NETWORK_GROUPS;
    bool has_gap = false;
    if (str_starts(text, STR("::"))) {
        text = str_from(text, 2);
        has_gap = true;
        gap = 0;
    }
    while (text.size > 0) {
        if (count == NETWORK_GROUPS || !network_group(&text, &groups[count])) {
            return false;
        }
        count++;
        if (text.size > 0 && !network_char(&text, ':')) {
            return false;
        }
        bool at_end = text.size == 0 && text.data[-1] == ':';
        if (str_starts(text, STR(":")) && !has_gap) {
            text = str_from(text, 1);
            has_gap = true;
            gap = count;
        } else if (at_end) {
            return false;
        }
    }
    if (has_gap == (count == NETWORK_GROUPS)) {
        return false;
    }
    address->size = NETWORK_V6;
    for (unsigned i = 0; i < count; i++) {
        unsigned at = i < gap ? i : NETWORK_GROUPS - count + i;
        address->bytes[2 * at] = (uint8_t)(groups[i] >> 8);
        address->bytes[2 * at + 1] = (uint8_t)groups[i];
    }
    return true;
}

/* An IPv4 address in an IPv6 one (::ffff:0:0/96) is that IPv4 address. */
static void network_unmap(struct cel_address *address)
{
    static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };
    if (address->size == NETWORK_V6 && memcmp(address->bytes, mapped, sizeof mapped) == 0) {
        memmove(address->bytes, address->bytes + sizeof mapped, NETWORK_V4);
        memset(address->bytes + NETWORK_V4, 0, NETWORK_V6 - NETWORK_V4);
        address->size = NETWORK_V4;
    }
}

static bool network_parse_ip(struct str text, struct cel_address *address)
{
    *address = (struct cel_address){ 0 };
    bool colon = text.size > 0 && memchr(text.data, ':', text.size) != NULL;
    if (!(colon ? network_parse_v6(text, address) : network_parse_v4(text, address))) {
        return false;
    }
    network_unmap(address);
    return true;
}

static bool network_parse_cidr(struct str text, struct cel_address *address)
{
    const char *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
    unsigned bits;
    if (slash == NULL) {
        return false;
    }
    struct str before = { text.data, (size_t)(slash - text.data) };
    struct str after = str_from(text, before.size + 1);
    if (!network_parse_ip(before, address) || !network_decimal(&after, address->size * 8U, &bits) ||
        after.size > 0) {
        return false;
    }
    address->prefix_bits = (uint8_t)bits;
    return true;
}

/* The longest run of at least two groups of zeros, the first of equals. */
static void network_zeros(const struct cel_address *address, unsigned *from, unsigned *to)
{
    unsigned start = 0;
    *from = *to = NETWORK_GROUPS;
    for (unsigned i = 0; i <= NETWORK_GROUPS; i++) {
        bool zero =
            i < NETWORK_GROUPS && address->bytes[2 * i] == 0 && address->bytes[2 * i + 1] == 0;
        if (!zero) {
            if (i - start >= 2 && i - start > *to - *from) {
                *from = start;
                *to = i;
            }
            start = i + 1;
        }
    }
}

static void network_put(char *out, size_t *size, unsigned number, unsigned base)
{
    char digits[CEL_NUMBER_TEXT_MAX];
    struct str text = cel_number_base(false, number, base, false, digits);
    memcpy(out + *size, text.data, text.size);
    *size += text.size;
}

static size_t network_print_v6(const struct cel_address *address, char *out)
{
    unsigned from, to;
    size_t size = 0;
    network_zeros(address, &from, &to);
    for (unsigned i = 0; i < NETWORK_GROUPS; i++) {
        if (i == from) {
            out[size++] = ':';
            out[size++] = ':';
            i = to;
        } else if (i > 0) {
            out[size++] = ':';
        }
        if (i < NETWORK_GROUPS) {
            network_put(out, &size, address->bytes[2 * i] * 256U + address->bytes[2 * i + 1], 16);
        }
    }
    return size;
}

static struct str network_print(struct cel_value value, char out[NETWORK_TEXT_MAX])
{
    const struct cel_address *address = value.address;
    size_t size = 0;
    if (address->size == NETWORK_V6) {
        size = network_print_v6(address, out);
    } else {
        for (size_t i = 0; i < NETWORK_V4; i++) {
            if (i > 0) {
                out[size++] = '.';
            }
            network_put(out, &size, address->bytes[i], 10);
        }
    }
    if (value.kind == CEL_CIDR) {
        out[size++] = '/';
        network_put(out, &size, address->prefix_bits, 10);
    }
    return str_make(out, size);
}

static bool network_value(struct cel_run *run, enum cel_kind kind, struct cel_address address,
                          struct cel_value *result)
{
    struct cel_address *made = cel_alloc(run, sizeof *made);
    if (made == NULL) {
        return false;
    }
    *made = address;
    *result = (struct cel_value){ .kind = (uint32_t)kind, .address = made };
    return true;
}

static bool network_bad_ip(struct cel_run *run, struct str text)
{
    return cel_fail(run, "expected an address like '10.0.0.1' or '2001:db8::1', not '%.*s'",
                    STR_ARG(text));
}

static bool network_bad_cidr(struct cel_run *run, struct str text)
{
    return cel_fail(run, "expected a network like '10.0.0.0/8' or '2001:db8::/32', not '%.*s'",
                    STR_ARG(text));
}

static bool network_ip(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    struct cel_address address;
    if (!network_parse_ip(cel_str(args[0]), &address)) {
        return network_bad_ip(run, cel_str(args[0]));
    }
    return network_value(run, CEL_IP, address, result);
}

static bool network_cidr(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    struct cel_address address;
    if (!network_parse_cidr(cel_str(args[0]), &address)) {
        return network_bad_cidr(run, cel_str(args[0]));
    }
    return network_value(run, CEL_CIDR, address, result);
}

static bool network_is_ip(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    struct cel_address address;
    *result = cel_bool(network_parse_ip(cel_str(args[0]), &address));
    return cel_charge(run, 1);
}

static bool network_is_cidr(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    struct cel_address address;
    *result = cel_bool(network_parse_cidr(cel_str(args[0]), &address));
    return cel_charge(run, 1);
}

static bool network_is_canonical(struct cel_run *run, const struct cel_value *args,
                                 struct cel_value *result)
{
    struct cel_address address;
    char out[NETWORK_TEXT_MAX];
    if (!network_parse_ip(cel_str(args[0]), &address)) {
        return network_bad_ip(run, cel_str(args[0]));
    }
    struct cel_value value = { .kind = CEL_IP, .address = &address };
    *result = cel_bool(str_eq(network_print(value, out), cel_str(args[0])));
    return cel_charge(run, 1);
}

static bool network_string(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    char out[NETWORK_TEXT_MAX];
    return cel_string_new(run, network_print(args[0], out), result);
}

/* Whether the address's first bits are those of the bytes. */
static bool network_has_prefix(const struct cel_address *address, const uint8_t *bytes,
                               unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    uint8_t mask = (uint8_t)(0xFF << (8 - rest));
    return memcmp(address->bytes, bytes, whole) == 0 &&
           (rest == 0 || ((address->bytes[whole] ^ bytes[whole]) & mask) == 0);
}

/* Ranges of both families with a name. */
struct network_range {
    uint8_t v4[4], v4_bits;
    uint8_t v6[16], v6_bits;
};
static const struct network_range network_unspecified = { { 0 }, 32, { 0 }, 128 };
static const struct network_range network_loopback = { { 127 }, 8, { [15] = 1 }, 128 };
static const struct network_range network_multicast = { { 224 }, 4, { 0xFF }, 8 };
static const struct network_range network_local_multicast = { { 224 }, 24, { 0xFF, 0x02 }, 16 };
static const struct network_range network_local_unicast = { { 169, 254 }, 16, { 0xFE, 0x80 }, 10 };

static bool network_in(const struct cel_address *address, const struct network_range *range)
{
    return address->size == NETWORK_V4 ? network_has_prefix(address, range->v4, range->v4_bits)
                                       : network_has_prefix(address, range->v6, range->v6_bits);
}

#define NETWORK_TEST(name, expression)                                               \
    static bool network_is_##name(struct cel_run *run, const struct cel_value *args, \
                                  struct cel_value *result)                          \
    {                                                                                \
        const struct cel_address *address = args[0].address;                         \
        *result = cel_bool(expression);                                              \
        return cel_charge(run, 1);                                                   \
    }
NETWORK_TEST(unspecified, network_in(address, &network_unspecified))
NETWORK_TEST(loopback, network_in(address, &network_loopback))
NETWORK_TEST(link_local_multicast, network_in(address, &network_local_multicast))
NETWORK_TEST(link_local_unicast, network_in(address, &network_local_unicast))

/* Neither unspecified, loopback, multicast, link-local nor IPv4's broadcast; private ones are. */
static bool network_is_global(const struct cel_address *address)
{
    static const uint8_t broadcast[4] = { 255, 255, 255, 255 };
    return !network_in(address, &network_unspecified) && !network_in(address, &network_loopback) &&
           !network_in(address, &network_multicast) &&
           !network_in(address, &network_local_unicast) &&
           !(address->size == NETWORK_V4 && network_has_prefix(address, broadcast, 32));
}
NETWORK_TEST(global_unicast, network_is_global(address))

static bool network_family(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    *result = cel_int(args[0].address->size == NETWORK_V4 ? 4 : 6);
    return cel_charge(run, 1);
}

static bool network_contains(const struct cel_address *outer, const struct cel_address *inner,
                             unsigned inner_bits)
{
    return outer->size == inner->size && inner_bits >= outer->prefix_bits &&
           network_has_prefix(inner, outer->bytes, outer->prefix_bits);
}

static bool network_contains_ip(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    const struct cel_address *inner = args[1].address;
    *result = cel_bool(network_contains(args[0].address, inner, inner->size * 8U));
    return cel_charge(run, 1);
}

static bool network_contains_cidr(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    const struct cel_address *inner = args[1].address;
    *result = cel_bool(network_contains(args[0].address, inner, inner->prefix_bits));
    return cel_charge(run, 1);
}

static bool network_contains_ip_text(struct cel_run *run, const struct cel_value *args,
                                     struct cel_value *result)
{
    struct cel_value both[2] = { args[0] };
    return network_ip(run, &args[1], &both[1]) && network_contains_ip(run, both, result);
}

static bool network_contains_cidr_text(struct cel_run *run, const struct cel_value *args,
                                       struct cel_value *result)
{
    struct cel_value both[2] = { args[0] };
    return network_cidr(run, &args[1], &both[1]) && network_contains_cidr(run, both, result);
}

static bool network_cidr_ip(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    struct cel_address address = *args[0].address;
    address.prefix_bits = 0;
    return network_value(run, CEL_IP, address, result);
}

static bool network_masked(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    struct cel_address address = *args[0].address;
    for (unsigned i = address.prefix_bits; i < address.size * 8U; i++) {
        address.bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
    }
    return network_value(run, CEL_CIDR, address, result);
}

static bool network_prefix_length(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    *result = cel_int(args[0].address->prefix_bits);
    return cel_charge(run, 1);
}

#define NETWORK_ROW(name_, id_, member_, function_, result_, ...)                     \
    {                                                                                 \
        .name = name_, .id = id_, .member = member_, .function = network_##function_, \
        .result = result_, .params = {                                                \
            __VA_ARGS__                                                               \
        }                                                                             \
    }
#define NETWORK_TEXT_ROW(name_, id_, function_, result_) \
    NETWORK_ROW(name_, id_, false, function_, result_, &cel_type_string)
#define NETWORK_IP_ROW(name_, id_, function_, result_) \
    NETWORK_ROW(name_, id_, true, function_, result_, &cel_type_ip)
#define NETWORK_CIDR_ROW(name_, id_, function_, result_, param_) \
    NETWORK_ROW(name_, id_, true, function_, result_, &cel_type_cidr, param_)

static const struct cel_overload network_rows[] = {
    NETWORK_TEXT_ROW("ip", "string_to_ip", ip, &cel_type_ip),
    NETWORK_TEXT_ROW("cidr", "string_to_cidr", cidr, &cel_type_cidr),
    NETWORK_TEXT_ROW("isIP", "is_ip_string", is_ip, &cel_type_bool),
    NETWORK_TEXT_ROW("isCIDR", "is_cidr_string", is_cidr, &cel_type_bool),
    NETWORK_TEXT_ROW("ip.isCanonical", "ip_is_canonical_string", is_canonical, &cel_type_bool),
    NETWORK_ROW("string", "ip_to_string", false, string, &cel_type_string, &cel_type_ip),
    NETWORK_ROW("string", "cidr_to_string", false, string, &cel_type_string, &cel_type_cidr),
    NETWORK_IP_ROW("family", "ip_family", family, &cel_type_int),
    NETWORK_IP_ROW("isUnspecified", "ip_is_unspecified", is_unspecified, &cel_type_bool),
    NETWORK_IP_ROW("isLoopback", "ip_is_loopback", is_loopback, &cel_type_bool),
    NETWORK_IP_ROW("isLinkLocalMulticast", "ip_is_link_local_multicast", is_link_local_multicast,
                   &cel_type_bool),
    NETWORK_IP_ROW("isLinkLocalUnicast", "ip_is_link_local_unicast", is_link_local_unicast,
                   &cel_type_bool),
    NETWORK_IP_ROW("isGlobalUnicast", "ip_is_global_unicast", is_global_unicast, &cel_type_bool),
    NETWORK_CIDR_ROW("containsIP", "cidr_contains_ip", contains_ip, &cel_type_bool, &cel_type_ip),
    NETWORK_CIDR_ROW("containsIP", "cidr_contains_ip_string", contains_ip_text, &cel_type_bool,
                     &cel_type_string),
    NETWORK_CIDR_ROW("containsCIDR", "cidr_contains_cidr", contains_cidr, &cel_type_bool,
                     &cel_type_cidr),
    NETWORK_CIDR_ROW("containsCIDR", "cidr_contains_cidr_string", contains_cidr_text,
                     &cel_type_bool, &cel_type_string),
    NETWORK_ROW("ip", "cidr_ip", true, cidr_ip, &cel_type_ip, &cel_type_cidr),
    NETWORK_ROW("masked", "cidr_masked", true, masked, &cel_type_cidr, &cel_type_cidr),
    NETWORK_ROW("prefixLength", "cidr_prefix_length", true, prefix_length, &cel_type_int,
                &cel_type_cidr),
};
const struct cel_overload_table cel_networks = CEL_TABLE(network_rows);
