package agency.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A command is read by itself: what is typed behind it is a mistake, and reaches nothing. */
final class SendTest {
    @Test
    void aCommandIsReadByItsName() throws Exception {
        assertEquals("g", Send.named("CreateGroup", "{\"groupId\":\"g\"}").getCreateGroup()
            .getGroupId());
    }

    @Test
    void onlyOneValueIsRead() {
        for (String json : List.of("{\"groupId\":\"g\"},\"annotations\":[]", "{} {}", "null", "[]",
                 "null,\"createOrg\":{}", "")) {
            assertThrows(Exception.class, () -> Send.named("CreateGroup", json), json);
        }
        for (String name : List.of("annotations", "orgId", "createGroup", "")) {
            assertThrows(IllegalArgumentException.class, () -> Send.named(name, "{}"), name);
        }
    }
}
