package agency.example;

import agency.v1.Common.CredentialKind;
import agency.v1.CommandOuterClass.Command;
import agency.v1.CommandOuterClass.CommandRecord;
import agency.v1.CommandOuterClass.Principal;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Who sends a command, proven: the statement that is signed, and the record that is sent.
 * docs/commands.md says the same byte by byte; tests/golden/proof.txt has known answers.
 */
final class Proof {
    private Proof() {
    }

    /** The private key that `agencyctl key new` or `openssl genpkey` wrote. */
    static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("Ed25519")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }

    /** Who the signer is: its public key, bound to a subject of the org. */
    static Principal principalOf(String identity) {
        return Principal.newBuilder().setKind(CredentialKind.CREDENTIAL_KIND_ED25519)
            .setIdentityHash(identity).build();
    }

    /** What outcomes say of whose command it was. */
    static String fingerprint(Principal principal) throws GeneralSecurityException {
        String who = principal.getOperator().isEmpty()
            ? principal.getKindValue() + ":" + principal.getIdentityHash()
            : "operator:" + principal.getOperator();
        byte[] hash = MessageDigest.getInstance("SHA-256")
            .digest(("agencygrid/principal/1" + who).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash);
    }

    /** What the proof of a record is over. */
    static byte[] statement(byte[] clusterId, CommandRecord.Builder record, Command command) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) { // it writes the most significant byte first
            Principal principal = record.getPrincipal();
            out.write("agencygrid/command/1".getBytes(StandardCharsets.US_ASCII));
            sized(out, clusterId);
            sized(out, command.getOrgId());
            sized(out, command.getCommandId());
            out.writeLong(record.getIssuedAtUs());
            out.writeLong(record.getExpiresAtUs());
            sized(out, principal.getOperator());
            out.writeInt(principal.getKindValue());
            sized(out, principal.getIdentityHash());
            sized(out, record.getKeyId());
            sized(out, record.getCommand().toByteArray());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible); // it is written to memory
        }
        return bytes.toByteArray();
    }

    private static void sized(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void sized(DataOutputStream out, String text) throws IOException {
        sized(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The CommandRecord of a command, signed; it may be decided for as long as `life`. `identity`
     * is what `agencyctl key show` says of the key.
     */
    static CommandRecord signed(PrivateKey key, String identity, byte[] clusterId, Command command,
                                Instant now, Duration life) throws GeneralSecurityException {
        long issuedUs = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        var record = CommandRecord.newBuilder()
            .setCommand(command.toByteString())
            .setPrincipal(principalOf(identity))
            .setIssuedAtUs(issuedUs)
            .setExpiresAtUs(issuedUs + life.toNanos() / 1000);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(statement(clusterId, record, command));
        return record.setSignature(ByteString.copyFrom(signature.sign())).build();
    }
}
