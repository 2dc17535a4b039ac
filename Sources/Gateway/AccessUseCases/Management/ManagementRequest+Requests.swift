package import Endpoints
package import Identities
package import Management
package import Sessions

extension ManagementRequest {
    /// A page of the denied sign-ins of users who have no role by now, newest first.
    ///
    /// - Parameter place: the last denied sign-in of the previous page.
    package func deniedSignIns(
        _ state: AccessRequest.State, before place: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> (items: [DeniedSignIn], hasMore: Bool) {
        try await answering { actions throws(ManagementError) in
            try await actions.deniedSignIns(state, before: place, limit: limit)
        }
    }

    /// A page of the access requests; see ``Management/ManagerActions/accessRequests(_:matching:page:limit:)``.
    package func accessRequests(
        _ state: AccessRequest.State, matching search: String, page: Int, limit: Int
    ) async throws(Problem) -> AccessRequestList {
        try await answering { actions throws(ManagementError) in
            try await actions.accessRequests(state, matching: search, page: page, limit: limit)
        }
    }

    /// The access requests of identities; one without a request is absent.
    package func accessRequests(of identities: Set<Identity>) async throws(Problem) -> [Identity: AccessRequest] {
        try await answering { actions throws(ManagementError) in try await actions.accessRequests(of: identities) }
    }

    /// Dismisses an access request, or opens a dismissed one again.
    @discardableResult
    package func dismissRequest(_ id: String, _ isDismissed: Bool) async throws(Problem) -> AccessRequest {
        try await answering { actions throws(ManagementError) in try await actions.dismissRequest(id, isDismissed) }
    }
}
