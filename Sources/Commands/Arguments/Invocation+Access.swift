internal import Configuration
internal import Databases
internal import GatewayStores
internal import Grants
internal import Identities
internal import Management
internal import Policy
internal import Server
internal import Threads

extension Invocation {
    /// Opens the store of grants and invitations for one command. The gateway may be running at the same time.
    ///
    /// - Parameters:
    ///   - isWriting: true if the command records events, so that a checkpoint may be due.
    ///   - isMade: true if a missing store is created. Commands that only read should report it instead.
    func withAccess(
        _ settings: Settings, isWriting: Bool = true, isMade: Bool = true,
        _ body: @escaping @Sendable (AccessStore) async throws(DatabaseError) -> ExitCode
    ) throws(CommandError) -> ExitCode {
        let keys = try checkpointKeys(settings)
        do throws(DatabaseError) {
            let database = try GatewayStore.open(settings, isMade: isMade)
            defer { database.close() }
            let store = try AccessStore(
                database: database, under: AccessSettings(settings), dependents: EndedAccess(), now: now)
            let code = try BackgroundExecutor.wait { () async throws(DatabaseError) in try await body(store) }
            if isWriting { makeCheckpointIfDue(keys, database) }
            return code
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }

    /// Returns the organization that `--organization` names, or nil without the option.
    func chosenOrganization(in settings: Settings) throws(CommandError) -> OrganizationID? {
        guard let name = arguments.value("organization") else { return nil }
        return try organization(name, in: settings)
    }
}
