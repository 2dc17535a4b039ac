internal import ClaimMapping
internal import Databases
internal import Grants
internal import JSON
internal import People
internal import Policy
internal import Text
internal import Time
internal import Tokens

extension ManagerActions {
    /// The sign-ins whose claims are looked at.
    private static let sample = 25

    /// Returns the claims that rules may ask for, as the latest sign-ins within 30 days had them: the most frequent
    /// first. A claim in an object is named by its JSON Pointer.
    public func recentClaims() async throws(ManagementError) -> [String] {
        let (settings, organization) = (settings, organization)
        let signIns = try await stored { () throws(DatabaseError) in
            try await access.recentSignIns(
                of: organization, since: access.now() - .seconds(30 * 86400), before: nil, limit: ManagerActions.sample)
        }
        // Claims are opened here: too long for a reactor.
        return try await compute {
            var counts: [ExactText: Int] = [:]
            for signIn in signIns where settings.rules.lists(signIn.provider, in: organization) {
                for name in ManagerActions.claims(in: settings.claims(of: signIn)?.payload) {
                    counts[name, default: 0] += 1
                }
            }
            return counts.sorted { ($1.value, $0.key.text) < ($0.value, $1.key.text) }.prefix(8).map(\.key.text)
        }
    }

    private static func claims(in root: JSONValue?) -> [ExactText] {
        (root.map { Array($0.members) } ?? []).flatMap { member -> [ExactText] in
            guard ClaimNames.isSuggested(member.name), member.name.utf8.count <= 64 else { return [] }
            switch member.value.kind {
            case .object:
                return member.value.members.prefix(4).filter {
                    ($0.value.kind == .array || $0.value.kind == .string) && ClaimNames.isSuggested($0.name)
                }
                .map { ExactText(JSONPointer(tokens: [member.name, $0.name]).description) }
            case .string, .array, .number: return [ExactText(member.name)]
            default: return []
            }
        }
    }
}
