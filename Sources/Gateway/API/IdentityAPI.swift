internal import ClaimMapping
internal import HTTPMessage
internal import JSON
internal import Organizations
internal import Policy
internal import Tokens

/// What one is told of oneself: `GET /api/v1/me` and `GET /api/v1/organizations`.
struct IdentityAPI {
    let deployment: Deployment
    let claims: VerifiedClaims

    func me() -> Reply {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", claims.provider.text)
        writer.member("issuer", claims.identity.issuer)
        writer.member("subject", claims.identity.subject)
        writer.member("email", claims.claims.root.member("email")?.string)
        writer.endObject()
        writer.name("roles")
        writer.beginArray()
        for (organization, entitlement) in deployment.entitlements(of: claims) {
            writer.beginObject()
            writer.member("organization", organization.id.text)
            writer.member("role", entitlement.role?.rawValue)
            writer.member("source", entitlement.source)
            writer.member("mapping", entitlement.mapping)
            writer.endObject()
        }
        writer.endArray()
        // A bearer token has no session, and so nothing that forgery could use.
        writer.name("sessions")
        writer.beginArray()
        writer.endArray()
        writer.member("csrf_token", String?.none)
        writer.endObject()
        return .json(writer.bytes)
    }

    /// Those in which one has a role, in the order of their ids; `cursor` is the last id of the page before.
    func organizations(_ query: [(name: String, value: String)]) -> Reply {
        var limit = 50
        var after = ""
        for (name, value) in query where !value.isEmpty {
            switch name {
            case "limit":
                guard let number = Int(value), (1...500).contains(number) else {
                    return invalid("limit", "has to be a number from 1 to 500")
                }
                limit = number
            case "cursor":
                guard OrganizationID(value) != nil else {
                    return invalid("cursor", "is not one that was given out here")
                }
                after = value
            default: break
            }
        }
        let rest = deployment.entitlements(of: claims)
            .filter { after.isEmpty || $0.organization.id.text > after }
            .sorted { $0.organization.id < $1.organization.id }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for (organization, entitlement) in rest.prefix(limit) {
            writer.beginObject()
            writer.member("id", organization.id.text)
            writer.member("name", organization.name)
            writer.member("role", entitlement.role?.rawValue)
            writer.endObject()
        }
        writer.endArray()
        writer.member("next_cursor", rest.count > limit ? rest[limit - 1].organization.id.text : nil)
        writer.endObject()
        return .json(writer.bytes)
    }

    private func invalid(_ parameter: String, _ detail: String) -> Reply {
        .problem(
            Problem(
                .invalidRequest, detail: "The query is not valid: \(parameter) \(detail).",
                faults: [Problem.Fault(pointer: parameter, detail: detail)]))
    }
}
