internal import Audit
package import ClaimMapping
package import Endpoints
package import Grants
internal import Identities
internal import JSON
internal import Management
package import Text
package import Time

/// A rule as an audit event has it.
package struct RecordedRule: Sendable {
    /// The rank among all rules.
    package let rank: Int
    package let content: MappingDraft

    init?(_ json: String?) {
        guard let json, let root = try? JSONDocument(parsing: Array(json.utf8)).root,
            let rank = root.member("rank")?.integer, rank > 0,
            let claim = root.member("claim_name")?.string,
            let match = root.member("match")?.string.flatMap({ Match(exactly: $0) }),
            let role = root.member("role")?.string.flatMap({ Role(exactly: $0) })
        else { return nil }
        self.rank = Int(clamping: rank)
        content = MappingDraft(
            claimName: claim, match: match, claimValue: root.member("claim_value")?.string ?? "",
            split: root.member("split")?.string.flatMap(Mapping.separator), role: role)
    }
}

/// The removal of a rule that can be undone.
package struct RuleRemoval: Sendable {
    let sequence: Int
    /// The rule as it was.
    package let rule: RecordedRule
    /// The change that restores it.
    package let restoration: MappingChange
    /// The tag of the rules after the removal, to which the restoration applies.
    let tag: String
}

extension RecentAction {
    /// The rule before and after a change of rules; nil if there is none.
    package var rules: (before: RecordedRule?, after: RecordedRule?) {
        (RecordedRule(details["before"]), RecordedRule(details["after"]))
    }

    /// Whether the action undid another one.
    package var isReversal: Bool { details["undoes"] != nil }

    /// The removal of a rule, if it is one and can be undone: the rules are still those that it left.
    ///
    /// - Parameters:
    ///   - table: the rules in force.
    ///   - tag: their tag.
    package func removal(from table: MappingTable, _ tag: String) -> RuleRemoval? {
        // Events without the number of the file's rules have other ranks.
        guard action == .claimMappingDelete, details["file_rules"] != nil,
            let recorded = details[ExactText(AccessStore.rulesDetail)], !tag.isEmpty, recorded.isExactly(tag),
            let rule = rules.before, rule.content.role != .publisher, let place = table.place(ofRank: rule.rank),
            AccessStore.isID(target)
        else { return nil }
        return RuleRemoval(
            sequence: sequence, rule: rule, restoration: .restore(target, rule.content, at: place), tag: recorded)
    }
}

extension ManagementRequest {
    /// Restores a removed rule. It is refused if the rules are others than those that the removal left.
    package func restore(
        _ removal: RuleRemoval, of table: MappingTable
    ) async throws(Problem) -> (row: Mapping, table: MappingTable) {
        try await change(
            removal.restoration, of: table.file, ifTag: removal.tag, isConfirmed: false, undoing: removal.sequence)
    }

    /// The users who added or last changed rules, by the rules' ids. A rule without a recorded change is absent.
    package func ruleAuthors(of ids: [String]) async throws(Problem) -> [ExactText: RuleAuthor] {
        let events = try await answering { actions throws(ManagementError) in
            try await actions.lastAuditEvents(on: ids, [.claimMappingCreate, .claimMappingUpdate])
        }
        return events.compactMapValues { json in
            guard var author = RuleAuthor(json) else { return nil }
            author.provider = author.issuer.flatMap(providerName)
            return author
        }
    }
}

/// The user who added or last changed a rule, as the audit log has it.
package struct RuleAuthor: Sendable {
    /// The full name; nil if it is unknown, and for the operator.
    package let name: String?
    package let email: String?
    /// Whether the address was verified then; nil if that is unknown, or if there is no address.
    package let isEmailVerified: Bool?
    /// The provider's issuer; nil for the operator.
    let issuer: Issuer?
    /// The provider's display name; nil if the organization lists no provider with the issuer.
    package internal(set) var provider: String?
    /// The subject at the provider; nil for the operator.
    package let subject: String?
    package let at: Timestamp
    /// What was done to the rule last.
    package let deed: Deed

    package enum Deed: Sendable {
        case added, changed
        /// A removal was undone.
        case restored
    }

    init?(_ json: [UInt8]) {
        guard let root = try? JSONDocument(parsing: json).root, let actor = root.member("actor"),
            let at = root.member("timestamp")?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        let details = root.member("details")
        self.at = at
        subject = actor.member("subject")?.string
        email = actor.member("email")?.string
        name = details?.member("actor_name")?.string
        isEmailVerified = details?.member("actor_email_verified")?.string.map { $0.isExactly("true") }
        issuer = actor.member("issuer")?.string.flatMap { Issuer($0) }
        deed =
            root.member("action")?.equals("claim_mapping_create") != true
            ? .changed : details?.member("undoes") == nil ? .added : .restored
    }
}
