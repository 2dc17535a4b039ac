internal import ClaimMapping
internal import Text

/// Rules that can never decide: another rule matches every value they match, and takes precedence. Under
/// `highest_role` that is a rule with a higher role, in any position, or an earlier one with an equal role.
struct ShadowedRules {
    /// The rules of one claim that can match more than one value, and the others by their value.
    private struct Claim {
        var exists: [Mapping] = []
        var patterns: [(row: Mapping, glob: Glob)] = []
        var byPattern: [ExactText: [Mapping]] = [:]
        var byValue: [ExactText: [Mapping]] = [:]
    }

    /// The rules in their order.
    let rules: [Mapping]

    init(of all: [Mapping], under strategy: ClaimStrategy) {
        var claims: [ExactText: Claim] = [:]
        for row in all {
            let (name, value) = (ExactText(row.claimName), row.comparedValue)
            switch row.match {
            case .exists: claims[name, default: Claim()].exists.append(row)
            case .equals: claims[name, default: Claim()].byValue[value, default: []].append(row)
            case .glob:
                claims[name, default: Claim()].patterns.append((row, Glob(value.text)))
                claims[name, default: Claim()].byPattern[value, default: []].append(row)
            }
        }
        rules = all.filter { row in
            func comesFirst(_ other: Mapping) -> Bool {
                let isEarlier = other.rank < row.rank
                switch strategy {
                case .firstMatch: return isEarlier
                case .highestRole: return other.role > row.role || other.role == row.role && isEarlier
                }
            }
            guard let claim = claims[ExactText(row.claimName)] else { return false }
            let value = row.comparedValue
            if claim.exists.contains(where: comesFirst) { return true }
            switch row.match {
            case .exists: return false
            case .equals:
                return claim.byValue[value]?.contains { comesFirst($0) && $0.split == row.split } ?? false
                    || claim.patterns.contains {
                        comesFirst($0.row) && $0.row.split == row.split && $0.glob.matches(value.text)
                    }
            case .glob:
                return [value, ExactText("*")].contains {
                    claim.byPattern[$0]?.contains { comesFirst($0) && $0.split == row.split } ?? false
                }
            }
        }
    }
}

extension Mapping {
    /// Addresses compare without regard to ASCII case.
    fileprivate var comparedValue: ExactText {
        ExactText(Mapping.isEmail(claimName) ? claimValue.asciiLowercased() : claimValue)
    }
}
