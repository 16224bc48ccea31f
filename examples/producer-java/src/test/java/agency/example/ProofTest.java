package agency.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import agency.v1.CommandOuterClass.Command;
import agency.v1.CommandOuterClass.CommandRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example signs as tests/golden/proof.txt says. */
final class ProofTest {
    private static final HexFormat HEX = HexFormat.of();

    private static Map<String, String> golden(String wanted) throws Exception {
        for (String text : Files.readString(Path.of("../../tests/golden/proof.txt")).split("\n\n")) {
            var values = new HashMap<String, String>();
            text.lines().forEach(line -> values.put(line.split(" +", 2)[0], line.split(" +", 2)[1]));
            if (values.get("case").startsWith(wanted)) {
                return values;
            }
        }
        throw new IllegalStateException("expected a case " + wanted);
    }

    private static void checkStatement(Map<String, String> golden) throws Exception {
        var record = CommandRecord.parseFrom(HEX.parseHex(golden.get("record")));
        var command = Command.parseFrom(HEX.parseHex(golden.get("command")));
        byte[] statement = Proof.statement(HEX.parseHex(golden.get("cluster_id")),
            record.toBuilder(), command);
        assertEquals(golden.get("statement"), HEX.formatHex(statement));
        assertEquals(golden.get("fingerprint"), Proof.fingerprint(record.getPrincipal()));
    }

    @Test
    void statementIsAsTheGoldenSays() throws Exception {
        checkStatement(golden("sealed"));
        checkStatement(golden("signed"));
    }

    @Test
    void recordIsAsTheGoldenSays() throws Exception {
        var golden = golden("signed");
        var key = KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(
            NamedParameterSpec.ED25519, HEX.parseHex(golden.get("secret"))));
        var issued = Instant.EPOCH.plus(Long.parseLong(golden.get("issued_at_us")),
            ChronoUnit.MICROS);
        var record = Proof.signed(key, golden.get("identity_hash"),
            HEX.parseHex(golden.get("cluster_id")),
            Command.parseFrom(HEX.parseHex(golden.get("command"))), issued, Duration.ofMinutes(1));
        assertEquals(golden.get("record"), HEX.formatHex(record.toByteArray()));
    }
}
