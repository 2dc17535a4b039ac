internal import HTTPMessage
package import HTTPServer
internal import RuntimeConfiguration
package import Sessions
internal import SignInFlow
package import Text
internal import Web

/// The fields of a form; of repeated names, the first.
package struct Form: Sendable {
    /// The media type of a form's content.
    package static let mediaType = "application/x-www-form-urlencoded"

    /// The values by name.
    package let fields: [ExactText: String]

    package init(_ items: [(name: String, value: String)]) {
        fields = Dictionary(items.map { (ExactText($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of a field; nil if the form does not have it.
    package subscript(name: ExactText) -> String? { fields[name] }
}

/// The treatment of content that is not a form.
package enum FormReading {
    /// The request is refused.
    case required
    /// The request is read as an empty form.
    case lenient
}

extension RequestContext {
    /// Returns all fields of a form, repeated ones too, or nil if the content is not a form.
    package func fields(_ body: RequestBody) async throws(Problem) -> [(name: String, value: String)]? {
        do throws(BodyError) {
            return FormEncoding.items(try await body.collect())
        } catch {
            throw Problem(error)
        }
    }

    /// The fields of a form of this site. The media type of a required form was checked before.
    ///
    /// - Parameter token: the session's token, whose form token the form must contain; nil for a caller without a
    ///   session. Forms of other sites cannot send a bearer token.
    package func form(_ reading: FormReading, _ body: RequestBody, of token: SessionToken?) async throws(Problem)
        -> Form
    {
        let form: Form
        let items = try await fields(body)
        switch reading {
        case .required:
            guard let items else {
                throw Problem(.unsupportedMediaType, detail: "Send the form as \(Form.mediaType).")
            }
            form = Form(items)
        case .lenient: form = Form(items ?? [])
        }
        if let token {
            guard RequestForgery.isOwn(request, origin: configuration.publicURL, of: token, sent: form["csrf_token"])
            else {
                var problem = Problem(.requestForgery, detail: "Go back, reload the page, and try again.")
                if keepsUnsentForms { problem.unsentForm = items.flatMap(RequestContext.short) }
                throw problem
            }
        }
        return form
    }
}

/// The closed list of actions of a page's forms; the field `action` names one.
package protocol FormAction: RawRepresentable<String>, CaseIterable {}

extension FormAction {
    /// - Throws: `invalid_request` if the form names no action of the list.
    package init(of form: Form) throws(Problem) {
        guard let action = form["action"].flatMap({ Self(exactly: $0) }) else {
            throw Problem(.invalidRequest, detail: "The form has an unknown action.")
        }
        self = action
    }
}
