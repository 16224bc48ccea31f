#include "core/api/openapi.h"

#include "core/pb/json.h"
#include "google/protobuf/struct.pb-c.h"
#include "tests/lib/test.h"

enum { OPENAPI_MEMORY_MAX = 256 << 20 };

static struct buf document;

static void document_open(void)
{
    assert_ok(api_openapi("7.7", &document));
    buf_byte(&document, '\0');
    document.size--;
}

static void assert_says(const char *part)
{
    if (strstr(document.data, part) == NULL) {
        fail_msg("expected '%s' in the document", part);
    }
}

TEST(openapi, is_json)
{
    struct arena arena;
    Google__Protobuf__Struct *read;
    document_open();
    arena_init(&arena, OPENAPI_MEMORY_MAX);
    assert_ok(
        pb_from_json(&arena, &google__protobuf__struct__descriptor, buf_str(&document), &read));
    assert_string_equal(read->fields[0]->key, "components"); /* a Struct is sorted */
    arena_release(&arena);
    buf_release(&document);
}

TEST(openapi, has_what_the_schema_says)
{
    document_open();
    assert_says("\"version\": \"7.7\"");
    assert_says("\"/v1/orgs/{org_id}/roles/{role_id}:assign\": {");
    assert_says("\"operationId\": \"AssignRole\"");
    assert_says("\"summary\": \"May a subject do something on an object, and by which way\"");
    assert_says("\"description\": \"A label, unique among the live seats of the org.\"");
    assert_says("\"SubjectType\": {\n        \"type\": \"string\"");
    assert_says("\"SUBJECT_TYPE_AGENT\"");
    assert_says("\"contentSchema\": {\n                    \"$ref\": "
                "\"#/components/schemas/WatchResponse\"");
    buf_release(&document);
}
