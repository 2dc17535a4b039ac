internal import ClaimMapping
internal import Databases
internal import Identities
internal import Policy
internal import Text
internal import Tokens

/// A holder of a manager grant who has signed in, as a search evaluated it.
struct ManagerGrantHolder: Sendable {
    /// The row as it was when its claims were opened.
    let signIn: LastSignIn
    /// The address that counts as verified under the rules of the search; nil if there is none.
    let verifiedEmail: EmailAddress?
    /// Whether the holder may have a verified address that is not known; it could be a suspended one.
    let isEmailUnknown: Bool
}

/// Whether one of an organization's manager grants counts.
enum ManagerGrantFinding: Sendable {
    case found
    case none
    /// A grant may count, but the search did not evaluate the last sign-in of its holder.
    case notEvaluated
}

extension AccessStore {
    /// Evaluates every holder of a manager grant who has signed in. It opens their claims.
    static func managerGrantHolders(
        _ organization: OrganizationID, under settings: AccessSettings, _ transaction: Transaction
    ) throws(DatabaseError) -> [IdentityID: ManagerGrantHolder] {
        let identities = try transaction.all(
            "SELECT issuer, subject FROM access_grant WHERE organization = $1 AND role = $2",
            .text(organization.text), .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in identity(row, 0, 1) }
        var holders: [IdentityID: ManagerGrantHolder] = [:]
        for identity in identities {
            let id = try id(of: identity)
            guard let signIn = try signIn(of: id, in: organization, transaction) else { continue }
            holders[id] = settings.holder(signIn)
        }
        return holders
    }

    /// Finds a manager grant of an unsuspended identity of a listed provider.
    ///
    /// - Parameters:
    ///   - removal: what a planned change takes away.
    ///   - evaluated: returns the holder with this last sign-in; nil if this state of it was not evaluated.
    static func managerGrant(
        _ organization: OrganizationID, under rules: AccessRules, without removal: ManagerRemoval = .none,
        evaluated: (LastSignIn) -> ManagerGrantHolder?, _ transaction: Transaction
    ) throws(DatabaseError) -> ManagerGrantFinding {
        // The holder's address decides nothing if no address is suspended.
        let suspendsAddresses = try suspendsAddresses(in: organization, transaction)
        let needsAddress = suspendsAddresses || !removal.emails.isEmpty
        var hasNotEvaluated = false
        let isFound = try transaction.contains(
            "SELECT issuer, subject, email, id FROM access_grant WHERE organization = $1 AND role = $2",
            .text(organization.text), .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in
            let identity = identity(row, 0, 1)
            guard rules.lists(issuer: identity.issuer, in: organization), !removal.grant.isExactly(row.text(3)) else {
                return false
            }
            let id = try id(of: identity)
            let signIn = try signIn(of: id, in: organization, transaction)
            let holder = signIn.flatMap(evaluated)
            // A user who has not signed in yet is known by the address that an invitation verified.
            let emails = if let signIn { [signIn.verifiedEmail, holder?.verifiedEmail] } else { [email(row, 2)] }
            let isEmailUnknown = holder?.isEmailUnknown ?? false
            guard !removal.covers(id, emails, isEmailUnknown: isEmailUnknown), !(isEmailUnknown && needsAddress)
            else { return false }
            for email in emails {
                if try isSuspended(id, email, in: organization, transaction) { return false }
            }
            if needsAddress, signIn != nil, holder == nil {
                hasNotEvaluated = true
                return false
            }
            return true
        }
        return isFound ? .found : hasNotEvaluated ? .notEvaluated : .none
    }
}

extension AccessSettings {
    /// Opens the claims of a user who holds a manager grant.
    fileprivate func holder(_ signIn: LastSignIn) -> ManagerGrantHolder {
        guard let claims = claims(of: signIn) else {
            return ManagerGrantHolder(signIn: signIn, verifiedEmail: nil, isEmailUnknown: false)
        }
        let trust = rules.emailTrust(of: claims.provider)
        return ManagerGrantHolder(
            signIn: signIn, verifiedEmail: trust.verifiedEmail(of: claims.known),
            isEmailUnknown: trust.isVerifiedEmailUnknown(of: claims.known))
    }
}
