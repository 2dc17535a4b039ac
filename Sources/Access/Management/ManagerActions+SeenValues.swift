internal import ClaimMapping
internal import Databases
public import Grants
internal import Identities
internal import People
internal import Policy
internal import Text
internal import Time
internal import Tokens

/// What the users who signed in within the last 30 days carry of one claim.
public struct SeenValues: Sendable {
    /// A value of the claim.
    public struct Value: Sendable, Hashable {
        public let text: String
        /// The users who carry it.
        public let people: Int
    }

    /// The values that most users carry, at most eight. Empty for claims about the token or one user, and for secrets.
    public internal(set) var values: [Value] = []
    /// Whether the values of this claim are returned at all.
    public internal(set) var isListed = false
    /// The users whose claims match the rule.
    public internal(set) var carriers = 0
    /// The users who were looked at: the latest ones.
    public internal(set) var people = 0
    /// The users among them whose last sign-in cannot be read.
    public internal(set) var unreadable = 0
    /// Whether a user carries the claim, or may: also with a value that is not returned, such as an object or a long
    /// text, and if the provider left the claim out.
    public internal(set) var isCarried = false

    /// Whether it is certain that no user carries the claim.
    public var isAbsent: Bool { isListed && !isCarried && !isPartial && people > unreadable }

    /// Whether more users than these signed in within the time.
    public internal(set) var isPartial = false
}

extension ManagerActions {
    /// The most users, bytes of sealed claims, values of one user and different values that are looked at, and the most
    /// values that are returned.
    private enum Bounds {
        static let (people, batch, bytes, ownValues, values, shown) = (500, 50, 4 << 20, 200, 2000, 8)
        /// The longest value that is returned, in bytes.
        static let length = 100
    }

    /// Returns the values of a rule's claim among the last sign-ins, and the number of users whom the rule matches.
    ///
    /// - Throws: `notFound` for a rule that cannot be saved because it is too long, and for a claim that is a secret.
    public func seenValues(of draft: MappingDraft) async throws(ManagementError) -> SeenValues {
        let (settings, organization) = (settings, organization)
        let since = access.now() - .seconds(30 * 86400)
        // The work for a pattern grows with the square of its length.
        guard draft.isOfPermittedLength, !ClaimNames.isSecret(draft.claimName),
            let providers = settings.rules.fileRules(of: organization)?.providers
        else {
            throw .refused(.notFound)
        }
        let search = ValueSearch(draft, settings: settings, organization: organization, providers: providers)
        var tally = ValueSearch.Tally()
        tally.seen.isListed = search.values != nil
        var place: (at: Timestamp, id: IdentityID)?
        // Claims are opened in batches, so that other reads run in between.
        while true {
            let last = place
            let signIns = try await stored { () throws(DatabaseError) in
                try await access.recentSignIns(of: organization, since: since, before: last, limit: Bounds.batch)
            }
            guard tally.looked < Bounds.people, tally.bytes < Bounds.bytes else {
                if !signIns.isEmpty { tally.seen.isPartial = true }
                break
            }
            tally.looked += signIns.count
            let before = tally
            tally = try await compute { search.adding(signIns, to: before) }
            guard signIns.count == Bounds.batch, let next = signIns.last else { break }
            place = (next.seenAt, next.id)
        }
        return tally.result
    }

    /// The search for values in opened claims.
    private struct ValueSearch: Sendable {
        struct Tally: Sendable {
            var seen = SeenValues()
            var bytes = 0
            /// The sign-ins that were read, also those of providers that are not listed any more.
            var looked = 0
            var counts: [ExactText: Int] = [:]

            var result: SeenValues {
                var result = seen
                result.values = counts.sorted { ($1.value, $0.key.text) < ($0.value, $1.key.text) }
                    .prefix(Bounds.shown).map { SeenValues.Value(text: $0.key.text, people: $0.value) }
                return result
            }
        }

        let settings: AccessSettings
        let organization: OrganizationID
        /// The rule alone, without those before it.
        let rules: OrganizationRules
        /// A rule that asks for the claim with any value.
        let presence: OrganizationRules
        /// Matches every value of the claim; nil for a claim whose values are not shown.
        let values: Mapping?

        init(
            _ draft: MappingDraft, settings: AccessSettings, organization: OrganizationID, providers: [ProviderID]
        ) {
            (self.settings, self.organization) = (settings, organization)
            func rule(_ match: Match, _ value: String) -> Mapping {
                Mapping(
                    id: "", rank: 1, claimName: draft.claimName, match: match, claimValue: value, split: draft.split,
                    role: .viewer)
            }
            func rules(_ mapping: Mapping) -> OrganizationRules {
                OrganizationRules(
                    id: organization, providers: providers, strategy: .firstMatch, mappings: [mapping])
            }
            self.rules = rules(rule(draft.match, draft.claimValue))
            presence = rules(rule(.exists, ""))
            // An address that its provider has not verified matches no rule.
            let isListed = ClaimNames.isSuggested(draft.claimName) && !draft.claimName.isExactly("email")
            values = isListed ? rule(.glob, "*") : nil
        }

        func adding(_ signIns: [LastSignIn], to tally: Tally) -> Tally {
            var tally = tally
            for signIn in signIns where settings.rules.lists(signIn.provider, in: organization) {
                guard tally.bytes < Bounds.bytes else {
                    tally.seen.isPartial = true
                    break
                }
                tally.bytes += signIn.claims.count
                tally.seen.people += 1
                guard let claims = settings.claims(of: signIn) else {
                    tally.seen.unreadable += 1
                    continue
                }
                let trust = settings.rules.emailTrust(of: claims.provider)
                if rules.evaluate(claims.known, from: claims.provider, emailTrust: trust).role != nil {
                    tally.seen.carriers += 1
                }
                guard let values else { continue }
                if !tally.seen.isCarried {
                    let found = presence.evaluate(claims.known, from: claims.provider, emailTrust: trust)
                    tally.seen.isCarried = found.role != nil || found.reason == .claimsIncomplete
                }
                var own: Set<ExactText> = []
                for value in values.arrived(in: claims.payload).prefix(Bounds.ownValues)
                where !value.text.isEmpty && value.text.utf8.count <= Bounds.length {
                    own.insert(ExactText(value.text))
                }
                for value in own where tally.counts.count < Bounds.values || tally.counts[value] != nil {
                    tally.counts[value, default: 0] += 1
                }
            }
            return tally
        }
    }
}
