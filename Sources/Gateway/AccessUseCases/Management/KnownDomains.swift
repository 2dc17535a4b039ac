internal import ClaimMapping
package import Endpoints
internal import Grants
package import Identities
internal import Management
internal import People
internal import Policy
internal import RuntimeConfiguration
internal import SignInFlow
internal import Text

/// The domains of email addresses whose users can sign in to an organization, as far as they are known.
package struct KnownDomains: Sendable {
    /// Providers by domain in lower case.
    private var providers: [ExactText: Set<ProviderID>] = [:]

    package init() {}

    package mutating func insert(_ domain: String, of provider: ProviderID) {
        guard !domain.isEmpty else { return }
        providers[ExactText(domain.asciiLowercased()), default: []].insert(provider)
    }

    /// Whether nothing is known, so that no domain is doubtful.
    package var isEmpty: Bool { providers.isEmpty }

    /// Returns the providers of a domain in lower case; empty if it is not known.
    package func providers(of domain: String) -> Set<ProviderID> { providers[ExactText(domain)] ?? [] }

    /// Returns the known domain that differs from a domain in one letter: one more, one less, another one, or two that
    /// are exchanged. Returns nil if there is none; the first in the alphabet if there are several.
    package func oneLetterOff(_ domain: String) -> String? {
        providers.keys.map(\.text).filter { KnownDomains.differInOne(Array($0.utf8), Array(domain.utf8)) }
            .min { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    static func differInOne(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a != b, abs(a.count - b.count) <= 1 else { return false }
        let start = zip(a, b).prefix { $0 == $1 }.count
        let (one, other) = (a[start...], b[start...])
        if a.count == b.count {
            let isExchanged =
                one.count > 1 && one[start] == other[start + 1] && one[start + 1] == other[start]
                && one.dropFirst(2).elementsEqual(other.dropFirst(2))
            return isExchanged || one.dropFirst().elementsEqual(other.dropFirst())
        }
        return a.count > b.count ? one.dropFirst().elementsEqual(other) : other.dropFirst().elementsEqual(one)
    }
}

extension ManagementRequest {
    /// The domains of the configuration's sign-in and trust settings, and of members' verified addresses.
    package func knownDomains() async throws(Problem) -> KnownDomains {
        var known = KnownDomains()
        for (domain, providers) in configuration.signIn.emailDomains {
            for provider in providers where organization.accepts(provider) { known.insert(domain.text, of: provider) }
        }
        for provider in organization.rules.providers {
            for domain in configuration.accessRules.emailTrust(of: provider).domains {
                known.insert(domain, of: provider)
            }
        }
        let verified = try await answering { actions throws(ManagementError) in try await actions.verifiedDomains() }
        for (domain, provider) in verified where organization.accepts(provider) {
            known.insert(domain, of: provider)
        }
        return known
    }
}
