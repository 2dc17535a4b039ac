extension Problem {
    /// The problem for a change that would take away the caller's own role, and that the caller has not confirmed.
    package static let ownRoleUnconfirmed: Problem = {
        var problem = Problem(
            .conflict, detail: "This revokes your own role. Add ?confirm=self to confirm it.")
        problem.needsConfirmation = true
        return problem
    }()

    /// The problem for a request without a field that it needs.
    package static let fieldMissing = Problem(.invalidRequest, status: 422, detail: "A required field is missing.")

    /// The text of the problem above the form that caused it: the first fault of the form's fields, if there is one.
    package var inputText: String { faults.first?.detail ?? pageText }

    /// The title of the problem's page.
    package var pageTitle: String {
        switch code {
        case .notFound: "Page not found"
        case .unauthenticated: "Sign in to continue"
        case .internalError: "Something went wrong"
        case .unavailable: "Gatehouse is not available right now"
        case .permissionMissing: "You don't have permission for this"
        case .organizationNotFound, .claimsIncomplete, .requestForgery, .methodNotAllowed, .unsupportedMediaType,
            .invalidRequest, .conflict, .wouldLockOut, .preconditionFailed, .payloadTooLarge, .rateLimited,
            .providerUnavailable:
            code.title
        }
    }

    /// The text of the problem on a page. A detail that names parts of the API is for programs only.
    package var pageText: String {
        switch code {
        case .unauthenticated: "Your session has ended. Sign in to continue."
        case .requestForgery:
            "This page is out of date, or another site made the request. Load the page again, then try again."
        case .conflict where needsConfirmation: "This removes your own role. Confirm the change first."
        case .permissionMissing, .claimsIncomplete, .organizationNotFound, .notFound, .methodNotAllowed,
            .unsupportedMediaType, .invalidRequest, .conflict, .wouldLockOut, .preconditionFailed, .payloadTooLarge,
            .rateLimited, .providerUnavailable, .unavailable, .internalError:
            detail
        }
    }
}
