public import Cryptography

/// The purpose of an invitation's link.
public enum InvitationPurpose {}

/// The secret in an invitation's link.
public typealias InvitationToken = RandomSecret<InvitationPurpose>
