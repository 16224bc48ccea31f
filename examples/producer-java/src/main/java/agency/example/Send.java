package agency.example;

import agency.v1.Log.Command;
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
 * 3: at least one was rejected or refused; 2: called wrongly; 1: it could not be done.
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
          COMMAND JSON      one command, such as RegisterSubject '{"subjectId":"eve"}'
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

    private String lines() throws Exception {
        if (words.equals(List.of("-"))) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (words.size() != 2) {
            throw new IllegalArgumentException("expected COMMAND JSON, or -");
        }
        String name = words.get(0);
        return "{\"" + Character.toLowerCase(name.charAt(0)) + name.substring(1) + "\":"
            + words.get(1) + "}";
    }

    private Command command(String line) throws Exception {
        var command = Command.newBuilder();
        JsonFormat.parser().merge(line, command);
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
            for (String line : lines().lines().filter(text -> !text.isBlank()).toList()) {
                try {
                    var answer = client.submit(command(line), timeout);
                    System.out.println(printer.print(answer));
                    code = answer.getCode().equals("OK") ? code : 3;
                } catch (Client.Refused refused) {
                    System.out.println(printer.print(refused.why));
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
