package agency.example;

import agency.v1.CommandOuterClass.Command;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;

/**
 * Sends commands, signed, over Kafka, and prints their answers as JSON lines. Exit code 0: accepted;
 * 3: at least one was rejected, or never decided; 2: called wrongly; 1: it could not be done.
 */
final class Send {
    private static final String USAGE = """
        usage: Send --cluster ID --key FILE --identity KEY --org ORG (COMMAND JSON | -)
          --brokers LIST    default 127.0.0.1:19092
          --prefix TEXT     what the topics' names begin with, default agency
          --cluster ID      what `agencyctl log id` shows
          --key FILE        the file that `agencyctl key new` wrote
          --identity KEY    what `agencyctl key show FILE` shows
          --org ORG         the org of the commands
          --command-id ID   to repeat a command safely
          --timeout SECONDS to wait for an answer, default 60
          --attempt SECONDS after which a command is sent again, default 10
          --property N=V    for Kafka's client, such as security.protocol=SSL
          COMMAND JSON      one command, such as RegisterSubject '{"subject":{"subjectId":"eve"}}'
          -                 JSON lines of commands, one by one""";

    private final Map<String, String> options = new HashMap<>(
        Map.of("brokers", "127.0.0.1:19092", "prefix", "agency", "timeout", "60", "attempt", "10"));
    private final Properties properties = new Properties();
    private final List<String> words = new ArrayList<>();

    private Send(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].startsWith("--")) {
                words.add(arguments[i]);
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException("expected a value of " + arguments[i]);
            }
            option(arguments[i].substring(2), arguments[++i]);
        }
        for (String needed : List.of("cluster", "key", "identity", "org")) {
            if (!options.containsKey(needed)) {
                throw new IllegalArgumentException("expected --" + needed);
            }
        }
        properties.put("bootstrap.servers", options.get("brokers"));
    }

    private void option(String name, String value) {
        int equals = value.indexOf('=');
        if (!name.equals("property")) {
            options.put(name, value);
        } else if (equals > 0) {
            properties.put(value.substring(0, equals), value.substring(equals + 1));
        } else {
            throw new IllegalArgumentException("expected --property NAME=VALUE");
        }
    }

    private List<Command.Builder> commands() throws Exception {
        var found = new ArrayList<Command.Builder>();
        if (words.equals(List.of("-"))) {
            String lines = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : lines.lines().filter(text -> !text.isBlank()).toList()) {
                var command = Command.newBuilder();
                read(line, command);
                found.add(command);
            }
        } else if (words.size() == 2) {
            found.add(named(words.get(0), words.get(1)));
        } else {
            throw new IllegalArgumentException("expected COMMAND JSON, or -");
        }
        return found;
    }

    /** The payload is read by itself and can be nothing else than this command's. */
    static Command.Builder named(String name, String json) throws Exception {
        var command = Command.newBuilder();
        for (var member : Command.getDescriptor().getOneofs().get(0).getFields()) {
            if (member.getMessageType().getName().equals(name)) {
                var payload = command.newBuilderForField(member);
                read(json, payload);
                return command.setField(member, payload.build());
            }
        }
        throw new IllegalArgumentException(
            "expected the name of a command, such as AssignRole, but it is '" + name + "'");
    }

    /** JsonFormat takes the first value and says nothing of what is behind it. */
    private static void read(String json, Message.Builder into) throws Exception {
        JsonParser.parseString(json);
        JsonFormat.parser().merge(json, into);
    }

    private Command complete(Command.Builder command) {
        if (command.getOrgId().isEmpty()) {
            command.setOrgId(options.get("org"));
        }
        if (command.getCommandId().isEmpty()) {
            command.setCommandId(options.getOrDefault("command-id", UUID.randomUUID().toString()));
        }
        return command.build();
    }

    private Duration seconds(String name) {
        return Duration.ofSeconds(Long.parseLong(options.get(name)));
    }

    private int run() throws Exception {
        int code = 0;
        var printer = JsonFormat.printer().omittingInsignificantWhitespace();
        var timeout = seconds("timeout");
        try (var client = new Client(properties, options.get("prefix"),
            HexFormat.of().parseHex(options.get("cluster")),
            Proof.readKey(Path.of(options.get("key"))), options.get("identity"),
            seconds("attempt"))) {
            for (Command.Builder command : commands()) {
                try {
                    var answer = client.submit(complete(command), timeout);
                    System.out.println(printer.print(answer));
                    code = answer.getCode().equals("OK") ? code : 3;
                } catch (Client.NotDecided letter) {
                    System.out.println(printer.print(letter.why));
                    code = 3;
                }
            }
        }
        return code;
    }

    public static void main(String[] arguments) {
        int code = 1;
        try {
            code = new Send(arguments).run();
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage() + "\n\n" + USAGE);
            code = 2;
        } catch (Exception fault) {
            System.err.println(fault);
        }
        System.exit(code);
    }
}
