internal import Audit
internal import Configuration
internal import Databases
internal import Files
internal import GatewayStores
internal import Identities
internal import Inventory
internal import JSON
internal import Server
internal import Text
internal import WorkspaceMetrics

extension Command {
    static let inventoryImport = Command(
        path: ["inventory", "import"], summary: "Replaces an organization's inventory with a document",
        details: """
            All or nothing: the old inventory stays until the whole document has been read without a fault. A running
            gateway with the same store uses the new inventory within a second.
            """,
        options: [
            .config, .value("organization", "ID", isRequired: true, "the organization of the inventory"), .json,
        ],
        operands: [Operand(placeholder: "FILE|-", help: "the document; - reads standard input")]
    ) { (call) throws(CommandError) -> ExitCode in
        let path = try call.arguments.operand("FILE|-")
        let settings = try call.settings()
        let organization = try call.organization(call.arguments.required("organization"), in: settings)
        let source: any BlockingInventorySource
        if path.isExactly("-") {
            source = InputDocument(input: call.input)
        } else {
            do throws(FileError) {
                source = try InventoryFile(path: path)
            } catch {
                throw .failure("the document cannot be read: \(error)")
            }
        }
        return try call.withStore(settings, isWriting: true) { (store) throws(CommandError) -> ExitCode in
            let name = path.isExactly("-") ? "standard input" : path
            switch try replace(organization, from: source, named: name, in: store) {
            case .success(let summary):
                if call.arguments.has("json") {
                    call.print(summary.json)
                } else {
                    call.print(text(summary, organization))
                }
                return .done
            case .failure(let refusal):
                throw CommandError(exitCode: .no, lines: lines(refusal, named: name))
            }
        }
    }

    static let inventoryVerify = Command(
        path: ["inventory", "verify"], summary: "Recounts every metric and reports stored counts that differ",
        options: [.config, .value("organization", "ID", "only this organization"), .json]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        var organization: OrganizationID?
        if let text = call.arguments.value("organization") { organization = try call.organization(text, in: settings) }
        return try call.withStore(settings, isWriting: false) { (store) throws(CommandError) -> ExitCode in
            let differences: [CountDifference]
            do throws(DatabaseError) {
                differences = try store.verifyBlocking(organization)
            } catch {
                throw .failure("the store cannot be read: \(error)")
            }
            if call.arguments.has("json") {
                call.print(json(differences))
            } else if differences.isEmpty {
                call.print("every stored count agrees with the definitions")
            } else {
                for difference in differences { call.print(text(difference)) }
            }
            return differences.isEmpty ? .done : .no
        }
    }

    private static func replace(
        _ organization: OrganizationID, from source: any BlockingInventorySource, named name: String,
        in store: MetricsStore
    ) throws(CommandError) -> Result<ImportSummary, InventoryRefusal> {
        func replace(_ source: some BlockingInventorySource) throws(MetricsError) -> Result<
            ImportSummary, InventoryRefusal
        > {
            var source = source
            let record = AuditRecord(.inventoryImport, by: .operator, in: organization)
            let result = try store.replaceInventoryBlocking(of: organization, from: &source, recording: record)
            do throws(DatabaseError) {
                try store.sweepBlocking()
            } catch {
                // The import has succeeded. Leftover rows are swept at the next start.
            }
            return result
        }
        do throws(MetricsError) {
            return try replace(source)
        } catch {
            switch error {
            case .store(let cause): throw .failure("the store cannot be written: \(cause); nothing was changed")
            case .source(let cause): throw .failure("\(name) cannot be read: \(cause); nothing was changed")
            case .permit: throw .failure("\(name) was not imported; nothing was changed")
            }
        }
    }

    private static func lines(_ refusal: InventoryRefusal, named name: String) -> [String] {
        switch refusal {
        case .syntax(let detail): ["\(name): not valid JSON: \(detail); nothing was changed"]
        case .content(let faults): faults.map { "\(name): \($0.pointer): \($0.detail)" } + ["nothing was changed"]
        case .notFound, .tooLarge, .signedOut, .notPermitted, .preconditionFailed, .keyReused, .keyUnderWay:
            ["\(name): it was refused; nothing was changed"]
        case .abandoned: ["\(name): it paused for so long that the import was abandoned; nothing was changed"]
        }
    }

    private static func text(_ summary: ImportSummary, _ organization: OrganizationID) -> String {
        let counts = [
            (summary.workspaces, "workspace"), (summary.workflows, "workflow"), (summary.members, "member"),
            (summary.runners, "runner"), (summary.roles, "role"),
        ]
        let list = counts.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
        return "\(organization) now has \(list)"
    }

    private static func text(_ difference: CountDifference) -> String {
        let place = difference.workspace.map { "\(difference.organization)/\($0)" } ?? "\(difference.organization)"
        return "\(place): \(difference.metric.rawValue) stored \(difference.kept), counted \(difference.counted)"
    }

    private static func json(_ differences: [CountDifference]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("valid", differences.isEmpty)
        writer.name("differences")
        writer.beginArray()
        for difference in differences {
            writer.beginObject()
            writer.member("organization", difference.organization.text)
            writer.member("workspace", difference.workspace)
            writer.member("metric", difference.metric.rawValue)
            writer.member("kept", difference.kept)
            writer.member("counted", difference.counted)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

/// A document on standard input.
private struct InputDocument: BlockingInventorySource {
    let input: any ByteSource

    func next() -> [UInt8]? { input.read() }
}

extension Invocation {
    func organization(_ id: String, in settings: Settings) throws(CommandError) -> OrganizationID {
        let known = settings.organizations.map(\.id)
        if let organization = known.first(where: { $0.text.isExactly(id) }) { return organization }
        let meant = Suggestion.nearest(to: id, among: known.map(\.text)).map { "; did you mean \($0)?" } ?? ""
        throw .failure("the configuration has no organization \(shown(id))\(meant)")
    }

    /// Opens the store while the body runs.
    fileprivate func withStore(
        _ settings: Settings, isWriting: Bool, _ body: (MetricsStore) throws(CommandError) -> ExitCode
    ) throws(CommandError) -> ExitCode {
        let keys = try checkpointKeys(settings)
        let database: Database
        let store: MetricsStore
        do throws(DatabaseError) {
            database = try GatewayStore.open(settings, isMade: isWriting)
            store = MetricsStore(database: database, under: MetricsSettings(settings))
        } catch {
            throw .failure("storage: the database cannot be used: \(error)")
        }
        defer { database.close() }
        let code = try body(store)
        if isWriting { makeCheckpointIfDue(keys, database) }
        return code
    }
}
