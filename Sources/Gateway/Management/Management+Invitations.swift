internal import Audit
internal import ClaimMapping
internal import Configuration
internal import Databases
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Pages
internal import Policy
internal import Text
internal import Time
internal import Tokens
internal import Web

extension Deployment {
    /// An invitation's link, the only URL that contains a token. Its page removes the token from the address bar.
    func link(_ token: InvitationToken) -> String {
        "\(publicURL)\(Paths.acceptance.text)?token=\(token.text)"
    }

    /// The fault of an address that may not be invited; nil if it may.
    func fault(of address: InvitedAddress) -> String? {
        let allowed = invitations.allowedDomains
        guard !allowed.isEmpty, !allowed.contains(exactly: address.domain) else { return nil }
        return "is of a domain that may not be invited; allowed: \(allowed.joined(separator: ", "))"
    }

    /// The fault of a role that invitations may not give; nil if they may.
    static func fault(ofInviting role: Role) -> String? {
        role == .publisher ? "cannot be given by invitation: whoever is counted does not count" : nil
    }
}

extension Management {
    /// The invitations, newest first.
    func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> [Invitation] {
        let (id, now) = (id, service.now())
        return try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.invitations(
                    of: id, in: state, before: before, limit: limit, at: now, transaction)
            }
        }
    }

    func invite(_ address: InvitedAddress, as role: Role) async throws(Problem) -> IssuedInvitation {
        let issued = try await decided { () throws(DatabaseError) in
            try await access.invite(
                address, as: role, to: id, by: acting(.writeMembers), on: terms, recording: record(.invitationCreate))
        }
        if terms.sendsLetter { service.letters.wake() }
        return issued
    }

    func resend(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        let (id, now) = (id, service.now())
        let known = try await stored { () throws(DatabaseError) in
            try await service.database.read { transaction throws(DatabaseError) in
                try AccessStore.invitation(invitation, in: id, at: now, transaction)
            }
        }
        if let address = (known?.email).flatMap({ InvitedAddress($0) }), let fault = today.fault(of: address) {
            throw Problem(.conflict, detail: "The address \(fault).")
        }
        let issued = try await decided { () throws(DatabaseError) in
            try await access.resend(
                invitation, in: id, by: acting(.writeMembers), on: terms, recording: record(.invitationResend))
        }
        if terms.sendsLetter { service.letters.wake() }
        return issued
    }

    func revokeInvitation(_ invitation: String) async throws(Problem) {
        try await decided { () throws(DatabaseError) in
            try await access.revokeInvitation(
                invitation, in: id, by: acting(.writeMembers), recording: record(.invitationRevoke))
        }
    }

    private var terms: InvitationTerms {
        InvitationTerms(
            inviter: try? IdentityID(permit.identity),
            inviterEmail: deployment.emailTrust(of: claims.provider).verifiedEmail(of: claims.known),
            lifetime: deployment.invitations.lifetime, perDay: deployment.invitations.perDay,
            sendsLetter: deployment.mail != nil)
    }
}
