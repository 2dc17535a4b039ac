import Audit
import Databases
import Endpoints
import Grants
import HTTPMessage
import Identities
import JSON
import Policy
import Testing
import Threads

@testable import Server

extension TestBrowser {
    /// An API call that changes state, with the session's form token.
    func call(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = [],
        arrivingFirst first: String? = nil, whileArriving: () async throws -> Void = {}
    ) async throws -> TestAnswer {
        let token = try await formToken()
        let answer = try await world.send(
            method, path,
            fields: cookieField + ["Accept: application/json", "Sec-Fetch-Site: same-origin", "X-CSRF-Token: \(token)"]
                + (body == nil ? [] : ["Content-Type: application/json"]) + fields, body: body ?? "",
            arrivingFirst: first, whileArriving: whileArriving)
        keepCookies(answer)
        return answer
    }

    /// A page's form.
    func post(_ path: String, _ items: [(name: String, value: String)]) async throws -> TestAnswer {
        let token = try await formToken()
        return try await send(
            "POST", path,
            fields: TestBrowser.navigation + [
                "Content-Type: application/x-www-form-urlencoded", "Origin: \(SignInWorld.origin)",
                "Sec-Fetch-Site: same-origin",
            ], body: String(decoding: FormEncoding.body(items + [("csrf_token", token)]), as: UTF8.self))
    }
}

extension TestAnswer {
    var items: [JSONValue] { json?.member("items").map { Array($0.elements) } ?? [] }
    func text(_ name: String) -> String? { json?.member(name)?.string }
}

extension SignInWorld {
    /// The browser of a signed-in user.
    func browser(_ person: String, _ query: String = "") async throws -> TestBrowser {
        let browser = TestBrowser(self)
        try await browser.signIn(person, query)
        return browser
    }

    /// Grants a role as the operator.
    func grant(_ role: Role, to subject: String, issuer: String = SignInWorld.issuer, in id: String = "acme")
        throws -> Grant
    {
        let organization = try #require(OrganizationID(id))
        let identity = Identity(issuer: Issuer(issuer), subject: Subject(subject))
        let access = services.stores.access
        return try BackgroundExecutor.wait { () async throws(DatabaseError) in
            try await access.createGrant(
                role, to: identity, in: organization,
                recording: AuditRecord(.grantCreate, by: .operator, in: organization)
            ).grant
        }
    }

    func identity(_ subject: String) throws -> String {
        try IdentityID(Identity(issuer: Issuer(SignInWorld.issuer), subject: Subject(subject))).text
    }

    /// Tampers with the store.
    func execute(_ sql: String) async throws {
        _ = try await database.write { transaction throws(DatabaseError) in try transaction.execute(sql) }
    }

    /// The actions of an organization's audit log, oldest first, with the reasons of their outcomes.
    func audited(_ organization: String = "acme") async throws -> [String] {
        let id = try #require(OrganizationID(organization))
        let events = try await database.read { transaction throws(DatabaseError) in
            var query = AuditLog.Query()
            query.limit = 500
            return try AuditLog.events(of: id, query, transaction)
        }
        return try events.reversed().map {
            try #require(try JSONDocument(parsing: $0.json).root.member("action")?.string)
        }
    }
}
