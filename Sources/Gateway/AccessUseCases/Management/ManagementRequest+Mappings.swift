package import ClaimMapping
package import Endpoints
package import Grants
package import Management
package import Text

extension ManagementRequest {
    package func mappings() async throws(Problem) -> MappingTable {
        try await answering { actions throws(ManagementError) in try await actions.mappings() }
    }

    /// The ranks of all rules, by their ids.
    package func ranks() async throws(Problem) -> [ExactText: Int] { try await mappings().ranks }

    /// The number of members whose role comes from each rule, by the rules' ids.
    package func memberCounts() async throws(Problem) -> [ExactText: Int] {
        try await answering { actions throws(ManagementError) in try await actions.memberCounts() }
    }

    package func change(
        _ change: MappingChange, of file: [Mapping], ifTag tag: String?, isConfirmed: Bool,
        undoing sequence: Int? = nil
    ) async throws(Problem) -> (row: Mapping, table: MappingTable) {
        try await answering { actions throws(ManagementError) in
            try await actions.change(
                change, of: file, ifTag: tag, isConfirmed: isConfirmed, undoing: sequence)
        }
    }

    package func preview(_ changes: [MappingChange]) async throws(Problem) -> MappingPreview {
        try await answering { actions throws(ManagementError) in try await actions.preview(changes) }
    }
}
