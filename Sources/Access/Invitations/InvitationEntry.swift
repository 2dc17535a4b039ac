internal import Grants
public import Identities
public import People
internal import Text

/// One address of a list that is invited at once.
public struct InvitationEntry: Sendable {
    /// The most addresses of a list.
    public static let most = 50

    /// The address as it was entered.
    public let text: String
    /// The address, or the reason why it cannot be invited.
    let address: Result<InvitedAddress, AddressFault>

    /// A reason as an error.
    struct AddressFault: Error {
        let issue: InvitationDraftError.AddressIssue
    }

    init(_ text: String, under rules: InvitationRules) {
        self.text = text
        let parsed = InvitedAddress(text)
        let issue = InvitationDraft.issue(with: parsed, text, under: rules)
        if let parsed, issue == nil {
            address = .success(parsed)
        } else {
            address = .failure(AddressFault(issue: issue ?? .notAnAddress))
        }
    }

    /// Returns the entries of texts in their order, each address once without regard to ASCII case.
    ///
    /// - Parameter rules: the rules that decide which addresses may be invited.
    public static func list(_ texts: [String], under rules: InvitationRules) -> [InvitationEntry] {
        var known: Set<ExactText> = []
        return texts.filter { known.insert(ExactText($0.asciiLowercased())).inserted }
            .map { InvitationEntry($0, under: rules) }
    }

    /// The address; nil if it cannot be invited.
    public var email: EmailAddress? { (try? address.get())?.email }
}

/// The reason why an address gets no new invitation.
public enum InvitationObstacle: Sendable {
    /// The address is invited for this role already.
    case pending(Invitation)
    /// A member has the verified address, and this role or a higher one.
    case member(AddressedMember)
    /// The address cannot be invited.
    case address(InvitationDraftError.AddressIssue)
    /// The address is invited for another role.
    case invitedOtherwise(Role)
    /// The organization has reached its daily limit.
    ///
    /// - Parameter retryAfter: the seconds until the next invitation is allowed.
    case limit(retryAfter: Int)
}

/// What became of one address of a list.
public struct InvitationOutcome: Sendable {
    public let entry: InvitationEntry
    public let result: Result<IssuedInvitation, Obstruction>

    /// The reason why there is no new invitation; nil if there is one.
    public var obstacle: InvitationObstacle? {
        if case .failure(let obstruction) = result { obstruction.obstacle } else { nil }
    }

    /// An obstacle as an error.
    public struct Obstruction: Error {
        public let obstacle: InvitationObstacle
    }
}
