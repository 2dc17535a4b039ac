internal import Text

/// The parts of the metrics' definitions that an organization's configuration may change (contract, section 3).
public struct MetricDefinitions: Sendable, Hashable {
    /// A member with a role that has one of these scopes is a workflow editor.
    public let editorScopes: [String]
    /// A member with a role that has one of these scopes is a case operator.
    public let operatorScopes: [String]
    /// The id of the role whose members are owners.
    public let ownerRole: String

    public init(
        editorScopes: [String] = ["playbook.write"], operatorScopes: [String] = ["cm.case.write"],
        ownerRole: String = "owner"
    ) {
        self.editorScopes = editorScopes
        self.operatorScopes = operatorScopes
        self.ownerRole = ownerRole
    }

    /// The definitions as one text, for a store to compare. Lists with the same scopes give the same text.
    package var storedText: String {
        func list(_ scopes: [String]) -> [String] {
            var texts = Set(scopes.map { ExactText($0) }).map(\.text)
            texts.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return texts.map { "\($0.utf8.count):\($0)" }
        }
        return (list(editorScopes) + ["/"] + list(operatorScopes) + ["/"] + list([ownerRole])).joined()
    }

    /// Returns what a role permits.
    package func capabilities(ofRole id: String, scopes: some Sequence<String>) -> MemberCapabilities {
        var capabilities: MemberCapabilities = id.isExactly(ownerRole) ? .owns : []
        for scope in scopes {
            if editorScopes.contains(exactly: scope) { capabilities.insert(.editsWorkflows) }
            if operatorScopes.contains(exactly: scope) { capabilities.insert(.operatesCases) }
        }
        return capabilities
    }
}
