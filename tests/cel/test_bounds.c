/* No source of 4 KiB takes more than 10 ms of processor time to parse, check and estimate, more
 * than its gas and 256 KiB to run, or 64 KiB of stack: every production of the grammar as often as
 * it fits, each in every way to nest, every function of the profile, and all that the fuzzer kept.
 * (What is known as an attack is in test_attacks.c; what is random, in tests/fuzz/fuzz_cel.c.) */
#include <dirent.h>
#include <stdio.h>

#include "tests/lib/cel_bounds.h"
#include "tests/lib/test.h"

/* A production that can follow itself: first, and again as often as there is room. */
static const char *const chains[][2] = {
    { "x", "?x:x" },
    { "x==x", "||x==x" },
    { "d", "||d" },
    { "x==x", "&&x==x" },
    { "d", "&&d" },
    { "x", "==x" },
    { "d", "<d" },
    { "d", " in d" },
    { "x", "+x" },
    { "s", "+s" },
    { "l", "+l" },
    { "u", "-u" },
    { "x", "*x" },
    { "x", "/x" },
    { "x", "%x" },
    { "", "!" },
    { "", "-" },
    { "role", ".name" },
    { "d", ".a" },
    { "d", ".?a" },
    { "d", ".`a-b`" },
    { "d", "[0]" },
    { "l", "[?0]" },
    { "m", "['a']" },
    { "d", ".a()" },
    { "s", ".size()" },
    { "s", ".trim()" },
    { "s", ".replace('l','ll')" },
    { "s", ".matches('\\\\pL{9}')||s" },
    { "''", "+''" },
    { "l", ".map(i,i)" },
    { "l", ".filter(i,true)" },
    { "l", ".all(i,true)" },
    { "l", ".exists_one(i,i>1)" },
    { "l", ".transformList(i,v,v)" },
    { "m", ".transformMap(k,v,v)" },
    { "m", ".transformMapEntry(k,v,{k:v})" },
    { "optional.of(x)", ".optMap(i,i)" },
    { "optional.of(l)", ".or(optional.of(l))" },
    { "x", "//\n+x" },
    { "x", " " },
    { "x", "+y" },
    { "x", "+f()" },
    { "x", "+role.nmae" },
    { "Role{}", "==Rloe{}" },
    { "a", ".b" },
    { ".a", ".b" },
    { "a", "a" },
    { "role.", "name" },
    { "'", "\\u00e9" },
    { "'", "\xC3\xA9" },
    { "b'", "\\377" },
    { "r'", "\\" },
    { "'''", "\n'" },
    { "1", "1" },
    { "0x", "f" },
    { "0.", "0" },
    { "1.", "7" },
    { "1e", "9" },
    { "x+1e300", "+1e-300" },
    { "x+1.7976931348623157e308", "+2.2250738585072014e-308" },
    { "\x01", "\x02" },
    { "(", "," },
    { "{", "{" },
    { "1+", "\n" },
};

/* What holds many: first, again as often as there is room, and the end. */
static const char *const wides[][3] = {
    { "[x", ",x", "]" },
    { "[d", ",1", "]" },
    { "[1", ",'a'", "]" },
    { "[[]", ",[]", "]" },
    { "[{}", ",{1:[]}", "]" },
    { "[?d", ",?d", "]" },
    { "{x:1", ",x:1", "}" },
    { "{1:x", ",d:{}", "}" },
    { "{'a':1", ",?'b':d", "}" },
    { "Role{name:s", ",name:s", "}" },
    { "Role{group_ids:[s", ",s", "]}" },
    { "size(x", ",x", ")" },
    { "f(x", ",d", ")" },
    { "s.f(x", ",f(d)", ")" },
    { "[1.5", ",1e300", "]" },
    { "[y", ",z", "]" },
    { "[optional.of(x)", ",optional.none()", "]" },
    { "['%s'.format([s", ",s", "])]" },
    { "math.greatest(x", ",d", ")" },
    { "[s.matches('a*b')", ",s.matches('(a|b)*c')", "]" },
    { "[timestamp('2020-01-01T00:00:00Z')", ",timestamp(x)", "]" },
    { "[ip('::1')", ",cidr('10.0.0.0/8')", "]" },
    { "(x==1", "||l.all(i,i>x)", ")" },
    { "(d", "==d", ")" },
    { "(x", "+x", ")" },
    { "('a'", "+'b'", ")" },
    { "(d", ".a", ")" },
    { "(l", ".map(i,[i,i])", ")" },
};

/* Ways to be inside. */
static const char *const nests[][2] = {
    { "(", ")" },
    { "[", "]" },
    { "[[", "],[]]" },
    { "[x,", "]" },
    { "{1:", "}" },
    { "{'a':[", "]}" },
    { "!(", ")" },
    { "-(", ")" },
    { "x==(", ")" },
    { "d||(", ")" },
    { "d&&(", ")" },
    { "(d?", ":d)" },
    { "(d?d:", ")" },
    { "l[", "]" },
    { "d[", "]" },
    { "size(", ")" },
    { "dyn(", ")" },
    { "f(", ")" },
    { "type(", ")" },
    { "string(", ")" },
    { "optional.of(", ")" },
    { "optional.none().orValue(", ")" },
    { "[1].map(i,", ")" },
    { "l.filter(i,", "==i)" },
    { "l.all(i,", "==d)" },
    { "cel.bind(a,1,", ")" },
    { "cel.bind(a,", ",[a,a])" },
    { "cel.bind(a,", ",{1:a,2:a}==d)" },
    { "Role{name:", "}" },
    { "s.replace('l',", ")" },
    { "lists.range(", ")" },
    { "x in [", "]" },
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void bounds_check(struct cel_bounds_worst *worst, const struct buf *source)
{
    assert_true(source->size <= CEL_SOURCE_MAX);
    cel_bounds_check_of_many(worst, buf_str(source));
}

static void bounds_text(struct buf *out, const char *text)
{
    buf_append(out, str_z(text));
}

/* `again` until the source has `size_max` bytes, but at most `times_max` times. */
static void bounds_fill(struct buf *out, const char *again, size_t size_max, size_t times_max)
{
    for (size_t i = 0; i < times_max && out->size + strlen(again) <= size_max; i++) {
        bounds_text(out, again);
    }
}

/* As many as fit the source, and as many as fit the limit of terms: those are not refused. */
static const size_t bounds_times[] = { SIZE_MAX, CEL_NODES_MAX / 2 - 2, CEL_NODES_MAX / 4,
                                       CEL_NODES_MAX / 8 };

TEST(cel_bounds, every_production_repeated)
{
    struct cel_bounds_worst worst = { 0 };
    struct buf source = { 0 };
    for (size_t i = 0; i < COUNT(chains); i++) {
        for (size_t times = 0; times < COUNT(bounds_times); times++) {
            source.size = 0;
            bounds_text(&source, chains[i][0]);
            bounds_fill(&source, chains[i][1], CEL_SOURCE_MAX - 1, bounds_times[times]);
            bounds_check(&worst, &source);
            bounds_text(&source, "'");
            bounds_check(&worst, &source);
        }
    }
    cel_bounds_worst_print(&worst);
    buf_release(&source);
}

TEST(cel_bounds, every_wide_form)
{
    struct cel_bounds_worst worst = { 0 };
    struct buf source = { 0 };
    for (size_t i = 0; i < COUNT(wides); i++) {
        for (size_t times = 0; times < COUNT(bounds_times); times++) {
            source.size = 0;
            bounds_text(&source, wides[i][0]);
            bounds_fill(&source, wides[i][1], CEL_SOURCE_MAX - strlen(wides[i][2]),
                        bounds_times[times]);
            bounds_text(&source, wides[i][2]);
            bounds_check(&worst, &source);
        }
    }
    cel_bounds_worst_print(&worst);
    buf_release(&source);
}

/* Nested `depth` times, and inside a wide form of what room and terms are left. */
static void bounds_nest(struct cel_bounds_worst *worst, size_t nest, size_t wide, size_t depth)
{
    struct buf source = { 0 };
    size_t ends = depth * strlen(nests[nest][1]) + strlen(wides[wide][2]);
    bounds_fill(&source, nests[nest][0], CEL_SOURCE_MAX, depth);
    bounds_text(&source, wides[wide][0]);
    bounds_fill(&source, wides[wide][1], CEL_SOURCE_MAX - ends, CEL_NODES_MAX / 4);
    bounds_text(&source, wides[wide][2]);
    bounds_fill(&source, nests[nest][1], CEL_SOURCE_MAX, depth);
    bounds_check(worst, &source);
    buf_release(&source);
}

TEST(cel_bounds, every_wide_form_in_every_way_to_nest)
{
    struct cel_bounds_worst worst = { 0 };
    static const size_t depths[] = { 3, CEL_DEPTH_MAX / 2, CEL_DEPTH_MAX - 4, CEL_DEPTH_MAX * 2 };
    for (size_t nest = 0; nest < COUNT(nests); nest++) {
        for (size_t wide = 0; wide < COUNT(wides); wide++) {
            for (size_t depth = 0; depth < COUNT(depths); depth++) {
                bounds_nest(&worst, nest, wide, depths[depth]);
            }
        }
    }
    cel_bounds_worst_print(&worst);
}

/* Binds inside each other, each value nested as deep as is left: the deepest values there are. */
static void bounds_deep(struct buf *out, const char *open, const char *close, const char *end)
{
    size_t binds = CEL_DEPTH_MAX - 4;
    for (size_t i = 0; i < binds; i++) {
        buf_printf(out, "cel.bind(v%zu,", i);
        bounds_fill(out, open, CEL_SOURCE_MAX, binds - i);
        buf_printf(out, i == 0 ? "x" : "v%zu", i - 1);
        bounds_fill(out, close, CEL_SOURCE_MAX, binds - i);
        bounds_text(out, ",");
    }
    buf_printf(out, end, binds - 1);
    bounds_fill(out, ")", CEL_SOURCE_MAX, binds);
}

TEST(cel_bounds, values_as_deep_as_can_be_made)
{
    static const char *const deep[][2] = { { "[", "]" }, { "{1:", "}" }, { "[[],", "]" } };
    static const char *const ends[] = {
        "v%1$zu==[[v%1$zu][0]]", "v%1$zu==v%1$zu",         "v%zu in [v0]", "'%%s'.format([v%zu])",
        "v%zu.flatten(99)",      "[v%1$zu,v%1$zu].sort()", "dyn(v%zu)",    "[v%zu].distinct()",
    };
    struct cel_bounds_worst worst = { 0 };
    for (size_t i = 0; i < COUNT(deep) * COUNT(ends); i++) {
        struct buf source = { 0 };
        bounds_deep(&source, deep[i % COUNT(deep)][0], deep[i % COUNT(deep)][1],
                    ends[i / COUNT(deep)]);
        bounds_check(&worst, &source);
        buf_release(&source);
    }
    cel_bounds_worst_print(&worst);
}

/* An argument of the type: a variable, or (constant) something to fold. */
static const char *bounds_argument(const struct cel_type *type, bool constant)
{
    static const char *const arguments[CEL_KINDS][2] = {
        [CEL_NULL] = { "null", "null" },
        [CEL_BOOL] = { "x==1", "true" },
        [CEL_INT] = { "x", "9" },
        [CEL_UINT] = { "u", "9u" },
        [CEL_DOUBLE] = { "double(x)", "1e300" },
        [CEL_STRING] = { "s", "'aaaaaaaaaaaaaaaaaaaa'" },
        [CEL_BYTES] = { "bytes(s)", "b'\\377aaaa'" },
        [CEL_TIMESTAMP] = { "timestamp(x)", "timestamp('2020-02-29T00:00:00Z')" },
        [CEL_DURATION] = { "duration('1h')", "duration('1h2m3.5s')" },
        [CEL_LIST] = { "l", "[3,1,2]" },
        [CEL_MAP] = { "m", "{'a':1,'b':2}" },
        [CEL_TYPE] = { "type(x)", "int" },
        [CEL_OPTIONAL] = { "optional.of(x)", "optional.of(1)" },
        [CEL_IP] = { "ip(s)", "ip('::1')" },
        [CEL_CIDR] = { "cidr(s)", "cidr('10.0.0.0/8')" },
    };
    const char *argument = arguments[type->kind][constant];
    return argument != NULL ? argument : constant ? "['a',1]" : "d";
}

/* A call of the overload as people write it. (Of an operator it is an unknown name; they have
 * chains of their own.) */
static void bounds_call(struct buf *out, const struct cel_overload *overload, bool constant)
{
    uint32_t i = 0;
    if (overload->member) {
        buf_printf(out, "(%s).", bounds_argument(overload->params[i++], constant));
    }
    buf_printf(out, "%s(", overload->name);
    for (uint32_t first = i; i < CEL_PARAMS_MAX && overload->params[i] != NULL; i++) {
        buf_printf(out, "%s%s", i > first ? "," : "",
                   bounds_argument(overload->params[i], constant));
    }
    buf_byte(out, ')');
}

static void bounds_overload(struct cel_bounds_worst *worst, const struct cel_overload *overload,
                            bool constant)
{
    struct buf source = { 0 }, call = { 0 };
    bounds_call(&call, overload, constant);
    bounds_text(&source, "[");
    for (int i = 0; source.size + call.size + 2 < CEL_SOURCE_MAX && i < CEL_NODES_MAX / 4; i++) {
        bounds_text(&source, i > 0 ? "," : "");
        buf_append(&source, buf_str(&call));
    }
    bounds_text(&source, "]");
    bounds_check(worst, &source);
    buf_release(&call);
    buf_release(&source);
}

TEST(cel_bounds, every_function_called_as_often_as_fits)
{
    struct cel_bounds_worst worst = { 0 };
    for (size_t table = 0; cel_tables[table] != NULL; table++) {
        for (uint32_t row = 0; row < cel_tables[table]->count; row++) {
            bounds_overload(&worst, &cel_tables[table]->rows[row], false);
            bounds_overload(&worst, &cel_tables[table]->rows[row], true);
        }
    }
    cel_bounds_worst_print(&worst);
}

/* The first byte says how the fuzzer compiles the rest. */
static void bounds_file(struct cel_bounds_worst *worst, const char *name)
{
    char path[512], data[CEL_SOURCE_MAX + 1];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/fuzz/corpus/cel/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    cel_bounds_check_of_many(worst, str_make(data + (size > 0), size - (size > 0)));
}

TEST(cel_bounds, all_that_the_fuzzer_kept)
{
    struct cel_bounds_worst worst = { 0 };
    DIR *folder = opendir(SOURCE_DIR "/tests/fuzz/corpus/cel");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.') {
            bounds_file(&worst, entry->d_name);
        }
    }
    closedir(folder);
    assert_true(worst.count > 1000);
    cel_bounds_worst_print(&worst);
}
