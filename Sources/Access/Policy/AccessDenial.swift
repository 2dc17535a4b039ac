public import ClaimMapping
public import Identities
internal import JSON
internal import Text
public import Tokens

/// The reason why a user has no role in an organization, with what a manager needs to correct its rules.
public struct AccessDenial: Sendable {
    public let reason: EntitlementReason
    /// A JSON object: all names of the user's claims, and the values of those that rules read.
    public let claims: [UInt8]
    /// A JSON array: the verdict of each rule.
    public let rows: [UInt8]
}

extension AccessState {
    /// Returns the denial of access that a rule could correct. Returns nil if the user has a role or is suspended, or if
    /// the organization does not accept the provider.
    ///
    /// Takes time proportional to the organization's rules.
    public func denial(of claims: VerifiedClaims, in organization: OrganizationID) -> AccessDenial? {
        // A grant is a role too, and a suspension cannot be corrected by a mapping.
        guard let all = self.rules(of: organization), let entitlement = entitlement(of: claims, in: organization),
            entitlement.role == nil, entitlement.reason != .suspended
        else { return nil }
        let explanation = all.explain(
            claims.known, from: claims.provider, emailTrust: rules.emailTrust(of: claims.provider))
        let evaluation = explanation.evaluation
        guard evaluation.role == nil, evaluation.reason != .providerNotAccepted else { return nil }
        return AccessDenial(
            reason: evaluation.reason, claims: AccessDenial.claims(claims.payload, for: all),
            rows: AccessDenial.rows(explanation))
    }
}

extension AccessDenial {
    /// All claim names, and the values of the claims that rules read: enough to correct a mapping, and no more.
    fileprivate static func claims(_ root: JSONValue, for rules: OrganizationRules) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.name("names")
        writer.beginArray()
        for member in root.members { writer.string(member.name) }
        writer.endArray()
        writer.name("values")
        writer.beginObject()
        var written: Set<ExactText> = []
        for mapping in rules.mappings where written.insert(ExactText(mapping.claimName)).inserted {
            let values = mapping.values(in: root)
            let bytes = values.reduce(0) { $0 + $1.range.count }
            // Several JSON Pointers may lead to one large value.
            guard !values.isEmpty, writer.bytes.count + bytes <= 32 << 10 else { continue }
            writer.name(mapping.claimName)
            guard mapping.looksAtElements else {
                writer.value(values[0])
                continue
            }
            writer.beginArray()
            for value in values { writer.value(value) }
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    fileprivate static func rows(_ explanation: Explanation) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        explanation.writeRows(to: &writer)
        return writer.bytes
    }
}
