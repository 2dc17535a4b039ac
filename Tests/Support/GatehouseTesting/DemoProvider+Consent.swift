public import DemoProvider
internal import HTTPMessage
public import Time

extension DemoProvider {
    /// A response of the provider to a browser, which is not the expected one.
    public struct UnexpectedResponseError: Error {
        let status: Int
    }

    /// Returns the URL to which the provider redirects the browser after the user chose an account.
    ///
    /// - Parameters:
    ///   - person: the id of the account; empty if the user refuses.
    ///   - request: the parameters of the authorization request.
    public func consent(
        _ person: String, to request: [(name: String, value: String)], at now: Timestamp
    ) throws -> String {
        let answer = answer(
            .post, Target(path: "/authorize", query: nil), field: { _ in nil },
            body: FormEncoding.body(request + [("person", person)]), at: now)
        guard let location = answer.fields.value(.location) else {
            throw UnexpectedResponseError(status: answer.status.code)
        }
        return location
    }

    /// Opens the URL of an authorization request, and then consents.
    public func consent(_ person: String, at url: String, at now: Timestamp) throws -> String {
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first.map { String($0) }
        let target = Target(path: "/authorize", query: query)
        let page = answer(.get, target, field: { _ in nil }, body: [], at: now)
        guard page.status == .ok, let items = target.queryItems else {
            throw UnexpectedResponseError(status: page.status.code)
        }
        return try consent(person, to: items, at: now)
    }
}
