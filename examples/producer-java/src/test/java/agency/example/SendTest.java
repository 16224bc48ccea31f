package agency.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A command is read by itself: what is typed behind it is a mistake, and reaches nothing. */
final class SendTest {
    @Test
    void aCommandIsReadByItsName() throws Exception {
        String json = "{\"group\":{\"groupId\":\"g\"}}";
        assertEquals("g", Send.named("CreateGroup", json).getCreateGroup().getGroup().getGroupId());
    }

    @Test
    void onlyOneValueIsRead() {
        for (String json : List.of("{\"group\":{}},\"annotations\":[]", "{\"groupId\":\"g\"}",
                 "{} {}", "null", "[]", "null,\"createOrg\":{}", "")) {
            assertThrows(Exception.class, () -> Send.named("CreateGroup", json), json);
        }
        for (String name : List.of("annotations", "orgId", "createGroup", "")) {
            assertThrows(IllegalArgumentException.class, () -> Send.named(name, "{}"), name);
        }
    }
}
