internal import Configuration
internal import Cryptography
internal import Databases
internal import GatewayStores
internal import JSON
internal import SettingDeclarations
internal import Text

extension Command {
    static let storeCopy = Command(
        path: ["store", "copy"], summary: "Copies the store into an empty database",
        details: """
            Copies the store that the configuration names, such as a SQLite file, to PostgreSQL. Stop the gateway first:
            the store must not be in use, and the copy is refused if it is. The target must have no table of Gatehouse.
            The copy is all or nothing: it is one transaction, whose rows and audit chains are verified before it takes
            effect. The store itself is not changed. Write the target into "storage" afterwards.
            The URL has no password: --password-env or --password-file say where it is.
            """,
        options: [
            .config, .value("to", "URL", isRequired: true, "postgresql://USER@HOST/DATABASE, or sqlite:PATH"),
            .value("password-env", "NAME", "the environment variable that holds the target's password"),
            .value("password-file", "FILE", "the file that holds it"), .json,
        ]
    ) { (call) throws(CommandError) -> ExitCode in
        let password = try password(call)
        let text = try call.arguments.required("to")
        let target: StorageSettings
        do throws(StorageError) {
            target = try StorageSettings(argument: text, password: password)
        } catch {
            throw .usage("--to \(error)")
        }
        if password != nil, case .sqlite = target { throw .usage("a SQLite file has no password") }
        let settings = try call.settings()
        let copy: StoreCopy
        do throws(StoreCopyError) {
            copy = try StoreCopy(
                from: StoreLocation(settings.storage), to: StoreLocation(target), schemas: GatewayStore.schemas)
        } catch {
            throw .failure("nothing was copied: \(error)")
        }
        if call.arguments.has("json") {
            call.print(json(copy))
        } else {
            for table in copy.tables { call.print("\(table.name): \(table.rows) row\(table.rows == 1 ? "" : "s")") }
            call.print(
                "\(copy.rows) rows in \(copy.tables.count) tables were copied and verified, with \(copy.events) events "
                    + "of the audit log")
        }
        return .done
    }

    /// Returns the password of the target, read as a configuration reads a secret.
    private static func password(_ call: Invocation) throws(CommandError) -> Secret? {
        switch (call.arguments.value("password-env"), call.arguments.value("password-file")) {
        case (nil, nil): return nil
        case (_?, _?): throw .usage("--password-env and --password-file are both given")
        case (let name?, nil): return try secret("env", name, call)
        case (nil, let path?): return try secret("file", path, call)
        }
    }

    private static func secret(_ kind: String, _ name: String, _ call: Invocation) throws(CommandError) -> Secret {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member(kind, name)
        writer.endObject()
        let sources = SettingSources(environment: { call.environment[$0] }, file: SettingSources.readArgument)
        let reader = SettingReader(sources: sources, directory: "")
        let secret = (try? JSONDocument(parsing: writer.bytes)).flatMap { reader.secret($0.root, .root) }
        for warning in reader.warnings { call.warn("--password-\(kind): \(warning.message)") }
        guard let secret else {
            throw .failure("--password-\(kind): \(reader.faults.first?.message ?? "the secret cannot be read")")
        }
        return secret
    }

    private static func json(_ copy: StoreCopy) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("rows", copy.rows)
        writer.member("audit_events", copy.events)
        writer.name("tables")
        writer.beginArray()
        for table in copy.tables {
            writer.beginObject()
            writer.member("name", table.name)
            writer.member("rows", table.rows)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
