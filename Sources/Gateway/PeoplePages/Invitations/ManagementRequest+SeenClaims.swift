internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import Identities
internal import Management
internal import PageLayout

extension ManagementRequest {
    /// The claims of the latest sign-ins, and what these carry of a chosen claim.
    ///
    /// - Parameters:
    ///   - claim: the chosen claim; empty for none.
    ///   - value: the chosen value; empty for none.
    ///   - url: the address of the page with a claim and a value.
    func seenClaims(
        _ claim: String, _ value: String, _ url: (_ claim: String, _ value: String) -> String
    ) async throws(Problem) -> SeenClaims {
        let names = try await recentClaims().map { SeenClaims.Item($0, url: url($0, "")) }
        guard !claim.isEmpty else { return SeenClaims(names: names) }
        let seen = try await seenValues(
            of: MappingDraft(claimName: claim, match: .equals, claimValue: value, role: .viewer))
        return SeenClaims(
            names: names, claim: claim,
            values: seen.values.map { SeenClaims.Item($0.text, people: $0.people, url: url(claim, $0.text)) },
            isAbsent: seen.isAbsent,
            carriers: value.isEmpty
                ? nil
                : SeenClaims.Carriers(
                    seen.carriers, claim: claim, .text(value), sample: seen.isPartial ? seen.people : nil,
                    unreadable: seen.unreadable))
    }
}
