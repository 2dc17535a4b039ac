internal import Databases
internal import GatewayStores
internal import JSON

extension Command {
    static let migrate = Command(
        path: ["migrate"], summary: "Brings the store's tables up to date",
        details: """
            Makes the store if there is none. Processes of this release and of the one before may serve the store
            meanwhile, and go on afterwards. The gateway migrates at its start, unless "migrate" is "manually". With
            --check, nothing is changed, and the exit code is 1 if something is to be done.
            """,
        options: [.config, .flag("check", "only say what is to be done"), .json]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let isCheck = call.arguments.has("check")
        let migrations: [PendingMigration]
        do throws(DatabaseError) {
            migrations = try isCheck ? GatewayStore.pending(settings) : GatewayStore.migrate(settings)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
        let isCurrent = migrations.isEmpty || !isCheck
        if call.arguments.has("json") {
            call.print(json(migrations, isCurrent: isCurrent))
        } else if migrations.isEmpty {
            call.print("the store is up to date")
        } else {
            for migration in migrations { call.print(text(migration, isCheck: isCheck)) }
            call.print(isCheck ? "run gatehouse migrate" : "the store is up to date now")
        }
        return isCurrent ? .done : .no
    }

    private static func text(_ migration: PendingMigration, isCheck: Bool) -> String {
        let name = migration.component
        guard migration.applied > 0 else {
            return isCheck ? "\(name): its tables are missing" : "\(name): its tables were made"
        }
        let count = migration.known - migration.applied
        let changes = count == 1 ? "1 change of its tables" : "\(count) changes of its tables"
        let verb = isCheck ? (count == 1 ? "is" : "are") + " missing" : (count == 1 ? "was" : "were") + " made"
        return "\(name): \(changes) \(verb) (version \(migration.applied) to \(migration.known))"
    }

    private static func json(_ migrations: [PendingMigration], isCurrent: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("up_to_date", isCurrent)
        writer.name("migrations")
        writer.beginArray()
        for migration in migrations {
            writer.beginObject()
            writer.member("component", migration.component)
            writer.member("from", migration.applied)
            writer.member("to", migration.known)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
