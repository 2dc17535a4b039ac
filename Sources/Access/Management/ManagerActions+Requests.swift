internal import Audit
internal import ClaimMapping
internal import Databases
public import Grants
public import Identities
public import Sessions
internal import Text

/// A page of an organization's access requests, and the numbers of all.
public struct AccessRequestList: Sendable {
    /// A request with what a manager needs to decide on it.
    public struct Item: Sendable {
        public let denied: DeniedSignIn
        /// The members whose verified address is the unverified one of the request.
        public let namesakes: [Member]
    }

    /// The requests of the page, newest first.
    public let items: [Item]
    /// The number of the page, from 1.
    public let number: Int
    /// The number of requests that match the search.
    public let matches: Int
    /// The numbers of requests in each state, without the search.
    public let counts: [AccessRequest.State: Int]
}

extension ManagerActions {
    /// Returns a page of the denied sign-ins of users who have no role by now, newest first.
    ///
    /// - Parameter place: the second and the id of the last denied sign-in of the previous page.
    /// - Returns: the page, and whether there are more.
    public func deniedSignIns(
        _ state: AccessRequest.State, before place: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(ManagementError) -> (items: [DeniedSignIn], hasMore: Bool) {
        let check = access.roleCheck(of: organization)
        let found = try await stored { () throws(DatabaseError) in
            try await stores.denied.list(
                of: organization, before: place, limit: limit, now: access.now(), state: state
            ) { identity, transaction throws(DatabaseError) in try check.isPositive(for: identity, transaction) }
        }
        access.keepEvaluationsLater(of: check)
        return found
    }

    /// Returns the requests of identities; one without a request is absent.
    public func accessRequests(
        of identities: Set<Identity>
    ) async throws(ManagementError) -> [Identity: AccessRequest] {
        let (organization, now) = (organization, access.now())
        return try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                var found: [Identity: AccessRequest] = [:]
                for identity in identities {
                    found[identity] = try DeniedSignInStore.request(
                        of: identity, in: organization, at: now, transaction)
                }
                return found
            }
        }
    }

    /// The most bytes of claims and verdicts that a page of requests reads. The requests after them are listed without.
    private static let pageBytes = 2 << 20

    /// Returns a page of the access requests of users who have no role by now.
    ///
    /// - Parameters:
    ///   - search: a part of the name, the address or the user ID, without regard to ASCII case; empty for all.
    ///   - page: the number of the page, from 1. A number after the last page gives the last one.
    ///   - limit: the most requests on a page.
    public func accessRequests(
        _ state: AccessRequest.State, matching search: String, page: Int, limit: Int
    ) async throws(ManagementError) -> AccessRequestList {
        let (organization, now) = (organization, access.now())
        let (check, wanted) = (access.roleCheck(of: organization), search.asciiLowercased())
        let list = try await stored { () throws(DatabaseError) in
            try await access.database.read { transaction throws(DatabaseError) in
                var (counts, found): ([AccessRequest.State: Int], [AccessRequest]) = ([:], [])
                try DeniedSignInStore.eachRequest(of: organization, at: now, transaction) {
                    request throws(DatabaseError) in
                    guard try !check.isPositive(for: request.identity, transaction) else { return }
                    counts[request.state, default: 0] += 1
                    if request.state == state, request.holds(wanted) { found.append(request) }
                }
                let number = max(1, min(page, (found.count + limit - 1) / limit))
                var (items, bytes): ([AccessRequestList.Item], Int) = ([], 0)
                for request in found.dropFirst((number - 1) * limit).prefix(limit) {
                    var denied = DeniedSignIn(request, claims: [], rows: [])
                    if bytes < ManagerActions.pageBytes,
                        let whole = try DeniedSignInStore.find(request.id, in: organization, at: now, transaction)
                    {
                        denied = whole
                        bytes += whole.claims.count + whole.rows.count
                    }
                    let namesakes: [Member] =
                        if let email = request.email, !request.isEmailVerified {
                            try AccessStore.likelyMembers(with: email, by: check, transaction)
                        } else { [] }
                    items.append(AccessRequestList.Item(denied: denied, namesakes: namesakes))
                }
                return AccessRequestList(items: items, number: number, matches: found.count, counts: counts)
            }
        }
        access.keepEvaluationsLater(of: check)
        return list
    }

    /// Dismisses an access request, or opens a dismissed one again. Nothing is recorded if it is in that state already.
    ///
    /// - Returns: the request before the change.
    @discardableResult
    public func dismissRequest(_ id: String, _ isDismissed: Bool) async throws(ManagementError) -> AccessRequest {
        let (organization, denied) = (organization, stores.denied)
        let record = record(isDismissed ? .accessRequestDismiss : .accessRequestReopen)
        return try await decided { () throws(DatabaseError) in
            try await access.change(by: acting(.writeMappings), in: organization) {
                _, moment, transaction throws(DatabaseError) in
                guard
                    let request = try DeniedSignInStore.dismiss(
                        isDismissed, id, in: organization, at: moment, transaction)
                else { return .refused(.notFound) }
                guard request.state != (isDismissed ? .dismissed : .open) else { return .kept(request) }
                let person = AuditPerson(
                    request.identity, email: request.email, name: request.name,
                    isEmailVerified: request.isEmailVerified)
                var record = record.about(person, try AccessStore.id(of: request.identity))
                record.details += [
                    ("provider", request.provider.text), ("denied_because", request.reason.rawValue),
                ]
                try AuditLog.append(record, at: moment, transaction)
                return .kept(request, publish: { denied.noteChange() })
            }
        }
    }
}

extension AccessRequest {
    /// Returns true if the name, the address or the user ID contains a text in lower case.
    fileprivate func holds(_ text: String) -> Bool {
        text.isEmpty
            || [name, email?.spelling, identity.subject.text].contains { part in
                part.map { $0.asciiLowercased().holds(exactly: text) } ?? false
            }
    }
}
