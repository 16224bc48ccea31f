package agency.example;

import agency.v1.DecisionOuterClass.EntityRef;
import agency.v1.Stream;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Entities as rows of SQLite: a table for each kind, a column for each field. No Kafka here.
 *
 * <p>Numbers and texts are what they are, enums their names, times RFC 3339; lists and messages are
 * JSON as {@code agencyctl --output json} prints it.
 *
 * <p>The position in the topic lies in the same database and moves in the same transaction, so
 * whenever the process dies, rows and position say the same.
 */
final class Tables implements AutoCloseable {
    /** Where a partition goes on: the next record, and the last event taken. */
    record Position(long offset, long sequence, long index, String source) {}

    private static final String TIME = "google.protobuf.Timestamp";
    private static final JsonFormat.Printer JSON =
            JsonFormat.printer().omittingInsignificantWhitespace().sortingMapKeys()
                    .includingDefaultValueFields();

    private final Connection database;
    private final Map<String, Descriptor> types = new HashMap<>();
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Tables(String path) throws SQLException {
        collect(Stream.getDescriptor(), new HashSet<>());
        database = DriverManager.getConnection("jdbc:sqlite:" + path);
        run("PRAGMA journal_mode=WAL");
        run("CREATE TABLE IF NOT EXISTS stream_position (partition INTEGER PRIMARY KEY,"
                + " \"offset\" INTEGER NOT NULL, sequence INTEGER NOT NULL,"
                + " \"index\" INTEGER NOT NULL, source TEXT NOT NULL)");
        database.setAutoCommit(false);
    }

    /** The messages that an Any can hold: all of our schema. */
    private void collect(FileDescriptor file, Set<String> seen) {
        if (seen.add(file.getName())) {
            file.getMessageTypes().forEach(type -> types.put(type.getFullName(), type));
            file.getDependencies().forEach(needed -> collect(needed, seen));
        }
    }

    Map<Integer, Position> positions() throws SQLException {
        Map<Integer, Position> found = new HashMap<>();
        try (var statement = database.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM stream_position")) {
            while (rows.next()) {
                found.put(rows.getInt(1), new Position(rows.getLong(2), rows.getLong(3),
                        rows.getLong(4), rows.getString(5)));
            }
        }
        return found;
    }

    /** Takes events in their order, and where that leads to. */
    void apply(List<Stream.EntityEvent> events, Map<Integer, Position> moved)
            throws SQLException, InvalidProtocolBufferException {
        for (Stream.EntityEvent event : events) {
            if (event.hasAfter()) {
                put(event.getOrgId(), event.getEntity().getId(), event.getAfter());
            } else {
                remove(event.getOrgId(), event.getEntity());
            }
        }
        try (var statement = database.prepareStatement(
                "INSERT OR REPLACE INTO stream_position VALUES (?, ?, ?, ?, ?)")) {
            for (var entry : moved.entrySet()) {
                Position position = entry.getValue();
                statement.setInt(1, entry.getKey());
                statement.setLong(2, position.offset());
                statement.setLong(3, position.sequence());
                statement.setLong(4, position.index());
                statement.setString(5, position.source());
                statement.addBatch();
            }
            statement.executeBatch();
        }
        database.commit();
    }

    private void remove(String orgId, EntityRef entity) throws SQLException {
        String table = entity.getKind().name().substring("ENTITY_KIND_".length()).toLowerCase();
        try (var statement = database.prepareStatement("DELETE FROM \"" + table
                + "\" WHERE _org_id = ? AND _entity_id = ?")) {
            statement.setString(1, orgId);
            statement.setString(2, entity.getId());
            statement.executeUpdate();
        }
    }

    private void put(String orgId, String entityId, Any after)
            throws SQLException, InvalidProtocolBufferException {
        String url = after.getTypeUrl();
        Descriptor type = types.get(url.substring(url.lastIndexOf('/') + 1));
        if (type == null) {
            throw new SQLException("expected an entity of the schema, but it is '" + url + "'");
        }
        DynamicMessage entity = DynamicMessage.parseFrom(type, after.getValue());
        PreparedStatement statement = statement(type);
        statement.setString(1, orgId);
        statement.setString(2, entityId);
        int at = 3;
        for (FieldDescriptor field : type.getFields()) {
            statement.setObject(at++, cell(entity, field));
        }
        statement.executeUpdate();
    }

    /** Lists and messages are JSON text, except times, which are texts themselves. */
    private static Object cell(Message entity, FieldDescriptor field)
            throws InvalidProtocolBufferException {
        if (field.isRepeated()) {
            List<String> items = new ArrayList<>();
            for (Object item : (List<?>) entity.getField(field)) {
                items.add(item instanceof Message message ? JSON.print(message) : text(item));
            }
            return "[" + String.join(",", items) + "]";
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            if (!entity.hasField(field)) {
                return null;
            }
            String json = JSON.print((Message) entity.getField(field));
            boolean isTime = field.getMessageType().getFullName().equals(TIME);
            return isTime ? json.substring(1, json.length() - 1) : json;
        }
        Object value = entity.getField(field);
        return value instanceof EnumValueDescriptor constant ? constant.getName() : value;
    }

    /** A scalar of a list, as JSON. */
    private static String text(Object item) throws InvalidProtocolBufferException {
        if (item instanceof EnumValueDescriptor constant) {
            return JSON.print(Values.of(constant.getName()));
        }
        return item instanceof String string ? JSON.print(Values.of(string)) : String.valueOf(item);
    }

    /** Makes the table when it is met first; a table of an older schema gets new columns. */
    private PreparedStatement statement(Descriptor type) throws SQLException {
        PreparedStatement known = statements.get(type.getName());
        if (known != null) {
            return known;
        }
        String table = type.getName().replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase();
        run("CREATE TABLE IF NOT EXISTS \"" + table + "\" (_org_id TEXT, _entity_id TEXT,"
                + " PRIMARY KEY (_org_id, _entity_id))");
        Set<String> there = columns(table);
        List<String> names = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            names.add("\"" + field.getName() + "\"");
            if (!there.contains(field.getName())) {
                run("ALTER TABLE \"" + table + "\" ADD COLUMN \"" + field.getName() + "\"");
            }
        }
        String marks = names.stream().map(name -> "?").collect(Collectors.joining(", "));
        PreparedStatement made = database.prepareStatement("INSERT OR REPLACE INTO \"" + table
                + "\" (_org_id, _entity_id, " + String.join(", ", names)
                + ") VALUES (?, ?, " + marks + ")");
        statements.put(type.getName(), made);
        return made;
    }

    private Set<String> columns(String table) throws SQLException {
        Set<String> found = new HashSet<>();
        try (var statement = database.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA table_info(\"" + table + "\")")) {
            while (rows.next()) {
                found.add(rows.getString("name"));
            }
        }
        return found;
    }

    private void run(String sql) throws SQLException {
        try (var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
