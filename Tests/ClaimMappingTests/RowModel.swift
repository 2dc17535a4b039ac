import ClaimMapping
import Identities
import Text

/// A claim's value.
indirect enum Value: Sendable {
    case text(String)
    /// A number or boolean, as JSON text.
    case scalar(String)
    case null
    case list([Value])
    case object([String: Value])

    var json: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .scalar(let text): text
        case .null: "null"
        case .list(let values): "[\(values.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1.json)" }.joined(separator: ","))}"
        }
    }
}

/// A model of the contract's sections on rules, written without regard to speed. It shares no code with the tested
/// engine.
struct RowModel {
    let claims: [String: Value]
    let trusted: [String]

    /// Returns the verdict on one rule, evaluated alone.
    func verdict(of row: Mapping) -> Verdict {
        let path = path(of: row)
        let values = path.isEmpty ? [] : values(at: path)
        let value = values.first
        if path.first == "email", path.count == 1 {
            if case .text(let address)? = value, address.filter({ $0 == "@" }).count == 1,
                matches(row, address.lowercased(), row.claimValue.lowercased())
            {
                return isVerified(address) ? .matched : .emailUnverified
            }
        } else if path.first != "email", values.contains(where: { matches(row, $0) }) {
            return .matched
        }
        if isUnknown(path.first ?? row.claimName) { return .claimIncomplete }
        let isAbsent = values.allSatisfy { if case .null = $0 { true } else { false } }
        return isAbsent || path.first == "email" && path.count > 1 ? .claimAbsent : .noMatch
    }

    /// Returns the role that all rules give, and the reason.
    func outcome(_ rows: [Mapping], _ strategy: ClaimStrategy) -> (role: Role?, reason: EntitlementReason) {
        let verdicts = rows.map(verdict)
        let certain = zip(rows, verdicts).filter { $0.1 == .matched }.map(\.0.role)
        let unknown = zip(rows, verdicts).filter { $0.1 == .claimIncomplete }.map(\.0.role)
        switch strategy {
        case .firstMatch:
            let first = verdicts.firstIndex { $0 == .matched || $0 == .claimIncomplete }
            if let first { return verdicts[first] == .matched ? (rows[first].role, .mapped) : (nil, .claimsIncomplete) }
        case .highestRole:
            if let best = certain.max() { return (best, unknown.contains { $0 > best } ? .claimsIncomplete : .mapped) }
            if !unknown.isEmpty { return (nil, .claimsIncomplete) }
        }
        return (nil, verdicts.contains(.emailUnverified) ? .emailUnverified : .noMatch)
    }

    private func path(of row: Mapping) -> [String] {
        if claims[row.claimName] != nil { return [row.claimName] }
        guard row.claimName.hasPrefix("/") else { return [row.claimName] }
        return row.claimName.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    private func values(at path: [String]) -> [Value] {
        // A claim with exactly this name takes precedence over a pointer.
        if path.count == 1, let value = claims[path[0]] { return [value] }
        var values = [Value.object(claims)]
        for step in path {
            values = values.flatMap { value -> [Value] in
                switch value {
                case .object(let members): return members[step].map { [$0] } ?? []
                case .list(let elements):
                    if step == "*" { return elements }
                    guard let index = Int(step), elements.indices.contains(index) else { return [] }
                    return [elements[index]]
                default: return []
                }
            }
        }
        return values
    }

    private func isUnknown(_ name: String) -> Bool {
        if case .object(let names)? = claims["_claim_names"], names[name] != nil { return true }
        if name == "groups", case .scalar("true")? = claims["hasgroups"] { return true }
        return false
    }

    private func isVerified(_ address: String) -> Bool {
        switch claims["email_verified"] {
        case .scalar("true")?, .text("true")?: true
        case nil: !isUnknown("email_verified") && trusted.contains { address.lowercased().hasSuffix("@\($0)") }
        default: false
        }
    }

    private func matches(_ row: Mapping, _ value: Value) -> Bool {
        switch value {
        case .null: false
        case _ where row.match == .exists: true
        case .object: false
        case .list(let values): values.contains { matchesAlone(row, $0) }
        case .text, .scalar: matchesAlone(row, value)
        }
    }

    private func matchesAlone(_ row: Mapping, _ value: Value) -> Bool {
        switch value {
        case .scalar(let text): matches(row, text, row.claimValue)
        case .text(let text):
            if let split = row.split {
                text.split(separator: Character(split)).map { $0.trimmingBlanks() }.contains {
                    !$0.isEmpty && matches(row, String($0), row.claimValue)
                }
            } else {
                matches(row, text, row.claimValue)
            }
        default: false
        }
    }

    private func matches(_ row: Mapping, _ text: String, _ wanted: String) -> Bool {
        switch row.match {
        case .exists: true
        case .equals: text == wanted
        case .glob: glob(Array(wanted)[...], Array(text)[...])
        }
    }

    private func glob(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" { return (0...text.count).contains { glob(pattern.dropFirst(), text.dropFirst($0)) } }
        guard let next = text.first, first == "?" || first == next else { return false }
        return glob(pattern.dropFirst(), text.dropFirst())
    }
}
